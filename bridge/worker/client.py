"""The bridge's end of the worker process: start, ask, hear, cancel, end.

Knows nothing of the store and decides nothing: what it hears goes to `on_message`, from its own thread.
"""

import io
import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import msgspec
from msgspec import Raw

from bridge.worker.launching import WORKER, launch
from bridge.worker.protocol import (
    LOCK_IS_HELD,
    LOCK_IS_ODD,
    CancelJob,
    Died,
    Done,
    Failed,
    Quit,
    Ready,
    RunJob,
    UseThreads,
    WorkerMessage,
    WorkerRequest,
    to_line,
    to_message,
)

log = logging.getLogger(__name__)

_KILLED_S = 1.0  # ours: a process that was killed ends at once
_LONGEST_LINE_BYTES = 4096  # ours: of what is only logged


class WorkerClient:
    """One worker process at a time, started when it is first needed.

    Parameters
    ----------
    lock_path
        File the worker locks; see `bridge.worker.process`.
    on_message
        Called with everything the worker says, and with `Died` when it ends unasked.
    module
        What the process runs; another one does other kinds of jobs.
    launched
        A process that was launched ahead, for the first start; whoever launched it ends it where it is not used.
    """

    def __init__(
        self,
        lock_path: Path,
        on_message: Callable[[WorkerMessage], None],
        module: str = WORKER,
        launched: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._lock_path = self._first_lock_path = lock_path
        self._left = 0
        self._on_message = on_message
        self._module = module
        self._launched = launched
        self._process: subprocess.Popen[bytes] | None = None
        self._job = 0
        self._threads = 0  # as many as the worker takes by itself
        self._lock = threading.Lock()
        self.is_ready = False

    @property
    def is_alive(self) -> bool:
        """Tell whether a worker process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def job(self) -> int:
        """Return the number of the job it does, 0 for none."""
        return self._job

    def start(self) -> None:
        """Start the process if none runs; it loads its kernels while the bridge goes on."""
        if self.is_alive:
            return
        self.is_ready = False
        self._job = 0
        launched, self._launched = self._launched, None
        if launched is None or launched.poll() is not None:
            launched = launch(self._lock_path, self._module)
        self._process = launched
        threading.Thread(target=_log_errors, args=(self._process,), name="worker's errors", daemon=True).start()
        threading.Thread(target=self._listen, args=(self._process,), name="worker", daemon=True).start()
        if self._threads:
            self._send(UseThreads(self._threads))

    def run(self, job: int, kind: str, params: str) -> None:
        """Ask for a job; ``params`` is its task, valid JSON. The caller asks for one at a time."""
        self.start()
        self._job = job
        # A line is a message: outside of a JSON text's strings, and nowhere else, a line's end may stand for a space.
        task = Raw(params.replace("\r", " ").replace("\n", " ").encode())
        self._send(RunJob(job, kind, task))

    def use_threads(self, threads: int) -> None:
        """Let it compute in so many threads, 0: as many as usual; from the next block on, and in later processes."""
        if threads != self._threads:
            self._threads = threads
            self._send(UseThreads(threads))

    def cancel(self, job: int) -> None:
        """Ask to give up a job; a `Failed` with `cancelled` follows."""
        self._send(CancelJob(job))

    def kill(self) -> None:
        """End the process at once; `Died` follows."""
        if self._process is not None:
            self._process.kill()

    def leave(self) -> None:
        """Give up a process that was killed and whose drive does not let it end; the next one has a lock of its own.

        It runs nothing of ours any more, and holds its lock until the drive answers.
        """
        self._process = None
        self._left += 1
        self._lock_path = self._first_lock_path.with_name(f"{self._first_lock_path.name}.{self._left}")

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the process in good order, by force if it does not hear."""
        process, self._process = self._process, None
        if process is None:
            return
        with self._lock:
            try:
                if process.stdin is not None:
                    process.stdin.write(to_line(Quit()))
                    process.stdin.close()
            except (OSError, ValueError):  # broken, or closed by the thread that saw its end
                log.debug("the worker was gone already")
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            with suppress(subprocess.TimeoutExpired):  # the system lets nobody end who waits for a drive that hangs
                process.wait(_KILLED_S)

    def _send(self, request: WorkerRequest) -> None:
        with self._lock:
            try:
                if self._process is not None and self._process.stdin is not None:
                    self._process.stdin.write(to_line(request))
            except (OSError, ValueError):  # broken, or closed by the thread that saw its end
                log.debug("the worker is gone; its end is reported by its own thread")

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with _buffered(process.stdout) as lines:
            for line in iter(lines.readline, b""):
                try:
                    message = to_message(line)
                except msgspec.DecodeError:
                    log.warning("the worker said something odd: %r", line[:200])
                    continue
                if isinstance(message, Ready):
                    self.is_ready = True
                if isinstance(message, Done | Failed):
                    self._job = 0
                self._on_message(message)
        code = process.wait()
        with self._lock, suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        if self._process is process:  # not asked to stop: it died
            job, self._job = self._job, 0
            self._on_message(Died(job, _death(code, self._lock_path)))


def _log_errors(process: subprocess.Popen[bytes]) -> None:
    """Put into the log what the process and its libraries say to nobody in particular: a traceback, warnings."""
    if process.stderr is None:
        return
    with _buffered(process.stderr) as lines:
        for line in iter(lambda: lines.readline(_LONGEST_LINE_BYTES), b""):
            text = line.decode("utf-8", "backslashreplace").rstrip()
            if text:
                log.warning("the worker: %s", text)


def _buffered(pipe: IO[bytes]) -> io.BufferedReader:
    """Return a pipe that is read in pieces: without it a line of a quarter of a megabyte is as many calls."""
    return io.BufferedReader(cast("io.RawIOBase", pipe))


def _death(code: int, lock_path: Path) -> str:
    if code == LOCK_IS_HELD:
        return "another worker of this store does not end"
    if code == LOCK_IS_ODD:
        return f"{lock_path} is no lock file of ours (move it away)"
    if code < 0:
        return f"the worker process was ended by signal {-code}"
    return f"the worker process ended with exit code {code}"
