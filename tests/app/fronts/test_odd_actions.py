"""Actions of the page about what is not there: each is refused in words, and the next one is done."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from bridge.app.fronts.page import PageCommand, PageFront
from bridge.songs.actions import Action, PageReply
from tests.app.house import House

LARGEST = 2**63 - 1
KINDS = get_args(get_type_hints(Action)["kind"])
FULL: dict[str, Any] = {
    "target": "spotify", "anyway": True, "why": "so", "warning_id": "w", "answer": "part-of-the-sound",
    "mode": "mixing", "place": "car", "note": "n", "words": {"needs": "air"},
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    house.recorded("Tide.wav")
    yield house
    house.close()


def reply(house: House, action: dict[str, Any]) -> PageReply:
    asked: Future[PageReply] = Future()
    PageFront(house.core.handler.handle).handle(PageCommand(msgspec.convert(action, Action), asked))
    return asked.result(0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [999_999, LARGEST])
def test_an_action_about_what_is_not_there_is_refused(house: House, kind: str, number: int) -> None:
    ids = dict.fromkeys(("bounce_id", "other_id", "master_id", "song_id", "job_id"), number)
    answer = reply(house, {"kind": kind, **ids, **FULL})
    assert not answer.ok
    assert answer.message
    assert reply(house, {"kind": "mode", "song_id": 1, "mode": "mixing"}).ok


@pytest.mark.parametrize("kind", KINDS)
def test_an_action_that_names_nothing_is_refused(house: House, kind: str) -> None:
    assert not reply(house, {"kind": kind, **FULL}).ok


def test_a_second_that_is_not_there_is_refused_beside_a_first_that_is(house: House, tmp_path: Path) -> None:
    for other in ({"other_id": 999_999}, {"master_id": LARGEST}, {"other_id": LARGEST}, {}):
        assert not reply(house, {"kind": "compare", "bounce_id": 1, **other}).ok
