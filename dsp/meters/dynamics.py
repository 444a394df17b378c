"""Dynamics: sample peak, RMS, crest, DC, PLR, PSR over time, DR, loudness histogram.

RMS is that of a sine's convention-free mean square: a full-scale sine reads -3.01 dBFS and its crest is 3.01 dB.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.units import amplitude_db, amplitudes_db, power_db
from dsp.meters.levels import GRANULES_PER_HOP, HIGHEST, LOWEST, SQUARES, SUM, Granules
from dsp.meters.loudness import SHORT_TERM_HOPS, Loudness
from dsp.meters.true_peak import TruePeak

DR_BLOCK_HOPS = 30  # Pleasurize Music Foundation, "DR" (TT Dynamic Range Meter): blocks of 3 s
DR_LOUDEST = 0.2  # the same: the loudest fifth of the blocks
PSR_GATE_LUFS = -70.0  # ours: below the absolute gate of BS.1770 a ratio of two noises says nothing
HISTOGRAM_STEP_LU = 1.0


@dataclass(frozen=True, slots=True)
class ChannelLevels:
    """Unweighted levels of one channel over the whole signal; ``-inf`` in silence."""

    sample_peak_dbfs: float
    rms_dbfs: float
    crest_db: float  # NaN never: 0.0 in silence
    dc_dbfs: float
    dc: float  # mean, full scale 1.0
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Dynamics:
    """What the dynamics stage found.

    ``psr_db`` is the true peak of each 3 s window over its short-term loudness, at 10 Hz, first value at 3 s, NaN-free
    (``inf`` never: windows under -70 LUFS are ``-inf``). ``histogram_share[i]`` is the share of short-term values
    between ``histogram_lufs[i]`` and 1 LU above.
    """

    sample_peak_dbfs: float
    rms_dbfs: float
    crest_db: float
    dc_dbfs: float
    plr_db: float
    psr_min_db: float
    psr_median_db: float
    dr_db: float
    channels: tuple[ChannelLevels, ...]
    psr_db: NDArray[np.float64]
    histogram_lufs: NDArray[np.float64]
    histogram_share: NDArray[np.float64]


class DynamicsStage:
    """Collects unweighted levels per 100 ms from granules."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._frames = 0
        self._squares = np.zeros(self._channels)
        self._sum = np.zeros(self._channels)
        self._lowest = np.full(self._channels, np.inf)
        self._highest = np.full(self._channels, -np.inf)
        self._pending = np.empty((0, self._channels, 2))
        self._hops: list[NDArray[np.float64]] = [np.empty((0, self._channels, 2))]

    def process(self, granules: Granules) -> None:
        """Process the next granules."""
        values = granules.values
        if values.shape[0] == 0:
            return
        self._total(granules)
        peak = np.maximum(-values[:, :, LOWEST], values[:, :, HIGHEST])
        rows = np.concatenate([self._pending, np.stack([values[:, :, SQUARES], peak], axis=2)])
        whole = rows.shape[0] // GRANULES_PER_HOP
        hops = rows[: whole * GRANULES_PER_HOP].reshape(whole, GRANULES_PER_HOP, self._channels, 2)
        self._hops.append(np.stack([hops[..., 0].sum(axis=1), hops[..., 1].max(axis=1, initial=0.0)], axis=2))
        self._pending = rows[whole * GRANULES_PER_HOP :]

    def _total(self, granules: Granules) -> None:
        values = granules.values
        self._frames += int(granules.frames.sum())
        self._squares += values[:, :, SQUARES].sum(axis=0)
        self._sum += values[:, :, SUM].sum(axis=0)
        self._lowest = np.minimum(self._lowest, values[:, :, LOWEST].min(axis=0))
        self._highest = np.maximum(self._highest, values[:, :, HIGHEST].max(axis=0))

    def finish(self, rest: Granules, loudness: Loudness, true_peak: TruePeak | None) -> Dynamics:
        """Return the result; ``rest`` is the unfinished last granule. Without true peaks PLR and PSR are ``-inf``.

        Parameters
        ----------
        rest : Granules
            The granule that was not full at the end, if any.
        loudness : Loudness
            Of the same signal.
        true_peak : TruePeak or None
            Of the same signal, if it was measured.

        Returns
        -------
        Dynamics
            Levels, crest, PLR and PSR of the whole signal.
        """
        if rest.values.shape[0]:
            self._total(rest)
        hops = np.concatenate(self._hops)
        frames = max(self._frames, 1)
        levels = tuple(self._channel(c, frames) for c in range(self._channels))
        peak_dbfs = max(level.sample_peak_dbfs for level in levels)
        rms_dbfs = power_db(float(self._squares.sum()) / (frames * self._channels))
        psr = _psr_db(loudness, true_peak)
        heard = psr[np.isfinite(psr)]
        lows, shares = _histogram(loudness.short_term_lufs)
        return Dynamics(
            sample_peak_dbfs=peak_dbfs,
            rms_dbfs=rms_dbfs,
            crest_db=_difference(peak_dbfs, rms_dbfs),
            dc_dbfs=max(level.dc_dbfs for level in levels),
            plr_db=_difference(true_peak.true_peak_dbtp, loudness.integrated_lufs) if true_peak else -math.inf,
            psr_min_db=float(heard.min()) if heard.size else -math.inf,
            psr_median_db=float(np.median(heard)) if heard.size else -math.inf,
            dr_db=_dr_db(hops, self._rate_hz),
            channels=levels,
            psr_db=psr,
            histogram_lufs=lows,
            histogram_share=shares,
        )

    def _channel(self, c: int, frames: int) -> ChannelLevels:
        if self._frames == 0:
            return ChannelLevels(-math.inf, -math.inf, -math.inf, -math.inf, 0.0, 0.0, 0.0)
        peak_dbfs = amplitude_db(max(-float(self._lowest[c]), float(self._highest[c])))
        rms_dbfs = power_db(float(self._squares[c]) / frames)
        dc = float(self._sum[c]) / frames
        return ChannelLevels(
            sample_peak_dbfs=peak_dbfs,
            rms_dbfs=rms_dbfs,
            crest_db=_difference(peak_dbfs, rms_dbfs),
            dc_dbfs=amplitude_db(dc),
            dc=dc,
            lowest=float(self._lowest[c]),
            highest=float(self._highest[c]),
        )


