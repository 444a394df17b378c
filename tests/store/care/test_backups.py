"""Backups: whole or not there, a week of them, one before the store's shape changes, readable by their owner only."""

import os
import shutil
import sqlite3
import threading
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StoreError
from bridge.store import Store, back_up, backups_of, problems_of
from bridge.store.care.backups import KEPT_BEFORE, KEPT_DAYS, back_up_before
from bridge.store.db import Database
from bridge.store.schema import MIGRATIONS
from tests.store.test_store import new

DAY = "2026-11-30"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "s.db"
    store = Store.open(path)
    store.bounces.record(new("a.wav", "1"))
    store.close()
    return path


def test_a_backup_is_a_store_of_its_own_for_its_owner_only(path: Path) -> None:
    made = back_up(path, DAY)
    assert backups_of(path) == [made]
    assert problems_of(made) == []
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700
    store = Store.open(made)
    assert len(store.bounces.songs()) == 1
    store.close()


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(path: Path) -> None:
    ends, started = threading.Event(), threading.Event()

    def write() -> None:
        store = Store.open(path)
        number = 0
        while not ends.is_set() and number < 2000:
            with store.database.transaction():
                for part in "xy":
                    store.bounces.record(new(f"{number}{part}.wav", f"{number}{part}"))
            number += 1
            started.set()
        store.close()

    writer = threading.Thread(target=write)
    writer.start()
    started.wait(10.0)
    try:
        made = back_up(path, DAY)
    finally:
        ends.set()
        writer.join()
    assert problems_of(made) == []
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("SELECT count(*) FROM bounces").fetchone()[0] % 2 == 1


@pytest.mark.slow
def test_a_week_is_kept_and_the_oldest_goes(path: Path) -> None:
    for day in range(10, 20):
        back_up(path, f"2026-11-{day}")
    names = sorted(found.name for found in backups_of(path))
    assert names == [f"s-2026-11-{day}.db" for day in range(20 - KEPT_DAYS, 20)]


@pytest.mark.slow
def test_the_one_just_made_stays_whatever_the_clock_says(path: Path) -> None:
    for day in range(10, 20):
        back_up(path, f"2046-11-{day}")
    assert back_up(path, "1970-01-01").exists()


def test_before_its_shape_changes_a_store_is_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Database.open(path, wall=lambda: 1.0, migrations=MIGRATIONS[:3]).close()
    assert backups_of(path) == []
    Store.open(path).close()
    (made,) = backups_of(path)
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone()[0] == 3
    Store.open(path).close()
    assert backups_of(path) == [made]


def test_of_those_a_few_are_kept(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for version in range(6):
            back_up_before(connection, path, version)
    assert len(backups_of(path)) == KEPT_BEFORE


def test_without_a_backup_the_shape_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    Database.open(path, wall=lambda: 1.0, migrations=MIGRATIONS[:3]).close()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 0))
    with pytest.raises(StoreError, match="no room"):
        Store.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 3


def test_a_copy_that_breaks_off_leaves_the_last_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = back_up(path, DAY)
    before = made.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(StoreError, match="Input/output error"):
        back_up(path, DAY)
    assert made.read_bytes() == before
    assert [found.name for found in made.parent.iterdir()] == [made.name]


def test_what_a_killed_copying_left_goes_later(path: Path) -> None:
    left = path.parent / "Backups" / ".s-2026-11-01.db.77.part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    back_up(path, DAY)
    assert left.exists()  # it may still be at work
    os.utime(left, (1.0, 1.0))
    back_up(path, DAY)
    assert not left.exists()
