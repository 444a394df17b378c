"""Long-term spectrum of a signal in one pass: fine, in third octaves, in cells of time, and as a few bands over time.

Two transforms run side by side. The *fine* one (Hann, half overlap, about 90 ms) serves everything above the bass;
the *low* one works on the signal decimated to about 2.8 kHz, so that 25 Hz is told from 40 Hz (about 1.4 Hz per bin).
A pair of channels travels through one complex transform, which gives both spectra and their cross power.

Powers are mean squares per channel, full scale 1.0: the bins of a signal add up to its mean square, a full-scale
sine to -3.01 dB. Features drawn from these powers (tilt, resonances, ...) are in `dsp.meters.spectrum_features`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F32, F64
from dsp.core.checks import Audio
from dsp.core.fft import fft_rows
from dsp.core.kernels import kernel

C64 = NDArray[np.complex64]

CELL_S = 3.0  # ours: as long as the short-term loudness window, so that both describe the same piece of music
LOW_RATE_HZ = 2800  # ours: the low path keeps everything below about 300 Hz free of images
LOW_FFT = 2048
LOW_LIMIT_HZ = 300.0
BATCH = 32  # transforms per call: keeps the working set in the second-level cache

# ours: the three ranges a mix is usually spoken of in, and the range where "s" sounds live
BANDS_HZ: tuple[tuple[str, float, float], ...] = (
    ("low", 0.0, 250.0),
    ("mid", 250.0, 4000.0),
    ("high", 4000.0, float("inf")),
    ("sibilance", 5000.0, 10000.0),
)


@dataclass(frozen=True, slots=True)
class PowerSpectrum:
    """Mean power per bin; ``left``/``right``/``cross`` only for two channels, else empty.

    ``cross`` is the real part of left times conjugate right: mid power is ``(left + right + 2 cross) / 4``.
    """

    frequency_hz: F64  # (bins,)
    total: F64  # (bins,), mean over the channels
    left: F64
    right: F64
    cross: F64

    @property
    def bin_hz(self) -> float:
        """Distance between two bins."""
        return float(self.frequency_hz[1])

    def band(self, values: F64, low_hz: float, high_hz: float) -> float:
        """Power of one of the arrays between two frequencies, bins on the edge shared in proportion.

        Parameters
        ----------
        values : array
            A power per bin, linear.
        low_hz, high_hz : float
            Edges in Hz.

        Returns
        -------
        float
            Power, linear.
        """
        # Bin k covers k - 1/2 to k + 1/2 bins; positions count from the lower edge of bin 0.
        low, high = (min(max(f, 0.0) / self.bin_hz + 0.5, len(values) + 0.0) for f in (low_hz, high_hz))
        if high <= low:
            return 0.0
        first, last = int(low), min(int(high), len(values) - 1)
        if first >= last:
            return float(values[first] * (high - low)) if first < len(values) else 0.0
        inner = float(values[first + 1 : last].sum())
        return float(values[first] * (first + 1 - low) + inner + values[last] * (high - last))


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Everything the transforms saw. Powers of silence are 0.0."""

    rate_hz: int
    channels: int
    fine: PowerSpectrum
    low: PowerSpectrum  # valid up to LOW_LIMIT_HZ
    cell_s: float
    cells: F32  # (cells, fine bins): mean power per cell of time
    low_cells: F32  # (cells, low bins)
    frame_s: float  # distance of two rows of `bands`
    bands: F32  # (frames, len(BANDS_HZ)): mean power, columns as in BANDS_HZ
    frame_power: F32  # (frames,): mean power of each transform


