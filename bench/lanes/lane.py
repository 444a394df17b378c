"""What a long lane is: a number of tries in batches, each made from a seed, and what is counted as a failure."""

import random
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from bench.lanes.state import State

MOST_TEXT_CHARS = 4000


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that did not end as promised."""

    kind: str  # what makes two failures one: what was raised, and where
    text: str
    data: bytes = b""  # what was read; empty where it is no single input


@dataclass(slots=True)
class Batch:
    """What came of some tries."""

    done: int = 0
    failures: list[Failure] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)  # replaces what the batch before it said

    def count(self, name: str, much: float = 1) -> None:
        """Add to what is counted over the whole lane."""
        self.sums[name] = self.sums.get(name, 0) + much

    def peak(self, name: str, value: float) -> None:
        """Keep the largest of the whole lane."""
        self.peaks[name] = max(value, self.peaks.get(name, value))


Work = Callable[[int, int, random.Random], Batch]


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the tables in docs/reliability.md.

    Parameters
    ----------
    name
        As on the command line.
    what
        What is tried, as the table says it.
    goal
        How many make the lane complete.
    batch
        How many are tried between two moments at which the lane can be stopped.
    short
        How many `make test` tries; at most two seconds. 0: real processes take longer, and have tests of their own.
    opened
        Given a folder of its own, makes what does the work: `(first, count, rng) -> Batch`.
    result
        What the table says came of it.
    again
        Tries one kept input once more; None where a failure is not one input.
    """

    name: str
    what: str
    goal: int
    batch: int
    short: int
    opened: Callable[[Path], AbstractContextManager[Work]]
    result: Callable[[State], str]
    again: Callable[[Path, bytes], Failure | None] | None = None


def rng_of(lane: Lane, seed: int, first: int) -> random.Random:
    """Return the randomness of the batch that begins with try number ``first``: the same in every run."""
    return random.Random(f"{seed}/{lane.name}/{first}")


def failure_of(error: BaseException, data: bytes = b"") -> Failure:
    """Return an exception as a failure; those raised in the same line of ours are of one kind."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/bridge/" in frame.filename] or frames[-1:]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].name}" if ours else ""
    text = "".join(traceback.format_exception(error))[-MOST_TEXT_CHARS:]
    return Failure(f"{type(error).__name__} in {place}", text, data)
