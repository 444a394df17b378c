"""A bridge ended and begun again: whose process that is, and what is said when it cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.app.loop.locking import A_BRIDGE
from bridge.background.running import await_bridge, bridge_command, end_bridge, running_bridge, start_bridge
from bridge.errors import ServiceError
from bridge.filelock import FileLock
from bridge.settings.home import Home, home

# A process that holds the lock as a bridge does, and ends, or does not, when it is asked to.
HOLDER = """
import signal, sys, time
from pathlib import Path
from bridge.filelock import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.acquire(sys.argv[2])
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[3] == "deaf" else lambda *_: sys.exit(0))
print("there", flush=True)
time.sleep(60)
"""


@pytest.fixture
def where(tmp_path: Path) -> Home:
    return home(str(tmp_path))


def holder(where: Home, what: str, how: str = "hears") -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, str(where.lock_path), what, how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    process.stdout.close()
    return process


@pytest.mark.slow
def test_a_bridge_is_asked_to_end_and_waited_for(where: Home) -> None:
    process = holder(where, A_BRIDGE)
    assert end_bridge(where) == process.pid
    assert process.wait() == 0
    assert end_bridge(where) is None


@pytest.mark.slow
def test_a_bridge_that_does_not_end_is_named(where: Home) -> None:
    process = holder(where, A_BRIDGE, "deaf")
    try:
        with pytest.raises(ServiceError, match=f"process {process.pid}.* has not after 0 s"):
            end_bridge(where, 0.2)
    finally:
        process.kill()
        process.wait()


def test_a_command_at_work_is_no_bridge_and_is_left_alone(where: Home) -> None:
    lock = FileLock(where.lock_path)
    assert lock.acquire("freshears master")  # to end it would be to end this test
    assert running_bridge(where) is None
    assert end_bridge(where) is None
    lock.release()


def test_a_lock_that_names_nobody_ends_nobody(where: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = FileLock(where.lock_path)
    assert lock.acquire(A_BRIDGE)
    where.lock_path.write_text("0\nfreshears run\n")
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a process was ended that nobody named"))
    with pytest.raises(ServiceError, match="does not say which process"):
        end_bridge(where)
    lock.release()


def test_what_cannot_be_started_is_said(where: Home) -> None:
    with pytest.raises(ServiceError, match="/nowhere/freshears: cannot be started"):
        start_bridge(where, ("/nowhere/freshears", "run"))
    with pytest.raises(ServiceError, match="ended as soon as it was started"):
        start_bridge(where, ("false",))
    assert await_bridge(where, 0.0) is None


def test_the_command_that_others_start_is_this_installation() -> None:
    program, *rest = bridge_command()
    assert Path(program).is_absolute()
    assert rest[-1] == "run"
    assert Path(program).parent == Path(sys.executable).parent
