"""Stereo image: correlation and balance over time, sides in the bass, loss in mono, channels that are not right.

Time is cut into cells of 0.1 s; sums of products per cell are all that is kept, so an hour costs a few hundred
kilobytes. Everything said about the whole file is energy-weighted and made from the same sums. Correlation and width
are those of what moves: nobody hears an offset, and two of opposite signs are no channels against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F64
from dsp.core.checks import Audio
from dsp.core.units import powers_db
from dsp.meters.bands import HALF_BAND, third_octave_source, third_octaves_hz
from dsp.meters.levels import GRANULES_PER_HOP, K_ENERGY, Granules
from dsp.meters.spectrum import LOW_LIMIT_HZ, Spectrum

CELL_S = 0.1
SMOOTH_S = 3.0  # ours: "sustained" is judged over the window of short-term loudness
CLEARLY_BELOW = 0.2
QUIET_DB = -15.0  # ours: what is this far under the song as a whole is missed by nobody in mono
AUDIBLE_DB = -60.0  # ours: below this (dB re full scale, mean square) a cell has no image worth speaking of
MONO_SIDE_DB = -60.0  # ours: sides this far below the middle are dither and rounding, not width


@dataclass(frozen=True, slots=True)
class Stereo:
    """Sums per cell and what follows from them; ``correlation`` is 0.0 where either channel is silent."""

    step_s: float
    left_power: F64  # (cells,) mean squares
    right_power: F64
    left_moving: F64  # (cells,) mean squares about the mean of the cell
    right_moving: F64
    cross_moving: F64
    side_moving: F64
    identical: bool  # every sample equal in both channels, and not all silent
    inverted: bool  # right is exactly minus left, or so nearly that only dither differs
    left_silent: bool
    right_silent: bool
    left_weighted: F64 | None = None  # (cells,) K-weighted powers: what is heard of the level
    right_weighted: F64 | None = None

    @property
    def correlation(self) -> float:
        """Correlation coefficient of the whole file, -1..1; 0.0 when a channel is silent."""
        left, right, cross = (a.sum(keepdims=True) for a in self._sums())
        return float(_correlation(left, right, cross)[0])

    @property
    def balance_db(self) -> float:
        """Left over right energy of the whole file; +/-inf when one is silent, 0.0 when both are."""
        left, right = float(self.left_power.sum()), float(self.right_power.sum())
        if left == 0.0 or right == 0.0:
            return 0.0 if left == right else float(np.inf if left else -np.inf)
        return float(10 * np.log10(left / right))

    @property
    def width_db(self) -> float:
        """Side over mid energy of the whole file; -inf for mono."""
        side = float(self.side_moving.sum())
        mid = float((self.left_moving + self.right_moving).sum() / 2 - side)
        if side <= 0.0:
            return -np.inf
        return float(10 * np.log10(side / mid)) if mid > 0.0 else np.inf

    def correlation_over_time(self, window_s: float = SMOOTH_S) -> F64:
        """Correlation in a sliding window centred on each cell, shape ``(cells,)``."""
        left, right, cross = (_smooth(a, round(window_s / CELL_S)) for a in self._sums())
        return _correlation(left, right, cross)

    def balance_over_time_db(self, window_s: float = SMOOTH_S) -> F64:
        """Left over right energy in a sliding window; 0.0 where nothing is audible, limited to +/-60 dB."""
        left, right = (_smooth(a, round(window_s / CELL_S)) for a in (self.left_power, self.right_power))
        floor = 1e-12  # -120 dB: far below what is audible, far above the rounding of the sliding sums
        ratio = 10 * np.log10(np.maximum(left, floor) / np.maximum(right, floor))
        return np.where(self.audible(window_s), np.clip(ratio, -60.0, 60.0), 0.0)

    def sustained_balance_db(self, share: float = 0.75) -> float:
        """Lean to the left (positive) or right that at least this share of the audible time keeps to; 0.0 for none.

        Levels are K-weighted where that is known: an offset and what lies under the bass lean to no side.
        """
        if not 0.5 <= share < 1.0:
            raise ValueError(f"share: {share}, must be 0.5 or more and below 1")
        balance = self._heard_balance_db()[self.audible()]
        if len(balance) == 0:
            return 0.0
        left, right = float(np.quantile(balance, 1 - share)), float(np.quantile(balance, share))
        return left if left > 0.0 else min(right, 0.0)

    def _heard_balance_db(self) -> F64:
        if self.left_weighted is None or self.right_weighted is None:
            return self.balance_over_time_db()
        cells = len(self.left_power)  # the last may be a part of one, which the others do not have
        left, right = (
            _smooth(np.append(a, np.zeros(max(cells - len(a), 0)))[:cells], round(SMOOTH_S / CELL_S))
            for a in (self.left_weighted, self.right_weighted)
        )
        floor = 1e-12
        balance: F64 = np.clip(10 * np.log10(np.maximum(left, floor) / np.maximum(right, floor)), -60.0, 60.0)
        return balance

    def out_of_phase(self, below: float = 0.0, least_s: float = SMOOTH_S) -> tuple[tuple[float, float], ...]:
        """Return (start, length) in seconds of the audible stretches whose correlation stays under ``below``.

        A stretch counts when it goes down to `CLEARLY_BELOW` under that once: unrelated sides wander around 0.

        Parameters
        ----------
        below : float
            Correlation, -1 to 1.
        least_s : float
            Shorter stretches, in seconds, are left out.

        Returns
        -------
        tuple[tuple[float, float], ...]
            Start and length in seconds of each stretch, in order.
        """
        correlation = self.correlation_over_time()
        power = _smooth(self.left_moving + self.right_moving, round(SMOOTH_S / CELL_S))
        heard = power > power.mean() * 10 ** (QUIET_DB / 10) if len(power) else power > 0.0
        mask = self.audible() & heard & (correlation < below)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
        stretches = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        return tuple(
            (a * self.step_s, (b - a) * self.step_s)
            for a, b in stretches
            if (b - a) * self.step_s >= least_s and correlation[a:b].min() < below - CLEARLY_BELOW
        )

    def audible(self, window_s: float = SMOOTH_S) -> NDArray[np.bool_]:
        """Whether the window around each cell holds anything worth judging."""
        power = _smooth(self.left_moving + self.right_moving, round(window_s / CELL_S)) / 2
        return power > 10 ** (AUDIBLE_DB / 10)

    def _sums(self) -> tuple[F64, F64, F64]:
        return self.left_moving, self.right_moving, self.cross_moving


class WeightedPowers:
    """Collects the K-weighted power of two channels in cells of 0.1 s from the granules of `dsp.meters.levels`."""

    def __init__(self) -> None:
        self._loose = np.empty((0, 2)), np.empty(0, np.int64)  # granules that do not fill a cell yet
        self._cells: list[F64] = []

    def process(self, granules: Granules) -> None:
        """Process the next granules of a signal of two channels."""
        energy = np.concatenate((self._loose[0], granules.values[:, :, K_ENERGY]))
        frames = np.concatenate((self._loose[1], granules.frames))
        whole = len(frames) // GRANULES_PER_HOP * GRANULES_PER_HOP
        self._loose = energy[whole:], frames[whole:]
        if whole:
            lengths = frames[:whole].reshape(-1, GRANULES_PER_HOP).sum(axis=1)
            self._cells.append(energy[:whole].reshape(-1, GRANULES_PER_HOP, 2).sum(axis=1) / lengths[:, None])

    def put_into(self, stereo: Stereo) -> Stereo:
        """Return the image with the powers collected so far."""
        cells = np.concatenate([np.empty((0, 2)), *self._cells])
        return replace(stereo, left_weighted=cells[:, 0], right_weighted=cells[:, 1])


class StereoStage:
    """Meter stage for two-channel signals: feed blocks, then `finish`. It detects what is out of phase."""

    VERSION: ClassVar[int] = 3  # of `Stereo.out_of_phase`

    def __init__(self, rate_hz: int, channels: int) -> None:
        if channels != 2:
            raise ValueError(f"channels is {channels}, allowed is 2")
        self.rate_hz = checks.rate(rate_hz)
        self._cell = round(rate_hz * CELL_S)
        self._buffer = np.zeros((2, 16 * self._cell), np.float32)
        self._filled = 0
        self._rows: list[F64] = []
        self._largest = np.zeros(4)  # |left|, |right|, |left - right|, |left + right|

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, 2)`` of the signal; all samples must be finite."""
        block = checks.audio_block(block, 2)
        taken, size = 0, self._buffer.shape[1]
        while taken < len(block):
            part = min(len(block) - taken, size - self._filled)
            self._buffer[:, self._filled : self._filled + part] = block[taken : taken + part].T
            self._filled += part
            taken += part
            if self._filled == size:
                self._measure()

    def _measure(self) -> None:
        left, right = self._buffer[:, : self._filled]
        side, middle = left - right, left + right
        for i, signal in enumerate((left, right, side, middle)):
            self._largest[i] = max(self._largest[i], signal.max(), -signal.min())
        for start in range(0, self._filled, self._cell):
            cell = [x[start : start + self._cell] for x in (left, right, side)]
            a, b, s = (x - x.mean() for x in cell)
            sums = [cell[0] @ cell[0], cell[1] @ cell[1], a @ a, b @ b, a @ b, (s @ s) / 4]
            self._rows.append(np.array(sums, np.float64) / len(a))
        self._filled = 0

    def finish(self) -> Stereo:
        """Return the image of everything processed so far."""
        if self._filled:
            self._measure()
        sums = np.array(self._rows).reshape(-1, 6)
        left, right, side, middle = self._largest
        total = sums.sum(axis=0)
        middle_power = (total[2] + total[3] + 2 * total[4]) / 4
        faint = 10 ** (MONO_SIDE_DB / 10)
        return Stereo(
            step_s=self._cell / self.rate_hz,
            left_power=sums[:, 0].copy(),
            right_power=sums[:, 1].copy(),
            left_moving=sums[:, 2].copy(),
            right_moving=sums[:, 3].copy(),
            cross_moving=sums[:, 4].copy(),
            side_moving=sums[:, 5].copy(),
            identical=bool(side == 0.0 and left > 0.0),
            inverted=bool(left > 0.0 and (middle == 0.0 or middle_power < faint * total[5])),
            left_silent=bool(left == 0.0),
            right_silent=bool(right == 0.0),
        )


