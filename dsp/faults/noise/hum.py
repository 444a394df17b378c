"""Mains hum: lines at 50 or 60 Hz and their multiples that stand still under everything.

In the quietest seconds of a signal hum lies open. Its lines are as narrow as a second allows, lie at exact multiples of
one frequency near that of the mains, hold their level within the second, have the same level in every second, and are
missing in none that is quiet enough to show them. A bass note does at most the first three.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64
from dsp.faults.excerpts import Excerpt, ExcerptDetector, Excerpts

Bools = NDArray[np.bool_]

MAINS_HZ = (50, 60)
MULTIPLES = 10  # ours: above 600 Hz buzz is little and music much
DRIFT = 0.003  # European and American grids keep within 0.4 %; in a song far less
NEAR_HZ = 0.3  # ours: how exactly a line 10 dB over its surroundings is placed in a second
STANDS_DB = 10.0  # ours: over the median of its surroundings
SIDE_HZ = (4, 14)  # ours: the surroundings, on both sides
STEADY_DB = 2.0  # ours: the first against the second half of a second
LEVEL_DB = 3.0  # ours: one second against another
MISSING = 0.25  # ours: of the seconds may lack a line: of a hum that is faded out with its song
QUIETEST_DBFS = -75.0  # ours: of all lines together; less is not heard under anything
UNDER_DB = 12.0  # ours: under the song; a tone of 50 Hz on its own is the sound itself
OPEN_DB = 10.0  # ours: so far under the song lies its quietest second, or nothing lies open in it
HELD_DB = 1.5  # ours: music over a line rarely leaves it at its level
HELD = 8  # ours: times that the lines of the clearest second are found at their level in all seconds
ONE_SECOND_LINES = 3  # ours: lines that make it sure in a single second
LINES = 2  # ours: in several, or in one where the others hold their level


@dataclass(frozen=True, slots=True)
class Hum:
    """Mains hum: frequency of the mains, level of all lines together (RMS, dBFS), how many there are, and where.

    ``start_frame`` is the quietest of the seconds in which it lies open.
    """

    mains_hz: int
    level_dbfs: float
    lines: int
    start_frame: int


@dataclass(frozen=True, slots=True)
class _Lines:
    """What is at the multiples of one frequency in every second, shape (seconds, multiples); NaN where no line is."""

    level_db: F64
    off: F64  # relative to the multiple
    floor_db: F64
    here_db: F64  # line or not


class HumDetector(ExcerptDetector[Hum | None]):
    """Finds mains hum in the quietest seconds; None without it, and in signals shorter than a second."""

    VERSION = 1

    @staticmethod
    def look(excerpts: Excerpts) -> Hum | None:
        """Look at the quietest seconds."""
        rate_hz = excerpts.rate_hz
        kept = [e for e in excerpts.quiet if len(e.audio) >= rate_hz]
        if not kept:
            return None
        starts, seconds = [e.start_frame for e in kept], [e.audio[:rate_hz] for e in kept]
        window = np.hanning(rate_hz).astype(np.float32)
        spectra = [_spectrum(second, window) for second in seconds]
        found = [_hum(_lines(seconds, spectra, mains), mains, starts) for mains in MAINS_HZ]
        loudest = max(map(_level_dbfs, (*kept, *excerpts.spread)))
        if min(map(_level_dbfs, kept)) > loudest - OPEN_DB:
            return None
        under = [hum for hum in found if hum is not None and hum.level_dbfs <= loudest - UNDER_DB]
        return max(under, key=lambda hum: hum.level_dbfs, default=None)


def _level_dbfs(excerpt: Excerpt) -> float:
    return _db(float(np.sqrt(np.mean(np.square(excerpt.audio), dtype=np.float64))))


def _spectrum(audio: F32, window: F32) -> F64:
    """Return the RMS of a sine in every hertz of a second, in the louder channel."""
    most = (MULTIPLES + 1) * max(MAINS_HZ)
    columns = [np.abs(np.fft.rfft(audio[:, c] * window)[:most]) for c in range(audio.shape[1])]
    level: F64 = np.max(columns, axis=0) * (np.sqrt(2.0) / window.sum())
    return level


def _is_steady(audio: F32, hz: float) -> bool:
    """Return whether a line has one level in both halves of a second, in the channel where it is louder."""
    frames = len(audio) // 2
    turn = np.hanning(frames) * np.exp(-2j * np.pi * hz / len(audio) * np.arange(frames))
    first, last = (np.abs(half.T @ turn) for half in (audio[:frames], audio[frames : 2 * frames]))
    channel = int(np.argmax(first + last))
    return abs(_db(first[channel]) - _db(last[channel])) <= STEADY_DB


def _lines(seconds: list[F32], spectra: list[F64], mains_hz: int) -> _Lines:
    shape = (len(spectra), MULTIPLES)
    lines = _Lines(*(np.full(shape, np.nan) for _ in range(4)))
    for second, whole in enumerate(spectra):
        for number in range(MULTIPLES):
            exact = (number + 1) * mains_hz
            reach = max(1, round(exact * DRIFT))
            at = exact - reach + int(np.argmax(whole[exact - reach : exact + reach + 1]))
            near, far = SIDE_HZ
            around = np.concatenate((whole[at - far : at - near], whole[at + near + 1 : at + far + 1]))
            floor = _db(np.median(around))
            lines.floor_db[second, number] = floor
            lines.here_db[second, number] = _db(whole[at])
            hz = _exact_hz(whole, at)
            if (
                hz is not None
                and abs(hz - exact) <= max(NEAR_HZ, exact * DRIFT)
                and _db(whole[at]) >= floor + STANDS_DB
                and _is_steady(seconds[second], hz)
            ):
                lines.level_db[second, number] = _db(whole[at])
                lines.off[second, number] = hz / exact - 1.0
    return lines


def _exact_hz(spectrum: F64, at: int) -> float | None:
    """Return where a sine under a Hann window lies whose largest bin is this one; None where the bins are no sine's."""
    low, peak, high = (float(v) for v in spectrum[at - 1 : at + 2])
    if peak < max(low, high) or peak == 0.0:
        return None
    ratio = max(low, high) / peak
    shift = (2.0 * ratio - 1.0) / (1.0 + ratio)
    # Three bins away a Hann window has fallen by 25 dB at least, wherever in the bin the sine lies.
    if max(spectrum[at - 3], spectrum[at + 3]) > 0.2 * peak:
        return None
    return at + (shift if high > low else -shift)


