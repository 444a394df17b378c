"""Where one bounce begins inside another: found on a coarse trace of the whole file, refined to parts of a sample.

The *trace* is the mid signal averaged down to about 1 kHz, and the energy of its steps; an hour of it fits into 30 MB.
Cross-correlating two traces gives the shift to about a millisecond; the phase between a few pairs of segments at the
full rate gives the rest: the slope of the phase over frequency is the delay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F32, F64
from dsp.core.checks import Audio

TRACE_HZ = 1000  # ours: fine enough that a segment of the full rate catches the rest, small enough for hours
SEGMENT_FRAMES = 1 << 16
SEGMENTS = 7
SURE_CORRELATION = 0.3  # ours: two takes of one song stay below, two mixes of one take lie far above
KERNEL_HALF = 48  # ours: a 97-tap delay is flat to 0.1 dB up to 0.47 of the rate
_KAISER_BETA = 8.0  # about -80 dB of error in the pass band


@dataclass(frozen=True, slots=True)
class Trace:
    """A file made small enough to be shifted as a whole."""

    step_frames: int
    wave: F32  # (steps,): mean of the mid signal
    energy: F32  # (steps,): root of the mean square of the mid signal's differences


@dataclass(frozen=True, slots=True)
class Shift:
    """How far B lies behind A: sample ``n`` of A is sample ``n + frames`` of B."""

    frames: float
    correlation: float  # of the two signals there, 0..1: below SURE_CORRELATION nothing was found
    sure: bool

    @property
    def whole_frames(self) -> int:
        """The part that is cut off; `fraction` is left for `delayed`."""
        return int(np.floor(self.frames + 0.5))

    @property
    def fraction(self) -> float:
        """The rest, -0.5 to 0.5."""
        return self.frames - self.whole_frames


class Tracer:
    """Makes a `Trace` block by block; the result does not depend on how the signal was cut.

    Parameters
    ----------
    rate_hz, channels : int
        Of the signal.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._step = max(1, round(checks.rate(rate_hz) / TRACE_HZ))
        self._channels = checks.channel_count(channels)
        self._rest: F64 = np.zeros(0)
        self._last = 0.0
        self._waves: list[F32] = []
        self._energies: list[F32] = []

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)``; samples that are not finite count as 0."""
        block, _ = checks.finite_block(checks.audio_block(block, self._channels))
        mid = np.concatenate((self._rest, block.mean(axis=1, dtype=np.float64)))
        whole = len(mid) // self._step * self._step
        self._take(mid[:whole])
        self._rest = mid[whole:]

    def finish(self) -> Trace:
        """Return the trace of everything so far; an incomplete last step is left out."""
        empty = np.zeros(0, np.float32)
        return Trace(self._step, np.concatenate([empty, *self._waves]), np.concatenate([empty, *self._energies]))

    def _take(self, mid: F64) -> None:
        if not len(mid):
            return
        steps = np.diff(mid, prepend=self._last)
        self._last = float(mid[-1])
        self._waves.append(mid.reshape(-1, self._step).mean(axis=1).astype(np.float32))
        self._energies.append(np.sqrt(np.square(steps).reshape(-1, self._step).mean(axis=1)).astype(np.float32))


def coarse_shift(a: Trace, b: Trace) -> tuple[int, float, bool]:
    """Return (frames B lies behind A, correlation there, whether the waves themselves agree).

    Falls back to the energies when the waves do not agree (another take), and to 0 when those do not either.

    Parameters
    ----------
    a, b : Trace
        What `trace` made of the two signals, with the same step.

    Returns
    -------
    tuple[int, float, bool]
        Frames by which B lies behind A, the correlation there (0 to 1), and whether the waves themselves agree.

    Raises
    ------
    ValueError
        The two traces have different steps (files of different rates).
    """
    if a.step_frames != b.step_frames:
        raise ValueError(f"the traces have steps of {a.step_frames} and {b.step_frames} frames, must be equal")
    lag, correlation = _best_lag(a.wave, b.wave)
    if correlation >= SURE_CORRELATION:
        return lag * a.step_frames, correlation, True
    if not len(a.energy) or not len(b.energy):
        return 0, 0.0, False
    lag, likeness = _best_lag(a.energy - a.energy.mean(), b.energy - b.energy.mean())
    if likeness >= 2 * SURE_CORRELATION:
        return lag * a.step_frames, likeness, False
    return 0, correlation, False


def _best_lag(a: F32, b: F32) -> tuple[int, float]:
    """Return the lag at which ``b[n + lag]`` is most like ``a[n]``, and their normalised correlation there."""
    norm = float(np.sqrt(np.sum(np.square(a, dtype=np.float64)) * np.sum(np.square(b, dtype=np.float64))))
    if not len(a) or not len(b) or norm <= 0.0:
        return 0, 0.0
    from scipy import fft

    size = fft.next_fast_len(len(a) + len(b) - 1, real=True)
    cross = fft.irfft(np.conj(fft.rfft(a, size)) * fft.rfft(b, size), size)
    best = _peak(cross)
    lag = best if best < len(b) else best - size
    return lag, float(min(1.0, abs(cross[best]) / norm))


def _peak(cross: NDArray[np.floating]) -> int:
    """Return where two signals agree best; upside down only when that fits clearly better."""
    best, worst = int(np.argmax(cross)), int(np.argmin(cross))
    # ours: music has half-waves nearly as high as the right one; inverted polarity beats them by far
    return worst if -cross[worst] > 1.2 * cross[best] else best


def segment_starts(a: Trace, frames: int) -> tuple[int, ...]:
    """Return where in A to look closely: the liveliest place of each of `SEGMENTS` equal parts.

    Parameters
    ----------
    a : Trace
        What `trace` made of the signal.
    frames : int
        Length of the signal.

    Returns
    -------
    tuple[int, ...]
        First frame of each place, in order.
    """
    reach = max(1, SEGMENT_FRAMES // a.step_frames)
    if len(a.energy) <= reach:
        return (0,)
    lively = np.convolve(np.square(a.energy, dtype=np.float64), np.ones(reach), mode="valid")
    parts = np.array_split(np.arange(len(lively)), min(SEGMENTS, len(lively)))
    starts = [int(part[np.argmax(lively[part])]) * a.step_frames for part in parts]
    return tuple(sorted({min(start, max(0, frames - SEGMENT_FRAMES)) for start in starts}))


def fine_shift(pairs: list[tuple[F64, F64]]) -> Shift:
    """Return what is left of the shift, from pairs of mono segments cut out at the coarse shift.

    Each pair votes with its delay; the median of the votes near the strongest one counts. Silence has no vote.
    """
    votes = [vote for a, b in pairs if (vote := _pair_shift(a, b)) is not None]
    if not votes:
        return Shift(0.0, 0.0, False)
    delays = np.array([delay for delay, _ in votes])
    weights = np.array([likeness for _, likeness in votes])
    near = np.abs(delays - delays[np.argmax(weights)]) < 1.0
    correlation = float(np.median(weights[near]))
    agree = bool(near.sum() * 2 >= len(votes)) and correlation >= SURE_CORRELATION
    return Shift(float(np.median(delays[near])), correlation, agree)


def _pair_shift(a: F64, b: F64) -> tuple[float, float] | None:
    """Return (delay of ``b`` behind ``a`` in frames, correlation there); None for silence."""
    size = min(len(a), len(b))
    if size < 16:
        return None
    a, b = a[:size] - a[:size].mean(), b[:size] - b[:size].mean()
    norm = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    if norm <= 1e-12:
        return None
    padded = 1 << int(np.ceil(np.log2(2 * size)))
    spectrum = np.conj(np.fft.rfft(a, padded)) * np.fft.rfft(b, padded)
    cross = np.fft.irfft(spectrum, padded)
    best = _peak(cross)
    if cross[best] < 0.0:
        spectrum = -spectrum
    whole = best if best < padded // 2 else best - padded
    phase_hz = np.fft.rfftfreq(padded) * 2.0 * np.pi
    left = np.angle(spectrum * np.exp(1j * phase_hz * whole))
    # Only what is loud in both and turned by less than a third of a circle can be read without unwrapping.
    weight = np.abs(spectrum) * (np.abs(left) < 2.1) * (phase_hz < 0.9 * np.pi)
    power = float(np.sum(weight * phase_hz**2))
    fraction = -float(np.sum(weight * phase_hz * left)) / power if power > 0.0 else 0.0
    return whole + float(np.clip(fraction, -1.0, 1.0)), float(min(1.0, abs(cross[best]) / norm))


class FractionalDelay:
    """Advances a signal by part of a frame, block by block, without any other shift.

    Parameters
    ----------
    fraction : float
        Frames by which the output is ahead, -1 to 1; 0 passes the samples unchanged.
    channels : int
        Number of channels.
    """

    def __init__(self, fraction: float, channels: int) -> None:
        checks.in_range("fraction", fraction, -1.0, 1.0)
        self._channels = checks.channel_count(channels)
        self._kernel = None if abs(fraction) < 1e-4 else _advance_kernel(fraction)  # ours: -76 dB at half the rate
        self._tail: F64 = np.zeros((KERNEL_HALF, channels))

    def process(self, block: Audio) -> F64:
        """Process the next ``(frames, channels)``; return what is finished."""
        block = checks.audio_block(block, self._channels).astype(np.float64, copy=False)
        if self._kernel is None:
            return block
        joined = np.concatenate((self._tail, block))
        self._tail = joined[-2 * KERNEL_HALF :]
        return self._filtered(joined)

    def finish(self) -> F64:
        """Return what is left."""
        if self._kernel is None:
            return np.zeros((0, self._channels))
        return self._filtered(np.concatenate((self._tail, np.zeros((KERNEL_HALF, self._channels)))))

    def _filtered(self, joined: F64) -> F64:
        kernel = self._kernel
        if kernel is None or len(joined) < len(kernel):
            return np.zeros((0, self._channels))
        size = 1 << int(np.ceil(np.log2(len(joined) + len(kernel))))
        spectrum = np.fft.rfft(joined, size, axis=0) * np.fft.rfft(kernel, size)[:, None]
        return np.ascontiguousarray(np.fft.irfft(spectrum, size, axis=0)[2 * KERNEL_HALF : len(joined)])


def _advance_kernel(fraction: float) -> F64:
    """Return a Kaiser-windowed sinc that reads the signal ``fraction`` frames later."""
    n = np.arange(-KERNEL_HALF, KERNEL_HALF + 1)
    kernel = np.sinc(n + fraction) * np.kaiser(len(n), _KAISER_BETA)
    return np.asarray(kernel / kernel.sum())
