"""How a limiter's gain may move: the smoothest curve below a required gain, held through sustained reductions.

Kernels for minima over windows, exact running means and exponential release, and `GainShape`, which joins them
(steps 2 to 4 of `dsp.mastering.limiter.limiter`).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.kernels import kernel

MAX_CEILING_DBTP = 0.0
MIN_CEILING_DBTP = -40.0  # ours: room below any ceiling that is asked for, for rounding and for a decoder's peaks
RELEASED = 1e-6  # ours: a reduction of 0.00001 dB is none
CELLS_PER_S = 3_000  # ours: the sustain is found on the minima of a third of a millisecond


@dataclass(frozen=True, slots=True)
class LimiterSettings:
    """Ceiling in dBTP, times in seconds (see `dsp.mastering.limiter.limiter`), ``link`` 0 to 1.

    ``link`` 1.0 gives all channels the same gain, so that nothing moves in the stereo image; 0.0 each its own.
    Raises ValueError for values out of range.
    """

    ceiling_dbtp: float = -1.0
    fast_s: float = 0.001  # ours: heard as part of the attack; shorter dips add treble, longer ones cost contour
    gap_s: float = (
        0.0175  # ours: half a period of 29 Hz; a five-string bass ends at 31. Longer ones cost dense music contour
    )
    sustain_s: float = 0.3  # ours: the shortest note whose distortion is heard as such
    release_s: float = 0.06  # ours: below the 100 ms at which level changes turn into pumping
    attack_s: float = 0.004  # the sustained part alone; the fast part has fast_s
    link: float = 1.0

    def __post_init__(self) -> None:
        checks.in_range("ceiling_dbtp", self.ceiling_dbtp, MIN_CEILING_DBTP, MAX_CEILING_DBTP, " dBTP")
        checks.in_range("fast_s", self.fast_s, 0.0002, 0.02, " s")
        checks.in_range("gap_s", self.gap_s, 0.0, 0.1, " s")
        checks.in_range("sustain_s", self.sustain_s, 0.01, 2.0, " s")
        checks.in_range("release_s", self.release_s, 0.001, 2.0, " s")
        checks.in_range("attack_s", self.attack_s, 0.0005, 0.05, " s")
        checks.in_range("link", self.link, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Boxes:
    """Three running means in a row; together they weigh 2·reach + 1 values, reach on either side."""

    wide: int  # the first two
    last: int  # odd

    @classmethod
    def of(cls, values: float) -> "Boxes":
        """Return boxes whose means together reach about this many values."""
        wide = max(1, round((values + 2) / 3))
        last = max(1, round(values) + 2 - 2 * wide)
        return cls(wide, last + 1 - last % 2)

    @property
    def reach(self) -> int:
        """Return how many values on either side the three means together look at."""
        return (2 * self.wide + self.last - 3) // 2

    @property
    def unit(self) -> int:
        """Return the fixed-point 1.0 whose triple sum still fits 62 bits."""
        return 1 << (62 - math.ceil(math.log2(self.wide * self.wide * self.last)))


@kernel
def _means_kernel(values, wide, last, unit, line, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Three running means of values in 0..1, centred; sums of integers, so exact wherever they are begun."""
    n = values.size
    reach = (2 * wide + last - 3) // 2
    size = n + 2 * reach
    for i in range(size):
        line[i] = np.int64(values[min(max(i - reach, 0), n - 1)] * unit)
    for box in range(3):
        width = last if box == 2 else wide
        total = np.int64(0)
        for i in range(width - 1):
            total += line[i]
        size -= width - 1
        for i in range(size):
            first = line[i]
            total += line[i + width - 1]
            line[i] = total
            total -= first
    whole = unit * np.float64(wide) * np.float64(wide) * np.float64(last)
    for i in range(n):
        out[i] = np.float64(line[i]) / whole


