"""From runs of single channels to holes of the sound: what belongs together, how it was cut, what keeps time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.faults.events import FaultEvent
from dsp.faults.holes.runs import Run
from dsp.faults.holes.sides import QUIET, SMALLEST, Side

LEVEL_DB = 10.0  # ours: before and after
BEATS = 8  # ours: faults do not keep time for so long, buffers apart
FEW_BEATS = 4  # ours: so many suffice where it could have been meant at each of them
BEAT_S = 0.3  # ours: a gate's steps are sixteenths or shorter
BEAT_JITTER, LENGTH_JITTER = 0.02, 0.05


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole in one or more channels; ``before`` and ``after`` are grades of `Side`, None at the file's own ends.

    ``lone``: another channel plays on; ``alike``: as loud behind it as before; ``heard``: loud on both sides up to the
    last 5 ms; ``shared``: how much the channel had in common with another that plays on, 0 to 1;
    ``recurs``: it comes again with the sound on both sides of it.
    """

    start: int
    end: int
    channels: tuple[int, ...]
    before: int | None
    after: int | None
    lone: bool
    frozen: bool
    alike: bool
    heard: bool
    shared: float
    level: float  # peak of the last 5 ms before it
    recurs: bool = False

    @property
    def length(self) -> int:
        """Length in frames."""
        return self.end - self.start

    @property
    def grade(self) -> int:
        """The lesser of the two grades."""
        return min(g for g in (self.before, self.after) if g is not None)

    def event(self, rate_hz: int) -> FaultEvent:
        """Return it as an event; severity: seconds."""
        return FaultEvent(self.start, self.length, self.channels, self.length / rate_hz)


def holes_of(runs: Sequence[Run]) -> list[Hole]:
    """Return the holes that runs make up: those of several channels at once are one, those of one channel their own.

    Parameters
    ----------
    runs : sequence of Run
        In order of their start.

    Returns
    -------
    list of Hole
        In order of time.
    """
    groups: list[list[Run]] = []
    recent: list[list[Run]] = []
    for run in runs:
        recent = [g for g in recent if max(r.end for r in g) > run.start]
        home = next((g for g in recent if _together(g, run)), None)
        if home is None:
            home = []
            groups.append(home)
            recent.append(home)
        home.append(run)
    return [_hole(group) for group in groups]


def _together(group: list[Run], run: Run) -> bool:
    """Say whether a run is the same hole in another channel: alone or not like the others, and half of it shared."""
    first = group[0]
    if run.lone != first.lone or any(r.channel == run.channel for r in group):
        return False
    if (run.before is None) != (first.before is None) or (run.after is None) != (first.after is None):
        return False
    overlap = min(run.end, first.end) - max(run.start, first.start)
    return 2 * overlap > max(run.length, first.length)


def _hole(runs: list[Run]) -> Hole:
    before = [r.before for r in runs if r.before is not None]
    after = [r.after for r in runs if r.after is not None]
    near = [sum(s.near_power for s in sides) for sides in (before, after)]
    peaks = [max((s.near_peak for s in sides), default=1.0) for sides in (before, after)]
    return Hole(
        start=min(r.start for r in runs),
        end=max(r.end for r in runs),
        channels=tuple(sorted(r.channel for r in runs)),
        before=_grade(before),
        after=_grade(after),
        lone=runs[0].lone,
        frozen=any(r.value != 0.0 for r in runs),
        alike=not before or not after or max(near) <= min(near) * 10 ** (LEVEL_DB / 10),
        heard=min(peaks) >= SMALLEST,
        level=peaks[0] if before else 0.0,
        shared=min(max(s.shared for s in sides) for sides in (before, after) if sides) if before or after else 0.0,
        recurs=all(r.recurs for r in runs),
    )


def _grade(sides: list[Side]) -> int | None:
    """Return the clearest grade of all channels: what is cut in one is cut in all that stop with it."""
    return max((s.grade for s in sides), default=QUIET) if sides else None


def in_rhythm(holes: Sequence[Hole], rate_hz: int, beats: int = BEATS, slowest_s: float = BEAT_S) -> NDArray[np.bool_]:
    """Say which holes are of a run of ``beats`` or more of one length at one distance, faster than a beat.

    Parameters
    ----------
    holes : sequence of Hole
        In order of time.
    rate_hz : int
        Sample rate in Hz.
    beats : int
        How many make a rhythm.
    slowest_s : float
        The longest distance of two, in seconds.

    Returns
    -------
    array
        One truth a hole.
    """
    rhythmic = np.zeros(len(holes), bool)
    if len(holes) < beats:
        return rhythmic
    starts = np.array([h.start for h in holes])
    lengths = np.array([h.length for h in holes])
    steps = np.diff(starts)
    jitter = 1 + 0.0005 * rate_hz
    steady = (np.abs(np.diff(steps, prepend=steps[0])) <= BEAT_JITTER * steps + jitter) & (steps <= slowest_s * rate_hz)
    steady &= np.abs(np.diff(lengths)) <= LENGTH_JITTER * lengths[1:] + jitter
    edges = np.flatnonzero(np.diff(np.concatenate(([False], steady, [False])).astype(np.int8)))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if last - first + 1 >= beats:
            # The step before the first steady one begins the run.
            rhythmic[max(first - 1, 0) : last + 1] = True
    return rhythmic
