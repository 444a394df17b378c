"""What a kind of job is: what is asked, what comes back, how it is done, how it is kept. Light to import."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from bridge.errors import JobError
from bridge.model import Job, Progress
from bridge.model.events import Event
from bridge.store import Store
from bridge.text import json_text

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]
TaskT = TypeVar("TaskT", bound=Struct)
OutcomeT = TypeVar("OutcomeT", bound=Struct)


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True)
class JobType(Generic[TaskT, OutcomeT]):
    """One kind of job.

    Parameters
    ----------
    kind
        Its name, in the store and between the processes.
    task, outcome
        What is asked and what comes back; they travel and are stored as JSON. Fields an older version wrote and
        this one does not know are ignored, so what was queued by it is still done. What the store keeps of an
        outcome as it is should be a `msgspec.Raw`: it is carried from the worker to the store unread.
    run
        Does it, in the worker's process; imports the engine inside. Raises `FreshEarsError` with the reason when it
        cannot be done, `JobCancelledError` when cancelled.
    keep
        Puts an outcome into the store, in the bridge's process and inside the transaction that ends the job; returns
        what is published after it. Raises `JobError` when it cannot be kept.
    is_background
        Only a page asks for it: it waits behind the others, and a DAW is told nothing of it.
    prepare
        Loads what it needs, before it is needed; in the worker's process.
    """

    kind: str
    task: type[TaskT]
    outcome: type[OutcomeT]
    run: Callable[[TaskT, OnProgress, IsCancelled], OutcomeT]
    keep: Callable[[Store, Job, OutcomeT], tuple[Event, ...]]
    is_background: bool = False
    prepare: Callable[[], None] = _nothing

    def queue(
        self, store: Store, task: TaskT, *, path: Path, key: str, bounce_id: int | None = None, again: bool = False
    ) -> Job:
        """Queue a job; what is asked for twice under one key is one job (see `bridge.store.jobs.Jobs.add`)."""
        return store.jobs.add(self.kind, path, json_text(task), key, bounce_id, again=again)

    def task_of(self, params: bytes | str | Raw) -> TaskT:
        """Read what is asked; raises `JobError` when no version of ours wrote it like that."""
        try:
            return msgspec.json.decode(params, type=self.task)
        except msgspec.DecodeError as error:
            raise JobError(f"what was asked for cannot be read ({error}); ask for it again") from error

    def run_as_json(self, params: bytes | str | Raw, on_progress: OnProgress, is_cancelled: IsCancelled) -> Raw:
        """Do a job in JSON: from its task to its outcome; raises as ``run`` does."""
        return Raw(msgspec.json.encode(self.run(self.task_of(params), on_progress, is_cancelled)))

    def keep_as_json(self, store: Store, job: Job, outcome: bytes | Raw) -> tuple[Event, ...]:
        """Keep an outcome that came as JSON; raises as ``keep`` does."""
        try:
            found = msgspec.json.decode(outcome, type=self.outcome)
        except msgspec.DecodeError as error:
            raise JobError(f"the worker's answer could not be read ({error})") from error
        return self.keep(store, job, found)


JobTypes = dict[str, JobType[Any, Any]]


def by_kind(*job_types: JobType[Any, Any]) -> JobTypes:
    """Return job types by their names."""
    return {job_type.kind: job_type for job_type in job_types}


def as_raw(record: Struct) -> Raw:
    """Return a record as the JSON that is carried on unread."""
    return Raw(msgspec.json.encode(record))


def as_text(raw: Raw) -> str:
    """Return JSON that was carried unread as the store keeps it."""
    return str(raw, "utf-8")