def _hum(lines: _Lines, mains_hz: int, starts: list[int]) -> Hum | None:
    number = np.arange(1, MULTIPLES + 1)
    there = np.isfinite(lines.level_db)
    if there.sum() < LINES:
        return None
    # All lines are multiples of one frequency: the median of the most exact, which are the highest.
    weight = np.where(there, number[None, :], 0)
    off = _weighted_median(lines.off[there], weight[there])
    there &= np.abs(lines.off - off) * number * mains_hz <= NEAR_HZ
    levels = np.full(MULTIPLES, np.nan)
    for k in range(MULTIPLES):
        levels[k] = _standing(lines.level_db[:, k], lines.floor_db[:, k], lines.here_db[:, k], there[:, k])
    kept = np.isfinite(levels)
    there &= kept & (np.abs(lines.level_db - levels) <= LEVEL_DB)
    in_second = there.sum(axis=1)
    held = (np.abs(lines.here_db - levels) <= HELD_DB)[:, there[np.argmax(in_second)]].sum()
    several = (in_second >= LINES).sum() >= 2 or (in_second.max() >= LINES and held >= HELD)
    if not several and in_second.max() < ONE_SECOND_LINES:
        return None
    level = float(10 * np.log10(np.sum(10 ** (levels[kept] / 10))))
    if level < QUIETEST_DBFS:
        return None
    return Hum(mains_hz, level, int(kept.sum()), starts[int(np.argmax(in_second))])


def _standing(level_db: F64, floor_db: F64, here_db: F64, there: Bools) -> float:
    """Return the level of a line as its clearest second shows it, NaN where it is missing in others."""
    if not there.any():
        return float("nan")
    level = float(level_db[np.argmin(np.where(there, floor_db, np.inf))])
    return level if (here_db < level - LEVEL_DB).sum() <= MISSING * len(here_db) else float("nan")


def _weighted_median(values: F64, weights: F64) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _db(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-12)))
