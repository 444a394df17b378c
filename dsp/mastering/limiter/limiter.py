"""True-peak limiter: the smoothest gain that keeps the signal under its ceiling, also between the samples.

The gain is made of the signal alone, past and future, in five steps:

1. **Required gain.** Between every two samples the signal is interpolated sixteen times (with the filter of
   the true-peak meter, so that it and limiter see the same peaks; next to the Nyquist frequency, where filters differ,
   with one of 128 taps as well) and ceiling / peak is asked of both samples.
2. **Sustain.** Where reductions come back within 17.5 ms for longer than 0.3 s (a bass note, a held chord), the
   valleys between them are filled: a morphological closing, then an opening, of the required reduction. A steady
   tone above 29 Hz meets a constant gain and is not distorted at all; a drum hit is not held.
3. **Release.** What was sustained is let go with a time constant of 60 ms; what was not, at once.
4. **Smoothing.** A minimum over 1 ms, then a weighted mean over the same 1 ms: never above the required gain, no
   corner in the curve. The sums are sums of integers, hence exact: no result depends on where a sum was begun.
5. **Proof.** The limited signal is interpolated again. A gain that changes between samples moves the peaks a little;
   where the ceiling is still exceeded the gain is lowered and step 4 repeated, until nothing is over.

All windows are finite, so passages that need no limiting pass bit for bit. The release is the only recursion; its
state is carried. Work is done on a grid of fixed chunks, whatever blocks the caller brings.

Sources: a minimum filter before the smoothing as in any look-ahead limiter (DAFX, U. Zölzer ed., 2nd edition, 4.2.3);
closing and opening: J. Serra, Image Analysis and Mathematical Morphology (1982). Using them on a gain is ours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.units import db_amplitude
from dsp.mastering.limiter.gain_curve import GainShape, LimiterSettings, lowest_within, smooth
from dsp.mastering.limiter.required_gain import AFTER, BEFORE, LONG_TAPS, lower_need, lower_need_of_limited
from dsp.meters.true_peak import CELL

TOLERANCE = 2e-5  # ours: 0.0002 dB above the ceiling counts as held
_CHUNK_CELLS = 4_096  # about 1.4 s
_STEP_CELLS = 32  # the reported gain reduction has one value per 32 cells, about 10.7 ms
_PROOFS = 16  # ours: most rounds of step 5; two or three are usual
_LOCAL_PROOFS = 12  # after these the whole neighbourhood of a peak is lowered, not the peak alone


@dataclass(frozen=True, slots=True)
class GainReduction:
    """The lowest gain of every step: ``reduction_db`` is positive dB, one value per ``step_s`` from time 0."""

    step_s: float
    reduction_db: NDArray[np.float32]

    @property
    def max_db(self) -> float:
        """Return the largest reduction in dB, 0.0 when nothing was limited."""
        return float(self.reduction_db.max(initial=0.0))


class TruePeakLimiter:
    """Limits audio given block by block; the output is the input's length, later by the look-ahead.

    Raises ValueError for values out of range, NaN or infinity in a block. Silence comes back as it is.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels.
    settings : LimiterSettings or None
        Ceiling, times, link.
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
        """Process the next block, shape (frames, channels); return what is finished, shape (frames, channels)."""
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
            lower_need(line, wanted, self._ceiling)
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
            lowest = [
                lower_need_of_limited(fine, channel, total[channel % self._groups], active, wanted, self._ceiling)
                for channel, wanted in enumerate(need)
            ]
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
        cells = -(-(touched.size - LONG_TAPS + 1) // CELL)  # intervals whose taps are all there
        whole = -(-touched.size // CELL)
        padded = np.zeros(whole * CELL, np.bool_)
        padded[: touched.size] = touched
        hit = padded.reshape(-1, CELL).any(axis=1)
        spread = -(-(reach + LONG_TAPS) // CELL)
        return np.asarray(np.convolve(hit, np.ones(2 * spread + 1), "same")[:cells] > 0.5)


def limit(audio: Audio, rate_hz: int, settings: LimiterSettings | None = None) -> NDArray[np.float64]:
    """Return a whole signal of shape (frames, channels), limited; see `TruePeakLimiter`.

    Parameters
    ----------
    audio : array
        Shape (frames, channels), full scale 1.0.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    settings : LimiterSettings or None
        Ceiling, times, link; the defaults when not given.

    Returns
    -------
    array
        Shape (frames, channels); silence stays silence.
    """
    limiter = TruePeakLimiter(rate_hz, audio.shape[1], settings)
    return np.concatenate([limiter.process(audio), limiter.finish()])
