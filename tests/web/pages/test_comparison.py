"""Two versions compared, as a page shows them."""

import pytest
from msgspec.structs import replace

from bridge.model import Job, Measurement
from bridge.songs.actions import Action
from bridge.songs.comparisons import ComparisonState
from bridge.web.pages.comparison import comparison_view
from bridge.web.player_data import matchings, shift_of
from tests.report.records import DIFF

ASK = Action(kind="compare", bounce_id=1, other_id=2)


def a_job(state: str) -> Job:
    return Job(id=3, kind="compare", bounce_id=2, path="", params="", state=state, attempts=1, error="x", created_at=0)  # type: ignore[arg-type]


def test_what_is_known_is_shown_and_not_asked_for() -> None:
    view = comparison_view(ComparisonState(difference=DIFF), ASK, 3.0)
    assert view.sentences == ("B is louder.",)
    assert view.alignment == (
        "B begins 10.0 ms later in its file; both are heard and drawn in step. "
        "Levels are matched by what stayed the same: B is +3.0 dB against A."
    )
    assert view.tone is not None
    assert view.left is not None
    assert "at most −20 dB" in view.left
    assert (view.ask_json, view.asks_by_itself) == ("", False)


def test_what_is_not_known_is_asked_for_once() -> None:
    view = comparison_view(ComparisonState(), ASK, 3.0)
    assert view.ask_json == '{"kind":"compare","bounce_id":1,"other_id":2}'
    assert view.asks_by_itself
    for state in ("queued", "running", "failed", "cancelled"):
        view = comparison_view(ComparisonState(job=a_job(state)), ASK, 3.0)
        assert view.job is not None
        assert view.job.active == (state in {"queued", "running"})
        assert not view.asks_by_itself


def test_silence_and_other_songs_are_not_drawn_as_if_they_were_alike() -> None:
    silent = comparison_view(ComparisonState(difference=replace(DIFF, measurement_b=Measurement())), ASK, 3.0)
    assert (silent.alignment, silent.tone, silent.left) == ("", None, None)
    other = replace(DIFF, aligned=False)
    view = comparison_view(ComparisonState(difference=other), ASK, 3.0)
    assert "could not be aligned" in view.alignment
    assert view.left is None
    assert shift_of(other) == 0.0
    assert matchings(other) == []


@pytest.mark.parametrize(("change_db", "gains"), [(3.0, (0.0, -3.0)), (-2.0, (-2.0, 0.0))])
def test_what_stayed_the_same_can_be_matched_and_nothing_is_turned_up(
    change_db: float, gains: tuple[float, float]
) -> None:
    (matching,) = matchings(replace(DIFF, level_change_db=change_db))
    assert matching.gains_db == gains
    assert matchings(replace(DIFF, level_change_db=4.05)) == []  # the loudness says the same
    assert matchings(replace(DIFF, level_from="loudness")) == []
    assert matchings(None) == []
    assert shift_of(DIFF) == 0.01
    assert shift_of(None) == 0.0