@kernel
def _minima_kernel(values, width, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(out.size):
        lowest = values[i * width]
        for j in range(i * width + 1, (i + 1) * width):
            lowest = min(lowest, values[j])
        out[i] = lowest


@kernel
def _release_kernel(values, decay, state):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Peak follower with exponential release, in place."""
    for i in range(values.size):
        state = max(values[i], state * decay)
        if state < 1e-6:  # RELEASED
            state = 0.0
        values[i] = state


def smooth(values: NDArray[np.float64], boxes: Boxes) -> NDArray[np.float64]:
    """Return the smoothest curve of these boxes that is nowhere above ``values``.

    Parameters
    ----------
    values : array
        A gain per cell, 0 to 1.
    boxes : Boxes
        Widths of the three running means.

    Returns
    -------
    array
        As long as ``values``.
    """
    lowest = lowest_within(values, boxes.reach)
    out = np.empty(lowest.size)
    line = np.empty(lowest.size + 2 * boxes.reach, np.int64)
    _means_kernel(lowest, boxes.wide, boxes.last, float(boxes.unit), line, out)
    return out


def minima(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the minimum of every ``width`` values (numpy's own is slow over short axes).

    Parameters
    ----------
    values : array
        One-dimensional.
    width : int
        How many values at a time.

    Returns
    -------
    array
        One minimum for each full run of ``width`` values.
    """
    out = np.empty(values.size // width)
    _minima_kernel(values, width, out)
    return out


def lowest_within(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the minimum over ``reach`` values on either side, within the array.

    Minima over 2, 4, 8 ... values each come from two of the ones before; the last two overlap.

    Parameters
    ----------
    values : array
        One-dimensional.
    reach : int
        Values on either side.

    Returns
    -------
    array
        As long as ``values``.
    """
    width = 2 * reach + 1
    lowest = np.full(values.size + 2 * reach, np.inf)
    lowest[reach : reach + values.size] = values
    span = 1
    while 2 * span <= width:
        lowest = np.minimum(lowest[:-span], lowest[span:])
        span *= 2
    return np.asarray(np.minimum(lowest[: values.size], lowest[width - span : width - span + values.size]))


def highest(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return the maximum over ``reach`` values on either side, within the array.

    Parameters
    ----------
    values : array
        One-dimensional.
    reach : int
        Values on either side.

    Returns
    -------
    array
        As long as ``values``.
    """
    return -lowest_within(-values, reach)


@dataclass(frozen=True, slots=True)
class GainShape:
    """The settings' times in frames and cells at one rate."""

    cell: int
    gap: int
    sustain: int
    onset: Boxes
    fast: Boxes
    decay: float

    @classmethod
    def of(cls, settings: LimiterSettings, rate_hz: int) -> "GainShape":
        """Return the shape of the gain for a rate.

        Parameters
        ----------
        settings : LimiterSettings
            The limiter's.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        GainShape
            The shape in frames of this rate.
        """
        cell = max(1, round(rate_hz / CELLS_PER_S))
        cells_per_s = rate_hz / cell
        return cls(
            cell=cell,
            gap=round(settings.gap_s * cells_per_s / 2),
            sustain=round(settings.sustain_s * cells_per_s / 2),
            onset=Boxes.of(settings.attack_s * cells_per_s),
            fast=Boxes.of(settings.fast_s * rate_hz),
            decay=math.exp(-1.0 / (settings.release_s * cells_per_s)),
        )

    @property
    def wide(self) -> int:
        """Return the cells on either side that the sustain looks at."""
        return 2 * (self.gap + self.sustain + self.onset.reach) + 2

    def gain(
        self, need: NDArray[np.float64], state: NDArray[np.float64] | None = None, keep: int = 0
    ) -> NDArray[np.float64]:
        """Return the smooth gain below ``need`` without ``wide`` cells at either end (steps 2 to 4).

        ``state`` is the release's, one value; it is left as it is ``keep`` cells after its beginning.

        Parameters
        ----------
        need : array
            Highest gain allowed in each cell, 0 to 1.
        state : array or None
            The release's state, one value, or None at the beginning of a signal; changed in place.
        keep : int
            After how many cells the state is wanted.

        Returns
        -------
        array
            Gain per cell, 0 to 1.
        """
        edge = self.wide * self.cell
        inner = need[edge:-edge]
        sustained = self._sustained(1.0 - minima(need, self.cell), state, keep)
        if sustained is not None:
            # centres of the cells; the first one lies before the first frame
            centres = (np.arange(sustained.size) - 0.5) * self.cell - 0.5
            inner = np.minimum(inner, 1.0 - np.interp(np.arange(inner.size), centres, sustained))
        return smooth(inner, self.fast)

    def _sustained(
        self, cells: NDArray[np.float64], state: NDArray[np.float64] | None, keep: int
    ) -> NDArray[np.float64] | None:
        """Return the sustained reduction (steps 2 and 3) of the inner cells and one more on either side."""
        if not cells.any() and (state is None or state[0] == 0.0):
            return None
        closed = -highest(-highest(cells, self.gap), self.gap)
        opened = highest(-highest(-closed, self.sustain), self.sustain)
        first = self.wide - 1 - 2 * self.onset.reach
        held = opened[first : opened.size - first].copy()
        _release_kernel(held, self.decay, 0.0 if state is None else state[0])
        if state is not None:
            state[0] = held[keep - 1]
        if not held.any():
            return None
        onset = 2 * self.onset.reach
        return 1.0 - smooth(1.0 - held, self.onset)[onset : held.size - onset]


def gain_curve(need: NDArray[np.float64], rate_hz: int, settings: LimiterSettings) -> NDArray[np.float64]:
    """Return the limiter's gain for a required gain per frame, before the proof; nothing is over around it.

    Parameters
    ----------
    need : array
        Highest gain allowed in each frame, 0 to 1.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    settings : LimiterSettings
        Times and ceiling.

    Returns
    -------
    array
        Gain per frame, 0 to 1.
    """
    shape = GainShape.of(settings, rate_hz)
    edge = shape.wide * shape.cell
    rest = -need.size % shape.cell
    return shape.gain(np.pad(need, (edge, edge + rest), constant_values=1.0))[: need.size]
