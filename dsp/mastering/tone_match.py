"""Equalisation towards the tone of references: the broad bands that bring a mix's octaves nearest to theirs.

One bell an octave and a shelf at either end. Their gains are those with the least squared difference of octave levels,
as the mix's own third octaves weigh them; ranges bound the whole curve, not single bands, whose skirts add up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from dsp.compare.octaves import OCTAVES_HZ, OctaveDifference, octaves_of
from dsp.core import checks
from dsp.core.arrays import F64
from dsp.core.filters import response_db
from dsp.mastering.eq import MAX_GAIN_DB, BandKind, EqBand

MAX_SHARE = 1.5
LEAST_DISTANCE_DB = 0.5  # ours: octaves that lie nearer together are one tone to the ear
_LEAST_GAIN_DB = 0.2
# ours: an octave wide, so that neighbours meet half-way; the shelves lie where the last octaves end
_BANDS: tuple[tuple[BandKind, float, float], ...] = (
    ("low_shelf", 45.0, 0.7),
    *(("bell", octave, 1.4) for octave in OCTAVES_HZ[:-1]),
    ("high_shelf", 13_000.0, 0.7),
)
_STIFFNESS = 0.01  # ours: gains of 10 dB that win less than 1 dB are not worth it
_ROUNDS = 4  # the bands are nearly additive in decibels: the rest is gone after three
_NARROWINGS = 8
_HIGHEST_HZ = 18_000.0  # ours: a range is kept up to there; above, few hear anything
_HEADROOM_HZ = 0.45  # of the rate: above, a digital filter's shape is no longer that of its design


@dataclass(frozen=True, slots=True)
class ToneMatch:
    """The bands, what they move each octave by in dB (shape (9,)), the rms distance of octaves before and after."""

    bands: tuple[EqBand, ...]
    moved_db: F64
    before_db: float
    after_db: float


def match_tone(
    centres_hz: F64,
    level_db: F64,
    difference: OctaveDifference,
    rate_hz: int,
    share: float,
    cut_db: F64,
    boost_db: F64,
) -> ToneMatch:
    """Return the bands that take a share of a difference, inside a range for each octave; never further apart.

    No band at all when the octaves already lie within `LEAST_DISTANCE_DB`, or when nothing would bring them nearer.

    Parameters
    ----------
    centres_hz, level_db : array
        Third octaves of the mix, in Hz and dB (-inf: nothing there).
    difference : OctaveDifference
        What the references have more of.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    share : float
        How much of it is wanted, 0 to 1.5.
    cut_db, boost_db : array
        The most that the curve may lower and raise in each octave, shape (9,), 0 to 12 dB.

    Returns
    -------
    ToneMatch
        In the order of frequency.
    """
    checks.in_range("share", share, 0.0, MAX_SHARE)
    before = difference.distance_db(np.zeros(len(OCTAVES_HZ)))
    nothing = ToneMatch((), np.zeros(len(OCTAVES_HZ)), before, before)
    if before < LEAST_DISTANCE_DB or share == 0.0 or not difference.is_followed.any():
        return nothing
    wanted = np.where(difference.is_followed, np.clip(difference.lacking_db * share, -cut_db, boost_db), 0.0)
    used = difference.is_third_compared
    curve = _Curve(centres_hz[used], 10.0 ** (level_db[used] / 10.0), rate_hz)
    gains = _inside(curve, wanted, difference.is_compared, cut_db, boost_db)
    bands = curve.bands_of(gains)
    moved = np.where(difference.is_compared, curve.moved_db(bands), 0.0)
    after = difference.distance_db(moved)
    return ToneMatch(bands, moved, before, after) if bands and after < before else nothing


class _Curve:
    """The bands that a rate has room for, over a mix's third octaves."""

    def __init__(self, centres_hz: F64, power: F64, rate_hz: int) -> None:
        self.shapes = [band for band in _BANDS if band[1] < _HEADROOM_HZ * rate_hz]
        self.rate_hz = rate_hz
        self._centres_hz, self._power = centres_hz, power
        self._octaves = octaves_of(centres_hz, power)
        self._one_db = [self.response_db((EqBand(kind, hz, 1.0, q),), centres_hz) for kind, hz, q in self.shapes]

    def bands_of(self, gains_db: F64) -> tuple[EqBand, ...]:
        """Return the bands with these gains, those without a gain left out."""
        rounded = np.round(np.clip(gains_db, -MAX_GAIN_DB, MAX_GAIN_DB), 2)
        pairs = zip(self.shapes, rounded.tolist(), strict=True)
        return tuple(EqBand(kind, hz, gain, q) for (kind, hz, q), gain in pairs if abs(gain) >= _LEAST_GAIN_DB)

    def response_db(self, bands: tuple[EqBand, ...], frequency_hz: F64) -> F64:
        """Return the gain of bands in dB."""
        rows = np.array([band.row(self.rate_hz) for band in bands]).reshape(-1, 5)
        return response_db(rows, frequency_hz, self.rate_hz)

    def moved_db(self, bands: tuple[EqBand, ...]) -> F64:
        """Return how bands move the level of each octave, in dB; 0.0 for one that is empty."""
        moved = octaves_of(self._centres_hz, self._shaped(bands))
        there = self._octaves > 0.0
        out = np.zeros(moved.size)
        out[there] = 10.0 * np.log10(moved[there] / self._octaves[there])
        return out

    def _shaped(self, bands: tuple[EqBand, ...]) -> F64:
        return np.asarray(self._power * 10.0 ** (self.response_db(bands, self._centres_hz) / 10.0))

    def slopes(self, bands: tuple[EqBand, ...]) -> F64:
        """Return how each octave's level follows each band's gain, dB per dB, shape (9, bands)."""
        shaped = self._shaped(bands)
        whole = np.maximum(octaves_of(self._centres_hz, shaped), 1e-30)
        return np.stack([octaves_of(self._centres_hz, shaped * shape) / whole for shape in self._one_db], axis=1)


