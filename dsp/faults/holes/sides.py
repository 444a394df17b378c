"""Where a hole begins and ends, and how the sound stands beside it: does it end by itself, fade, or is it cut?"""

from dataclasses import dataclass

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.kernels import kernel

NEAR_S = 0.005
FAR_S = 0.05  # ours: one period of the lowest note (20 Hz); as much as the pass has at hand
SHORT_S = 0.00025  # ours: shorter than any ramp that is meant to keep from clicking
SMALLEST = 10 ** (-50 / 20)  # ours: under this a hole is not heard
STEEP = 0.05  # ours: of a straight fade of 20 ms the last 5 keep a quarter, of a note that dies away nothing
HEARD = 10 ** (-57 / 20)  # ours: what dies away is a few decibels over silence in its last 5 ms, what is faded is not
STEPS = 16.0  # ours: a wave of fewer steps is silent, and cut, whenever it comes near zero
HARD = 0.5  # ours: a sound that runs on has half of its level or of its slope in every quarter of a millisecond
HALF_HARD = 0.25  # ours: a ramp of a millisecond leaves less than that
KINK = 2.0  # ours: the bend at the hole, over the largest in the sound before; a wave cut near 0 shows by it alone
JUMP = 0.02  # ours: a ramp leads the wave to the value of the hole; a cut does so once in dozens of times
CLEAR_KINK, CLEAR_JUMP = 4.0, 0.1  # ours: a kink and a jump like this are no note's end and no note's beginning

QUIET, SOFT, FADED, CUT, CLEAR = range(-1, 4)


@dataclass(frozen=True, slots=True)
class Side:
    """One channel's sound beside a hole, time running towards it; levels are linear, full scale 1.0.

    ``near`` is of the last 5 ms, ``far`` of the last 50, ``past`` of 25 to 50 ms before.
    """

    near_peak: float
    far_peak: float
    highest: float  # of the last 50 ms, in the direction of the value that is held in the hole
    near_power: float
    past_power: float
    past_slope: float  # power of the first difference
    run_on: float  # largest level or slope of the last quarter of a millisecond, over that of the last 5
    jump: float  # from where the wave was heading to the value of the hole
    kink: float  # largest bend at the hole, over the largest of the last 5 ms
    equal: float  # share of equal neighbours
    step: float  # smallest difference of neighbours: what the wave is quantised to, at the most
    shared: float  # largest correlation with another channel, 0 to 1

    @property
    def grade(self) -> int:
        """How it ends: `QUIET` nothing was heard, `SOFT` by itself, `FADED` within milliseconds, `CUT`, `CLEAR`."""
        if self.far_peak < SMALLEST:
            return QUIET
        if self.near_peak < max(STEEP * self.far_peak, HEARD, STEPS * self.step):
            return SOFT
        if self.kink >= CLEAR_KINK and self.jump >= CLEAR_JUMP * self.near_peak:
            return CLEAR
        hard = self.run_on >= HARD or self.kink >= KINK
        if hard and self.jump >= JUMP * self.near_peak:
            return CUT
        return CUT if self.run_on >= HALF_HARD and self.jump >= CLEAR_JUMP * self.near_peak else FADED


class SideReader:
    """Reads the sides of holes out of planar signals of one rate."""

    def __init__(self, rate_hz: int) -> None:
        self.near = max(8, round(NEAR_S * rate_hz))
        self.far = max(16, round(FAR_S * rate_hz))
        self._short = max(2, round(SHORT_S * rate_hz))
        self._out = np.empty(12)

    def read(self, x: F32, channel: int, at: int, step: int, value: float) -> Side:
        """Read one side of a hole; all `far` columns must be there.

        Parameters
        ----------
        x : array
            Shape (channels, frames).
        channel : int
            The channel with the hole.
        at, step : int
            The column next to the hole, and -1 for what lies before it, 1 for what lies behind.
        value : float
            What the channel holds in the hole.

        Returns
        -------
        Side
            Its levels and how it was cut; all levels are 0.0 in silence.
        """
        _read(x, channel, at, step, self.near, self.far, self._short, value, self._out)
        return Side(*self._out.tolist())


@kernel
def _read(x: F32, channel: int, at: int, step: int, near: int, far: int, short: int, value: float, out: F64) -> None:
    """Fill in the fields of `Side`; ``at`` is the column next to the hole, ``step`` leads away from it."""
    near_peak = far_peak = highest = near_power = past_power = past_slope = 0.0
    level_short = level_near = slope_short = slope_near = usual = 0.0
    equal = 0
    least = 2.0
    middle = far // 2
    last = last_slope = 0.0
    for k in range(far):
        s = float(x[channel, at + step * k])
        far_peak = max(far_peak, abs(s))
        highest = max(highest, s if value >= 0.0 else -s)
        slope = last - s if k else 0.0
        if slope != 0.0:
            least = min(least, abs(slope))
        if k < near:
            near_peak = max(near_peak, abs(s))
            near_power += s * s
            level_near = max(level_near, abs(s - value))
            slope_near = max(slope_near, abs(slope))
            if k < short:
                level_short, slope_short = level_near, slope_near
            if k >= 2:
                usual = max(usual, abs(slope - last_slope))
            equal += k > 0 and slope == 0.0
        elif k >= middle:
            past_power += s * s
            past_slope += slope * slope
        last, last_slope = s, slope
    s0, s1 = float(x[channel, at]), float(x[channel, at + step])
    kink = max(abs(s1 - 2.0 * s0 + value), abs(s0 - value))
    shared = 0.0
    for other in range(x.shape[0]):
        if other != channel:
            own = theirs = both = 1e-20
            for k in range(far):
                a, b = float(x[channel, at + step * k]), float(x[other, at + step * k])
                own += a * a
                theirs += b * b
                both += a * b
            shared = max(shared, both * both / (own * theirs))
    out[0], out[1], out[2] = near_peak, far_peak, highest
    out[3], out[4], out[5] = near_power / near, past_power / (far - middle), past_slope / (far - middle)
    run_on = level_short / level_near if level_near > 0.0 else 0.0
    out[6] = max(run_on, slope_short / slope_near) if slope_near > 0.0 else run_on
    out[7] = abs(2.0 * s0 - s1 - value)
    out[8] = kink / max(usual, 1e-9)
    out[9] = equal / near
    out[10] = least
    out[11] = shared**0.5
