"""Scales of the charts: where the ticks go, and which range of levels is shown."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.report.text import number
from bridge.text import clock

_TIME_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MOST_TICKS = 13
_AMPLITUDE_STEP_DB = 3.0
_RANGE_LU = 36.0  # ours: a song's verse and chorus fit; deeper silence may leave the chart at the bottom


@dataclass(frozen=True, slots=True)
class AxisTick:
    """A labelled place on an axis, ``at`` from 0 to 1; ``minor`` ones lose their label where there is little room."""

    at: float
    label: str
    minor: bool = False


def time_ticks(duration_s: float) -> tuple[AxisTick, ...]:
    """Return the ticks of a time axis from 0 to the duration; every second one is minor."""
    if duration_s <= 0:
        return ()
    step_s = next((s for s in _TIME_STEPS_S if duration_s / s < _MOST_TICKS), duration_s / 8)
    digits = 1 if step_s < 1 else 0
    count = int(duration_s / step_s + 1e-9)
    # The last label must not run out of the picture.
    return tuple(
        AxisTick(i * step_s / duration_s, clock(i * step_s, digits), minor=i % 2 == 1)
        for i in range(count + 1)
        if i * step_s <= duration_s * 0.985 or i == 0
    )


@dataclass(frozen=True, slots=True)
class LevelScale:
    """A vertical scale in dB or LU: ``low`` at the bottom, ``high`` at the top."""

    low: float
    high: float
    step: float

    def height_of(self, level: float) -> float:
        """Return the place of a level from 0 (bottom) to 1 (top), held inside the picture."""
        return min(1.0, max(0.0, (level - self.low) / (self.high - self.low)))

    def ticks(self) -> tuple[AxisTick, ...]:
        """Return the labelled levels."""
        first = math.ceil(self.low / self.step) * self.step
        digits = 0 if float(self.step).is_integer() else 1
        count = int((self.high - first) / self.step + 1e-9) + 1
        return tuple(
            AxisTick(self.height_of(first + i * self.step), number(first + i * self.step, digits), minor=i % 2 == 1)
            for i in range(count)
        )


def loudness_scale(levels: Iterable[float]) -> LevelScale:
    """Return a scale that shows the loud part of a song with some room above, in steps of 6 LU."""
    known = sorted(levels)
    if not known:
        return LevelScale(-48.0, -12.0, 6.0)
    high = math.ceil((known[-1] + 1.5) / 3) * 3
    quiet = known[len(known) // 50]  # the quietest 2 % are fades
    low = max(math.floor((quiet - 1.5) / 3) * 3, high - _RANGE_LU)
    return LevelScale(min(low, high - 12.0), high, 6.0 if high - low > 18 else 3.0)


def amplitude_top(peak: float) -> float:
    """Return the amplitude at the top of a waveform: at least full scale if the file goes over it."""
    if not math.isfinite(peak) or peak <= 0:
        return 1.0
    if peak > 1.0:
        return peak
    steps = math.ceil(20 * math.log10(peak) / _AMPLITUDE_STEP_DB - 0.02)  # a hair over a step does not need the next
    return max(peak, 10 ** (_AMPLITUDE_STEP_DB * max(steps, -16) / 20))
