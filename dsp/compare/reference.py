"""How a mix differs in tone from one or several reference recordings, level-matched, and whether that means anything.

A difference in a band is only worth a word when it is larger than what the music itself does there: the levels of
both move over time, and several references differ among themselves. Both spreads stand beside every difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64

SMALLEST_DB = 1.5  # ours: broad differences under this are at the edge of what is heard
MATCH_RANGE_HZ = (100.0, 10000.0)  # where levels are matched when there is no loudness


@dataclass(frozen=True, slots=True)
class BandProfile:
    """The tone of one recording: third-octave levels in dB (-inf: nothing there), their spread over time, loudness.

    ``spread_db`` is the standard deviation over cells of a few seconds, 0.0 where it is not known.
    """

    centres_hz: tuple[float, ...]
    levels_db: F64  # (bands,)
    spread_db: F64  # (bands,)
    loudness_lufs: float  # -inf when there is none

    def __post_init__(self) -> None:
        """Check that the three lists belong together."""
        bands = len(self.centres_hz)
        if self.levels_db.shape != (bands,) or self.spread_db.shape != (bands,):
            raise ValueError(
                f"levels_db and spread_db have shapes {self.levels_db.shape} and {self.spread_db.shape}, "
                f"both must be ({bands},) like centres_hz"
            )


@dataclass(frozen=True, slots=True)
class ProfileDifference:
    """A mix against its references, band by band; arrays have shape ``(bands,)``, NaN-free.

    ``difference_db`` is mix minus the mean of the level-matched references, ``lowest_db`` and ``highest_db`` the same
    against each of them, ``usual_db`` what the bands of such music do by themselves. ``stands_out`` marks bands whose
    difference is larger than that and lies on one side of all references.
    """

    centres_hz: tuple[float, ...]
    gains_db: tuple[float, ...]  # added to each reference to match its level to the mix
    difference_db: F64
    lowest_db: F64
    highest_db: F64
    usual_db: F64
    stands_out: NDArray[np.bool_]


def profile_difference(mix: BandProfile, references: Sequence[BandProfile]) -> ProfileDifference:
    """Compare the tone of a mix with that of references, in the bands that all of them have.

    Raises ValueError without any reference.
    """
    if not references:
        raise ValueError("references: none given, at least one is needed")
    bands = min(len(t.centres_hz) for t in (mix, *references))
    centres = mix.centres_hz[:bands]
    gains = [_gain_db(mix, reference, bands) for reference in references]
    there = np.isfinite(mix.levels_db[:bands])
    matched = []
    for reference, gain in zip(references, gains, strict=True):
        there &= np.isfinite(reference.levels_db[:bands])
        matched.append(reference.levels_db[:bands] + gain)
    kept = np.flatnonzero(there)
    against = mix.levels_db[kept] - np.array([m[kept] for m in matched])
    over_time = np.mean([t.spread_db[kept] ** 2 for t in (mix, *references)], axis=0)
    between = against.var(axis=0, ddof=1) if len(references) > 1 else np.zeros(len(kept))
    # The long-term level of a piece is the mean of many cells, so its own spread counts for half.
    usual = np.maximum(np.sqrt(over_time / 4 + between), SMALLEST_DB)
    difference, lowest, highest = against.mean(axis=0), against.min(axis=0), against.max(axis=0)
    one_side = (lowest > 0) | (highest < 0)
    return ProfileDifference(
        tuple(centres[i] for i in kept.tolist()),
        tuple(gains),
        difference,
        lowest,
        highest,
        usual,
        (np.abs(difference) > usual) & one_side,
    )


def _gain_db(mix: BandProfile, reference: BandProfile, bands: int) -> float:
    """Return the gain that makes the reference as loud as the mix: by loudness, or by mean band level without it."""
    if np.isfinite(mix.loudness_lufs) and np.isfinite(reference.loudness_lufs):
        return float(mix.loudness_lufs - reference.loudness_lufs)
    centres = np.array(mix.centres_hz[:bands])
    use = (centres >= MATCH_RANGE_HZ[0]) & (centres <= MATCH_RANGE_HZ[1])
    use &= np.isfinite(mix.levels_db[:bands]) & np.isfinite(reference.levels_db[:bands])
    if not use.any():
        return 0.0
    return float(np.mean(mix.levels_db[:bands][use] - reference.levels_db[:bands][use]))
