"""The queue of jobs: gives them to workers one by one and has what comes back kept. Knows nothing of their kinds.

A job that is running when the bridge dies is queued again at the next start. A job during which the *worker* dies
is tried once more; if it dies again the job is failed with that reason. What failed through the machine's fault (the
worker's death, a full disk, a drive that was away) is tried once more at the next start.
"""

import logging
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from msgspec import Raw

from bridge.errors import JobError
from bridge.model import Job
from bridge.model.events import EventHandler, JobFailed, JobProgressed, JobRetried
from bridge.pathtext import to_path
from bridge.store import MAX_ATTEMPTS, Store
from bridge.worker.job_type import JobTypes
from bridge.worker.jobs import JOB_TYPES
from bridge.worker.protocol import Died, Done, Failed, Progressed, WorkerMessage

log = logging.getLogger(__name__)

# ours: a cancelled job looks up once a block, well under a second; one that does not is ended with its process.
CANCEL_PATIENCE_S = 5.0
# ours: the warm worker holds ~200 MB a musician's machine may want back.
IDLE_WORKER_S = 600.0
KILL_PATIENCE_S = 1.0  # ours: a process that was killed ends at once, unless its drive holds it in the system


class JobWorker(Protocol):
    """What does jobs, one at a time; a `bridge.worker.client.WorkerClient`."""

    @property
    def is_alive(self) -> bool:
        """Tell whether it runs."""

    def start(self) -> None:
        """Start it if it does not run."""

    def run(self, job: int, kind: str, params: str) -> None:
        """Ask for a job."""

    def use_threads(self, threads: int) -> None:
        """Let it compute in so many threads from the next block on, 0 for as many as usual."""

    def cancel(self, job: int) -> None:
        """Ask to give up a job."""

    def kill(self) -> None:
        """End it at once."""

    def leave(self) -> None:
        """Give up a process that was killed and cannot end; the next one starts without it."""

    def stop(self) -> None:
        """End it in good order."""


@dataclass(slots=True)
class _Seat:
    """A worker and the job that is leased to it."""

    worker: JobWorker
    idle_since_s: float
    job: Job | None = None
    is_cancelling: bool = False
    ends_until_s: float | None = None  # it was killed: until then it is waited for
    kill_after_s: float | None = None


