"""A kind of job that a test adds: one file and one entry. Run as a module, it is a worker that can do it."""

import os
import sys
from pathlib import Path

from msgspec import Raw, Struct

from bridge.errors import JobCancelledError, JobError
from bridge.model import Job, Progress
from bridge.model.events import ComparisonMade, Event
from bridge.store import Store
from bridge.worker import process
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text, by_kind
from bridge.worker.jobs import JOB_TYPES


class CountTask(Struct, frozen=True, kw_only=True):
    """Count the bytes of a file."""

    path: str


class CountOutcome(Struct, frozen=True, kw_only=True):
    """How many there are, and in which process they were counted."""

    count: Raw
    pid: int


class Counted(Struct, frozen=True, kw_only=True):
    """What is kept."""

    path: str
    size_bytes: int


def run(task: CountTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> CountOutcome:
    """Count them."""
    if task.path == "die":
        os._exit(7)
    while task.path == "never" and not is_cancelled():
        on_progress(Progress(stage="counting", fraction=0.5))
    if is_cancelled():
        raise JobCancelledError("the count was cancelled")
    try:
        size_bytes = Path(task.path).stat().st_size
    except OSError as error:
        raise JobError(f"{task.path}: cannot be counted") from error
    return CountOutcome(count=as_raw(Counted(path=task.path, size_bytes=size_bytes)), pid=os.getpid())


def keep(store: Store, job: Job, outcome: CountOutcome) -> tuple[Event, ...]:
    """Keep the count where the store keeps what is known right now."""
    store.history.add("count", {"text": as_text(outcome.count), "pid": outcome.pid})
    return (ComparisonMade(job),)


COUNT = JobType("count", CountTask, CountOutcome, run, keep)
WITH_COUNT = JOB_TYPES | by_kind(COUNT)

if __name__ == "__main__":
    process.main(Path(sys.argv[1]), by_kind(COUNT))  # the others would load the meters