def _correlation(left: F64, right: F64, cross: F64) -> F64:
    # Sliding sums of silence leave rounding residue: 1e-18 is -180 dB.
    there = (left > 1e-18) & (right > 1e-18)
    scale = np.sqrt(np.where(there, left, 1.0)) * np.sqrt(np.where(there, right, 1.0))
    return np.where(there, np.clip(cross / scale, -1.0, 1.0), 0.0)


def _smooth(values: F64, cells: int) -> F64:
    """Average over ``cells`` neighbours; at the ends over those that exist."""
    if len(values) == 0:
        return values
    total = np.concatenate(([0.0], np.cumsum(values)))
    middle = np.arange(len(values))
    first = np.maximum(middle - cells // 2, 0)
    last = np.minimum(middle - cells // 2 + cells, len(values))
    mean: F64 = (total[last] - total[first]) / (last - first)
    return mean


@dataclass(frozen=True, slots=True)
class FoldDown:
    """What mono playback takes away in one third-octave band.

    ``loss_db``: level of the mono sum below the level of the two channels, as a sum at -3 dB per channel: 0 dB for
    equal channels, 3.01 dB for unrelated ones, more when they cancel. ``level_db`` is the band's mean power.
    """

    centre_hz: float
    level_db: float
    loss_db: float


def fold_down(spectrum: Spectrum) -> tuple[FoldDown, ...]:
    """Return the mono fold-down loss per third octave; empty without two channels or without sound."""
    if spectrum.channels != 2 or not spectrum.fine.total.any():
        return ()
    bands = []
    for centre in third_octaves_hz(spectrum.rate_hz):
        source, low, high = third_octave_source(spectrum, centre)
        both = source.band(source.left, low, high) + source.band(source.right, low, high)
        cross = source.band(source.cross, low, high)
        if both > 0.0:
            kept = max((both + 2 * cross) / (2 * both), 1e-6)
            bands.append(FoldDown(centre, float(10 * np.log10(both / 2)), float(-10 * np.log10(min(kept, 1.0)))))
    return tuple(bands)


def side_share_db(spectrum: Spectrum, below_hz: float = 120.0) -> float:
    """Energy of the side over mid plus side below a frequency (at most 300 Hz); -inf for mono or silence.

    Parameters
    ----------
    spectrum : Spectrum
        What `SpectrumStage` found.
    below_hz : float
        Upper edge in Hz, at most 300.

    Returns
    -------
    float
        Share in dB, at most 0.
    """
    if not 0.0 < below_hz <= LOW_LIMIT_HZ:
        raise ValueError(f"below_hz: {below_hz}, must be above 0 and at most {LOW_LIMIT_HZ}")
    if spectrum.channels != 2:
        return -np.inf
    low = spectrum.low
    both = low.band(low.left, 4.0, below_hz) + low.band(low.right, 4.0, below_hz)
    side = (both - 2 * low.band(low.cross, 4.0, below_hz)) / 4
    # float32 products leave about 1e-7 of the power where there is nothing
    return float(10 * np.log10(2 * side / both)) if both > 0.0 and side > 1e-7 * both else -np.inf


def mid_side_db(spectrum: Spectrum, bands_hz: Sequence[tuple[float, float]] | None = None) -> tuple[F64, F64]:
    """Return the levels of mid and side per band (third octaves if none are given), dB; -inf where there is nothing.

    Raises ValueError when the signal does not have two channels.

    Parameters
    ----------
    spectrum : Spectrum
        What `SpectrumStage` found.
    bands_hz : sequence of tuple[float, float] or None
        Lower and upper edges in Hz; third octaves when not given.

    Returns
    -------
    tuple of arrays
        Levels of mid and of side in dB.
    """
    if spectrum.channels != 2:
        raise ValueError(f"spectrum: {spectrum.channels} channels, must have 2")
    if bands_hz is None:
        bands_hz = [(c / HALF_BAND, c * HALF_BAND) for c in third_octaves_hz(spectrum.rate_hz)]
    mid, side = [], []
    for low, high in bands_hz:
        source = spectrum.low if high <= LOW_LIMIT_HZ else spectrum.fine
        both = source.band(source.left, low, high) + source.band(source.right, low, high)
        cross = source.band(source.cross, low, high)
        mid.append((both + 2 * cross) / 4)
        side.append((both - 2 * cross) / 4 if both - 2 * cross > 4e-7 * both else 0.0)
    return powers_db(mid), powers_db(side)
