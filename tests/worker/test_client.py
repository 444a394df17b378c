"""A worker launched ahead is the one that is used, once; where it died meanwhile another one is."""

import queue
from pathlib import Path

import pytest

from bridge.worker.client import WorkerClient
from bridge.worker.launching import end, launch
from bridge.worker.protocol import Ready, WorkerMessage

TOY = "tests.worker.toy"

pytestmark = pytest.mark.slow


def test_the_first_start_takes_the_process_that_was_launched_ahead(tmp_path: Path) -> None:
    messages: queue.SimpleQueue[WorkerMessage] = queue.SimpleQueue()
    lock = tmp_path / "worker.lock"
    process = launch(lock, TOY)
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
    end(process)


def test_one_that_died_meanwhile_is_not_used(tmp_path: Path) -> None:
    messages: queue.SimpleQueue[WorkerMessage] = queue.SimpleQueue()
    lock = tmp_path / "worker.lock"
    process = launch(lock, TOY)
    end(process)
    worker = WorkerClient(lock, messages.put, TOY, launched=process)
    worker.start()
    ready = messages.get(timeout=60.0)
    assert isinstance(ready, Ready)
    assert ready.pid != process.pid
    worker.stop()
