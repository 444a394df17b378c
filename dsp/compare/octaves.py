"""What references have more of than a mix, octave by octave: what a master is asked to go towards.

Third octaves say where single notes lie; an octave holds enough of them that two songs of one kind can be held against
each other, and a filter that moves whole octaves is heard as tone, not as a filter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.compare.tone import LOWEST_HZ, MATCH_RANGE_HZ, NO_VETO, BandProfile
from dsp.core.arrays import F64

OCTAVES_HZ = (63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0)  # IEC 61260-1, nominal
_DEEPEST_DB = 60.0  # ours: further below a song's loudest octave lies its noise


@dataclass(frozen=True, slots=True)
class OctaveDifference:
    """What references have more of (positive) than a mix, in dB, the middle octave at 0; arrays of shape (9,).

    ``is_compared`` marks the octaves that all of them have, ``is_followed`` those in which the mix does not lie among
    the references; differences elsewhere are 0.0. ``is_third_compared`` has one entry for each third octave of the mix.
    """

    lacking_db: F64
    is_compared: NDArray[np.bool_]
    is_followed: NDArray[np.bool_]
    is_third_compared: NDArray[np.bool_]

    def distance_db(self, moved_db: F64) -> float:
        """Return how far the octaves lie apart once the mix's are moved: rms in dB, their mean left out."""
        left = (self.lacking_db - moved_db)[self.is_compared]
        return float(np.std(left)) if left.size else 0.0


def octaves_of(centres_hz: F64, power: F64) -> F64:
    """Return the power of each octave from that of its third octaves, shape (9,).

    Parameters
    ----------
    centres_hz, power : array
        Centres in Hz and power of the third octaves, shape (bands,).

    Returns
    -------
    array
        Power of the octaves `OCTAVES_HZ`; 0.0 for one without a band.
    """
    which = np.round(np.log2(centres_hz / 1_000.0)) + 4
    return np.array([power[which == octave].sum() for octave in range(len(OCTAVES_HZ))])


def octave_difference(
    mix: BandProfile, references: Sequence[BandProfile], weights: Sequence[float], highest_hz: float
) -> OctaveDifference:
    """Compare the octaves of a mix with the weighted mean of its references; levels need not match.

    Raises ValueError without any reference, or for weights that do not fit. Silence has no octaves.

    Parameters
    ----------
    mix : BandProfile
        The recording that is to be moved.
    references : sequence of BandProfile
        Those it is moved towards.
    weights : sequence of float
        How much each of them counts, above 0.
    highest_hz : float
        Third octaves centred above it are left out: a lossy encoder decides there.

    Returns
    -------
    OctaveDifference
        In dB for each octave.
    """
    share = np.array(weights, dtype=np.float64)
    if not references or share.shape != (len(references),) or not (share > 0.0).all():
        raise ValueError(f"weights: {list(weights)}, must be one above 0 for each of {len(references)} references")
    share = share / share.sum()
    bands = min(len(profile.centres_hz) for profile in (mix, *references))
    centres = np.array(mix.centres_hz)
    there = np.zeros(centres.size, dtype=np.bool_)
    there[:bands] = np.all([np.isfinite(profile.levels_db[:bands]) for profile in (mix, *references)], axis=0)
    there &= (centres > LOWEST_HZ * np.sqrt(2.0)) & (centres <= highest_hz)
    used = np.flatnonzero(there)
    levels = [_levels_db(centres[used], profile.levels_db[used]) for profile in (mix, *references)]
    compared = np.all([level > level.max(initial=-np.inf) - _DEEPEST_DB for level in levels], axis=0)
    compared &= np.all([np.isfinite(level) for level in levels], axis=0)
    octaves = np.array(OCTAVES_HZ)
    middle = compared & (octaves >= MATCH_RANGE_HZ[0]) & (octaves <= MATCH_RANGE_HZ[1])
    against = np.zeros((len(references), len(OCTAVES_HZ)))
    against[:, compared] = [level[compared] - levels[0][compared] for level in levels[1:]]
    if middle.any():
        against[:, compared] -= np.median(against[:, middle], axis=1)[:, None]
    lacking = share @ against
    among = share @ (np.sign(against) != np.sign(lacking)) >= NO_VETO
    return OctaveDifference(lacking, compared, compared & ~among, there)


def _levels_db(centres_hz: F64, level_db: F64) -> F64:
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(octaves_of(centres_hz, 10.0 ** (level_db / 10.0))))
