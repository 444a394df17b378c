"""The queue of jobs: gives them to the worker one by one and puts what comes back into the store.

A job that is running when the bridge dies is queued again at the next start. A job during which the *worker* dies
is tried once more; if it dies again it is the file's fault, and the job is failed with that reason.
"""

import logging
from collections.abc import Callable

import msgspec

from bridge.model import Display, Job
from bridge.model.events import (
    BounceJudged,
    ComparisonMade,
    EventHandler,
    JobFailed,
    JobProgressed,
    JobRetried,
    MasterMade,
)
from bridge.store import MAX_ATTEMPTS, Store
from bridge.worker.client import WorkerClient
from bridge.worker.protocol import Died, Done, Failed, Progressed, Ready, WorkerMessage
from bridge.worker.records import AnalyseOutcome, CompareOutcome, MasterOutcome, ReferencesOutcome

log = logging.getLogger(__name__)

# ours: a cancelled job looks up once a block, well under a second; one that does not is ended with its process.
CANCEL_PATIENCE_S = 5.0
# ours: the warm worker holds ~200 MB a musician's machine may want back.
IDLE_WORKER_S = 600.0


class JobQueue:
    """Owns the queue; all methods are called from the bridge's own thread."""

    def __init__(self, store: Store, worker: WorkerClient, publish: EventHandler, clock: Callable[[], float]) -> None:
        self._store = store
        self._worker = worker
        self._publish = publish
        self._clock = clock
        self._current: Job | None = None
        self._cancelling = False
        self._cancel_deadline_s: float | None = None
        self._idle_since_s = clock()

    @property
    def current(self) -> Job | None:
        """Return the job being done."""
        return self._current

    def tick(self) -> None:
        """Give the worker its next job when it has none; end what does not hear."""
        now_s = self._clock()
        if self._cancel_deadline_s is not None and now_s > self._cancel_deadline_s:
            self._cancel_deadline_s = None
            log.warning("a cancelled job did not end; its process is ended")
            self._worker.kill()
        if self._current is not None:
            return
        job = self._store.jobs.next_queued()
        if job is None:
            if self._worker.is_alive and now_s - self._idle_since_s > IDLE_WORKER_S:
                self._worker.stop()
            return
        self._store.jobs.start(job.id)
        self._current = job
        self._worker.run(job.id, job.kind, job.params)

    def warm_up(self) -> None:
        """Start the worker before it is needed: a file is on its way."""
        if not self._worker.is_alive and self._current is None:
            self._worker.start()
        self._idle_since_s = self._clock()

    def cancel(self, job_id: int) -> bool:
        """Give up a job that waits or runs; tell whether there was one."""
        if self._current is not None and self._current.id == job_id:
            self._worker.cancel(job_id)
            self._cancelling = True
            self._cancel_deadline_s = self._clock() + CANCEL_PATIENCE_S
            return True
        job = self._store.jobs.by_id(job_id)
        if job is None or job.state != "queued":
            return False
        self._end_failed(job, "cancelled before it began", cancelled=True)
        return True

    def stop(self) -> None:
        """Give up what runs without counting it as an attempt, and end the worker."""
        current, self._current = self._current, None
        self._worker.stop()
        if current is not None:
            self._store.jobs.forgive(current.id)

    def on_message(self, answer: WorkerMessage) -> None:
        """Handle what the worker said."""
        job = self._current
        if isinstance(answer, Ready) or job is None or answer.job != job.id:
            return
        if isinstance(answer, Progressed):
            self._publish(JobProgressed(job, answer.stage, answer.fraction))
            return
        # The store first: if it cannot take the result now, the answer is heard again.
        if isinstance(answer, Done):
            self._keep(job, answer.result)
        elif isinstance(answer, Failed):
            self._end_failed(job, answer.reason, cancelled=answer.cancelled)
        elif isinstance(answer, Died):
            self._died(job, answer.reason, cancelling=self._cancelling)
        self._current = None
        self._cancelling = False
        self._cancel_deadline_s = None
        self._idle_since_s = self._clock()

    def _died(self, job: Job, reason: str, *, cancelling: bool) -> None:
        if cancelling:
            self._end_failed(job, "cancelled", cancelled=True)
        elif job.attempts + 1 < MAX_ATTEMPTS:  # the record is from before this attempt
            self._store.jobs.requeue(job.id)
            self._publish(JobRetried(job, reason))
        else:
            self._end_failed(job, f"{job.path}: {reason}, twice; the file is left alone until it changes")

    def _end_failed(self, job: Job, reason: str, *, cancelled: bool = False) -> None:
        with self._store.database.transaction():
            self._store.jobs.end(job.id, "cancelled" if cancelled else "failed", reason)
            self._store.history.add("failed", {"job": job.id, "reason": reason}, bounce_id=job.bounce_id)
        self._publish(JobFailed(job, reason, cancelled))

    def _keep(self, job: Job, result: str) -> None:
        """Store a result and end its job in one transaction, then tell."""
        try:
            if job.kind == "analyse":
                self._keep_analysis(job, msgspec.json.decode(result, type=AnalyseOutcome))
            elif job.kind == "compare":
                self._keep_comparison(job, msgspec.json.decode(result, type=CompareOutcome))
            elif job.kind == "references":
                self._keep_references(job, msgspec.json.decode(result, type=ReferencesOutcome))
            else:
                self._keep_masters(job, msgspec.json.decode(result, type=MasterOutcome))
        except msgspec.DecodeError as error:
            self._end_failed(job, f"the worker's answer could not be read ({error})")

    def _keep_analysis(self, job: Job, outcome: AnalyseOutcome) -> None:
        if job.bounce_id is None:
            self._end_failed(job, "an analysis without a bounce")
            return
        bounce = self._store.bounces.by_id(job.bounce_id)
        data = msgspec.json.encode(outcome.analysis).decode()
        with self._store.database.transaction():
            self._store.results.add_analysis(bounce.id, job.id, outcome.verdict, data, outcome.report_path)
            self._keep_drawn(bounce.sha256, outcome.drawn)
            self._store.history.add(
                "verdict",
                {"verdict": outcome.verdict, "text": outcome.text},
                song_id=bounce.song_id,
                bounce_id=bounce.id,
            )
            self._store.jobs.end(job.id, "done")
        self._publish(BounceJudged(bounce, outcome.verdict, outcome.text, outcome.analysis, outcome.report_path))

    def _keep_drawn(self, sha256: str, drawn: Display | None) -> None:
        if drawn is not None:
            self._store.display.set_curves(sha256, msgspec.json.encode(drawn.curves).decode())
            self._store.display.set_zooms(sha256, drawn.zooms)

    def _keep_comparison(self, job: Job, outcome: CompareOutcome) -> None:
        data = msgspec.json.encode(outcome.difference).decode()
        with self._store.database.transaction():
            self._store.display.set_comparison(outcome.a_sha256, outcome.b_sha256, data)
            self._store.jobs.end(job.id, "done")
        self._publish(ComparisonMade(job))

    def _keep_references(self, job: Job, outcome: ReferencesOutcome) -> None:
        files, data = (msgspec.json.encode(value).decode() for value in (outcome.files, outcome.comparison))
        with self._store.database.transaction():
            self._store.display.set_references(outcome.sha256, files, data)
            for file in outcome.comparison.references:
                if file.format is not None:
                    self._store.display.add_reference(file.file, file.sha256, file.format)
            self._store.jobs.end(job.id, "done")
        self._publish(ComparisonMade(job))

    def _keep_masters(self, job: Job, outcome: MasterOutcome) -> None:
        bounce = None if job.bounce_id is None else self._store.bounces.by_id(job.bounce_id)
        results = tuple(msgspec.structs.replace(result, drawn=None) for result in outcome.results)
        with self._store.database.transaction():
            for made in outcome.results:
                self._keep_drawn(made.output_sha256, made.drawn)
            for result in results:
                self._store.results.add_master(
                    job.bounce_id,
                    job.id,
                    result.target,
                    result.output,
                    result.output_sha256,
                    msgspec.json.encode(result).decode(),
                    outcome.report_path,
                )
                if bounce is not None:
                    self._store.history.add(
                        "master",
                        {"target": result.target, "path": result.output},
                        song_id=bounce.song_id,
                        bounce_id=bounce.id,
                    )
            self._store.jobs.end(job.id, "done")
        for result in results:
            self._publish(MasterMade(bounce, result, outcome.report_path))
