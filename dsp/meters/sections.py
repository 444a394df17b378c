"""Section contrast: the song's sections as loudness shows them, and whether a master kept their proportions.

A section is a stretch of time whose loudness stays about the same. The boundaries are those that explain the loudness
curve (one value a second) best by constant levels, with a price on every further boundary (optimal partitioning,
B. Jackson et al., 2005). Nothing here knows verses from choruses, and nothing is called an emotion.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.units import db_power, power_db, powers_db
from dsp.meters.loudness import ABSOLUTE_GATE_LUFS, OFFSET_LU, Loudness, lufs

SHORTEST_S = 4.0  # ours: two bars at 120 bpm; less is a fill, not a section
SMALLEST_STEP_LU = 3.0  # ours: a step of 3 LU between two stretches of the shortest length is worth a boundary
FLOOR_LU = -30.0  # ours: how far under the integrated loudness a pause may pull; a rest is a rest at any depth
_MOST_STEPS = 3600  # ours: one a second for an hour; longer signals are looked at more coarsely, so cost stays bounded


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of time and its loudness (of its mean energy, ungated); ``-inf`` when it is silent."""

    start_s: float
    end_s: float
    level_lufs: float


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a signal, in order, and how they differ; all zero with fewer than two audible sections.

    ``contrast_lu`` is loudest minus quietest, ``spread_lu`` the standard deviation of the levels (weighted by
    duration), ``slope_lu_per_min`` the straight line through them (weighted by duration).
    """

    sections: tuple[Section, ...]
    contrast_lu: float
    spread_lu: float
    slope_lu_per_min: float


@dataclass(frozen=True, slots=True)
class ContrastKept:
    """How the loudness contour of one version follows that of another.

    ``slope`` and ``correlation`` are those of the straight line that gives the second version's short-term loudness
    from the first's: 1.0 and 1.0 when only the gain differs, a slope of 0.9 when a tenth of the contrast is gone.
    ``gain_lu`` is the mean difference. ``section_change_lu`` is, per section of the first version, how much louder it
    became than ``gain_lu`` says (NaN-free; 0.0 for silent sections).
    """

    slope: float
    correlation: float
    gain_lu: float
    section_change_lu: tuple[float, ...]


def find_sections(loudness: Loudness) -> Sections:
    """Return the sections of a measured signal; none under 1 s or in silence."""
    hops = loudness.hop_energy
    per_step = 10 * max(1, math.ceil(hops.size / (10 * _MOST_STEPS)))
    steps = hops.size // per_step
    if steps == 0 or not math.isfinite(loudness.integrated_lufs):
        return Sections((), 0.0, 0.0, 0.0)
    energy = hops[: steps * per_step].reshape(steps, per_step).mean(axis=1)
    floor = loudness.integrated_lufs + FLOOR_LU
    levels = OFFSET_LU + powers_db(np.maximum(energy, db_power(floor - OFFSET_LU)))
    step_s = per_step * loudness.hop_s
    edges = _partition(levels, max(1, math.ceil(SHORTEST_S / step_s)), step_s)
    ends_s = [edge * step_s for edge in edges[:-1]] + [loudness.duration_s]
    sections = tuple(
        Section(start * step_s, end_s, lufs(float(energy[start:stop].mean())))
        for start, stop, end_s in zip([0, *edges[:-1]], edges, ends_s, strict=True)
    )
    return Sections(sections, *_proportions(sections))


def _partition(levels: NDArray[np.float64], shortest: int, step_s: float) -> list[int]:
    """Return the ends of the stretches of constant level that cost least: squared deviations plus a price each."""
    count = levels.size
    # The price: what a smallest step between two shortest stretches saves, and more where the curve is restless (an
    # estimate of its variance from neighbouring values, times the log of the length, as in Schwarz's criterion).
    saved = 0.5 * (SHORTEST_S / step_s) * SMALLEST_STEP_LU**2
    restless = float(np.median(np.abs(np.diff(levels)))) / (0.6745 * math.sqrt(2.0)) if count > 1 else 0.0
    price = max(saved, 3.0 * restless**2 * math.log(count + 1))
    total = np.concatenate([[0.0], np.cumsum(levels - levels.mean())])
    squares = np.concatenate([[0.0], np.cumsum((levels - levels.mean()) ** 2)])
    best = np.full(count + 1, np.inf)
    best[0] = -price
    came_from = np.zeros(count + 1, np.int64)
    for stop in range(min(shortest, count), count + 1):
        starts = np.arange(0, max(stop - shortest, 0) + 1)
        deviation = squares[stop] - squares[starts] - (total[stop] - total[starts]) ** 2 / (stop - starts)
        cost = best[starts] + deviation + price
        choice = int(np.argmin(cost))
        best[stop], came_from[stop] = cost[choice], choice
    edges = [count]
    while (start := int(came_from[edges[0]])) > 0:
        edges.insert(0, start)
    return edges


def _proportions(sections: tuple[Section, ...]) -> tuple[float, float, float]:
    """Return contrast in LU, spread in LU and slope in LU per minute of the audible sections."""
    heard = [s for s in sections if s.level_lufs > ABSOLUTE_GATE_LUFS]
    if len(heard) < 2:
        return 0.0, 0.0, 0.0
    level = np.array([s.level_lufs for s in heard])
    weight = np.array([s.end_s - s.start_s for s in heard])
    middle_min = np.array([(s.start_s + s.end_s) / 120.0 for s in heard])
    level_mean, middle_mean = np.average(level, weights=weight), np.average(middle_min, weights=weight)
    moved = middle_min - middle_mean
    slope = float((weight * moved * (level - level_mean)).sum() / (weight * moved**2).sum())
    spread = math.sqrt(float(np.average((level - level_mean) ** 2, weights=weight)))
    return float(level.max() - level.min()), spread, slope


def contrast_kept(before: Loudness, after: Loudness, sections: Sections | None = None) -> ContrastKept:
    """Compare the loudness contours of two time-aligned versions of one song, a mix and its master.

    Parameters
    ----------
    before, after : the loudness of the two; compared over the shorter length, wherever both are above -70 LUFS and
        ``before`` is within 30 LU of its integrated loudness (fades and pauses say nothing about contrast).
    sections : the sections of ``before``; found when not given.

    Too short or too constant for a line, slope and correlation are 1.0.
    """
    size = min(before.short_term_lufs.size, after.short_term_lufs.size)
    x, y = before.short_term_lufs[:size], after.short_term_lufs[:size]
    used = (x > max(ABSOLUTE_GATE_LUFS, before.integrated_lufs + FLOOR_LU)) & (y > ABSOLUTE_GATE_LUFS)
    x, y = x[used], y[used]
    if x.size == 0:
        return ContrastKept(1.0, 1.0, 0.0, ())
    gain = float(np.mean(y - x))
    slope, correlation = _line(x - x.mean(), y - y.mean())
    found = sections or find_sections(before)
    changes = tuple(_section_change(s, before, after, gain) for s in found.sections)
    return ContrastKept(slope, correlation, gain, changes)


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    xx, yy, xy = float(x @ x), float(y @ y), float(x @ y)
    if xx < 1e-9 * x.size or yy < 1e-9 * x.size:  # a constant contour has no contrast to lose
        return 1.0, 1.0
    return xy / xx, xy / math.sqrt(xx * yy)


def _section_change(section: Section, before: Loudness, after: Loudness, gain_lu: float) -> float:
    hops = slice(round(section.start_s / before.hop_s), max(1, round(section.end_s / before.hop_s)))
    was, now = before.hop_energy[hops], after.hop_energy[hops]
    if was.size == 0 or now.size == 0 or was.mean() <= 0.0 or now.mean() <= 0.0:
        return 0.0
    return power_db(float(now.mean())) - power_db(float(was.mean())) - gain_lu
