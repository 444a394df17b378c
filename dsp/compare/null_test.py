"""Two aligned signals side by side: what changed in tone, width and time, and what is left of their difference.

Both signals travel through the same short transforms. Per cell of time and third-octave band three numbers are kept:
the power of A, the power of B and the real part of their cross power. From these the power of ``A - g B`` follows for
*any* gain ``g`` without a second pass: ``Paa - 2 g Pab + g^2 Pbb``. That is the null test.
"""

from dataclasses import dataclass

import numpy as np

from dsp.core import checks
from dsp.core.arrays import F64
from dsp.core.checks import Audio
from dsp.core.units import powers_db, ratio_db
from dsp.meters.bands import HALF_BAND

CELL_S = 1.0  # ours: a bar or less; short enough to say where, long enough to hold every element once
LOWEST_BAND, HIGHEST_BAND = -14, 12  # ours: 40 Hz to 16 kHz, where the transform resolves a third octave
SILENT_POWER = 1e-9  # ours: -90 dBFS; cells below take no part
AUDIBLE_SHARE = 1e-5  # ours: a band 50 dB below the whole takes no part in finding the common gain
BATCH = 32
MOVED_S = (0.001, 0.045)  # ours: shorter lies in the tone of the element itself, longer leaves the transform
MOVED_DEPTH = 0.2  # ours: a pure echo has 1.0, less the longer it is; residuals without one stay below 0.1
MOVED_SIGMAS = 8.0  # ours: and it stands out that far
NOTCH_SPAN = 25  # ours: steps of 0.04 ms; the tone of the element itself bends more slowly
NOTCH_REACH = NOTCH_SPAN // 2


@dataclass(frozen=True, slots=True)
class Sides:
    """Sums over a whole signal for the width of A and of B."""

    mid_a: float
    side_a: float
    mid_b: float
    side_b: float
    mid_cross: float

    def mid_residual_db(self, gain: float) -> float:
        """Return how much of A's mid is left after ``gain`` times B's is taken away, in dB; 0.0 for mono files."""
        if self.mid_a <= 0.0:
            return 0.0
        left = max(0.0, self.mid_a - 2.0 * gain * self.mid_cross + gain * gain * self.mid_b)
        return ratio_db(left, self.mid_a)

    @property
    def width_change_db(self) -> float:
        """Side over mid of B against that of A; 0.0 for mono or silence on both sides, +-inf when only one is mono."""
        a = self.side_a * self.mid_b
        b = self.side_b * self.mid_a
        if a == b:
            return 0.0
        with np.errstate(divide="ignore"):
            return float(10.0 * np.log10(b / a)) if a > 0.0 else float("inf")