def _inside(curve: _Curve, wanted_db: F64, is_compared: NDArray[np.bool_], cut_db: F64, boost_db: F64) -> F64:
    """Return the gains that come nearest to what is wanted, the whole curve inside its range."""
    hertz = np.array([hz for _, hz, _ in curve.shapes])
    octaves_hz = np.array(OCTAVES_HZ)
    octave = np.log2(octaves_hz)
    highest_hz = max(hertz[-1], min(_HIGHEST_HZ, _HEADROOM_HZ * curve.rate_hz))
    grid_hz = np.union1d(np.geomspace(min(hertz[0], 30.0), highest_hz, 256), octaves_hz[octaves_hz < highest_hz])
    most = [np.interp(np.log2(at), octave, limit) for limit in (cut_db, boost_db) for at in (hertz, grid_hz)]
    low, high = -most[0], most[2].copy()
    gains = np.zeros(hertz.size)
    for _ in range(_NARROWINGS):
        gains = _fitted(curve, wanted_db, is_compared, low, high)
        shape = curve.response_db(_all_bands(curve, gains), grid_hz)
        over, under = shape - most[3], -most[1] - shape
        nearest = np.abs(np.log2(grid_hz[:, None] / hertz)).argmin(axis=1)
        if max(over.max(), under.max()) < 0.05:
            break
        for at in np.unique(nearest):  # what a neighbour's skirt adds is taken from the band itself
            high[at] = max(min(high[at], gains[at]) - max(over[nearest == at].max(), 0.0), low[at], 0.0)
            low[at] = min(max(low[at], gains[at]) + max(under[nearest == at].max(), 0.0), high[at], 0.0)
    for _ in range(_NARROWINGS):  # as they will be: without the bands that are too small to be worth one
        shape = curve.response_db(curve.bands_of(gains), grid_hz)
        excess = max((shape / (most[3] + _LEAST_GAIN_DB)).max(), (-shape / (most[1] + _LEAST_GAIN_DB)).max())
        if excess <= 1.0:
            return gains
        gains = gains / (1.01 * excess)
    return np.zeros(gains.size)


def _all_bands(curve: _Curve, gains_db: F64) -> tuple[EqBand, ...]:
    return tuple(EqBand(kind, hz, gain, q) for (kind, hz, q), gain in zip(curve.shapes, gains_db.tolist(), strict=True))


def _fitted(curve: _Curve, wanted_db: F64, is_compared: NDArray[np.bool_], low_db: F64, high_db: F64) -> F64:
    """Return gains between two bounds by Gauss-Newton with bounded least squares."""
    gains = np.zeros(low_db.size)
    stiff = np.sqrt(_STIFFNESS) * np.eye(gains.size)
    for _ in range(_ROUNDS):
        bands = _all_bands(curve, gains)
        slopes = curve.slopes(bands) * is_compared[:, None]
        left = (wanted_db - curve.moved_db(bands)) * is_compared + slopes @ gains
        bounds = (low_db - 1e-6, high_db + 1e-6)
        wanted = np.concatenate([left, np.zeros(gains.size)])
        gains = lsq_linear(np.vstack([slopes, stiff]), wanted, bounds, method="bvls").x
    return np.asarray(gains)
