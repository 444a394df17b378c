"""The worker process: reads jobs from standard input, does one at a time, answers on standard output.

`python -m bridge.worker.process LOCKFILE`. It ends when the bridge does: its standard input closes, and on Linux
the system kills it with its parent. The lock makes sure that no two workers of one store ever run at once, so a
new bridge waits until an orphan is gone before it looks at what was left half done.
"""

import logging
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from bridge.errors import FreshEarsError, JobCancelledError, JobError, LockFileError
from bridge.filelock import FileLock
from bridge.model import Progress
from bridge.plainlog import PlainFormatter
from bridge.worker.job_type import JobTypes
from bridge.worker.jobs import JOB_TYPES
from bridge.worker.passing import may_pass
from bridge.worker.priority import step_back
from bridge.worker.protocol import (
    LOCK_IS_HELD,
    LOCK_IS_ODD,
    CancelJob,
    Done,
    Failed,
    Progressed,
    Quit,
    Ready,
    RunJob,
    UseThreads,
    WorkerRequest,
    to_line,
    to_request,
)

log = logging.getLogger(__name__)

_PROGRESS_EVERY_S = 0.1
_ORPHAN_WAIT_S = 30.0


class Worker:
    """Does jobs one after the other; a second thread listens for what the bridge says meanwhile."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO, job_types: JobTypes) -> None:
        self._requests = requests
        self._answers = answers
        self._job_types = job_types
        self._queue: queue.SimpleQueue[RunJob | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._quitting = threading.Event()
        self._progress_s = 0.0

    def run(self) -> None:
        """Work until told to quit."""
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        self._say(Ready(os.getpid()))
        self._prepare()
        while (request := self._queue.get()) is not None:
            self._do(request)

    def _prepare(self) -> None:
        """Load what jobs need while nobody waits for it yet; what cannot be loaded is that job's own failure."""
        try:
            for job_type in self._job_types.values():
                if not self._queue.empty():  # somebody waits: a job loads what it needs itself
                    return
                job_type.prepare()
        except Exception:
            log.exception("not everything could be loaded")

    def _listen(self) -> None:
        for line in self._requests:
            try:
                request: WorkerRequest = to_request(line)
            except msgspec.DecodeError:
                log.warning("the bridge said something odd: %r", line[:200])
                continue
            if isinstance(request, RunJob):
                self._queue.put(request)
            elif isinstance(request, CancelJob):
                self._cancelled.add(request.job)
            elif isinstance(request, UseThreads):
                from bridge.engine.threads import budget  # the engine is loaded with the first job

                budget.allow(request.threads)
            elif isinstance(request, Quit):
                break
        self._quitting.set()
        self._queue.put(None)

    def _do(self, request: RunJob) -> None:
        def cancelled() -> bool:
            return self._quitting.is_set() or request.job in self._cancelled

        def progress(made: Progress) -> None:
            now_s = time.monotonic()
            if now_s - self._progress_s >= _PROGRESS_EVERY_S:
                self._progress_s = now_s
                self._say(Progressed(request.job, made.stage, made.fraction))

        try:
            if cancelled():
                raise JobCancelledError("cancelled before it began")
            job_type = self._job_types.get(request.kind)
            if job_type is None:
                raise JobError(f"this version of Fresh Ears has no job called {request.kind!r}")
            outcome = job_type.run_as_json(request.task, progress, cancelled)
        except JobCancelledError as error:
            self._say(Failed(request.job, str(error), cancelled=True))
        except FreshEarsError as error:
            self._say(Failed(request.job, str(error), may_pass=may_pass(error)))
        except MemoryError:
            reason = "not enough memory for this job; close other programs, then `freshears retry`"
            self._say(Failed(request.job, reason, may_pass=True))
        except Exception as error:
            log.exception("job %d (%s) broke", request.job, request.kind)
            reason = f"a fault in Fresh Ears ({type(error).__name__}: {error}); the log has more"
            self._say(Failed(request.job, reason, may_pass=may_pass(error)))
        else:
            self._say(Done(request.job, outcome))
        finally:
            self._cancelled.discard(request.job)

    def _say(self, answer: Ready | Progressed | Done | Failed) -> None:
        try:
            self._answers.write(to_line(answer))
            self._answers.flush()
        except (BrokenPipeError, ValueError):
            self._quitting.set()  # nobody listens any more


def _die_with_parent() -> None:
    """On Linux, ask the system to kill this process when the bridge dies (prctl(2), PR_SET_PDEATHSIG)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    parent = os.getppid()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        sys.exit(0)


def main(lock_path: Path, job_types: JobTypes = JOB_TYPES) -> NoReturn:
    """Run as the worker of the bridge that started this process; it does jobs of these types."""
    _die_with_parent()
    step_back(os.environ.get("FRESHEARS_PRIORITY", ""))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the bridge decides
    # The pipe is ours alone: whatever a library prints must not end up between the lines.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    to_terminal = logging.StreamHandler()
    to_terminal.setFormatter(PlainFormatter("worker: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_terminal])
    lock = FileLock(lock_path)
    deadline_s = time.monotonic() + _ORPHAN_WAIT_S
    try:
        while not lock.acquire():
            if time.monotonic() > deadline_s:
                log.error("another worker of this store does not end; give it a moment or end it by hand")
                sys.exit(LOCK_IS_HELD)
            time.sleep(0.05)
    except LockFileError as error:
        log.error("%s", error)  # noqa: TRY400 - the line says all
        sys.exit(LOCK_IS_ODD)
    Worker(sys.stdin.buffer, answers, job_types).run()
    lock.release()
    # Not sys.exit: threads of libraries may linger, and there is nothing left to tidy.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
