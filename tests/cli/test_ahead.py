"""A worker is launched ahead of the command that needs one, and of no other; it never outlives its command."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli import ahead
from bridge.filelock import FileLock
from bridge.settings.home import home
from bridge.worker import launching


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """What was launched: processes that wait for their input, as a worker does."""
    started: list[subprocess.Popen[bytes]] = []

    def launch(lock_path: Path) -> "subprocess.Popen[bytes]":
        assert lock_path == home(str(tmp_path)).worker_lock_path
        started.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        return started[-1]

    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path))
    monkeypatch.setattr(launching, "launch", launch)
    yield started
    ahead.end_unused()
    for process in started:
        launching.end(process)


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    return process.poll() is not None and all(
        pipe is not None and pipe.closed for pipe in (process.stdin, process.stdout, process.stderr)
    )


def test_the_command_that_makes_a_master_is_lent_its_worker_once(processes: list["subprocess.Popen[bytes]"]) -> None:
    ahead.launch_for(["master", "mix.wav"])
    with ahead.launched() as worker:
        assert [worker] == processes
        with ahead.launched() as another:
            assert another is None
        assert worker is not None
        assert worker.poll() is None
    assert has_ended(processes[0])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["master"],
        ["master", "--help"],
        ["master", "a.wav", "--explain"],
        ["songs"],
        ["analyze", "master"],
    ],
)
def test_what_needs_no_worker_launches_none(processes: list["subprocess.Popen[bytes]"], arguments: list[str]) -> None:
    ahead.launch_for(arguments)
    assert processes == []


def test_where_a_bridge_runs_it_has_its_own(processes: list["subprocess.Popen[bytes]"], tmp_path: Path) -> None:
    lock = FileLock(home(str(tmp_path)).lock_path)
    assert lock.acquire("freshears run")
    try:
        ahead.launch_for(["master", "mix.wav"])
    finally:
        lock.release()
    assert processes == []


def test_a_worker_that_no_command_took_is_ended(processes: list["subprocess.Popen[bytes]"]) -> None:
    ahead.launch_for(["master", "mix.wav", "--no-such-option"])
    ahead.end_unused()
    assert has_ended(processes[0])
    ahead.end_unused()


def test_something_that_goes_wrong_in_the_command_ends_it(processes: list["subprocess.Popen[bytes]"]) -> None:
    ahead.launch_for(["master", "mix.wav"])
    with pytest.raises(ZeroDivisionError), ahead.launched():
        raise ZeroDivisionError
    assert has_ended(processes[0])
