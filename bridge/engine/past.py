"""What an earlier bounce of the same song tells of a new one: its speed, its level, its sides, what is gone.

Everything comes from what is kept of the earlier one: loudness and balance over time and the long-term spectrum. A mix
is changed from bounce to bounce, so only what no change of a mix explains is looked for.
"""

from math import log2

import numpy as np

from bridge.model import Analysis, EarlierBounce, PastRelation, Series, SpectrumCurve
from dsp.core.arrays import F64

GRID_S = 0.5  # the step of the balance curves
MOST_SHIFT_S = 30.0  # ours: a count-in that was cut off, silence that was added
LEAST_OVERLAP = 0.7  # ours: of the shorter one
SHORTEST_S = 15.0  # ours: shorter curves agree by chance
FLOOR_LUFS = -70.0  # the absolute gate of ITU-R BS.1770-5
AUDIBLE_LU = 25.0  # ours: what lies further under the loudest is pauses and tails
RATES_HZ = (22_050, 32_000, 44_100, 48_000, 88_200, 96_000)
SPEEDS = sorted({a / b for a in RATES_HZ for b in RATES_HZ if 0.45 < a / b < 2.2})
STEPS_PER_OCTAVE = 24  # of the kept spectrum
BAND_HZ = (60.0, 12_000.0)  # ours: where every song has something
SMOOTHED = 9  # steps: a third of an octave and a little
PART_DB = 12.0  # ours: a quarter of the amplitude: no equaliser of a mix does that over an octave
GAP_DB, GAP_S = 15.0, 2.0  # ours


def relation_to(analysis: Analysis, earlier: EarlierBounce) -> PastRelation | None:
    """Return how a bounce stands to an earlier one; None where either is too short or silent to tell.

    Parameters
    ----------
    analysis : Analysis
        Of the new bounce, with its curves.
    earlier : EarlierBounce
        What is kept of the earlier one.
    """
    if analysis.curves is None:
        return None
    old, new = _loudness(earlier.loudness, 1.0), _loudness(analysis.curves.momentary_lufs, 1.0)
    if min(len(old), len(new)) * GRID_S < SHORTEST_S or max(old.max(), new.max()) <= FLOOR_LUFS:
        return None
    fits = {speed: _fit(_loudness(earlier.loudness, speed), new) for speed in SPEEDS}
    speed = min(fits, key=lambda s: fits[s][1])
    bands = _bands(earlier.spectrum, analysis.curves.spectrum, 0)
    if speed != 1.0 and not _same_pitch_shift(earlier, analysis.curves.spectrum, speed, fits[1.0][1], fits[speed][1]):
        speed = 1.0
    shift, spread = fits[speed]
    before, after = _overlapping(_loudness(earlier.loudness, speed), new, shift)
    heard = before > before.max() - AUDIBLE_LU
    change = (after - before)[heard]
    level = float(np.median(change)) if len(change) else 0.0
    return PastRelation(
        speed=speed,
        spread_lu=spread,
        level_change_lu=level,
        swapped=_swapped(earlier.balance_db, analysis.curves.balance_db, speed, shift),
        gap_s=_gap(before, after - level, max(shift, 0)),
        lost_hz=_lost(bands),
        only_hz=_only(bands),
    )


def _loudness(series: Series, speed: float) -> F64:
    """Return a curve on the common grid, as it would be if the sound were played at ``speed`` times its own."""
    values = np.array([FLOOR_LUFS if v is None else max(v, FLOOR_LUFS) for v in series.values])
    return _on_grid(values, series, speed)


def _on_grid(values: F64, series: Series, speed: float) -> F64:
    if len(values) < 2:
        return np.zeros(0)
    end_s = (series.start_s + series.step_s * (len(values) - 1)) / speed
    at_s = series.start_s + series.step_s * np.arange(len(values))
    grid = np.arange(0.0, end_s, GRID_S)
    sampled: F64 = np.interp(grid * speed, at_s, values)
    return sampled


def _overlapping(old: F64, new: F64, shift: int) -> tuple[F64, F64]:
    """Return the parts of both that sound together when the new one begins ``shift`` steps later than the old one."""
    first_old, first_new = max(-shift, 0), max(shift, 0)
    count = max(0, min(len(old) - first_old, len(new) - first_new))
    return old[first_old : first_old + count], new[first_new : first_new + count]


def _fit(old: F64, new: F64) -> tuple[int, float]:
    """Return the shift at which two loudness curves run most alike, and how far apart they run there, in LU."""
    most = round(MOST_SHIFT_S / GRID_S)
    best = (0, float("inf"))
    for shift in range(-most, most + 1):
        before, after = _overlapping(old, new, shift)
        if len(before) < LEAST_OVERLAP * min(len(old), len(new)):
            continue
        heard = (before > before.max() - AUDIBLE_LU) & (after > after.max() - AUDIBLE_LU)
        if heard.sum() < SHORTEST_S / GRID_S / 2:
            continue
        change = (after - before)[heard]
        spread = float(np.median(np.abs(change - np.median(change)))) + float(np.mean(~heard))
        if spread < best[1]:
            best = (shift, spread)
    return best


