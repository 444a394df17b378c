"""Micro-benchmarks, a file for each source of `dsp` that has kernels, of the same name: `python -m bench kernels`.

Each file says which kernels it measures and what work of the public function beside them leads to them. The work is
done once while their arguments are noted; then a kernel alone is called again and again on what it was given.
"""

import importlib
import pkgutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.document import table
from bridge.demo import compose

SECONDS, QUICK_S = 10.0, 2.0
_ROUNDS = 15


@dataclass(frozen=True)
class Signal:
    """What the kernels are fed with: music, shape (frames, 2), with flat tops, a hole and a click to be found."""

    audio: NDArray[np.float64]
    rate_hz: int = 44_100


class Bench(Protocol):
    """What each file beside this one holds."""

    SOURCE: ModuleType
    KERNELS: tuple[str, ...]

    @staticmethod
    def work(signal: Signal) -> None:
        """Do something that calls all the kernels."""


@dataclass(frozen=True)
class Timed:
    """One kernel: what it was given, and how long a call took (median), in seconds."""

    source: str
    kernel: str
    values: int
    call_s: float


def signal_of(seconds: float) -> Signal:
    """Return the demo's song, a little too loud, with a hole and a click in it."""
    rate_hz = 44_100
    audio = compose(rate_hz).mix[: round(seconds * rate_hz)]
    audio = np.ascontiguousarray(np.clip(audio * (1.4 / np.abs(audio).max()), -1.0, 1.0))
    middle = len(audio) // 2
    audio[middle : middle + 400] = 0.0
    audio[middle // 2] += 0.3
    return Signal(audio, rate_hz)


def benches() -> list[ModuleType]:
    """Return the files beside this one."""
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def noted(source: ModuleType, kernel: str, work: Callable[[], None]) -> tuple[Any, ...]:
    """Return the largest arguments a kernel is called with while some work is done.

    Raises
    ------
    LookupError
        The work does not lead to it.
    """
    real = getattr(source, kernel)
    calls: list[tuple[Any, ...]] = []

    def note(*given: Any) -> Any:
        kept = tuple(value.copy() if isinstance(value, np.ndarray) else value for value in given)
        if not calls or _size(kept) > _size(calls[0]):
            calls[:] = [kept]
        return real(*given)

    setattr(source, kernel, note)
    try:
        work()
    finally:
        setattr(source, kernel, real)
    if not calls:
        raise LookupError(f"{source.__name__}.{kernel} is not called by the work of its benchmark")
    return calls[0]


def measure(bench: ModuleType, signal: Signal, rounds: int = _ROUNDS) -> list[Timed]:
    """Return how long each kernel of a file takes; what it was given is copied anew for each call, off the clock."""
    timed = []
    for kernel in bench.KERNELS:
        given = noted(bench.SOURCE, kernel, lambda: bench.work(signal))
        function = getattr(bench.SOURCE, kernel)
        taken = []
        for _ in range(rounds):
            fresh = tuple(value.copy() if isinstance(value, np.ndarray) else value for value in given)
            begin = time.perf_counter()
            function(*fresh)
            taken.append(time.perf_counter() - begin)
        timed.append(Timed(bench.SOURCE.__name__, kernel.strip("_"), _size(given), statistics.median(taken)))
    return timed


def run(*, quick: bool = False) -> str:
    """Measure every kernel and return the table."""
    signal = signal_of(QUICK_S if quick else SECONDS)
    rows = [
        [
            f"{one.source}.{one.kernel}",
            f"{one.values:,}",
            f"{1e6 * one.call_s:,.0f}",
            f"{1e9 * one.call_s / one.values:.2f}",
        ]
        for bench in benches()
        for one in measure(bench, signal, 3 if quick else _ROUNDS)
    ]
    return table(["kernel", "values given", "µs a call", "ns a value"], rows)


def _size(given: tuple[Any, ...]) -> int:
    return max(1, *(value.size for value in given if isinstance(value, np.ndarray)))
