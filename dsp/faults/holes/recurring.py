"""Holes that come again: those of a sample or a loop are there each time it is played, the same sound on both sides."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from dsp.core.arrays import F32
from dsp.faults.bursts import BreakWaves

if TYPE_CHECKING:
    from dsp.faults.holes.runs import Run

LONGEST_S = 0.05  # ours: both sides are at hand; longer holes of all channels are no faults


class RunWaves:
    """Keeps the wave on both sides of short runs, and tells which come again with both.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz.
    """

    def __init__(self, rate_hz: int) -> None:
        self._beginnings, self._ends = BreakWaves(rate_hz), BreakWaves(rate_hz)
        self._longest = round(LONGEST_S * rate_hz)

    def add(self, run: "Run", x: F32, start: int, end: int) -> None:
        """Keep a run of silence, if it is not too long.

        Parameters
        ----------
        run : Run
            A run that has ended.
        x : array
            Its channel, shape (frames,).
        start, end : int
            Its first column there, and the one behind it.
        """
        # Frozen values are alike by what they hold, whatever sounds beside them: only of silence does it say a thing.
        if run.value != 0.0 or end - start > self._longest or self._ends.is_full:
            return
        reach = self._ends.reach_frames
        # Beside nothing but silence: the other edge of a short run would be taken for sound that comes again.
        first = max(start - reach, 0)
        before = np.concatenate((x[first:start], np.zeros(reach, np.float32)))
        after = np.concatenate((np.zeros(reach, np.float32), x[end : end + reach]))
        self._beginnings.add(run.start, before, start - first)
        self._ends.add(run.end, after, reach)

    def mark(self, runs: Iterable["Run"]) -> None:
        """Set ``recurs`` of the runs that come again.

        Parameters
        ----------
        runs : iterable of Run
            All of a signal.
        """
        beginnings, ends = set(self._beginnings.recurring().tolist()), set(self._ends.recurring().tolist())
        for run in runs:
            run.recurs = run.start in beginnings and run.end in ends
