"""True peak to ITU-R BS.1770-5, Annex 2: the highest value of the signal between its samples.

Sixteen phases of a 48-tap windowed sinc instead of the standard's four phases of twelve taps: on a sine of any phase
up to 0.45 of the rate the reading is at most 0.05 dB low (docs/accuracy.md has the table); the standard's own filter
reads up to 0.7 dB low there.

Almost none of it is ever computed. Between two neighbouring samples the interpolated value differs from the straight
line between them by a filter that has two zeros at 0 Hz, so by at most ``SLACK`` times the largest second difference
nearby. Music bends little from sample to sample, so that bound leaves only the few places next to the very top of
each 100 ms to be interpolated. What is left out cannot hold the peak: the result is that of interpolating everything.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.units import amplitude_db, amplitudes_db

PHASES = 16  # ours: the standard asks for at least 4
TAPS = 48  # ours: with KAISER_BETA flat to 0.46 of the rate
KAISER_BETA = 5.0
HOPS_PER_S = 10

_LEFT = TAPS // 2 - 1  # taps before the interval's first sample
_CELL = 32  # frames judged at once; three cells cover every tap of an interval in the middle one
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


@njit(cache=True, nogil=True)
def _peaks_kernel(signal, bits, bends, filters, slack, ends, peaks, places):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Raise ``peaks`` (per hop) to the interpolated maximum; ``signal`` starts 23 samples before the first interval.

    ``bits`` and ``bends`` are signal and second difference of it as bit patterns without sign: their order as
    integers is that of the magnitudes, and integers are compared many at a time. Intervals that start in one of the
    hops [start, ends[h]) belong to it.
    """
    intervals = signal.size - 47
    cells = (signal.size + 31) // 32
    top = np.zeros(cells + 3, np.int32)
    bend = np.zeros(cells + 3, np.int32)
    for i in range(cells):
        m = np.int32(0)
        b = np.int32(0)
        for n in range(i * 32, min(i * 32 + 32, bits.size)):
            m = max(m, bits[n] & 0x7FFFFFFF)
        for n in range(i * 32, min(i * 32 + 32, bends.size)):
            b = max(b, bends[n] & 0x7FFFFFFF)
        top[i] = m
        bend[i] = b
    tops = top.view(np.float32)
    worst = bend.view(np.float32)
    values = np.empty(16, np.float32)
    start = 0
    for h in range(ends.size):
        stop = min(ends[h], intervals)
        peak = peaks[h]
        place = places[h]
        for n in range(start, stop):  # phase 0 is the sample itself
            magnitude = abs(signal[n + 23])
            if magnitude > peak:
                peak = magnitude
                place = np.float64(n)
        first = start
        while first < stop:
            cell = first // 32
            last = min(stop, cell * 32 + 32)
            # taps of these intervals: samples 32 * cell to 32 * cell + 78
            around = slack * max(worst[cell], max(worst[cell + 1], worst[cell + 2]))
            if max(tops[cell], max(tops[cell + 1], tops[cell + 2])) + around <= peak:
                first = last
                continue
            for n in range(first, last):
                if max(abs(signal[n + 23]), abs(signal[n + 24])) + around <= peak:
                    continue
                for p in range(16):
                    values[p] = 0.0
                for k in range(48):
                    x = signal[n + k]
                    for p in range(16):
                        values[p] += x * filters[k, p]
                for p in range(1, 16):
                    magnitude = abs(values[p])
                    if magnitude > peak:
                        peak = magnitude
                        place = n + p / 16.0
            first = last
        peaks[h] = peak
        places[h] = place
        start = stop


@dataclass(frozen=True, slots=True)
class TruePeak:
    """True peaks: the maximum, per channel, and of every 100 ms.

    ``hop_peak`` and ``hop_at_s`` are (hops, channels): linear peak of each hop of 0.1 s and where it is; the last hop
    may be shorter. ``over_at_s`` are the times of the hops' peaks above full scale (any channel), in order.
    """

    true_peak_dbtp: float
    true_peak_at_s: float
    channel_dbtp: tuple[float, ...]
    over_at_s: tuple[float, ...]
    hop_s: float
    hop_peak: NDArray[np.float32]
    hop_at_s: NDArray[np.float64]


class TruePeakStage:
    """True peak of audio given block by block; the signal is silent before its start and after its end.

    Parameters
    ----------
    rate_hz : sample rate in Hz, 8,000 to 384,000.
    channels : number of channels.
    exhaustive : interpolate everything, leave nothing out (the result is the same; for tests).
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
        self._open_peak = np.zeros(self._channels, np.float32)
        self._open_place = np.zeros(self._channels)

    def process(self, block: Audio) -> None:
        """Take the next block, shape (frames, channels), finite samples."""
        block = checks.audio_block(block, self._channels)
        self._frames += block.shape[0]
        signal = np.empty((self._channels, self._recent.shape[1] + block.shape[0]), np.float32)
        signal[:, : self._recent.shape[1]] = self._recent
        signal[:, self._recent.shape[1] :] = block.T
        self._run(signal)

    def _run(self, signal: NDArray[np.float32]) -> None:
        """Search the intervals whose taps are all there and keep what later ones need."""
        intervals = signal.shape[1] - (TAPS - 1)
        if intervals <= 0:
            self._recent = signal
            return
        edge = self._interval + intervals
        numbers = np.arange(self._hops + 1, edge * HOPS_PER_S // self._rate_hz + 2, dtype=np.int64)
        ends = numbers * self._rate_hz // HOPS_PER_S
        closed = int(np.count_nonzero(ends <= edge))
        ends = np.append(ends[:closed], edge) - self._interval
        peaks = np.zeros((closed + 1, self._channels), np.float32)
        places = np.zeros((closed + 1, self._channels))
        for c in range(self._channels):
            line = signal[c]
            bends = np.diff(line, 2)
            peak = np.zeros(closed + 1, np.float32)
            place = np.zeros(closed + 1)
            peak[0], place[0] = self._open_peak[c], self._open_place[c] - self._interval
            _peaks_kernel(
                line, line.view(np.int32), bends.view(np.int32), self._filters, self._slack, ends, peak, place
            )
            peaks[:, c], places[:, c] = peak, place + self._interval
        self._peaks.append(peaks[:closed])
        self._places.append(places[:closed])
        self._open_peak, self._open_place = peaks[closed], places[closed]
        self._hops += closed
        self._interval = edge
        self._recent = signal[:, intervals:].copy()

    def finish(self) -> TruePeak:
        """Return the true peaks of everything processed."""
        if self._frames:
            missing = self._frames - self._interval + TAPS - 1 - self._recent.shape[1]
            self._run(np.concatenate([self._recent, np.zeros((self._channels, missing), np.float32)], axis=1))
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
        hop_s=1.0 / HOPS_PER_S,
        hop_peak=hop_peak,
        hop_at_s=hop_at_s,
    )


def true_peak(audio: Audio, rate_hz: int) -> TruePeak:
    """Return the true peaks of a whole signal of shape (frames, channels)."""
    stage = TruePeakStage(rate_hz, audio.shape[1])
    stage.process(audio)
    return stage.finish()
