"""Section contrast: the song's sections as loudness shows them.

A section is a stretch of time whose loudness stays about the same. The boundaries are those that explain the loudness
curve (one value a second) best by constant levels, with a price on every further boundary (optimal partitioning,
B. Jackson et al., 2005). Nothing here knows verses from choruses, and nothing is called an emotion.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.units import db_power, powers_db
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