def _bands(old: SpectrumCurve | None, new: SpectrumCurve | None, moved: int) -> tuple[F64, F64, F64]:
    """Return the centres where both have a level, and the two levels; the old one moved up by so many steps."""
    if old is None or new is None:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    count = min(len(old.level_db), len(new.level_db))
    within = range(max(0, moved), min(count, count + moved))
    steps = [n for n in within if BAND_HZ[0] < new.frequency_hz[n] < BAND_HZ[1]]
    floor = -140.0
    before = np.array([floor if (v := old.level_db[n - moved]) is None else v for n in steps])
    after = np.array([floor if (v := new.level_db[n]) is None else v for n in steps])
    return np.array([new.frequency_hz[n] for n in steps]), before, after


def _same_pitch_shift(
    earlier: EarlierBounce, spectrum: SpectrumCurve | None, speed: float, straight: float, fitted: float
) -> bool:
    """Tell whether the spectrum moved by as much as the time did: a tempo that was changed moves no pitch."""
    if not fitted < 0.4 * straight or not fitted < 1.0:
        return False

    def apart(moved: int) -> float:
        _, before, after = _bands(earlier.spectrum, spectrum, moved)
        return float(np.std(after - before)) if len(after) else float("inf")

    moved = round(log2(speed) * STEPS_PER_OCTAVE)
    return apart(moved) < 0.6 * apart(0)


def _swapped(old: Series | None, new: Series | None, speed: float, shift: int) -> bool:
    """Tell whether the image leans the other way all song long."""
    if old is None or new is None:
        return False
    before, after = _overlapping(_lean(old, speed), _lean(new, 1.0), shift)
    known = np.isfinite(before) & np.isfinite(after)
    if known.sum() * GRID_S < SHORTEST_S:
        return False
    before, after = before[known], after[known]
    kept, turned = float(np.sqrt(np.mean((after - before) ** 2))), float(np.sqrt(np.mean((after + before) ** 2)))
    leans_db = float(np.sqrt(np.mean(before**2)))
    return leans_db >= 0.5 and turned < 0.35 * kept


def _lean(series: Series, speed: float) -> F64:
    return _on_grid(np.array([np.nan if v is None else v for v in series.values]), series, speed)


def _gap(before: F64, after: F64, first: int) -> tuple[float, float] | None:
    """Return start and length in seconds of the longest stretch that is all but gone; None without one."""
    gone = (before > before.max() - AUDIBLE_LU) & (after < before - GAP_DB)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], gone, [False])).astype(np.int8)))
    spans = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    start, end = max(spans, key=lambda s: s[1] - s[0], default=(0, 0))
    length_s = (end - start) * GRID_S
    return ((start + first) * GRID_S, length_s) if length_s >= GAP_S else None


def _changes(bands: tuple[F64, F64, F64]) -> tuple[F64, F64, F64]:
    centres, before, after = bands
    if len(centres) < 3 * STEPS_PER_OCTAVE:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    kernel = np.full(SMOOTHED, 1.0 / SMOOTHED)
    power = [np.convolve(10 ** (level / 10), kernel, mode="valid") for level in (before, after)]
    level_before, level_now = (10 * np.log10(np.maximum(p, 1e-14)) for p in power)
    return centres[SMOOTHED // 2 : -(SMOOTHED // 2)], level_before, level_now - level_before


def _lost(bands: tuple[F64, F64, F64]) -> tuple[float, float] | None:
    """Return the range in Hz, an octave or more, that is all but gone while the rest is as it was; None without one."""
    centres, before, change = _changes(bands)
    if not len(change):
        return None
    change = change - np.median(change)
    gone = (change < -PART_DB) & (before > before.max() - 30.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], gone, [False])).astype(np.int8)))
    spans = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    start, end = max(spans, key=lambda s: s[1] - s[0], default=(0, 0))
    rest = change[~gone]
    if end - start < STEPS_PER_OCTAVE or np.median(np.abs(rest)) > 2.0:
        return None
    return float(centres[start]), float(centres[end - 1])


def _only(bands: tuple[F64, F64, F64]) -> tuple[float, float] | None:
    """Return the range in Hz that is left where most of all others are gone; None where that is not so."""
    centres, before, change = _changes(bands)
    if not len(change):
        return None
    there = before > before.max() - 40.0
    left = there & (change > -3.0)
    if not left.any() or np.mean(change[there] < -PART_DB) < 0.5 or np.any(change[there] > 3.0):
        return None
    at = np.flatnonzero(left)
    return float(centres[at[0]]), float(centres[at[-1]])
