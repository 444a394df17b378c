"""True-peak limiter: the smoothest gain that keeps the signal under its ceiling, also between the samples.

The gain is made of the signal alone, past and future, in five steps:

1. **Required gain.** Between every two samples the signal is interpolated sixteen times (with the filter of
   `dsp.true_peak`, so that meter and limiter see the same peaks) and ceiling / peak is asked of both samples.
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

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.true_peak import TAPS, interpolator
from dsp.units import db_amplitude

MAX_CEILING_DBTP = 0.0
MIN_CEILING_DBTP = -24.0
TOLERANCE = 2e-5  # ours: 0.0002 dB above the ceiling counts as held
CELLS_PER_S = 3_000  # ours: the sustain is found on the minima of a third of a millisecond
_CHUNK_CELLS = 4_096  # about 1.4 s
_STEP_CELLS = 32  # the reported gain reduction has one value per 32 cells, about 10.7 ms
_PROOFS = 16  # ours: most rounds of step 5; two or three are usual
_LOCAL_PROOFS = 12  # after these the whole neighbourhood of a peak is lowered, not the peak alone
_BEFORE = TAPS // 2 - 1  # samples before an interval's first one that its interpolation weighs
_AFTER = TAPS - 1 - _BEFORE
_BOUND_CELL = 32  # intervals judged at once


@dataclass(frozen=True, slots=True)
class LimiterSettings:
    """Ceiling in dBTP, times in seconds (see the module's header), ``link`` 0 to 1.

    ``link`` 1.0 gives all channels the same gain, so that nothing moves in the stereo image; 0.0 each its own.
    Raises ValueError for values out of range.
    """

    ceiling_dbtp: float = -1.0
    fast_s: float = 0.0007  # ours: a dip this short is heard as part of the attack; longer ones cost contour
    gap_s: float = 0.025  # ours: half a period of 20 Hz
    sustain_s: float = 0.3  # ours: the shortest note whose distortion is heard as such
    release_s: float = 0.06  # ours: below the 100 ms at which level changes turn into pumping
    attack_s: float = 0.004  # the sustained part alone; the fast part has fast_s
    link: float = 1.0

    def __post_init__(self) -> None:
        checks.in_range("ceiling_dbtp", self.ceiling_dbtp, MIN_CEILING_DBTP, MAX_CEILING_DBTP, " dBTP")
        checks.in_range("fast_s", self.fast_s, 0.0002, 0.02, " s")
        checks.in_range("gap_s", self.gap_s, 0.0, 0.1, " s")
        checks.in_range("sustain_s", self.sustain_s, 0.01, 2.0, " s")
        checks.in_range("release_s", self.release_s, 0.001, 2.0, " s")
        checks.in_range("attack_s", self.attack_s, 0.0005, 0.05, " s")
        checks.in_range("link", self.link, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class GainReduction:
    """The lowest gain of every step: ``reduction_db`` is positive dB, one value per ``step_s`` from time 0."""

    step_s: float
    reduction_db: NDArray[np.float32]

    @property
    def max_db(self) -> float:
        """Return the largest reduction in dB, 0.0 when nothing was limited."""
        return float(self.reduction_db.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class _Boxes:
    """Three running means in a row; together they weigh 2·reach + 1 values, reach on either side."""

    wide: int  # the first two
    last: int  # odd

    @classmethod
    def of(cls, values: float) -> "_Boxes":
        wide = max(1, round((values + 2) / 3))
        last = max(1, round(values) + 2 - 2 * wide)
        return cls(wide, last + 1 - last % 2)

    @property
    def reach(self) -> int:
        return (2 * self.wide + self.last - 3) // 2

    @property
    def unit(self) -> int:
        """Return the fixed-point 1.0 whose triple sum still fits 62 bits."""
        return 1 << (62 - math.ceil(math.log2(self.wide * self.wide * self.last)))

    @property
    def steepest(self) -> float:
        """Return the largest weight of a single value: a bound of the change per value of anything within 0..1."""
        return 1.0 / self.wide if self.wide >= self.last else 1.0 / self.last


def max_rise_per_s(settings: LimiterSettings, rate_hz: int) -> float:
    """Return how fast the limiter's linear gain can change at most, in 1/s.

    The smoothing is a mean with weights of at most 1/wide, of values between 0 and 1.
    """
    return _Boxes.of(settings.fast_s * rate_hz).steepest * rate_hz


@njit(cache=True, nogil=True)
def _required_kernel(signal, around, ceiling, filters, need):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lower need[n], need[n + 1] to ceiling / peak of interval n; ``signal`` starts 23 samples before interval 0.

    ``around`` bounds, per 32 intervals, how far the interpolation can leave the samples (`dsp.true_peak`).
    """
    intervals = need.size - 1
    values = np.empty(16, np.float32)
    lowest = np.float64(1.0)
    for cell in range(around.size):
        slack = around[cell]
        for n in range(cell * 32, min(cell * 32 + 32, intervals)):
            if max(abs(signal[n + 23]), abs(signal[n + 24])) + slack <= ceiling:
                continue
            for p in range(16):
                values[p] = 0.0
            for k in range(48):
                x = signal[n + k]
                for p in range(16):
                    values[p] += x * filters[k, p]
            peak = abs(signal[n + 24])
            for p in range(16):
                peak = max(peak, abs(values[p]))
            if peak > ceiling:
                gain = np.float64(ceiling) / np.float64(peak)
                need[n] = min(need[n], gain)
                need[n + 1] = min(need[n + 1], gain)
                lowest = min(lowest, gain)
    return lowest


@njit(cache=True, nogil=True)
def _lowest_kernel(values, reach):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Minimum over [n - reach, n + reach] within the array (van Herk's two running minima per window length)."""
    n = values.size
    width = 2 * reach + 1
    padded = n + 2 * reach
    forward = np.empty(padded)
    backward = np.empty(padded)
    for i in range(padded):
        j = i - reach
        v = values[j] if 0 <= j < n else np.inf
        forward[i] = v if i % width == 0 else min(forward[i - 1], v)
    for i in range(padded - 1, -1, -1):
        j = i - reach
        v = values[j] if 0 <= j < n else np.inf
        backward[i] = v if i == padded - 1 or (i + 1) % width == 0 else min(backward[i + 1], v)
    out = np.empty(n)
    for i in range(n):
        out[i] = min(backward[i], forward[i + width - 1])
    return out


@njit(cache=True, nogil=True)
def _means_kernel(values, wide, last, unit):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Three running means of values in 0..1, centred; sums of integers, so exact wherever they are begun."""
    n = values.size
    reach = (2 * wide + last - 3) // 2
    size = n + 2 * reach
    line = np.empty(size, np.int64)
    for i in range(size):
        line[i] = np.int64(values[min(max(i - reach, 0), n - 1)] * unit)
    for width in (wide, wide, last):
        total = np.int64(0)
        for i in range(width - 1):
            total += line[i]
        size -= width - 1
        for i in range(size):
            first = line[i]
            total += line[i + width - 1]
            line[i] = total
            total -= first
    out = np.empty(n)
    whole = np.float64(unit) * wide * wide * last
    for i in range(n):
        out[i] = np.float64(line[i]) / whole
    return out


@njit(cache=True, nogil=True)
def _release_kernel(values, decay, state):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Peak follower with exponential release, in place."""
    for i in range(values.size):
        state = max(values[i], state * decay)
        if state < 1e-6:  # ours: a reduction of 0.00001 dB is none
            state = 0.0
        values[i] = state


def _smooth(values: NDArray[np.float64], boxes: _Boxes) -> NDArray[np.float64]:
    """Return the smoothest curve of these boxes that is nowhere above ``values``."""
    lowest = _lowest_kernel(values, boxes.reach)
    return np.asarray(_means_kernel(lowest, boxes.wide, boxes.last, float(boxes.unit)))


def _highest(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    return -np.asarray(_lowest_kernel(-values, reach))


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
        self._filters, self._slack = interpolator()
        s = self._settings
        self._cell = max(1, round(rate_hz / CELLS_PER_S))
        cells_per_s = rate_hz / self._cell
        self._gap = round(s.gap_s * cells_per_s / 2)
        self._sustain = round(s.sustain_s * cells_per_s / 2)
        self._onset = _Boxes.of(s.attack_s * cells_per_s)
        self._fast = _Boxes.of(s.fast_s * rate_hz)
        self._decay = math.exp(-1.0 / (s.release_s * cells_per_s))
        # cells either side of a chunk: those the proof can touch, and those the sustain looks at
        self._fine = -(-(_PROOFS * (2 * self._fast.reach + TAPS) + TAPS) // self._cell)
        self._wide = 2 * (self._gap + self._sustain + self._onset.reach) + 2
        self._groups = 1 if s.link == 1.0 or channels == 1 else channels
        margin = (self._fine + self._wide) * self._cell
        self._audio = np.zeros((margin + _BEFORE + 1, channels))  # silence before the start
        self._need = np.ones((self._groups, margin))
        self._state = np.zeros(self._groups)
        self._frames_in = 0
        self._frames_out = 0
        self._steps: list[NDArray[np.float64]] = []

    @property
    def latency_frames(self) -> int:
        """Return the most frames the output can be behind the input."""
        return ((self._fine + self._wide) + _CHUNK_CELLS) * self._cell + _AFTER

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Take the next block, shape (frames, channels); return what is finished, shape (frames, channels)."""
        block = checks.audio_block(block, self._channels)
        if not np.isfinite(block).all():
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
        wanted = _BEFORE + 1 + margin + chunk + margin + _AFTER
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
        stop = window.shape[0] - _BEFORE - 1 - _AFTER
        need = np.ones((self._channels, stop - have + 2))  # and one frame on either side, of shared intervals
        self._lower(window[have:].T, need, None)
        need = need[:, 1:-1]
        lowest = need.min(axis=0, keepdims=True)
        own = lowest if self._groups == 1 else need + self._settings.link * (lowest - need)
        self._need = np.concatenate([self._need, own], axis=1)

    def _lower(self, lines: NDArray[np.float64], need: NDArray[np.float64], active: NDArray[np.bool_] | None) -> float:
        """Lower ``need`` (per channel) to ceiling / peak; lines are (channels, 23 + frames + 24) samples."""
        lowest = 1.0
        for channel in range(self._channels):
            signal = np.ascontiguousarray(lines[channel], dtype=np.float32)
            around = self._around(signal, need.shape[1] - 1)
            if active is not None:
                around[~active[: around.size]] = -np.inf
            lowest = min(
                lowest,
                _required_kernel(signal, around, np.float32(self._ceiling), self._filters, need[channel]),
            )
        return lowest

    def _around(self, signal: NDArray[np.float32], intervals: int) -> NDArray[np.float32]:
        """Return how far the interpolated signal can be from its samples, per 32 intervals; -inf where that is low."""
        cells = -(-intervals // _BOUND_CELL)
        padded = np.zeros((cells + 2) * _BOUND_CELL, np.float32)
        bends = np.abs(np.diff(signal, 2))
        padded[: min(bends.size, padded.size)] = bends[: padded.size]
        worst = padded.reshape(-1, _BOUND_CELL).max(axis=1)
        return np.asarray(np.float32(self._slack) * np.maximum(np.maximum(worst[:-2], worst[1:-1]), worst[2:]))

    def _limit(self, window: NDArray[np.float64], chunk: int) -> NDArray[np.float64]:
        """Return the limited chunk in the middle of the window."""
        first = _BEFORE + 1 + (self._fine + self._wide) * self._cell
        audio = window[first : first + chunk]
        cells = 1.0 - self._need.reshape(self._groups, -1, self._cell).min(axis=2)
        if not cells.any() and not self._state.any():
            self._steps.append(np.ones(_CHUNK_CELLS // _STEP_CELLS))
            return audio.copy()
        edge = self._fine * self._cell
        fine = window[first - edge : first + chunk + edge]
        gains = np.stack([self._gain(group, cells[group]) for group in range(self._groups)])
        gains = self._prove(fine, gains)[:, edge : edge + chunk]
        self._steps.append(gains.min(axis=0).reshape(-1, _STEP_CELLS * self._cell).min(axis=1))
        return np.asarray(audio * gains.T)

    def _gain(self, group: int, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the gain before the proof, of the chunk and the cells around it that the proof can touch."""
        edge = self._wide * self._cell
        need = self._need[group, edge:-edge]
        sustained = self._sustained(group, cells)
        if sustained.any():
            # cell centres; the first value belongs to the cell before the first of need
            centres = (np.arange(sustained.size) - 1.0 + 0.5) * self._cell - 0.5
            need = np.minimum(need, 1.0 - np.interp(np.arange(need.size), centres, sustained))
        return _smooth(need, self._fast)

    def _sustained(self, group: int, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sustained reduction of the middle cells and one more on either side (steps 2 and 3)."""
        closed = -_highest(-_highest(cells, self._gap), self._gap)
        opened = _highest(-_highest(-closed, self._sustain), self._sustain)
        inner = self._wide - 1 - 2 * self._onset.reach
        held = opened[inner : opened.size - inner].copy()
        _release_kernel(held, self._decay, self._state[group])
        self._state[group] = held[_CHUNK_CELLS - 1]
        if not held.any():
            return np.zeros(cells.size - 2 * self._wide + 2)
        onset = 2 * self._onset.reach
        return 1.0 - _smooth(1.0 - held, self._onset)[onset : held.size - onset]

    def _prove(self, fine: NDArray[np.float64], gains: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lower the gains until the limited signal is nowhere above the ceiling (step 5)."""
        frames = fine.shape[0]
        extra = np.ones_like(gains)
        total = gains
        active = self._cells_near(gains.min(axis=0) < 1.0)
        for proof in range(_PROOFS):
            need = np.ones((self._channels, frames - _BEFORE - _AFTER + 1))
            lowest = self._lower((fine * total.T).T, need, active)
            if lowest >= 1.0 - TOLERANCE:
                break
            if self._groups == 1:
                need = need.min(axis=0, keepdims=True)
            inner = slice(_BEFORE, frames - _AFTER + 1)
            # a little more than asked: the smoothing lets half of it go astray otherwise
            need = np.where(need < 1.0 - TOLERANCE / 2, need - TOLERANCE / 4, 1.0)
            if proof >= _LOCAL_PROOFS:
                need = np.stack([_lowest_kernel(line, 2 * self._fast.reach + TAPS // 2) for line in need])
            lowered = extra.copy()
            lowered[:, inner] *= need
            active = self._cells_near(np.asarray((lowered < extra).any(axis=0)), 2 * self._fast.reach)
            extra = lowered
            total = gains * np.stack([_smooth(line, self._fast) for line in extra])
        return total

    def _cells_near(self, touched: NDArray[np.bool_], reach: int = 0) -> NDArray[np.bool_]:
        """Return which 32 intervals the touched frames (or frames within reach of them) can change."""
        cells = -(-touched.size // _BOUND_CELL)
        padded = np.zeros(cells * _BOUND_CELL, np.bool_)
        padded[: touched.size] = touched
        hit = padded.reshape(-1, _BOUND_CELL).any(axis=1)
        spread = -(-(reach + TAPS) // _BOUND_CELL)
        return np.asarray(np.convolve(hit, np.ones(2 * spread + 1), "same") > 0.5)


def limit(audio: Audio, rate_hz: int, settings: LimiterSettings | None = None) -> NDArray[np.float64]:
    """Return a whole signal of shape (frames, channels), limited; see `TruePeakLimiter`."""
    limiter = TruePeakLimiter(rate_hz, audio.shape[1], settings)
    return np.concatenate([limiter.process(audio), limiter.finish()])
