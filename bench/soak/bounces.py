"""Ten thousand bounces through one running bridge, one after the other: does it get slower, or grow?"""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.sounds import Sounds
from bridge.model.events import BounceJudged
from tests.app.bridge_process import BridgeProcess

_SONGS = 100
_SETTLE_S = 0.1
_SLOWER = 1.2
_GROWN = 1.1


class Hundred(msgspec.Struct):
    """What the bounces of one batch cost."""

    first: int
    latency_s: float  # median, from the file's last byte to its verdict, waiting for it to settle taken off
    processor_s: float  # of bridge and worker together, for each
    bridge_mb: float
    worker_mb: float
    files: int
    threads: int


class Records:
    """The hundreds so far, in the lane's folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "hundreds.jsonl"

    def read(self) -> list[Hundred]:
        """Return them, the first first."""
        if not self._path.exists():
            return []
        return [msgspec.json.decode(line, type=Hundred) for line in self._path.read_bytes().splitlines()]

    def add(self, hundred: Hundred) -> None:
        """Keep one more."""
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(hundred) + b"\n")


class Running:
    """The bridge, and what it and its worker have cost."""

    def __init__(self, folder: Path) -> None:
        self.bridge = BridgeProcess(
            folder / "home", folder / "Bounces", settle_s=_SETTLE_S, extra="[page]\nenabled = false\n"
        ).start()
        self._process = psutil.Process(self.bridge.process.pid)

    def land(self, number: int, data: bytes) -> float:
        """Put a bounce down; return how long its verdict took."""
        path = self.bridge.folder / f"Song {number % _SONGS} v{number // _SONGS + 1}.wav"
        path.write_bytes(data)
        began_s = time.monotonic()
        self.bridge.wait_for(BounceJudged, lambda event: event.bounce.path == str(path), timeout_s=600.0)
        return time.monotonic() - began_s - _SETTLE_S

    def worker(self) -> psutil.Process | None:
        """Return the worker, if there is one."""
        return next((child for child in self._process.children() if "worker" in " ".join(child.cmdline())), None)

    def processor_s(self) -> float:
        """Return what both have taken so far."""
        both = [self._process, *self._process.children()]
        return sum(sum(process.cpu_times()[:2]) for process in both)

    def hundred(self, first: int, latencies_s: list[float], processor_s: float) -> Hundred:
        """Return what is to be kept of a batch."""
        worker = self.worker()
        return Hundred(
            first,
            statistics.median(latencies_s),
            processor_s / len(latencies_s),
            self._process.memory_info().rss / 1e6,
            worker.memory_info().rss / 1e6 if worker else 0.0,
            self._process.num_fds(),
            self._process.num_threads(),
        )


@contextmanager
def _opened(folder: Path) -> Iterator[Work]:
    sounds, records, running = Sounds(), Records(folder), Running(folder)

    def work(first: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        before_s = running.processor_s()
        latencies_s = []
        for number in range(first, first + count):
            latencies_s.append(running.land(number, sounds.make(number, rng.uniform(0.5, 1.0))))
            batch.done += 1
        records.add(running.hundred(first, latencies_s, running.processor_s() - before_s))
        batch.failures.extend(_judged(records.read()))
        batch.last = _figures(records.read())
        return batch

    try:
        yield work
    finally:
        running.bridge.stop()


def _judged(hundreds: list[Hundred]) -> Iterator[Failure]:
    """Compare the last with the second (the first of a start loads and compiles)."""
    if len(hundreds) < 10:
        return
    early, late = hundreds[1], hundreds[-1]
    if late.processor_s > _SLOWER * early.processor_s:
        yield Failure("a bounce takes more processor time than at first", f"{early} {late}", b"")
    if late.files > early.files + 3 or late.threads > early.threads + 3:
        yield Failure("more files or threads", f"{early} {late}", b"")
    if late.bridge_mb > _GROWN * early.bridge_mb:
        yield Failure("the bridge grows", f"{early} {late}", b"")


def _figures(hundreds: list[Hundred]) -> dict[str, float]:
    """Return the newest figures beside the earliest."""
    early, late = hundreds[min(1, len(hundreds) - 1)], hundreds[-1]
    return {f"early {name}": getattr(early, name) for name in Hundred.__struct_fields__ if name != "first"} | {
        f"late {name}": getattr(late, name) for name in Hundred.__struct_fields__ if name != "first"
    }


def _result(state: State) -> str:
    def pair(name: str, form: str) -> str:
        return f"{state.last.get(f'early {name}', 0.0):{form}} → {state.last.get(f'late {name}', 0.0):{form}}"

    return (
        f"from the second hundred to the last: processor time a bounce {pair('processor_s', '.2f')} s, latency "
        f"{pair('latency_s', '.2f')} s (beside other work), bridge {pair('bridge_mb', '.0f')} MB, worker "
        f"{pair('worker_mb', '.0f')} MB, files {pair('files', '.0f')}, threads {pair('threads', '.0f')}"
    )


LANES = (
    Lane(
        "bounces",
        "Bounces of real content through one running bridge, one after the other, 100 songs",
        10_000,
        100,
        0,
        _opened,
        _result,
    ),
)
