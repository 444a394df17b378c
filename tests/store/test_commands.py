"""Commands that outlive whoever asked: kept in order, waited for, ended, and there after a migration."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StoreError
from bridge.model import Bounce
from bridge.store import Store
from bridge.store.commands import KEPT_S
from bridge.store.db import Database
from bridge.store.schema import MIGRATIONS
from tests.store.fresh import fresh_store


class Clock:
    """POSIX seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=clock)
    yield store
    store.close()


def test_what_is_asked_is_there_for_another_process_in_its_order(store: Store, tmp_path: Path) -> None:
    for data in ("first", "second"):
        store.commands.add("command line", data)
    other = Store.open(tmp_path / "s.db")
    assert [(row.data, row.asker, row.state) for row in other.commands.asked()] == [
        ("first", "command line", "asked"),
        ("second", "command line", "asked"),
    ]
    other.close()


def test_a_command_waits_for_one_thing_and_ends(store: Store) -> None:
    here = store.commands.add("osc:9000", "a", state="waiting", waits_for="file:/a.wav", place='["Tide","/songs"]')
    asked = store.commands.add("command line", "b")
    store.commands.wait(asked.id, "file:/b.wav")
    assert [row.id for row in store.commands.waiting("file:/a.wav")] == [here.id]
    assert [row.id for row in store.commands.waiting()] == [here.id, asked.id]
    assert store.commands.asked() == []
    store.commands.end(here.id, "done", "{}")
    ended = store.commands.by_id(here.id)
    assert ended is not None
    assert (ended.state, ended.outcome, ended.place) == ("done", "{}", '["Tide","/songs"]')
    assert store.commands.count_open() == 1
    assert store.commands.by_id(99) is None


def test_what_ended_long_ago_is_forgotten_and_what_waits_never(store: Store, clock: Clock) -> None:
    ended, waits = (store.commands.add("page", "x") for _ in range(2))
    store.commands.end(ended.id, "refused", "{}")
    clock.at += KEPT_S + 1.0
    store.commands.forget_old()
    assert store.commands.by_id(ended.id) is None
    assert store.commands.by_id(waits.id) is not None


def test_what_waits_for_a_project_goes_with_it_to_the_path_it_is_saved_under(store: Store) -> None:
    store.commands.add("reaper", "sheet", state="waiting", waits_for="project:unsaved:1")
    store.sessions.rename_project("unsaved:1", "/songs/Tide.rpp")
    assert [row.data for row in store.commands.waiting("project:/songs/Tide.rpp")] == ["sheet"]


def test_a_store_from_before_there_were_commands_gets_their_table_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    old = Store(Database.open(path, wall=lambda: 1.0, migrations=MIGRATIONS[:6]))
    with old.database.transaction() as connection:  # as its own version wrote it
        connection.execute("INSERT INTO songs VALUES (1, 'tide', '/b', 'Tide', 1.0)")
        connection.execute("INSERT INTO bounces VALUES (7, 1, 1, '', '1', '/b/a.wav', 10, 'folder', 1.0)")
    bounce = Bounce(
        id=7, song_id=1, song="Tide", revision=1, label="", sha256="1", path="/b/a.wav", size_bytes=10,
        source="folder", seen_at=1.0, bounced_at=1.0,
    )  # fmt: skip
    old.results.add_master(bounce.id, None, "cd", "/m.wav", "2", "{}")
    job = old.jobs.add("master", Path("/n.wav"), "{}", "k")
    old.results.add_master(None, job.id, "cd", "/n.wav", "3", "{}")
    old.close()
    store = Store.open(path)
    assert store.bounces.by_id(bounce.id) == bounce
    assert store.commands.add("page", "x").state == "asked"
    assert [master.path for master in store.results.masters_of_job(job.id)] == ["/n.wav"]
    assert [master.path for master in store.results.masters_without_bounce()] == ["/n.wav"]
    store.close()


def test_durable_writes_are_synchronised_with_the_disk_and_only_those(store: Store) -> None:
    def level() -> int:
        row = store.database.query_one("PRAGMA synchronous")
        assert row is not None
        return int(row[0])

    full, normal = 2, 1  # SQLite, "PRAGMA synchronous"
    assert level() == normal
    with store.database.durable():
        assert level() == full
        with store.database.transaction(), store.database.durable():
            store.database.query("SELECT 1")
        assert level() == full
    assert level() == normal


def fill(store: Store) -> None:
    for _ in range(1000):
        store.commands.add("page", "x" * 1000)


def test_a_disk_that_is_full_takes_no_command(store: Store) -> None:
    pages = store.database.query_one("PRAGMA page_count")
    assert pages is not None
    store.database.query(f"PRAGMA max_page_count = {pages[0]}")  # what SQLite calls full
    with pytest.raises(StoreError, match="make room on the disk"):
        fill(store)
    count = store.commands.count_open()
    with closing(sqlite3.connect(f"file:{store.database.path}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM commands").fetchone() == (count,)
