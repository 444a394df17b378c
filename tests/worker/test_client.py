"""A worker launched ahead is the one that is used, once; where it is not used it ends with whoever launched it."""

import queue
import subprocess
from pathlib import Path

import pytest

from bridge.worker.client import WorkerClient, launched_ahead
from bridge.worker.protocol import Ready, WorkerMessage

TOY = "tests.worker.toy"


@pytest.mark.slow
def test_the_first_start_takes_the_process_that_was_launched_ahead(tmp_path: Path) -> None:
    messages: queue.SimpleQueue[WorkerMessage] = queue.SimpleQueue()
    lock = tmp_path / "worker.lock"
    with launched_ahead(lock, wanted=True) as process:
        assert process is not None
        worker = WorkerClient(lock, messages.put, TOY, launched=process)
        worker.start()
        assert messages.get(timeout=60.0) == Ready(process.pid)
        worker.stop()
        assert process.poll() == 0
        worker.start()  # the second one is a process of its own
        ready = messages.get(timeout=60.0)
        assert isinstance(ready, Ready)
        assert ready.pid != process.pid
        worker.stop()


def test_one_that_died_meanwhile_is_not_used(tmp_path: Path) -> None:
    messages: queue.SimpleQueue[WorkerMessage] = queue.SimpleQueue()
    lock = tmp_path / "worker.lock"
    with launched_ahead(lock, wanted=True) as process:
        assert process is not None
        process.kill()
        process.wait()
        worker = WorkerClient(lock, messages.put, TOY, launched=process)
        worker.start()
        ready = messages.get(timeout=60.0)
        assert isinstance(ready, Ready)
        assert ready.pid != process.pid
        worker.stop()


def test_one_that_is_not_used_ends_also_when_something_goes_wrong(tmp_path: Path) -> None:
    launched: list[subprocess.Popen[bytes]] = []
    try:
        with launched_ahead(tmp_path / "worker.lock", wanted=True) as process:
            assert process is not None
            launched.append(process)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert launched[0].poll() is not None
    assert all(pipe is None or pipe.closed for pipe in (process.stdin, process.stdout, process.stderr))
    with launched_ahead(tmp_path / "worker.lock", wanted=False) as process:
        assert process is None
