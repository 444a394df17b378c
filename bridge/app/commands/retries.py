"""Failed jobs: tried again when somebody asks, once by themselves at the next start, or read and dismissed."""

import logging
import time
from collections.abc import Callable

from bridge.app.commands.records import Dismiss, Done, Retry, refuse
from bridge.app.intake import Intake
from bridge.model import Bounce, Job
from bridge.model.events import EventHandler, JobRetried
from bridge.pathtext import to_path
from bridge.store import Store

log = logging.getLogger(__name__)


class Retries:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, intake
        Where failed jobs are kept, and who looks again at files that became no bounce.
    publish
        Hears of every job that is tried again.
    examine
        Queues the examination of a bounce.
    """

    def __init__(
        self, store: Store, intake: Intake, publish: EventHandler, examine: Callable[[Bounce], object]
    ) -> None:
        self._store = store
        self._intake = intake
        self._publish = publish
        self._examine = examine

    def at_start(self) -> None:
        """Try again, once, what failed because the machine was not ready for it; examine what nobody has."""
        for bounce_id in self._store.results.unexamined():
            self._examine(self._store.bounces.by_id(bounce_id))
        for job in self._store.jobs.returning():
            log.info("job %d (%s of %s) is tried again: %s", job.id, job.kind, job.path, job.error)
            if _is_of_file(job):
                self._store.jobs.note_return(job.id)
                self._store.bounces.forget_seen(to_path(job.path))
            else:
                self._store.jobs.try_again(job.id, by_itself=True)

    def retry(self, command: Retry) -> Done:
        """Queue failed jobs again; raises `RefusedError` when there is none."""
        taken = [job for job in self._meant(command.job_id) if self._try_again(job)]
        if not taken:
            raise refuse("unknown", _nothing(command.job_id, "that could be tried again"))
        for job in taken:
            self._publish(JobRetried(job, ""))
        return Done(job_id=None if len(taken) > 1 or _is_of_file(taken[0]) else taken[0].id)

    def dismiss(self, command: Dismiss) -> Done:
        """Note that the reasons of failed jobs have been read; raises `RefusedError` when there is none."""
        if not [job for job in self._meant(command.job_id) if self._store.jobs.dismiss(job.id)]:
            raise refuse("unknown", _nothing(command.job_id, "of late"))
        return Done()

    def _meant(self, job_id: int | None) -> list[Job]:
        if job_id is None:
            return self._store.jobs.noted()
        job = self._store.jobs.by_id(job_id)
        return [] if job is None else [job]

    def _try_again(self, job: Job) -> bool:
        if not _is_of_file(job):
            return self._store.jobs.try_again(job.id)
        if not self._store.jobs.dismiss(job.id):
            return False
        path = to_path(job.path)
        self._store.bounces.forget_seen(path)
        self._intake.exported(path, "folder", time.monotonic(), asked=True)
        return True


def _is_of_file(job: Job) -> bool:
    """Tell whether a job only says why a file became no bounce."""
    return job.bounce_id is None and job.kind == "analyse"


def _nothing(job_id: int | None, what: str) -> str:
    return f"Nothing has failed {what}." if job_id is None else f"There is no job {job_id} that failed."
