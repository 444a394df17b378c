"""A kind of job is one file and one entry: added here, it runs in a real worker process and is kept and published."""

import os
import queue
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bridge.app.job_queue import JobQueue
from bridge.model import Job
from bridge.model.events import ComparisonMade, Event, JobFailed, JobRetried
from bridge.worker.client import WorkerClient
from bridge.worker.protocol import WorkerMessage
from tests.store.fresh import fresh_store
from tests.worker.toy import COUNT, WITH_COUNT, Counted, CountTask

pytestmark = pytest.mark.slow


class House:
    """A store, a queue that knows the toy, and a worker process that does too."""

    def __init__(self, folder: Path) -> None:
        self.store = fresh_store(folder / "s.db")
        self.messages: queue.SimpleQueue[WorkerMessage] = queue.SimpleQueue()
        self.worker = WorkerClient(folder / "worker.lock", self.messages.put, "tests.worker.toy")
        self.events: list[Event] = []
        self.queue = JobQueue(self.store, (self.worker,), self.events.append, time.monotonic, WITH_COUNT)

    def ask(self, path: str, **more: bool) -> Job:
        return COUNT.queue(self.store, CountTask(path=path), path=Path(path), key=f"count:{path}", **more)

    def work_until(self, kind: type[Event]) -> Event:
        """Turn as the bridge does until an event of a kind is published."""
        while not any(isinstance(event, kind) for event in self.events):
            self.queue.tick()
            self.queue.on_message(self.messages.get(timeout=60.0))
        return next(event for event in self.events if isinstance(event, kind))

    def state(self, job: Job) -> str:
        found = self.store.jobs.by_id(job.id)
        assert found is not None
        return found.state


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.queue.stop()
    house.store.close()


def test_a_toy_is_done_by_a_worker_process_and_kept_as_it_came(house: House, tmp_path: Path) -> None:
    path = tmp_path / "ü \n.bin"
    path.write_bytes(b"12345")
    job = house.ask(str(path))
    assert house.work_until(ComparisonMade) == ComparisonMade(job)
    (kept,) = house.store.history.newest(kind="count")
    assert msgspec.json.decode(kept.data["text"], type=Counted) == Counted(path=str(path), size_bytes=5)
    assert kept.data["pid"] != os.getpid()
    assert house.state(job) == "done"


def test_a_toy_that_cannot_be_done_says_why(house: House) -> None:
    job = house.ask("/no/such")
    failed = house.work_until(JobFailed)
    assert isinstance(failed, JobFailed)
    assert (failed.reason, failed.cancelled) == ("/no/such: cannot be counted", False)
    assert house.state(job) == "failed"


def test_a_toy_that_ends_its_worker_is_tried_twice(house: House) -> None:
    job = house.ask("die")
    failed = house.work_until(JobFailed)
    assert isinstance(failed, JobFailed)
    assert "exit code 7, twice" in failed.reason
    assert [type(event) for event in house.events] == [JobRetried, JobFailed]
    assert house.state(job) == "failed"


def test_a_running_toy_is_cancelled(house: House) -> None:
    job = house.ask("never")
    house.queue.tick()
    while not house.events:
        house.queue.on_message(house.messages.get(timeout=60.0))
    assert house.queue.cancel(job.id)
    failed = house.work_until(JobFailed)
    assert isinstance(failed, JobFailed)
    assert failed.cancelled
    assert house.state(job) == "cancelled"
    assert house.worker.is_alive