def _difference(high_db: float, low_db: float) -> float:
    """Return a ratio in dB, ``-inf`` when one of the two is silence (never NaN)."""
    return high_db - low_db if math.isfinite(high_db) and math.isfinite(low_db) else -math.inf


def _psr_db(loudness: Loudness, true_peak: TruePeak | None) -> NDArray[np.float64]:
    """Return the peak to short-term loudness ratio in dB at 10 Hz.

    Source: AES Convention e-Brief 373 (I. Shepherd, E. Grimm, P. Tapper, M. Kahsnitz, I. Kerr, 2017).
    """
    short_term = loudness.short_term_lufs
    if true_peak is None or short_term.size == 0:
        return np.full(short_term.size, -np.inf)
    hop_dbtp = amplitudes_db(true_peak.hop_peak.max(axis=1, initial=0.0))
    windows = np.lib.stride_tricks.sliding_window_view(hop_dbtp, SHORT_TERM_HOPS).max(axis=1)[: short_term.size]
    loud = short_term > PSR_GATE_LUFS
    return np.where(loud, windows - np.where(loud, short_term, 0.0), -np.inf)


def _dr_db(hops: NDArray[np.float64], rate_hz: int) -> float:
    """Return the mean of the channels' DR in dB; ``-inf`` under 3 s or when every channel is silent.

    Source: Pleasurize Music Foundation, DR measurement (TT Dynamic Range Meter, 2009): per channel, the second highest
    block peak over the RMS (sine = peak convention, +3.01 dB) of the loudest fifth of the 3 s blocks. Whole blocks
    only; not rounded.
    """
    blocks = hops.shape[0] // DR_BLOCK_HOPS
    if blocks == 0:
        return -math.inf
    grouped = hops[: blocks * DR_BLOCK_HOPS].reshape(blocks, DR_BLOCK_HOPS, hops.shape[1], 2)
    mean_square = 2.0 * grouped[..., 0].sum(axis=1) / (3.0 * rate_hz)
    peaks = np.sort(grouped[..., 1].max(axis=1), axis=0)
    second = peaks[-2] if blocks > 1 else peaks[-1]
    count = max(1, round(blocks * DR_LOUDEST))
    loudest = np.sort(mean_square, axis=0)[-count:].mean(axis=0)
    heard = loudest > 0.0
    if not heard.any():
        return -math.inf
    return float(np.mean(amplitudes_db(second[heard] / np.sqrt(loudest[heard]))))


def _histogram(short_term_lufs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower edges (LUFS) and shares of the short-term values above -70 LUFS in steps of 1 LU."""
    loud = short_term_lufs[short_term_lufs > PSR_GATE_LUFS]
    if loud.size == 0:
        return np.empty(0), np.empty(0)
    low, high = math.floor(float(loud.min())), math.floor(float(loud.max()))
    counts = np.bincount((np.floor(loud) - low).astype(np.int64), minlength=high - low + 1)
    return low + HISTOGRAM_STEP_LU * np.arange(counts.size, dtype=np.float64), counts / loud.size
