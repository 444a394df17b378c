"""True peak to ITU-R BS.1770-5, Annex 2: the highest value of the signal between its samples.

Sixteen phases of a 48-tap windowed sinc instead of the standard's four phases of twelve taps: on a sine of any phase
up to 0.45 of the rate the reading is at most 0.05 dB low (docs/accuracy.md has the table); four phases can read
0.55 dB low there, whatever the filter, when the peak falls midway between two of them.

Almost none of it is ever computed. Between two neighbouring samples the interpolated value differs from the straight
line between them by a filter that has two zeros at 0 Hz, so by at most a constant (see `interpolator`) times the
largest second difference nearby. Music bends little from sample to sample, so that bound leaves only the few places
next to the very top of each 100 ms to be interpolated. What is left out cannot hold the peak: the result is that of
interpolating everything.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.core.units import amplitude_db, amplitudes_db

PHASES = 16  # ours: the standard asks for at least 4
TAPS = 48  # ours: with KAISER_BETA flat to 0.46 of the rate
KAISER_BETA = 5.0
HOPS_PER_S = 10

_LEFT = TAPS // 2 - 1  # taps before the interval's first sample
CELL = 32  # frames judged at once; three cells cover every tap of an interval in the first one
_GUARD = 1.00001  # ours: single precision must not decide what is left out


@cache
def interpolator() -> tuple[NDArray[np.float32], float]:
    """Return the filter, shape (taps, phases), and the largest slack of any phase.

    Phase ``p`` of tap ``k`` weighs the sample ``k - 23`` of the value ``p / 16`` of a sample after sample 0. Every
    phase passes a straight line exactly, which the bound in this module's header rests on.
    """
    tap = np.arange(TAPS) - float(_LEFT)
    phases = np.empty((TAPS, PHASES))
    slack = 0.0
    for p in range(PHASES):
        t = tap - p / PHASES
        window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - (t / (TAPS / 2)) ** 2))) / np.i0(KAISER_BETA)
        h = np.sinc(t) * window
        h /= h.sum()
        # take out the rest of the first moment, smoothly: |correction| < 0.0002 of full scale
        ramp = window * (t - float((window * t).sum() / window.sum()))
        h -= ramp * float((h * t).sum() / (ramp * t).sum())
        straight = np.zeros(TAPS)
        straight[_LEFT], straight[_LEFT + 1] = 1.0 - p / PHASES, p / PHASES
        slack = max(slack, float(np.abs(np.cumsum(np.cumsum(h - straight))).sum()))
        phases[:, p] = h
    return np.ascontiguousarray(phases, dtype=np.float32), slack * _GUARD


@kernel
def _cells_kernel(signal, tops, bends, scratch):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write the largest magnitude and second difference of every 32 samples, as bit patterns without sign.

    Their order as integers is that of the magnitudes, and integers are compared many at a time.
    """
    bits = signal.view(np.int32)
    bent = scratch.view(np.int32)
    unsigned = np.int32(0x7FFFFFFF)
    for i in range(signal.size // 32):
        base = i * 32
        for j in range(32):
            scratch[j] = (signal[base + j] - signal[base + j + 1]) - (signal[base + j + 1] - signal[base + j + 2])
        top = np.int32(0)
        bend = np.int32(0)
        for j in range(32):
            top = max(top, bits[base + j] & unsigned)
        for j in range(32):
            bend = max(bend, bent[j] & unsigned)
        tops[i] = top
        bends[i] = bend


@kernel
def _peaks_kernel(signal, tops, bends, filters, slack, ends, values, peaks, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Raise ``peaks`` (one per hop) to the interpolated maximum and note its place.

    ``signal`` starts 23 samples before the first interval. ``tops`` and ``bends`` come from `_cells_kernel`; intervals
    that start before ``ends[h]`` belong to hop ``h``.
    """
    start = 0
    for h in range(ends.size):
        stop = ends[h]
        peak = peaks[h]
        place = places[h]
        first = start + 23  # the samples themselves: phase 0
        while first < stop + 23:
            cell = first // 32
            last = min(stop + 23, cell * 32 + 32)
            if tops[cell] > peak:
                for n in range(first, last):
                    magnitude = abs(signal[n])
                    if magnitude > peak:
                        peak = magnitude
                        place = np.float64(n - 23)
            first = last
        first = start
        while first < stop:
            cell = first // 32
            last = min(stop, cell * 32 + 32)
            # the taps of these intervals are samples 32 * cell to 32 * cell + 78
            top = max(tops[cell], max(tops[cell + 1], tops[cell + 2]))
            around = slack * max(bends[cell], max(bends[cell + 1], bends[cell + 2])) + top * np.float32(1e-5)
            if top + around <= peak:
                first = last
                continue
            for n in range(first, last):
                if max(abs(signal[n + 23]), abs(signal[n + 24])) + around <= peak:
                    continue
                for p in range(16):
                    values[p] = 0.0
                for k in range(0, 48, 6):
                    x0, x1, x2 = signal[n + k], signal[n + k + 1], signal[n + k + 2]
                    x3, x4, x5 = signal[n + k + 3], signal[n + k + 4], signal[n + k + 5]
                    for p in range(16):
                        values[p] += (
                            (x0 * filters[k, p] + x1 * filters[k + 1, p])
                            + (x2 * filters[k + 2, p] + x3 * filters[k + 3, p])
                        ) + (x4 * filters[k + 4, p] + x5 * filters[k + 5, p])
                for p in range(1, 16):
                    magnitude = abs(values[p])
                    if magnitude > peak:
                        peak = magnitude
                        place = n + p / 16.0
            first = last
        peaks[h] = peak
        places[h] = place
        start = stop


def bound_cells(
    line: NDArray[np.floating], least: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return a line of samples, padded with zeros, and the largest magnitude and second difference of every 32.

    There are at least ``least`` cells; the padding can only raise their second differences.

    Parameters
    ----------
    line : array
        One channel of samples, full scale 1.0.
    least : int
        Fewest cells.

    Returns
    -------
    tuple of arrays
        The padded line, and for each cell of 32 the largest magnitude and the largest second difference.
    """
    cells = max(-(-line.size // CELL), least)
    signal = np.zeros(cells * CELL + 2, np.float32)
    signal[: line.size] = line
    tops, bends = np.empty((2, cells), np.float32)
    _cells_kernel(signal, tops.view(np.int32), bends.view(np.int32), np.empty(CELL, np.float32))
    return signal, tops, bends


@dataclass(frozen=True, slots=True)
class TruePeak:
    """True peaks: the maximum, per channel, and of every 100 ms.

    ``hop_peak`` and ``hop_at_s`` are (hops, channels): linear peak of each hop of 0.1 s and where it is; the last hop
    may be shorter. ``over_at_s`` and ``over_dbtp`` are times and levels of the hops' peaks above full scale (the
    highest of the channels), in order of time.
    """

    true_peak_dbtp: float
    true_peak_at_s: float
    channel_dbtp: tuple[float, ...]
    over_at_s: tuple[float, ...]
    over_dbtp: tuple[float, ...]
    hop_s: float
    hop_peak: NDArray[np.float32]
    hop_at_s: NDArray[np.float64]


class TruePeakStage:
    """True peak of audio given block by block; the signal is silent before its start and after its end.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels.
    exhaustive : bool
        Interpolate everything, leave nothing out (the result is the same; for tests).
    """

    def __init__(self, rate_hz: int, channels: int, *, exhaustive: bool = False) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._filters, slack = interpolator()
        self._slack = np.float32(np.inf if exhaustive else slack)
        self._recent = np.zeros((self._channels, _LEFT), np.float32)  # taps before the first interval: silence
        self._interval = 0  # frame the next interval starts at
        self._frames = 0
        self._hops = 0  # hops that are complete
        self._peaks = [np.zeros((0, self._channels), np.float32)]
        self._places = [np.zeros((0, self._channels))]
        self._scratch = np.zeros(CELL, np.float32)
        self._values = np.zeros(PHASES, np.float32)
        self._open_peak = np.zeros(self._channels, np.float32)
        self._open_place = np.zeros(self._channels)

    def process(self, block: Audio) -> None:
        """Process the next block, shape (frames, channels), finite samples."""
        block = checks.audio_block(block, self._channels)
        self._frames += block.shape[0]
        self._run(block.T)

    def _run(self, coming: Audio) -> None:
        """Search the intervals whose taps are all there and keep the samples that later ones need."""
        kept = self._recent.shape[1]
        length = kept + coming.shape[1]
        cells = -(-length // CELL)
        signal = np.zeros((self._channels, cells * CELL + 2), np.float32)  # zeros behind: the bound only grows
        signal[:, :kept] = self._recent
        signal[:, kept:length] = coming
        intervals = max(length - (TAPS - 1), 0)
        self._recent = signal[:, intervals:length].copy()
        if intervals:
            self._search(signal, intervals)

    def _search(self, signal: NDArray[np.float32], intervals: int) -> None:
        edge = self._interval + intervals
        hops = np.arange(self._hops + 1, edge * HOPS_PER_S // self._rate_hz + 2, dtype=np.int64)
        ends = hops * self._rate_hz // HOPS_PER_S
        closed = int(np.count_nonzero(ends <= edge))
        ends = np.append(ends[:closed], edge) - self._interval
        peaks = np.zeros((self._channels, closed + 1), np.float32)
        places = np.zeros((self._channels, closed + 1))
        peaks[:, 0], places[:, 0] = self._open_peak, self._open_place - self._interval
        tops, bends = np.zeros((2, signal.shape[1] // CELL + 3), np.float32)
        for line, peak, place in zip(signal, peaks, places, strict=True):
            _cells_kernel(line, tops.view(np.int32), bends.view(np.int32), self._scratch)
            _peaks_kernel(line, tops, bends, self._filters, self._slack, ends, self._values, peak, place)
        places += self._interval
        self._peaks.append(peaks[:, :closed].T)
        self._places.append(places[:, :closed].T)
        self._open_peak, self._open_place = peaks[:, closed], places[:, closed]
        self._hops += closed
        self._interval = edge

    def finish(self) -> TruePeak:
        """Return the true peaks of everything processed."""
        if self._frames:
            missing = self._frames - self._interval + TAPS - 1 - self._recent.shape[1]
            self._run(np.zeros((self._channels, missing), np.float32))
        if self._hops * self._rate_hz // HOPS_PER_S < self._frames:
            self._peaks.append(self._open_peak[None])
            self._places.append(self._open_place[None])
        hop_peak = np.concatenate(self._peaks)
        hop_at_s = np.concatenate(self._places) / self._rate_hz
        return _summary(hop_peak, hop_at_s)


def _summary(hop_peak: NDArray[np.float32], hop_at_s: NDArray[np.float64]) -> TruePeak:
    channel_peak = hop_peak.max(axis=0, initial=0.0)
    peak = float(channel_peak.max())
    at_s = 0.0
    if peak > 0.0:
        hop, channel = np.unravel_index(int(np.argmax(hop_peak)), hop_peak.shape)
        at_s = float(hop_at_s[hop, channel])
    over = hop_peak.max(axis=1, initial=0.0) > 1.0
    loudest = hop_peak[over].argmax(axis=1)
    return TruePeak(
        true_peak_dbtp=amplitude_db(peak),
        true_peak_at_s=at_s,
        channel_dbtp=tuple(float(v) for v in amplitudes_db(channel_peak)),
        over_at_s=tuple(float(v) for v in hop_at_s[over][np.arange(loudest.size), loudest]),
        over_dbtp=tuple(float(v) for v in amplitudes_db(hop_peak[over].max(axis=1, initial=0.0))),
        hop_s=1.0 / HOPS_PER_S,
        hop_peak=hop_peak,
        hop_at_s=hop_at_s,
    )


def true_peak(audio: Audio, rate_hz: int) -> TruePeak:
    """Return the true peaks of a whole signal of shape (frames, channels).

    Parameters
    ----------
    audio : array
        Shape (frames, channels), full scale 1.0.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    TruePeak
        True peak in dBTP and its place; -inf for silence.
    """
    stage = TruePeakStage(rate_hz, audio.shape[1])
    stage.process(audio)
    return stage.finish()
