"""Versions, dry prints, dates and aliases: which number a bounce gets, and which is the newest."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.model import Bounce
from bridge.store import NewBounce, Store
from bridge.store.db import Database
from bridge.store.schema import MIGRATIONS
from tests.store.fresh import fresh_store

NOW_AT = 1_796_000_000.0
DAY_S = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=lambda: NOW_AT)
    yield store
    store.close()


def land(
    store: Store,
    name: str,
    days_ago: float = 0.0,
    *,
    version: str = "",
    is_dry: bool = False,
    dry_of: int | None = None,
    sorts_at: float | None = None,
) -> Bounce:
    """Record a bounce of the song Tide with a date of its own."""
    new = NewBounce(
        Path(f"/b/{name}.wav"), 10, int((NOW_AT - days_ago * DAY_S) * 1e9), name, "Tide", "tide", "/b", "", "folder",
        version, is_dry, dry_of, sorts_at,
    )  # fmt: skip
    return store.bounces.record(new)[0]


def names(bounces: list[Bounce]) -> list[str]:
    return [Path(bounce.path).stem for bounce in bounces]


def test_what_comes_in_older_gets_the_next_number_and_sorts_by_its_date(store: Store) -> None:
    land(store, "v2", days_ago=1)
    old = land(store, "v1", days_ago=5)
    assert (old.revision, old.bounced_at) == (2, NOW_AT - 5 * DAY_S)
    assert names(store.bounces.of_song(old.song_id)) == ["v1", "v2"]
    newest = store.bounces.newest(old.song_id)
    assert newest is not None
    assert newest.revision == 1
    assert [row.bounce.id for row in store.results.summaries(old.song_id)] == [old.id, newest.id]


def test_a_version_has_numbers_of_its_own_and_is_never_the_songs_newest(store: Store) -> None:
    song = land(store, "v1", days_ago=3)
    instrumental = land(store, "inst 1", days_ago=2, version="instrumental")
    land(store, "inst 2", days_ago=1, version="instrumental")
    assert (song.revision, instrumental.revision, instrumental.version) == (1, 1, "instrumental")
    assert store.bounces.newest(song.song_id) == song
    last = store.bounces.newest(song.song_id, "instrumental")
    assert last is not None
    assert last.revision == 2
    assert store.bounces.newest(song.song_id, "clean") is None
    assert store.bounces.versions(song.song_id) == ["", "instrumental"]
    assert store.bounces.numbered(song.song_id, 2, "instrumental") == last
    assert store.bounces.numbered(song.song_id, 2) is None


def test_a_song_that_has_only_a_version_has_that_as_its_newest(store: Store) -> None:
    only = land(store, "inst", version="instrumental")
    assert store.bounces.newest(only.song_id) == only


def test_a_dry_print_shares_its_wet_ones_number_and_is_never_the_newest(store: Store) -> None:
    wet = land(store, "v1", days_ago=1)
    dry = land(store, "v1 dry", is_dry=True, dry_of=wet.revision)
    assert (dry.revision, dry.is_dry) == (1, True)
    assert store.bounces.newest(wet.song_id) == wet
    assert store.bounces.numbered(wet.song_id, 1) == wet
    assert store.bounces.numbered(wet.song_id, 1, is_dry=True) == dry
    again = land(store, "v1 dry again", is_dry=True, dry_of=wet.revision)
    assert again.revision == 2  # the number of no stranger
    assert land(store, "v2").revision == 3


@pytest.mark.parametrize("mtime_at", [0.0, -5.0, 315_532_800.0, NOW_AT + 40 * DAY_S])
def test_a_date_that_says_nothing_counts_as_now(store: Store, mtime_at: float) -> None:
    new = NewBounce(Path("/b/a.wav"), 1, int(mtime_at * 1e9), "1", "Tide", "tide", "/b", "", "folder")
    assert store.bounces.record(new)[0].bounced_at == NOW_AT


def test_files_that_were_copied_at_once_keep_the_order_of_their_numbers(store: Store) -> None:
    first = land(store, "v2", days_ago=0.0001, sorts_at=NOW_AT)
    second = land(store, "v10", days_ago=0.0002, sorts_at=NOW_AT)
    assert store.bounces.of_song(first.song_id) == [first, second]
    assert store.bounces.newest(first.song_id) == second


def test_a_number_that_was_shown_leads_to_its_bounce_and_is_not_given_again(store: Store) -> None:
    first, last = land(store, "v1"), land(store, "v2")
    with store.database.transaction() as connection:  # as moving it to another song does
        connection.execute(
            "INSERT INTO songs (id, key, folder, name, created_at) VALUES (99, 'other', '/b', 'Other', 0)"
        )
        connection.execute("UPDATE bounces SET song_id = 99, revision = 1 WHERE id = ?", (last.id,))
        connection.execute("INSERT INTO bounce_aliases VALUES (?, ?, '', 0, 2, 0)", (last.id, last.song_id))
    found = store.bounces.numbered(first.song_id, 2)
    assert found is not None
    assert (found.id, found.song) == (last.id, "Other")
    assert store.bounces.next_number(first.song_id) == 3


def test_what_lands_under_another_name_of_a_song_goes_to_it(store: Store) -> None:
    song = land(store, "v1").song_id
    with store.database.transaction() as connection:
        connection.execute("INSERT INTO song_aliases VALUES ('/b', 'tide rough', ?, 0)", (song,))
    new = NewBounce(Path("/b/r.wav"), 1, 0, "r", "Tide ROUGH", "tide rough", "/b", "", "folder")
    assert store.bounces.record(new)[0].song == "Tide"


def test_an_older_store_keeps_its_bounces_numbers_order_and_everything_that_refers_to_them(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Database.open(path, wall=lambda: 1.0, migrations=MIGRATIONS[:9]).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("INSERT INTO songs VALUES (1, 'tide', '/b', 'Tide', 1.0)")
        for number in (1, 2, 3):
            row = (number, 1, number, "", str(number), f"/b/{number}.wav", 10, "folder", 100.0 - number)
            old.execute("INSERT INTO bounces VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            old.execute("INSERT INTO bounce_paths VALUES (?, ?, 1.0)", (f"/b/{number}.wav", number))
        old.execute("INSERT INTO prints VALUES (2, 3, 'daw', 1.0)")
        old.execute("INSERT INTO ticks (bounce_id, place, note, heard_at) VALUES (2, 'car', '', 1.0)")
    reader = Store.open(path, read_only=True)  # a command may be the first to meet it
    assert [(one.revision, one.is_dry, one.bounced_at) for one in reader.bounces.of_song(1)] == [
        (1, False, 99.0),
        (2, False, 98.0),
        (3, True, 97.0),
    ]  # a clock that went back changes no order
    newest = reader.bounces.newest(1)
    assert newest is not None
    assert newest.revision == 2  # 3 is its dry print
    assert [tick.place for tick in reader.song_state.ticks(2)] == ["car"]
    assert reader.database.query("PRAGMA foreign_key_check") == []
    assert reader.database.query_one("SELECT 1 FROM sqlite_master WHERE name = 'bounces_before'") is None
    reader.close()
