"""What stands under the store's name: a file of ours, the same one as long as it is open; else one clear line."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bridge.errors import StoreDamagedError, StoreError
from bridge.store import Store, problems_of, repair_store


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def link_in_a_circle(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [folder, pipe, link_to_nothing, link_in_a_circle])
@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("side", ["", "-wal", "-shm"])
def test_what_is_no_file_is_refused_and_left_alone(tmp_path: Path, make: "Make", side: str, read_only: bool) -> None:
    path = tmp_path / f"s.db{side}"
    make(path)
    path = tmp_path / "s.db"
    with pytest.raises(StoreError) as refused:
        Store.open(path, read_only=read_only)
    assert str(path) in str(refused.value)
    with pytest.raises(StoreError):
        problems_of(path)
    assert [found.name for found in tmp_path.iterdir()] == [f"s.db{side}"]


Make = type(folder)


@pytest.mark.parametrize("version", [0, 3, 77])
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "s.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"CREATE TABLE places (id INTEGER); PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database") as refused:
        Store.open(path)
    assert not isinstance(refused.value, StoreDamagedError)
    with pytest.raises(StoreError, match="another program's database"):
        repair_store(path, 1.0)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_a_store_is_followed(tmp_path: Path) -> None:
    Store.open(tmp_path / "real.db").close()
    (tmp_path / "s.db").symlink_to(tmp_path / "real.db")
    Store.open(tmp_path / "s.db").close()


def taken_away(path: Path) -> None:
    path.unlink()


def log_taken_away(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def replaced(path: Path) -> None:
    other = path.with_name("other.db")
    Store.open(other).close()
    other.replace(path)


def cut(path: Path) -> None:
    os.truncate(path, 100)


@pytest.mark.parametrize("do", [taken_away, log_taken_away, replaced, cut])
def test_what_is_done_to_an_open_store_is_noticed(tmp_path: Path, do: "Make") -> None:
    path = tmp_path / "s.db"
    store = Store.open(path)
    store.runtime.publish("bridge", {})
    store.database.must_be_in_place()
    store.runtime.publish("bridge", {"more": 1})
    store.database.must_be_in_place()
    do(path)
    with pytest.raises(StoreDamagedError, match="in use"):
        store.database.must_be_in_place()
    store.close()