class SpectrumStage:
    """Meter stage: feed blocks, then `finish`. The result does not depend on how the signal was cut.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        size = 2 ** max(6, round(np.log2(0.09 * rate_hz)))
        self._decimation = max(1, round(rate_hz / LOW_RATE_HZ))
        pairs = (channels + 1) // 2
        self._fine = _Transform(size, rate_hz, pairs, channels)
        self._low = _Transform(LOW_FFT, rate_hz / self._decimation, pairs, channels)
        self._pending = np.zeros((pairs, 0), np.complex64)
        self._sum_two = np.tile(np.eye(2, dtype=np.float32), (self._decimation, 1)) / np.float32(self._decimation)

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        block = checks.audio_block(block, self.channels)
        pairs = _as_pairs(block)
        self._fine.push(pairs)
        self._push_low(pairs)

    def _push_low(self, pairs: C64) -> None:
        """Average runs of frames (a box filter) into the low path."""
        joined = np.concatenate((self._pending, pairs), axis=1) if self._pending.shape[1] else pairs
        whole = joined.shape[1] // self._decimation * self._decimation
        if whole:
            body = np.ascontiguousarray(joined[:, :whole]).view(np.float32)
            small = body.reshape(len(body), -1, 2 * self._decimation) @ self._sum_two
            self._low.push(np.ascontiguousarray(small).view(np.complex64)[:, :, 0])
        self._pending = joined[:, whole:].copy()

    def finish(self) -> Spectrum:
        """Return the spectrum of everything processed so far."""
        if self._pending.shape[1]:
            rest = self._pending.sum(axis=1, keepdims=True) / np.float32(self._decimation)
            self._low.push(rest)
            self._pending = self._pending[:, :0]
        fine, cells, bands, power = self._fine.finish()
        low, low_cells, _, _ = self._low.finish()
        droop = np.sinc(low.frequency_hz / self.rate_hz * self._decimation) ** 2
        droop /= np.sinc(low.frequency_hz / self.rate_hz) ** 2
        low = PowerSpectrum(
            low.frequency_hz, *(a / droop[: len(a)] for a in (low.total, low.left, low.right, low.cross))
        )
        return Spectrum(
            self.rate_hz, self.channels, fine, low, self._fine.cell_s, cells, low_cells, self._fine.hop_s, bands, power
        )


def _as_pairs(block: NDArray[np.floating]) -> C64:
    """Return the channels two by two as complex signals ``(pairs, frames)``; a missing partner is silence."""
    frames, channels = block.shape
    if channels == 2:
        return np.ascontiguousarray(block, dtype=np.float32).view(np.complex64).reshape(1, frames)
    pairs = np.zeros(((channels + 1) // 2, frames), np.complex64)
    pairs.real[:] = block[:, 0::2].T
    pairs.imag[: channels // 2] = block[:, 1::2].T
    return pairs


class _Transform:
    """Overlapping Hann transforms of channel pairs, averaged over the whole signal, per cell and per band."""

    def __init__(self, size: int, rate_hz: float, pairs: int, channels: int) -> None:
        self.size, self.hop, self.rate_hz, self.channels = size, size // 2, rate_hz, channels
        self.bins = size // 2 + 1
        self.hop_s = self.hop / rate_hz
        self.per_cell = max(1, round(CELL_S / self.hop_s))
        self.cell_s = self.per_cell * self.hop_s
        # Symmetric about the middle of the frame: no sample of a very short file gets weight 0.
        window = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2
        self._window = (window / np.sqrt(size * np.sum(window**2) * channels)).astype(np.float32)
        self._buffer = np.zeros((pairs, size + (BATCH - 1) * self.hop), np.complex64)
        self._filled = 0
        self._work = np.empty((BATCH, size), np.complex64)
        self._power = np.empty((BATCH, self.bins), np.float32)
        self._sums = np.zeros((3, self.bins))  # total, left - right, cross
        self._frames = 0
        self._cell = np.zeros(self.bins)
        self._cells: list[F32] = []
        self._bands: list[F32] = []
        self._totals: list[F32] = []
        frequency = np.arange(self.bins) * rate_hz / size
        self._select = np.stack([(frequency >= low) & (frequency < high) for _, low, high in BANDS_HZ], axis=1)
        self._select = self._select.astype(np.float32)

    def push(self, pairs: C64) -> None:
        taken, length = 0, pairs.shape[1]
        while taken < length:
            part = min(length - taken, self._buffer.shape[1] - self._filled)
            self._buffer[:, self._filled : self._filled + part] = pairs[:, taken : taken + part]
            self._filled += part
            taken += part
            if self._filled == self._buffer.shape[1]:
                self._run(BATCH)

    def _run(self, count: int) -> None:
        """Transform ``count`` frames from the front of the buffer and drop what they no longer need."""
        power = self._power[:count]
        power[:] = 0
        sums = np.zeros((2, self.bins), np.float32)
        for pair in self._buffer:
            frames = np.lib.stride_tricks.sliding_window_view(pair, self.size)[:: self.hop][:count]
            np.multiply(frames, self._window, out=self._work[:count])
            _add_powers(fft_rows(self._work[:count]), power, sums)
        self._sums[0] += power.sum(axis=0, dtype=np.float64)
        self._sums[1:] += sums
        self._bands.append(power @ self._select)
        self._totals.append(power.sum(axis=1))
        self._add_cells(power)
        kept = self._buffer.shape[1] - count * self.hop
        self._buffer[:, :kept] = self._buffer[:, count * self.hop :].copy()
        self._buffer[:, kept:] = 0
        self._filled = max(self._filled - count * self.hop, 0)

    def _add_cells(self, power: F32) -> None:
        taken = 0
        while taken < len(power):
            part = min(len(power) - taken, self.per_cell - self._frames % self.per_cell)
            self._cell += power[taken : taken + part].sum(axis=0)
            self._frames += part
            taken += part
            if self._frames % self.per_cell == 0:
                self._cells.append((self._cell / self.per_cell).astype(np.float32))
                self._cell[:] = 0

    def finish(self) -> tuple[PowerSpectrum, F32, F32, F32]:
        overlap = self.size - self.hop
        if self._filled > (overlap if self._frames else 0):
            # The last frames are padded with silence; there is at least one frame.
            self._run(max(1, -(-(self._filled - overlap) // self.hop)))
        if self._frames % self.per_cell:
            self._cells.append((self._cell / (self._frames % self.per_cell)).astype(np.float32))
            self._cell[:] = 0
        total, difference, cross = self._sums / max(self._frames, 1)
        empty = np.zeros(0)
        stereo = self.channels == 2
        spectrum = PowerSpectrum(
            np.arange(self.bins) * self.rate_hz / self.size,
            total,
            np.maximum(total + difference, 0.0) if stereo else empty,
            np.maximum(total - difference, 0.0) if stereo else empty,
            cross if stereo else empty,
        )
        cells = np.array(self._cells, np.float32).reshape(-1, self.bins)
        bands = np.concatenate([np.zeros((0, len(BANDS_HZ)), np.float32), *self._bands])
        return spectrum, cells, bands, np.concatenate([np.zeros(0, np.float32), *self._totals])


@kernel
def _add_powers(transforms: C64, power: F32, sums: F32) -> None:
    """Split complex transforms of channel pairs into powers (see Press et al., two real transforms at once).

    With z = l + i r: |L|^2 + |R|^2 = (|Z_k|^2 + |Z_-k|^2) / 2, |L|^2 - |R|^2 = Re(Z_k Z_-k) and
    Re(L R*) = Im(Z_k Z_-k) / 2.
    One-sided: bins between 0 and half the rate count twice.
    """
    size = transforms.shape[1]
    half = size // 2
    for frame in range(transforms.shape[0]):
        z = transforms[frame]
        for k in range(1, half):
            a = z[k]
            b = z[size - k]
            power[frame, k] += a.real * a.real + a.imag * a.imag + b.real * b.real + b.imag * b.imag
            sums[0, k] += np.float32(2.0) * (a.real * b.real - a.imag * b.imag)
            sums[1, k] += np.float32(2.0) * (a.real * b.imag + a.imag * b.real)
        for k in (0, half):
            a = z[k]
            power[frame, k] += a.real * a.real + a.imag * a.imag
            sums[0, k] += a.real * a.real - a.imag * a.imag
            sums[1, k] += np.float32(2.0) * a.real * a.imag
