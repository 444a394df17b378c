"""Tries in a forked child with bounded memory: what ends the child is caught, its input kept, and the rest tried."""

import mmap
import os
import pickle
import resource
import signal
import struct
from collections.abc import Callable
from pathlib import Path

from bench.lanes.lane import Batch, Failure, failure_of

MORE_BYTES = 1 << 30  # ours: what one input may claim beside what the process holds already
MOST_PROCESSOR_S = 20.0  # then it counts as hanging
MOST_WALL_S = 300.0  # for what waits instead; the machine may be busy
_INDEX = struct.Struct("<q")

Attempt = Callable[[int, Batch], None]


def tried(count: int, attempt: Attempt, current: Path, *, at_end: Callable[[], None] = lambda: None) -> Batch:
    """Try ``count`` inputs; ``attempt`` is given the number of each, writes it to ``current``, and reads it.

    ``at_end`` is called in each child that comes to its end.
    """
    whole = Batch()
    with mmap.mmap(-1, _INDEX.size) as shared:
        at = 0
        while at < count:
            status = _in_child(at, count, attempt, shared, whole, at_end)
            reached = _INDEX.unpack(shared[: _INDEX.size])[0]
            whole.done += (reached if status else count) - at
            at = count
            if status:
                data = current.read_bytes() if current.exists() else b""
                whole.failures.append(Failure(_ended(status), f"try {reached} of this batch ended its process", data))
                whole.done += 1
                at = reached + 1
    return whole


def _in_child(
    first: int, count: int, attempt: Attempt, shared: mmap.mmap, whole: Batch, at_end: Callable[[], None]
) -> int:
    """Fork, try the inputs from ``first`` on, and return how the child ended."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        _child(first, count, attempt, shared, writes, at_end)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        while True:
            try:
                batch: Batch = pickle.load(pipe)
            except (EOFError, pickle.UnpicklingError):
                break
            whole.failures.extend(batch.failures)
            for name, much in batch.sums.items():
                whole.count(name, much)
            for name, value in batch.peaks.items():
                whole.peak(name, value)
    return os.waitpid(child, 0)[1]


def _child(
    first: int, count: int, attempt: Attempt, shared: mmap.mmap, writes: int, at_end: Callable[[], None]
) -> None:
    """Try, tell, and end; never returns."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)  # decoders complain there
        _bound_memory()
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the parent ends after this batch
        with os.fdopen(writes, "wb") as pipe:
            batch = Batch()
            for number in range(first, count):
                shared[: _INDEX.size] = _INDEX.pack(number)
                signal.setitimer(signal.ITIMER_PROF, MOST_PROCESSOR_S)
                signal.setitimer(signal.ITIMER_REAL, MOST_WALL_S)
                try:
                    attempt(number, batch)
                except BaseException as error:  # noqa: BLE001 - the lane's own fault, which nobody would hear of
                    batch.failures.append(failure_of(error, b"of the lane itself"))
                if batch.failures:
                    pickle.dump(batch, pipe)
                    pipe.flush()
                    batch = Batch()
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            at_end()
            pickle.dump(batch, pipe)
        code = 0
    finally:
        os._exit(code)


def _bound_memory() -> None:
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MORE_BYTES, held + MORE_BYTES))


def _ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the process ended with {code}"
    name = signal.Signals(-code).name
    return {"SIGPROF": "hangs (processor time)", "SIGALRM": "hangs (waits)"}.get(name, f"the process ended by {name}")