@dataclass(frozen=True, slots=True)
class Compared:
    """What the transforms saw; methods turn it into differences. B against A: positive is more in B."""

    rate_hz: int
    frames: int
    cell_s: float
    centres_hz: F64  # (bands,)
    power_a: F64  # (cells, bands)
    power_b: F64
    cross: F64  # real part
    fine_a: F64  # (bins,): sums over the whole signal
    fine_b: F64
    fine_cross: F64
    sides: Sides

    def null_gain(self) -> float:
        """Return the gain on B that leaves the least of A: least squares, 0.0 when B is silent."""
        power = float(self.power_b.sum())
        return float(self.cross.sum()) / power if power > 0.0 else 0.0

    def common_gain(self) -> tuple[float, bool]:
        """Return the gain on B at which most bands agree, and whether they do.

        An element that was turned up shifts its own bands and leaves the others alone: their gain is the one that
        nobody touched. Bands agree when a third of the audible ones lie within 0.1 dB of each other.
        """
        a, b = self.power_a.sum(axis=0), self.power_b.sum(axis=0)
        heard = (a > AUDIBLE_SHARE * a.sum()) & (b > AUDIBLE_SHARE * b.sum())
        if not heard.any():
            return 1.0, False
        ratio_db = np.sort(10.0 * np.log10(a[heard] / b[heard]))
        need = max(2, -(-len(ratio_db) // 3))
        if len(ratio_db) < need:
            return 1.0, False
        spans = ratio_db[need - 1 :] - ratio_db[: len(ratio_db) - need + 1]
        best = int(np.argmin(spans))
        gain_db = float(np.median(ratio_db[best : best + need]))
        return 10.0 ** (gain_db / 20.0), bool(spans[best] <= 0.1)

    def residual_db(self, gain: float) -> float:
        """Return how much of A is left after ``gain`` times B is taken away, in dB of A; -inf for nothing."""
        return ratio_db(_residual(self.power_a, self.power_b, self.cross, gain).sum(), self.power_a.sum())

    def residual_bands_db(self, gain: float) -> F64:
        """Return the same per band, ``(bands,)``."""
        left = _residual(self.power_a, self.power_b, self.cross, gain).sum(axis=0)
        return powers_db(left / np.maximum(self.power_a.sum(axis=0), 1e-30))

    def residual_cells_db(self, gain: float) -> F64:
        """Return the same per cell of time, ``(cells,)``; -inf for silent cells."""
        left = _residual(self.power_a, self.power_b, self.cross, gain).sum(axis=1)
        whole = np.maximum(self.power_a.sum(axis=1), gain * gain * self.power_b.sum(axis=1))
        left[whole < SILENT_POWER] = 0.0
        return powers_db(left / np.maximum(whole, 1e-30))

    def tone_db(self, gain: float) -> tuple[F64, F64]:
        """Return (difference per band with ``gain`` on B, its spread over time), ``(bands,)`` each.

        The spread is half the distance between the 16th and the 84th percentile of the cells that hold sound: one
        standard deviation, were they normal. NaN-free: a band without sound has 0.0 and 0.0.
        """
        difference, spread = np.zeros(len(self.centres_hz)), np.zeros(len(self.centres_hz))
        a, b = self.power_a, self.power_b * gain * gain
        whole = a.sum()
        for band in range(len(self.centres_hz)):
            total_a, total_b = a[:, band].sum(), b[:, band].sum()
            if min(total_a, total_b) <= 1e-8 * whole:
                continue
            difference[band] = 10.0 * np.log10(total_b / total_a)
            loud = (a[:, band] > 0.01 * a[:, band].max()) & (b[:, band] > 0.01 * b[:, band].max())
            if loud.sum() >= 2:
                low, high = np.percentile(10.0 * np.log10(b[loud, band] / a[loud, band]), (16, 84))
                spread[band] = (high - low) / 2.0
        return difference, spread

    def moved_s(self, gain: float) -> float | None:
        """Return by how much something was moved in time, None when the residual does not show it.

        An element that comes earlier or later by ``t`` leaves itself and its negative echo: the residual's spectrum
        is a comb, and its cepstrum has a deep notch at ``t``.
        """
        left = _residual(self.fine_a, self.fine_b, self.fine_cross, gain)
        if left.sum() <= 1e-6 * self.fine_a.sum():
            return None
        size = 2 * (len(left) - 1)
        used = max(16, int(len(left) * min(1.0, 12_000.0 / (self.rate_hz / 2.0))))
        log_power = np.log(left[:used] + 1e-7 * left.max())
        cepstrum = np.fft.irfft(log_power - log_power.mean(), 2 * (used - 1))
        step_s = (size / self.rate_hz) / (2 * (used - 1))
        first, last = (round(t / step_s) for t in MOVED_S)
        last = min(last, len(cepstrum) // 2 - NOTCH_REACH)
        if last <= first or first <= NOTCH_REACH:
            return None
        around = np.lib.stride_tricks.sliding_window_view(
            cepstrum[first - NOTCH_REACH : last + NOTCH_REACH], NOTCH_SPAN
        )
        depth = np.median(around, axis=1) - cepstrum[first:last]
        best = int(np.argmax(depth))
        spread = 1.4826 * float(np.median(np.abs(depth - np.median(depth))))
        is_notch = depth[best] >= MOVED_DEPTH and depth[best] >= MOVED_SIGMAS * spread
        return (first + best) * step_s if is_notch else None


class Comparer:
    """Stage over two aligned signals: feed both in equal blocks, then `finish`.

    The result does not depend on how the signals were cut.

    Parameters
    ----------
    rate_hz, channels : int
        Of both signals.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._size = 1 << round(np.log2(0.09 * rate_hz))
        self._hop = self._size // 2
        self._window = np.hanning(self._size + 1)[:-1]
        # the mean of a squared Hann window is 3/8: one-sided powers times this add up to the mean square
        self._scale = 2.0 / (0.375 * self._size * self._size)
        centres = 1000.0 * 10.0 ** (np.arange(LOWEST_BAND, HIGHEST_BAND + 1) / 10.0)
        self._centres = centres[centres * HALF_BAND <= rate_hz / 2.0]
        self._matrix = _band_matrix(self._centres, self._size, rate_hz)
        self._per_cell = max(1, round(CELL_S * rate_hz / self._hop))
        self._rest = np.zeros((0, 2 * self._channels))
        self._rows: list[F64] = []  # (hops, 3, bands)
        bins = self._size // 2 + 1
        self._fine = np.zeros((3, bins))
        self._sides = np.zeros(5)
        self._frames = 0

    def process(self, a: Audio, b: Audio) -> None:
        """Process the next ``(frames, channels)`` of both; samples that are not finite count as 0.

        Parameters
        ----------
        a, b : array
            The next blocks of the two signals, both of shape (frames, channels).
        """
        a, _ = checks.finite_block(checks.audio_block(a, self._channels))
        b, _ = checks.finite_block(checks.audio_block(b, self._channels))
        if len(a) != len(b):
            raise ValueError(f"the blocks have {len(a)} and {len(b)} frames, must be equal")
        self._frames += len(a)
        self._push(np.concatenate((self._rest, np.concatenate((a, b), axis=1, dtype=np.float64))))

    def finish(self) -> Compared:
        """Return the comparison of everything processed so far."""
        if self._frames:
            self._push(np.concatenate((self._rest, np.zeros((self._size, 2 * self._channels)))))
        bands = len(self._centres)
        rows = np.concatenate(self._rows) if self._rows else np.zeros((0, 3, bands))
        cells = -(-len(rows) // self._per_cell)
        padded = np.zeros((cells * self._per_cell, 3, bands))
        padded[: len(rows)] = rows
        sums = padded.reshape(cells, self._per_cell, 3, bands).sum(axis=1) / self._per_cell
        return Compared(
            rate_hz=self._rate_hz,
            frames=self._frames,
            cell_s=self._per_cell * self._hop / self._rate_hz,
            centres_hz=self._centres,
            power_a=sums[:, 0],
            power_b=sums[:, 1],
            cross=sums[:, 2],
            fine_a=self._fine[0],
            fine_b=self._fine[1],
            fine_cross=self._fine[2],
            sides=Sides(*(float(value) for value in self._sides)),
        )

    def _push(self, joined: F64) -> None:
        count = max(0, (len(joined) - self._size) // self._hop + 1)
        for first in range(0, count, BATCH):
            last = min(count, first + BATCH)
            views = np.lib.stride_tricks.sliding_window_view(joined, self._size, axis=0)[
                first * self._hop : (last - 1) * self._hop + 1 : self._hop
            ]
            self._transform(views)
        self._rest = joined[count * self._hop :].copy()

    def _transform(self, frames: F64) -> None:
        """Process ``(count, 2 channels, size)`` of signal."""
        spectra = np.fft.rfft(frames * self._window, axis=2)
        a, b = spectra[:, : self._channels], spectra[:, self._channels :]
        fine = np.stack(
            [
                np.square(np.abs(a)).sum(axis=1),
                np.square(np.abs(b)).sum(axis=1),
                (a.real * b.real + a.imag * b.imag).sum(axis=1),
            ],
            axis=1,
        )
        fine *= self._scale / self._channels
        self._fine += fine.sum(axis=0)
        self._rows.append(fine @ self._matrix)
        if self._channels == 2:
            mid_a, mid_b = a[:, 0] + a[:, 1], b[:, 0] + b[:, 1]
            parts = (mid_a, a[:, 0] - a[:, 1], mid_b, b[:, 0] - b[:, 1])
            self._sides[:4] += [float(np.square(np.abs(part)).sum()) for part in parts]
            self._sides[4] += float((mid_a.real * mid_b.real + mid_a.imag * mid_b.imag).sum())


def _residual(a: F64, b: F64, cross: F64, gain: float) -> F64:
    return np.maximum(0.0, a - 2.0 * gain * cross + gain * gain * b)


def _band_matrix(centres_hz: F64, size: int, rate_hz: int) -> F64:
    """Return ``(bins, bands)``: which share of each bin lies in each third octave."""
    bin_hz = rate_hz / size
    low = (np.arange(size // 2 + 1) - 0.5) * bin_hz
    matrix = np.zeros((size // 2 + 1, len(centres_hz)))
    for band, centre in enumerate(centres_hz):
        overlap = np.minimum(low + bin_hz, centre * HALF_BAND) - np.maximum(low, centre / HALF_BAND)
        matrix[:, band] = np.clip(overlap, 0.0, bin_hz) / bin_hz
    return matrix
