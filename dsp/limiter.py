"""True-peak limiter: the smoothest gain that keeps the signal under its ceiling, also between the samples.

The gain is made of the signal alone, past and future, in five steps:

1. **Required gain.** Between every two samples the signal is interpolated sixteen times (with the filter of
   `dsp.true_peak`, so that meter and limiter see the same peaks; next to the Nyquist frequency, where filters differ,
   with one of 128 taps as well) and ceiling / peak is asked of both samples.
2. **Sustain.** Where reductions come back within 25 ms for longer than 0.3 s (a bass note, a held chord), the
   valleys between them are filled: a morphological closing, then an opening, of the required reduction. A steady
   tone above 20 Hz meets a constant gain and is not distorted at all; a drum hit is not held.
3. **Release.** What was sustained is let go with a time constant of 60 ms; what was not, at once.
4. **Smoothing.** A minimum over 0.7 ms, then a weighted mean over the same 0.7 ms: never above the required gain, no
   corner in the curve. The sums are sums of integers, hence exact: no result depends on where a sum was begun.
5. **Proof.** The limited signal is interpolated again. A gain that changes between samples moves the peaks a little;
   where the ceiling is still exceeded the gain is lowered and step 4 repeated, until nothing is over.

All windows are finite, so passages that need no limiting pass bit for bit. The release is the only recursion; its
state is carried. Work is done on a grid of fixed chunks, whatever blocks the caller brings.

Sources: a minimum filter before the smoothing as in any look-ahead limiter (DAFX, U. Zölzer ed., 2nd edition, 4.2.3);
closing and opening: J. Serra, Image Analysis and Mathematical Morphology (1982). Using them on a gain is ours.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.envelope import GainShape, LimiterSettings, lowest_within, smooth
from dsp.true_peak import PHASES, interpolator
from dsp.units import db_amplitude

TOLERANCE = 2e-5  # ours: 0.0002 dB above the ceiling counts as held
_CHUNK_CELLS = 4_096  # about 1.4 s
_STEP_CELLS = 32  # the reported gain reduction has one value per 32 cells, about 10.7 ms
_PROOFS = 16  # ours: most rounds of step 5; two or three are usual
_LOCAL_PROOFS = 12  # after these the whole neighbourhood of a peak is lowered, not the peak alone
LONG_TAPS = 128  # ours: flat to 0.48 of the rate
_LONG_BETA = 8.0
BEFORE = LONG_TAPS // 2 - 1  # samples before an interval's first one that its interpolation may weigh
AFTER = LONG_TAPS - 1 - BEFORE
_BOUND_CELL = 32  # intervals judged at once


@dataclass(frozen=True, slots=True)
class GainReduction:
    """The lowest gain of every step: ``reduction_db`` is positive dB, one value per ``step_s`` from time 0."""

    step_s: float
    reduction_db: NDArray[np.float32]

    @property
    def max_db(self) -> float:
        """Return the largest reduction in dB, 0.0 when nothing was limited."""
        return float(self.reduction_db.max(initial=0.0))


@njit(cache=True, nogil=True)
def _required_kernel(signal, bits, active, ceiling, filters, long, comb, most, slack, need):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lower need[n], need[n + 1] to ceiling / peak of interval n; ``signal`` starts 63 samples before interval 0.

    ``bits`` are the samples' bit patterns: without the sign their order as integers is that of the magnitudes, and
    integers are compared many at a time. ``most`` and ``slack`` bound how far the interpolation can leave the samples
    and their straight connection (`dsp.true_peak`), so that only what may be over is interpolated. ``comb`` tells
    whether there is anything next to the Nyquist frequency; only there the ``long`` filter is asked as well.
    """
    intervals = need.size - 1
    tops = np.zeros((signal.size + 31) // 32 + 4, np.int32)
    for i in range(tops.size - 4):
        m = np.int32(0)
        for n in range(i * 32, min(i * 32 + 32, bits.size)):
            m = max(m, bits[n] & 0x7FFFFFFF)
        tops[i] = m
    top = tops.view(np.float32)
    values = np.empty(16, np.float32)
    lowest = np.float64(1.0)
    for cell in range(active.size):
        first = cell * 32
        # the samples 40 to 119 after the cell's beginning are weighed
        if not active[cell] or max(top[cell + 1], max(top[cell + 2], top[cell + 3])) * most <= ceiling:
            continue
        bend = np.float32(0.0)
        for n in range(first + 41, min(first + 119, signal.size - 1)):
            bend = max(bend, abs((signal[n + 1] - signal[n]) - (signal[n] - signal[n - 1])))
        around = slack * bend
        edge = np.float32(0.0)
        for n in range(first, min(first + 33, intervals), 16):
            total = np.float32(0.0)
            for k in range(32):
                total += comb[k] * signal[n + 48 + k]
            edge = max(edge, abs(total))
        high = edge > np.float32(0.001) * ceiling
        for n in range(first, min(first + 32, intervals)):
            if max(abs(signal[n + 63]), abs(signal[n + 64])) + around <= ceiling:
                continue
            for p in range(16):
                values[p] = 0.0
            for k in range(48):
                x = signal[n + 40 + k]
                for p in range(16):
                    values[p] += x * filters[k, p]
            peak = abs(signal[n + 64])
            for p in range(16):
                peak = max(peak, abs(values[p]))
            if high and peak > np.float32(0.7) * ceiling:
                for p in range(16):
                    values[p] = 0.0
                for k in range(128):
                    x = signal[n + k]
                    for p in range(16):
                        values[p] += x * long[k, p]
                for p in range(16):
                    peak = max(peak, abs(values[p]))
            if peak > ceiling:
                gain = np.float64(ceiling) / np.float64(peak)
                need[n] = min(need[n], gain)
                need[n + 1] = min(need[n + 1], gain)
                lowest = min(lowest, gain)
    return lowest


@cache
def _long_interpolator() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the long filter, shape (taps, phases), and the comb that finds what lies next to the Nyquist frequency."""
    t = (np.arange(LONG_TAPS) - float(BEFORE))[:, None] - np.arange(PHASES) / PHASES
    window = np.i0(_LONG_BETA * np.sqrt(np.maximum(0.0, 1.0 - (t / (LONG_TAPS / 2)) ** 2))) / np.i0(_LONG_BETA)
    h = np.sinc(t) * window
    h /= h.sum(axis=0)
    comb = np.hanning(34)[1:-1] * (-1.0) ** np.arange(32)
    return np.ascontiguousarray(h, dtype=np.float32), (comb / np.abs(comb).sum()).astype(np.float32)


@cache
def _bounds() -> tuple[np.float32, np.float32]:
    """Return how far interpolated values can be above the samples: as a factor, and per second difference."""
    filters, slack = interpolator()
    return np.float32(np.abs(filters).sum(axis=0).max() * 1.0001), np.float32(slack)


def required_gain(audio: Audio, ceiling: float) -> NDArray[np.float64]:
    """Return ceiling / peak per frame of a linear ceiling, 1.0 where nothing is over; channels are linked.

    ``audio`` has 64 frames before and 64 after the ones asked about, shape (64 + frames + 64, channels).
    """
    need = np.ones(audio.shape[0] - BEFORE - AFTER + 1)
    for line in audio.T:
        _lower(line, need, ceiling, None)
    return need[1:-1]


def _lower(
    line: NDArray[np.floating], need: NDArray[np.float64], ceiling: float, active: NDArray[np.bool_] | None
) -> float:
    """Lower ``need`` to ceiling / peak in place, return the lowest; the line is 63 + frames + 64 samples."""
    signal = np.ascontiguousarray(line, dtype=np.float32)
    if active is None:
        active = np.ones(-(-(need.size - 1) // _BOUND_CELL), np.bool_)
    most, slack = _bounds()
    filters, _ = interpolator()
    long, comb = _long_interpolator()
    bits = signal.view(np.int32)
    return float(_required_kernel(signal, bits, active, np.float32(ceiling), filters, long, comb, most, slack, need))


class TruePeakLimiter:
    """Limits audio given block by block; the output is the input's length, later by the look-ahead.

    Parameters
    ----------
    rate_hz : sample rate in Hz, 8,000 to 384,000.
    channels : number of channels.
    settings : ceiling, times, link.

    Raises ValueError for values out of range, NaN or infinity in a block. Silence comes back as it is.
    """

    def __init__(self, rate_hz: int, channels: int, settings: LimiterSettings | None = None) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._settings = settings or LimiterSettings()
        self._ceiling = db_amplitude(self._settings.ceiling_dbtp)
        self._shape = GainShape.of(self._settings, rate_hz)
        self._cell = self._shape.cell
        self._wide = self._shape.wide
        # cells on either side of a chunk that the proof can touch
        self._fine = -(-(_PROOFS * (2 * self._shape.fast.reach + LONG_TAPS) + LONG_TAPS) // self._cell)
        self._groups = 1 if self._settings.link == 1.0 or channels == 1 else channels
        margin = (self._fine + self._wide) * self._cell
        self._audio = np.zeros((margin + BEFORE + 1, channels))  # silence before the start
        self._need = np.ones((self._groups, margin))
        self._state = np.zeros((self._groups, 1))
        self._frames_in = 0
        self._frames_out = 0
        self._steps: list[NDArray[np.float64]] = []

    @property
    def latency_frames(self) -> int:
        """Return the most frames the output can be behind the input."""
        return ((self._fine + self._wide) + _CHUNK_CELLS) * self._cell + AFTER

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Take the next block, shape (frames, channels); return what is finished, shape (frames, channels)."""
        block = checks.audio_block(block, self._channels)
        if checks.finite_block(block)[1]:
            raise ValueError("block has NaN or infinite samples, allowed are finite samples")
        self._frames_in += block.shape[0]
        self._audio = np.concatenate([self._audio, block])
        return self._run()

    def finish(self) -> NDArray[np.float64]:
        """Return what is left; the signal is silent after its end."""
        missing = self._frames_in - self._frames_out
        if missing == 0:
            return np.zeros((0, self._channels))
        self._audio = np.concatenate([self._audio, np.zeros((self.latency_frames, self._channels))])
        return self._run()[:missing]

    def gain_reduction(self) -> GainReduction:
        """Return the lowest gain of every 10.7 ms so far."""
        step = _STEP_CELLS * self._cell
        gains = np.concatenate(self._steps) if self._steps else np.ones(0)
        gains = gains[: -(-self._frames_in // step)]
        with np.errstate(divide="ignore"):
            reduction = np.abs(20.0 * np.log10(gains)).astype(np.float32)
        return GainReduction(step_s=step / self._rate_hz, reduction_db=reduction)

    def _run(self) -> NDArray[np.float64]:
        chunk = _CHUNK_CELLS * self._cell
        margin = (self._fine + self._wide) * self._cell
        wanted = BEFORE + 1 + margin + chunk + margin + AFTER
        done = []
        start = 0
        while self._audio.shape[0] - start >= wanted:
            window = self._audio[start : start + wanted]
            self._require(window, chunk)
            done.append(self._limit(window, chunk))
            self._need = self._need[:, chunk:]
            start += chunk
            self._frames_out += chunk
        self._audio = self._audio[start:]
        return np.concatenate(done) if done else np.zeros((0, self._channels))

    def _require(self, window: NDArray[np.float64], chunk: int) -> None:
        """Append the required gain of the frames that have become complete."""
        have = self._need.shape[1]
        stop = window.shape[0] - BEFORE - 1 - AFTER
        need = np.ones((self._channels, stop - have + 2))  # and one frame on either side, of shared intervals
        for line, wanted in zip(window[have:].T, need, strict=True):
            _lower(line, wanted, self._ceiling, None)
        need = need[:, 1:-1]
        lowest = need.min(axis=0, keepdims=True)
        own = lowest if self._groups == 1 else need + self._settings.link * (lowest - need)
        self._need = np.concatenate([self._need, own], axis=1)

    def _limit(self, window: NDArray[np.float64], chunk: int) -> NDArray[np.float64]:
        """Return the limited chunk in the middle of the window."""
        first = BEFORE + 1 + (self._fine + self._wide) * self._cell
        audio = window[first : first + chunk]
        if self._need.min() == 1.0 and not self._state.any():
            self._steps.append(np.ones(_CHUNK_CELLS // _STEP_CELLS))
            return audio.copy()
        edge = self._fine * self._cell
        fine = window[first - edge : first + chunk + edge]
        gains = np.stack(
            [self._shape.gain(n, state, _CHUNK_CELLS) for n, state in zip(self._need, self._state, strict=True)]
        )
        gains = self._prove(fine, gains)[:, edge : edge + chunk]
        self._steps.append(gains.min(axis=0).reshape(-1, _STEP_CELLS * self._cell).min(axis=1))
        return np.asarray(audio * gains.T)

    def _prove(self, fine: NDArray[np.float64], gains: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lower the gains until the limited signal is nowhere above the ceiling (step 5)."""
        frames = fine.shape[0]
        extra = np.ones_like(gains)
        total = gains
        active = self._cells_near(gains.min(axis=0) < 1.0)
        for proof in range(_PROOFS):
            need = np.ones((self._channels, frames - BEFORE - AFTER + 1))
            limited = fine * total.T
            lowest = [_lower(line, wanted, self._ceiling, active) for line, wanted in zip(limited.T, need, strict=True)]
            if min(lowest) >= 1.0 - TOLERANCE:
                break
            if self._groups == 1:
                need = need.min(axis=0, keepdims=True)
            inner = slice(BEFORE, frames - AFTER + 1)
            # a little more than asked: the smoothing lets half of it go astray otherwise
            need = np.where(need < 1.0 - TOLERANCE / 2, need - TOLERANCE / 4, 1.0)
            if proof >= _LOCAL_PROOFS:
                need = np.stack([lowest_within(line, 2 * self._shape.fast.reach + LONG_TAPS // 2) for line in need])
            lowered = extra.copy()
            lowered[:, inner] *= need
            active = self._cells_near(np.asarray((lowered < extra).any(axis=0)), 2 * self._shape.fast.reach)
            extra = lowered
            total = gains * np.stack([smooth(line, self._shape.fast) for line in extra])
        return total

    def _cells_near(self, touched: NDArray[np.bool_], reach: int = 0) -> NDArray[np.bool_]:
        """Return which 32 intervals the touched frames (or frames within reach of them) can change."""
        cells = -(-(touched.size - LONG_TAPS + 1) // _BOUND_CELL)  # intervals whose taps are all there
        whole = -(-touched.size // _BOUND_CELL)
        padded = np.zeros(whole * _BOUND_CELL, np.bool_)
        padded[: touched.size] = touched
        hit = padded.reshape(-1, _BOUND_CELL).any(axis=1)
        spread = -(-(reach + LONG_TAPS) // _BOUND_CELL)
        return np.asarray(np.convolve(hit, np.ones(2 * spread + 1), "same")[:cells] > 0.5)


def limit(audio: Audio, rate_hz: int, settings: LimiterSettings | None = None) -> NDArray[np.float64]:
    """Return a whole signal of shape (frames, channels), limited; see `TruePeakLimiter`."""
    limiter = TruePeakLimiter(rate_hz, audio.shape[1], settings)
    return np.concatenate([limiter.process(audio), limiter.finish()])
