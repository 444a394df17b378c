from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import BusItem, Handoff, ListeningTick, ModeChange
from bridge.policy.bus.guard_state import GuardState
from bridge.store import NewBounce, Store
from tests.store.fresh import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=lambda: 1000.0)
    yield store
    store.close()


@pytest.fixture
def bounce_id(store: Store) -> int:
    new = NewBounce(Path("/b/a.wav"), 10, 20, "1", "Night Drive", "night drive", "/b", "", "folder")
    return store.bounces.record(new)[0].id


def test_modes_are_kept_in_order_for_songs_and_for_projects(store: Store, bounce_id: int) -> None:
    song_id = store.bounces.by_id(bounce_id).song_id
    first = ModeChange(mode="mixing", source="guess", why="40 tracks", at=2.0)
    then = ModeChange(mode="resting", source="bounce", why="handed off", at=1.0)  # the clock went back
    for change in (first, then):
        store.song_state.add_mode(change, song_id=song_id)
    store.song_state.add_mode(first, project="/p.rpp")
    assert store.song_state.modes(song_id=song_id) == [first, then]
    assert store.song_state.modes(project="/p.rpp") == [first]
    assert store.song_state.modes(project="") == []


def test_sheets_ticks_overrides_and_replies_come_back(store: Store, bounce_id: int) -> None:
    sheets = [
        Handoff(intent="strange", written_at=1.0),
        Handoff(must_survive=("the 🔥\u202e",), complete=True, written_at=2.0),
    ]
    for sheet in sheets:
        store.song_state.add_handoff(bounce_id, sheet)
    assert store.song_state.handoffs(bounce_id) == sheets
    tick = ListeningTick(place="car", heard_at=3.0, note="'; DROP TABLE ticks; --")
    store.song_state.add_tick(bounce_id, tick)
    assert store.song_state.ticks(bounce_id) == [tick]
    store.song_state.add_override(bounce_id, "rest", "deadline", 4.0)
    assert store.song_state.overrides(bounce_id) == [("rest", "deadline", 4.0)]
    song_id = store.bounces.by_id(bounce_id).song_id
    store.song_state.add_reply(song_id, "mixing", "needs", "a bridge", 5.0)
    assert store.song_state.replies(song_id) == [("mixing", "needs", "a bridge", 5.0)]


def test_the_guard_and_the_bus_are_kept_whole(store: Store, bounce_id: int) -> None:
    assert store.sessions.guard("/p.rpp") is None
    for accepted in (("Pro-L 2",), ("Pro-L 2", "L2 Stereo")):
        store.sessions.set_guard("/p.rpp", GuardState(project="/p.rpp", accepted=accepted))
    assert '"L2 Stereo"' in (store.sessions.guard("/p.rpp") or "")
    assert store.sessions.bus(bounce_id) is None
    items = (BusItem("Pro-L 2", "loudness"),)
    store.sessions.set_bus(bounce_id, "/p.rpp", items)
    assert store.sessions.bus(bounce_id) == items
    with store.database.transaction() as connection:
        connection.execute('UPDATE buses SET data = \'[{"purpose": "unheard of"}]\'')
    assert store.sessions.bus(bounce_id) is None


def test_prints_and_nudges(store: Store, bounce_id: int) -> None:
    other = store.bounces.record(NewBounce(Path("/b/b.wav"), 10, 20, "2", "Night Drive", "night drive", "/b", "", "x"))[
        0
    ]
    assert store.song_state.prints(bounce_id) is None
    store.song_state.set_prints(bounce_id, other.id, "name")
    assert store.song_state.prints(bounce_id) == store.song_state.prints(other.id) == (bounce_id, other.id)
    assert store.song_state.nudged_at(bounce_id) is None
    store.song_state.set_nudged(bounce_id, 7.0)
    assert store.song_state.nudged_at(bounce_id) == 7.0
