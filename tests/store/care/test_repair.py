"""A damaged store is repaired: whatever was done to it, nothing is thrown away, and it is sound after it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import StoreDamagedError, StoreError
from bridge.store import Store, back_up, problems_of, repair_store
from tests.store.care.damage import BOUNCES, SONGS, Template, noise, read_all

AT = 1_000_000.0
SIDES = st.sampled_from(("", "-wal"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"))


def fresh(folder: Path) -> Path:
    """Return a folder that is not there yet: an example may be run more than once."""
    return folder / f"{len(list(folder.iterdir()))}"


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), side=SIDES, with_backup=st.booleans())
def test_any_damage_leaves_a_sound_store_and_the_damaged_one_beside_it(
    template: Template, tmp_path: Path, seed: int, side: str, with_backup: bool
) -> None:
    path = template.in_folder(fresh(tmp_path), with_backup=with_backup)
    damaged = noise(template.bytes_of[side], seed)
    path.with_name(path.name + side).write_bytes(damaged)
    repaired = repair_store(path, AT, was_ours=True)
    assert problems_of(path) == []
    assert repaired.aside is not None
    assert repaired.aside.with_name(repaired.aside.name + side).read_bytes() == damaged
    count = read_all(path)
    assert count <= BOUNCES + 1
    assert not with_backup or count >= BOUNCES


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), side=SIDES)
def test_a_damaged_store_is_read_or_refused_in_one_line(
    template: Template, tmp_path: Path, seed: int, side: str
) -> None:
    path = template.in_folder(fresh(tmp_path))
    path.with_name(path.name + side).write_bytes(noise(template.bytes_of[side], seed))
    said = refusal(path)
    assert said is None or ("\n" not in said and str(path) in said)


@pytest.mark.slow
@pytest.mark.parametrize("with_backup", [False, True])
def test_noise_that_sqlite_quotes_is_damage_like_any_other(
    template: Template, tmp_path: Path, with_backup: bool
) -> None:
    path = template.in_folder(tmp_path / "s", with_backup=with_backup)
    for side in ("", "-wal"):
        file = path.with_name(path.name + side)
        file.write_bytes(file.read_bytes().replace(b"CREATE TABLE songs", b"CREATE T\xacBLE s\xf0ngs"))
    (said,) = problems_of(path)
    assert "malformed" in said
    with pytest.raises(StoreDamagedError):
        Store.open(path)
    repair_store(path, AT, was_ours=True)
    assert problems_of(path) == []
    assert not with_backup or read_all(path) == BOUNCES


def refusal(path: Path) -> str | None:
    """Return in which words a store is refused, None when it is read."""
    try:
        read_all(path)
    except StoreError as error:
        return str(error)
    return None


@pytest.mark.slow
def test_a_sound_store_has_no_problems_and_loses_nothing(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s")
    assert problems_of(path) == []
    before = dump(path)
    repaired = repair_store(path, AT)
    assert (repaired.incomplete, repaired.lost_rows) == ((), 0)
    assert dump(path) == before


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(line for line in connection.iterdump() if "migrations" not in line)


def test_a_lost_first_page_is_taken_from_the_backup_and_the_rest_is_read(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s", with_backup=True)
    store = Store.open(path)
    store.song_state.set_nudged(1, 5.0)  # since the backup
    store.close()
    data = bytearray(path.read_bytes())
    data[:4096] = bytes(4096)
    path.write_bytes(data)
    with pytest.raises(StoreError):
        Store.open(path)
    repair_store(path, AT)
    store = Store.open(path)
    assert store.song_state.nudged_at(1) == 5.0
    store.close()


@pytest.mark.slow
def test_a_cut_store_comes_back_from_its_backup(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s", with_backup=True)
    path.with_name("s.db-wal").unlink()
    path.write_bytes(b"")
    repaired = repair_store(path, AT, was_ours=True)
    assert read_all(path) == BOUNCES
    assert repaired.backup is not None
    assert "filled up from" in repaired.sentence


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path, data = tmp_path / "s.db", b"no database at all"
    path.write_bytes(data)
    with pytest.raises(StoreError, match="move it away"):
        repair_store(path, AT)
    assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_what_belongs_to_lost_rows_is_kept(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DELETE FROM songs; DELETE FROM jobs; DELETE FROM bounces WHERE id = 3")
    assert problems_of(path)
    repaired = repair_store(path, AT)
    assert problems_of(path) == []
    store = Store.open(path)
    assert len(store.bounces.songs()) == SONGS
    assert "Song 1 v1" in [song.name for song in store.bounces.songs()]  # after its first bounce
    assert store.results.analysis(1) is not None
    store.close()
    assert repaired.aside is not None
    lost = repaired.aside.with_name(f"{repaired.aside.name}-lost.jsonl")
    assert repaired.lost_rows == len(lost.read_text().splitlines()) > 0
    assert "the breath of 2" in lost.read_text()
    assert lost.stat().st_mode & 0o077 == 0


def test_a_lost_examination_is_done_again(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("UPDATE analyses SET data = '{\"file' WHERE bounce_id = 2")
    assert problems_of(path) == ["analyses: 1 rows cannot be understood"]
    repair_store(path, AT)
    store = Store.open(path)
    assert [job.bounce_id for job in store.jobs.by_state("queued")] == [2]
    store.close()


@pytest.mark.slow
def test_a_version_that_was_lost_is_damage_not_another_program(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s")
    for version in (0, 3, 10**6):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(StoreDamagedError, match="doctor --store"):
            Store.open(path)
        assert problems_of(path)
        repair_store(path, AT)
        assert read_all(path) == BOUNCES


def test_an_older_store_is_repaired_in_its_own_shape(tmp_path: Path) -> None:
    from bridge.store.db import Database
    from bridge.store.schema import MIGRATIONS

    path = tmp_path / "s.db"
    Database.open(path, wall=lambda: AT, migrations=MIGRATIONS[:2]).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO songs VALUES (7, 'a', '/m', 'A', 1.0)")
        connection.commit()
    repair_store(path, AT)
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id, name FROM songs").fetchall() == [(7, "A")]


def test_a_repair_without_room_leaves_the_store_where_it_is(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = template.in_folder(tmp_path / "s")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(StoreError, match="could not be repaired"):
        repair_store(path, AT)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir() if found.name.startswith(".")] == []


def test_a_backup_of_a_damaged_store_is_not_kept(template: Template, tmp_path: Path) -> None:
    path = template.in_folder(tmp_path / "s", with_backup=True)
    data = bytearray(path.read_bytes())
    data[4096 * 6 : 4096 * 12] = bytes(4096 * 6)
    path.write_bytes(data)
    path.with_name("s.db-wal").unlink()
    with pytest.raises(StoreDamagedError):
        back_up(path, "2026-12-01")
    assert len(list((path.parent / "Backups").iterdir())) == 1