class JobQueue:
    """Owns the queue; all methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        Where jobs wait and what they find is kept.
    workers
        What does them: each one job at a time.
    publish
        Receives the events.
    clock
        Seconds that only go forward.
    job_types
        The kinds of jobs there are.
    hanging
        Returns the folders whose drives do not answer: their jobs wait, and keep no other.
    """

    def __init__(
        self,
        store: Store,
        workers: Sequence[JobWorker],
        publish: EventHandler,
        clock: Callable[[], float],
        job_types: JobTypes = JOB_TYPES,
        hanging: Callable[[], tuple[Path, ...]] = lambda: (),
    ) -> None:
        self._store = store
        self._publish = publish
        self._clock = clock
        self._job_types = job_types
        self._hanging = hanging
        self._behind = tuple(kind for kind, job_type in job_types.items() if job_type.is_background)
        self._seats = [_Seat(worker, clock()) for worker in workers]
        self._waits_for = ""

    @property
    def running(self) -> tuple[Job, ...]:
        """Return the jobs being done."""
        return tuple(seat.job for seat in self._seats if seat.job is not None)

    @property
    def waits_for(self) -> str:
        """Return for whom no job is begun now; empty when jobs are begun."""
        return self._waits_for

    def give_way(self, threads: int, waits_for: str = "") -> None:
        """Compute in so many threads from now on, 0 for as many as usual; begin no job while ``waits_for`` records."""
        self._waits_for = waits_for
        for seat in self._seats:
            seat.worker.use_threads(threads)

    def tick(self, only: Container[int] | None = None) -> None:
        """Give every idle worker its next job, one of ``only`` these; end what does not hear, and what nobody needs."""
        now_s = self._clock()
        hanging = self._hanging()
        for seat in self._seats:
            if seat.job is not None and any(to_path(seat.job.path).is_relative_to(folder) for folder in hanging):
                self._leave(seat, seat.job)
            if not self._has_ended(seat, now_s):
                continue
            if seat.kill_after_s is not None and now_s > seat.kill_after_s:
                seat.kill_after_s = None
                log.warning("a cancelled job did not end; its process is ended")
                seat.worker.kill()
            if seat.job is not None or (not self._waits_for and self._lease(seat, only, hanging)):
                continue
            if seat.worker.is_alive and now_s - seat.idle_since_s > IDLE_WORKER_S:
                seat.worker.stop()

    def _leave(self, seat: _Seat, job: Job) -> None:
        """End a worker that reads from a drive that does not answer; its job waits for the drive, and no other does."""
        log.warning("job %d (%s of %s) waits: its drive does not answer", job.id, job.kind, job.path)
        self._store.jobs.forgive(job.id)
        seat.job = None
        seat.is_cancelling = False
        seat.kill_after_s = None
        seat.ends_until_s = self._clock() + KILL_PATIENCE_S
        seat.worker.kill()

    def _has_ended(self, seat: _Seat, now_s: float) -> bool:
        """Tell whether the process that was killed makes room for the next one, if one was."""
        if seat.ends_until_s is None:
            return True
        if seat.worker.is_alive:
            if now_s <= seat.ends_until_s:
                return False
            log.warning("a worker that reads from a drive that hangs cannot be ended; another one goes on")
            seat.worker.leave()
        seat.ends_until_s = None
        return True

    def _lease(self, seat: _Seat, only: Container[int] | None, hanging: tuple[Path, ...]) -> bool:
        """Give an idle worker the next job that can be done; tell whether there was one."""
        while (job := self._next(only, hanging)) is not None:
            try:
                self._must_be_readable(job)
            except JobError as error:
                self._end_failed(job, str(error))
                continue
            self._store.jobs.start(job.id)
            seat.job = job
            seat.worker.run(job.id, job.kind, job.params)
            return True
        return False

    def _next(self, only: Container[int] | None, hanging: tuple[Path, ...]) -> Job | None:
        if only is None:
            return self._store.jobs.next_queued(self._behind, hanging)
        return next((job for job in self._store.jobs.by_state("queued") if job.id in only), None)

    def _must_be_readable(self, job: Job) -> None:
        job_type = self._job_types.get(job.kind)
        if job_type is None:
            raise JobError(f"{job.path}: this version of Fresh Ears has no job called {job.kind!r}")
        job_type.task_of(job.params)

    def warm_up(self) -> None:
        """Start a worker before it is needed: a file is on its way."""
        seat = next((seat for seat in self._seats if seat.job is None), None)
        if seat is not None and seat.ends_until_s is None and not self._waits_for:
            if not seat.worker.is_alive:
                seat.worker.start()
            seat.idle_since_s = self._clock()

    def cancel(self, job_id: int) -> bool:
        """Give up a job that waits or runs; tell whether there was one."""
        seat = self._seat_of(job_id)
        if seat is not None:
            seat.worker.cancel(job_id)
            seat.is_cancelling = True
            seat.kill_after_s = self._clock() + CANCEL_PATIENCE_S
            return True
        job = self._store.jobs.by_id(job_id)
        if job is None or job.state != "queued":
            return False
        self._end_failed(job, "cancelled before it began", cancelled=True)
        return True

    def stop(self) -> None:
        """Give up what runs without counting it as an attempt, and end the workers."""
        given_up = self.running
        hanging = self._hanging()
        for seat in self._seats:
            if seat.job is not None and any(to_path(seat.job.path).is_relative_to(folder) for folder in hanging):
                seat.worker.kill()
            seat.job = None
            seat.worker.stop()
        for job in given_up:
            self._store.jobs.forgive(job.id)

    def on_message(self, message: WorkerMessage) -> None:
        """Handle what a worker said."""
        seat = self._seat_of(message.job) if isinstance(message, Progressed | Done | Failed | Died) else None
        if seat is None or seat.job is None:
            return
        job = seat.job
        # The store first: if it cannot take the outcome now, the message is heard again.
        match message:
            case Progressed(_, stage, fraction):
                self._publish(JobProgressed(job, stage, fraction))
                return
            case Done(_, outcome):
                self._keep(job, outcome)
            case Failed(_, reason, False, True) if self._was_moved(job):
                self._store.jobs.requeue(job.id)
                self._publish(JobRetried(job, reason))
            case Failed(_, reason, cancelled, may_pass):
                self._end_failed(job, reason, cancelled=cancelled, may_pass=may_pass)
            case Died(_, reason):
                self._died(job, reason, cancelling=seat.is_cancelling)
        seat.job = None
        seat.is_cancelling = False
        seat.kill_after_s = None
        seat.idle_since_s = self._clock()

    def set_aside(self, job_id: int, reason: str) -> None:
        """Fail a job whose outcome could not be kept, and give its worker the next one."""
        seat = self._seat_of(job_id)
        if seat is None or seat.job is None:
            return
        job = seat.job
        seat.job = None
        seat.is_cancelling = False
        seat.kill_after_s = None
        self._end_failed(job, f"{job.path}: {reason}")

    def _seat_of(self, job_id: int) -> _Seat | None:
        return next((seat for seat in self._seats if seat.job is not None and seat.job.id == job_id), None)

    def _was_moved(self, job: Job) -> bool:
        """Tell whether the folder of a job's file has been relocated since the job was begun."""
        known = self._store.jobs.by_id(job.id)
        return known is not None and known.path != job.path

    def _died(self, job: Job, reason: str, *, cancelling: bool) -> None:
        if cancelling:
            self._end_failed(job, "cancelled", cancelled=True)
        elif job.attempts + 1 < MAX_ATTEMPTS:  # the record is from before this attempt
            self._store.jobs.requeue(job.id)
            self._publish(JobRetried(job, reason))
        else:
            again = "it is tried once more at the next start, or with `freshears retry`"
            self._end_failed(job, f"{job.path}: {reason}, twice; {again}", may_pass=True)

    def _end_failed(self, job: Job, reason: str, *, cancelled: bool = False, may_pass: bool = False) -> None:
        with self._store.database.transaction():
            self._store.jobs.end(job.id, "cancelled" if cancelled else "failed", reason, may_pass=may_pass)
            self._store.history.add("failed", {"job": job.id, "reason": reason}, bounce_id=job.bounce_id)
        self._publish(JobFailed(job, reason, cancelled))

    def _keep(self, job: Job, outcome: Raw) -> None:
        """Store an outcome and end its job in one transaction, then publish."""
        try:
            with self._store.database.transaction():
                events = self._job_types[job.kind].keep_as_json(self._store, job, outcome)
                self._store.jobs.end(job.id, "done")
        except JobError as error:
            self._end_failed(job, str(error))
            return
        for event in events:
            self._publish(event)
