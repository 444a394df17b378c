"""`freshears doctor --store`: what it finds, what it repairs, when it leaves the store alone."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.app.loop.locking import A_BRIDGE
from bridge.cli.root import app
from bridge.errors import FreshEarsError
from bridge.filelock import FileLock
from bridge.store import Store, back_up, problems_of
from tests.store.fresh import fresh_store
from tests.store.test_store import new


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    store = fresh_store(tmp_path / "freshears.db")
    store.bounces.record(new("a.wav", "1"))
    store.close()
    return tmp_path / "freshears.db"


def doctor(*more: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["doctor", "--store", *more])
    assert ran.exception is None or isinstance(ran.exception, FreshEarsError | SystemExit)
    return ran.exit_code, ran.output + str(ran.exception or "")


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 * 3 :] = bytes(len(data) - 4096 * 3)
    path.write_bytes(data)


def test_a_sound_store_is_left_alone(path: Path) -> None:
    code, said = doctor()
    assert code == 0
    assert "sound" in said
    assert "no backup yet" in said


@pytest.mark.slow
def test_a_damaged_store_is_repaired_from_its_backup(path: Path) -> None:
    back_up(path, "2026-11-30")
    damage(path)
    code, said = doctor("--dry-run")
    assert code == 1
    assert problems_of(path)
    code, said = doctor()
    assert code == 0, said
    assert "filled up from" in said
    assert problems_of(path) == []
    store = Store.open(path)
    assert len(store.bounces.songs()) == 1
    store.close()
    assert len(list(path.parent.glob("freshears.damaged-*.db"))) == 1


@pytest.mark.slow
def test_programs_get_the_same(path: Path) -> None:
    damage(path)
    code, said = doctor("--json")
    found = json.loads(said)
    assert code == 0
    assert found["problems"]
    assert Path(found["damaged"]).exists()


def test_while_a_bridge_uses_it_nothing_is_done(path: Path) -> None:
    damage(path)
    lock = FileLock(path.with_suffix(".lock"))
    assert lock.acquire(A_BRIDGE)
    code, said = doctor()
    lock.release()
    assert code == 1
    assert "the bridge is using it" in said
    assert problems_of(path)


def test_without_a_store_its_backups_are_named(path: Path) -> None:
    made = back_up(path, "2026-11-30")
    path.unlink()
    code, said = doctor()
    assert code == 0
    assert str(made) in said
    assert doctor("--json")[0] == 0


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_in_one_line(path: Path, make: "Make") -> None:
    path.unlink()
    make(path)
    code, said = doctor()
    assert code != 0
    assert "move it away" in said


Make = type(damage)
