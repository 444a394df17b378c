"""Whine: one lonely line near the top of hearing that stands still through all of the song.

Screens (15,625 and 15,734 Hz), switching power supplies and dimmers leave a tone that is too high for most who mix and
not for everyone who listens. In a quiet second it is a line one hertz wide, far over the little that music has up
there, at the same frequency and level in every other quiet second.
"""

from dataclasses import dataclass

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.windows import windows_of
from dsp.faults.excerpts import ExcerptDetector, Excerpts

LOW_HZ, HIGH_HZ = 15_000, 20_000  # ours: below, music has lines of its own
OF_RATE = 0.48  # nearer to half the rate converters have their own residues
STANDS_DB = 15.0  # ours: over the median of 200 Hz around
AROUND_HZ = 200
NARROW_HZ, NARROW_DB = 6, 12.0  # ours: so far away a steady tone has fallen by this and more
SAME_HZ = 1  # ours: from second to second
LEVEL_DB = 3.0  # ours: from second to second
SHARE = 0.75  # ours: of the seconds hold it
FEWEST = 2  # seconds
ALONE = 6  # ours: bins; more are the overtones of a steady sound
QUIETEST_DBFS = -80.0  # ours: below, nobody hears it


@dataclass(frozen=True, slots=True)
class Whine:
    """A high steady tone: its frequency, its level (RMS, dBFS), and the quietest second in which it stands."""

    hz: float
    level_dbfs: float
    start_frame: int


class WhineDetector(ExcerptDetector[Whine | None]):
    """Finds the loudest whine in the quietest seconds; None without one, and in signals shorter than two seconds."""

    VERSION = 1

    @staticmethod
    def look(excerpts: Excerpts) -> Whine | None:
        """Look at the quietest seconds."""
        rate_hz = excerpts.rate_hz
        seconds = [e for e in excerpts.quiet if len(e.audio) >= rate_hz]
        high = min(HIGH_HZ, int(OF_RATE * rate_hz))
        if len(seconds) < FEWEST or high <= LOW_HZ + AROUND_HZ:
            return None
        window = np.hanning(rate_hz).astype(np.float32)
        levels = np.array([_levels_db(e.audio[:rate_hz], window, high) for e in seconds])
        standing = np.array([_stands(level) for level in levels])
        best: Whine | None = None
        number = 0
        for at in np.flatnonzero(standing.any(axis=0)).tolist():
            near = slice(max(at - SAME_HZ, 0), at + SAME_HZ + 1)
            there = standing[:, near].any(axis=1)
            here = levels[:, near].max(axis=1)
            level = float(np.median(here[there]))
            holds = there & (np.abs(here - level) <= LEVEL_DB)
            if holds.sum() < max(FEWEST, SHARE * len(seconds)) or level < QUIETEST_DBFS:
                continue
            number += 1
            if best is None or level > best.level_dbfs:
                quietest = int(np.argmin([float(np.vdot(e.audio, e.audio)) for e in seconds]))
                best = Whine(float(LOW_HZ + at), level, seconds[quietest].start_frame)
        return best if number <= ALONE else None


def _levels_db(audio: F32, window: F32, high_hz: int) -> F64:
    """Return the RMS of a sine in every hertz from `LOW_HZ` on in a second, dBFS, in the louder channel."""
    columns = [np.abs(np.fft.rfft(audio[:, c] * window)[LOW_HZ:high_hz]) for c in range(audio.shape[1])]
    rms = np.max(columns, axis=0) * (np.sqrt(2.0) / window.sum())
    level_db: F64 = 20 * np.log10(np.maximum(rms.astype(np.float64), 1e-9))
    return level_db


def _stands(level_db: F64) -> np.ndarray:
    """Return where a narrow line stands over its surroundings."""
    highest = level_db >= windows_of(level_db, 2 * NARROW_HZ + 1).max(axis=1)
    at = np.flatnonzero(highest & (level_db > QUIETEST_DBFS - LEVEL_DB))
    stands = np.zeros(len(level_db), np.bool_)
    at = at[(at >= NARROW_HZ) & (at < len(level_db) - NARROW_HZ)]
    beside = np.maximum(level_db[at - NARROW_HZ], level_db[at + NARROW_HZ])
    for i in at[level_db[at] >= beside + NARROW_DB].tolist():  # few: a median takes long
        around = np.median(level_db[max(i - AROUND_HZ // 2, 0) : i + AROUND_HZ // 2])
        stands[i] = level_db[i] >= around + STANDS_DB
    return stands
