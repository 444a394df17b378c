"""What scripts send back: read by the table, whichever DAW it comes from; nonsense is no event."""

import pytest

from bridge.daw.contract import ActionAsked, AnswerGiven, ExportSeen
from bridge.daw.protocol.requests import event_of, values_of
from bridge.daw.protocol.table import MAX_REQUEST_CHARS, REQUESTS


def test_the_same_request_means_the_same_in_every_daw() -> None:
    for daw in ("ardour", "reaper"):
        answer = event_of(daw, 1.0, "answer", {"project_path": "/s", "key": "k", "answer": "ours"})
        assert answer == AnswerGiven(daw=daw, at=1.0, project_path="/s", key="k", answer="ours")
        master = event_of(daw, 1.0, "master", {"project_path": "/s", "path": "/b.wav", "intent": "", "target": "cd"})
        assert isinstance(master, ActionAsked)
        assert master.values == {"path": "/b.wav", "intent": "", "target": "cd"}
        bounced = event_of(daw, 1.0, "bounced", {"path": "/b.wav", "print": "print-dry", "pair": "p"})
        assert isinstance(bounced, ExportSeen)
        assert (bounced.kind, bounced.pair) == ("print-dry", "p")


def test_values_that_a_request_does_not_have_are_passed_over() -> None:
    event = event_of("reaper", 1.0, "handoff", {"project_path": "/s", "survive": "x", "rm": "-rf"})
    assert isinstance(event, ActionAsked)
    assert event.values == {"survive": "x"}


@pytest.mark.parametrize("name", ["rm", "", "ask", "shown", "exported"])
def test_what_another_daw_or_nobody_may_send_is_nothing(name: str) -> None:
    assert event_of("reaper", 1.0, name, {"path": "/b.wav"}) is None


@pytest.mark.parametrize(
    "values",
    [
        {"path": "b.wav"},
        {"path": ""},
        {"path": "/b.wav", "print": "wet"},
        {"path": "/b.wav", "start_s": "soon"},
        {"path": "/b.wav", "start_s": "nan"},
    ],
)
def test_a_bounce_without_a_place_or_of_an_unknown_kind_is_none(values: dict[str, str]) -> None:
    assert event_of("ardour", 1.0, "bounced", values) is None


def test_a_path_of_windows_is_absolute_too() -> None:
    assert isinstance(event_of("reaper", 1.0, "bounced", {"path": "C:\\Bounces\\b.wav"}), ExportSeen)


def test_values_in_order_must_fit_the_table_in_number_and_kind() -> None:
    assert values_of("mode", "ardour", ("/s", "mixing")) == {"project_path": "/s", "mode": "mixing"}
    for values in ((), ("/s",), ("/s", 1), ("/s", "mixing", "more"), ("/s", None)):
        assert values_of("mode", "ardour", values) is None
    sheet = values_of("handoff", "ardour", ("/s", "neutral", "", "", "", 0))
    assert sheet is not None
    assert sheet["complete"] == "0"


def test_a_value_is_cut_before_anybody_keeps_it() -> None:
    event = event_of("reaper", 1.0, "mode", {"mode": "x" * 100_000})
    assert isinstance(event, ActionAsked)
    assert len(event.values["mode"]) == MAX_REQUEST_CHARS


def test_every_request_is_known_by_its_name() -> None:
    assert all(name == request.name for name, request in REQUESTS.items())
