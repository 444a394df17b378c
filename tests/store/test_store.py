"""The store: identity by content, bounces, jobs that survive, migrations that are careful."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import StoreError
from bridge.pathtext import to_path, to_text
from bridge.store import NewBounce, Store
from bridge.store.db import Database
from bridge.store.schema import MIGRATIONS, Migration


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "s.db", wall=lambda: 1000.0)
    yield store
    store.close()


def new(name: str, sha: str, song: str = "Night Drive", folder: str = "/b") -> NewBounce:
    return NewBounce(Path(folder) / name, 10, 20, sha, song, song.casefold(), folder, "", "folder")


def test_the_next_bounce_of_a_song_is_the_next_revision(store: Store) -> None:
    first, is_new = store.bounces.record(new("a.wav", "1"))
    assert (first.revision, first.song, is_new) == (1, "Night Drive", True)
    assert store.bounces.record(new("a v2.wav", "2"))[0].revision == 2
    assert store.bounces.record(new("a.wav", "3"))[0].revision == 3
    assert store.bounces.record(new("b.wav", "4", song="Other"))[0].revision == 1


def test_copies_and_renames_are_one_bounce(store: Store) -> None:
    first, _ = store.bounces.record(new("a.wav", "1"))
    copy, is_new = store.bounces.record(new("copy of a.wav", "1", song="copy of a"))
    assert not is_new
    assert copy.id == first.id
    assert copy.path == to_text(Path("/b/copy of a.wav"))
    assert len(store.bounces.songs()) == 1
    assert store.bounces.by_path(Path("/b/a.wav")) == copy


def test_one_name_in_two_folders_is_two_songs(store: Store) -> None:
    store.bounces.record(new("a.wav", "1", folder="/b"))
    other, _ = store.bounces.record(new("a.wav", "2", folder="/c"))
    assert other.revision == 1
    assert len(store.bounces.songs()) == 2


def test_seen_files_are_known_by_their_state(store: Store) -> None:
    store.bounces.record(new("a.wav", "1"))
    assert store.bounces.was_seen(Path("/b/a.wav"), 10, 20)
    assert not store.bounces.was_seen(Path("/b/a.wav"), 11, 20)
    assert not store.bounces.was_seen(Path("/b/z.wav"), 10, 20)


def test_the_same_work_twice_is_one_job(store: Store) -> None:
    first = store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1")
    assert store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1") == first
    assert store.jobs.next_queued() == first
    assert store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1", again=True) == first
    store.jobs.end(first.id, "done")
    assert store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1").id == first.id
    assert store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1", again=True).id == first.id + 1


def test_what_a_page_wants_to_show_waits_behind_bounces_and_masters(store: Store) -> None:
    path, behind = Path("/x.wav"), ("compare", "references")
    store.jobs.add("compare", path, "{}", "compare:a:b")
    store.jobs.add("references", path, "{}", "references:a")
    last = store.jobs.add("master", path, "{}", "master:1")
    first = store.jobs.next_queued(behind)
    assert first is not None
    assert first.id == last.id
    store.jobs.start(last.id)
    then = store.jobs.next_queued(behind)
    assert then is not None
    assert then.kind == "compare"


def test_what_was_running_goes_on_after_a_crash(store: Store, tmp_path: Path) -> None:
    job = store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1")
    store.jobs.start(job.id)
    assert store.jobs.next_queued() is None
    again = Store.open(tmp_path / "s.db")
    assert [found.id for found in again.jobs.recover()] == [job.id]
    queued = again.jobs.next_queued()
    assert queued is not None
    assert queued.attempts == 0
    again.jobs.end(job.id, "failed", "no good")
    ended = again.jobs.by_id(job.id)
    assert ended is not None
    assert (ended.state, ended.error) == ("failed", "no good")
    again.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def half() -> None:
        with store.database.transaction():
            store.bounces.record(new("a.wav", "1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert store.bounces.songs() == []


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(b"this is not a database at all, sorry" * 100)
    with pytest.raises(StoreError, match=r"s\.db.*damaged"):
        Store.open(path)


def test_migrations_run_once_and_a_broken_one_leaves_the_old_version(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    clock = lambda: 5.0  # noqa: E731
    Database.open(path, wall=clock).close()
    broken = Migration(1000, "broken", "CREATE TABLE extra (a); CREATE TABLE extra (a);")
    with pytest.raises(StoreError):
        Database.open(path, wall=clock, migrations=(*MIGRATIONS, broken))
    database = Database.open(path, wall=clock)
    assert database.query_one("SELECT 1 FROM sqlite_master WHERE name = 'extra'") is None
    assert len(database.query("SELECT * FROM migrations")) == len(MIGRATIONS)
    database.close()
    good = Migration(1000, "good", "CREATE TABLE extra (a);")
    database = Database.open(path, wall=clock, migrations=(*MIGRATIONS, good))
    assert database.query_one("SELECT 1 FROM sqlite_master WHERE name = 'extra'") is not None
    database.close()


def test_another_connections_writes_are_noticed(store: Store, tmp_path: Path) -> None:
    before = store.database.data_version()
    other = Store.open(tmp_path / "s.db")
    other.runtime.publish("x", {"a": 1})
    other.close()
    assert store.database.data_version() != before
    runtime = store.runtime.published("x")
    assert runtime is not None
    assert runtime[0] == {"a": 1}


def test_history_keeps_order_and_filters(store: Store) -> None:
    bounce, _ = store.bounces.record(new("a.wav", "1"))
    store.history.add("bounce", {"n": 1}, song_id=bounce.song_id, bounce_id=bounce.id)
    store.history.add("other", {"n": 2})
    assert [event.kind for event in store.history.newest()] == ["other", "bounce"]
    assert [event.data for event in store.history.newest(song_id=bounce.song_id)] == [{"n": 1}]
    assert store.history.newest(kind="nothing") == []


def test_a_read_only_store_cannot_write(store: Store, tmp_path: Path) -> None:
    reader = Store.open(tmp_path / "s.db", read_only=True)
    with pytest.raises(StoreError, match="readonly"):
        reader.runtime.publish("x", 1)
    reader.close()


@pytest.mark.slow
@given(
    st.text(st.characters(exclude_characters="\x00"), min_size=1)
    | st.binary(min_size=1).map(lambda raw: raw.replace(b"\x00", b"0").decode("utf-8", "surrogateescape"))
)
def test_any_file_name_survives_as_text(name: str) -> None:
    path = Path(name)
    text = to_text(path)
    text.encode("utf-8")
    assert to_path(text) == path


def test_a_full_disk_is_named_and_nothing_is_half_written(store: Store, tmp_path: Path) -> None:
    store.bounces.record(new("a.wav", "1"))
    store.database.query("PRAGMA max_page_count = 1")  # SQLite's own way of having no room
    with pytest.raises(StoreError, match=r"full.*make room"):
        store.runtime.publish("x", "y" * 1_000_000)
    store.database.query("PRAGMA max_page_count = 1000000")
    assert store.runtime.published("x") is None
    store.runtime.publish("x", 1)
