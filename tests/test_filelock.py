"""A lock file that is something else: one line, nothing written through it; and what a holder says of its troubles."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.errors import LockFileError
from bridge.filelock import FileLock
from bridge.worker.client import WorkerClient
from bridge.worker.protocol import Died
from tests.waiting import wait_for


def precious(path: Path) -> Path:
    other = path.with_name("diary.txt")
    other.write_text("dear diary")
    return other


ODD: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link": lambda path: path.symlink_to(precious(path)),
    "a link to nothing": lambda path: path.symlink_to(path.with_name("nothing")),
    "a second name of another file": lambda path: path.hardlink_to(precious(path)),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_lock_file_is_refused_in_one_line_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.lock"
    ODD[kind](path)
    lock = FileLock(path)
    for ask in (lock.acquire, lock.holder):
        with pytest.raises(LockFileError) as refused:
            ask()
        assert str(path) in str(refused.value)
        assert "move it away" in str(refused.value)
        assert "\n" not in str(refused.value)
    if (tmp_path / "diary.txt").exists():
        assert (tmp_path / "diary.txt").read_text() == "dear diary"
    assert not (tmp_path / "nothing").exists()


def test_another_users_lock_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.lock").touch()

    def not_yours(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", not_yours)
    with pytest.raises(LockFileError, match="another user"):
        FileLock(tmp_path / "x.lock").acquire()


@pytest.mark.parametrize("content", [b"", b"\xff\x00" * 50_000, b"9" * 5000, "٣\nx".encode(), b"-1\n"], ids=range(5))
def test_rubbish_in_it_is_nothing_to_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(content)
    lock = FileLock(path)
    assert lock.holder() is None
    assert lock.acquire("freshears run")
    holder = FileLock(path).holder()
    assert holder == (os.getpid(), "freshears run", "")
    path.write_bytes(content)
    found = FileLock(path).holder()
    assert found is not None
    lock.release()


def test_a_holder_says_what_is_wrong_and_takes_it_back(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "x.lock")
    lock.say("nobody hears this")
    assert lock.acquire("freshears run")
    lock.say("the disk\nis full " + "." * 1000)
    holder = FileLock(tmp_path / "x.lock").holder()
    assert holder is not None
    assert holder.what == "freshears run"
    assert holder.trouble.startswith("the disk is full ...")
    lock.say("")
    holder = FileLock(tmp_path / "x.lock").holder()
    assert holder is not None
    assert holder.trouble == ""
    lock.release()


@pytest.mark.slow
def test_a_worker_whose_lock_file_is_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.worker-lock").mkdir()
    told: list[object] = []
    worker = WorkerClient(tmp_path / "x.worker-lock", told.append)
    worker.run(1, "analyse", "{}")
    wait_for(lambda: bool(told), 20.0, "the worker's end")
    (died,) = told
    assert isinstance(died, Died)
    assert "no lock file of ours" in died.reason
    worker.stop()
