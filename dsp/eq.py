"""Corrective equaliser: six broad bands, minimum phase by default, linear phase on request."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.filters import Cascade, bell, high_shelf, low_shelf, response_db

BandKind = Literal["low_shelf", "bell", "high_shelf"]
MAX_GAIN_DB = 12.0
# ours: broad enough that no band can be heard as a band; centres about an octave and a half apart
BANDS: tuple[tuple[BandKind, float, float], ...] = (
    ("low_shelf", 90.0, 0.6),
    ("bell", 220.0, 0.7),
    ("bell", 600.0, 0.7),
    ("bell", 1_700.0, 0.7),
    ("bell", 4_500.0, 0.7),
    ("high_shelf", 10_000.0, 0.6),
)
_LINEAR_TAPS_S = 0.1  # ours: resolves the lowest shelf to a tenth of a dB
_FIT_WEIGHT = 0.05  # ours: keeps neighbouring bands from working against each other


@dataclass(frozen=True, slots=True)
class EqBand:
    """One band: kind, frequency in Hz, gain in dB (-12 to 12), quality."""

    kind: BandKind
    frequency_hz: float
    gain_db: float
    q: float = 0.7

    def __post_init__(self) -> None:
        checks.in_range("gain_db", self.gain_db, -MAX_GAIN_DB, MAX_GAIN_DB, " dB")
        checks.in_range("frequency_hz", self.frequency_hz, 10.0, 40_000.0, " Hz")
        checks.in_range("q", self.q, 0.1, 10.0)
        if self.kind not in ("low_shelf", "bell", "high_shelf"):
            raise ValueError(f"kind is {self.kind}, allowed are low_shelf, bell, high_shelf")

    def row(self, rate_hz: int) -> tuple[float, ...]:
        """Return the biquad at this rate."""
        design = {"low_shelf": low_shelf, "bell": bell, "high_shelf": high_shelf}[self.kind]
        return design(min(self.frequency_hz, 0.45 * rate_hz), self.gain_db, self.q, rate_hz)


class Equalizer:
    """Filters blocks of audio through bands; linear phase adds no shift in time, only look-ahead.

    Parameters
    ----------
    rate_hz, channels : of the audio.
    bands : the bands; none passes the samples unchanged.
    linear_phase : keep the phase of every frequency (pre-ringing instead of phase shift).
    """

    def __init__(self, rate_hz: int, channels: int, bands: tuple[EqBand, ...], *, linear_phase: bool = False) -> None:
        checks.rate(rate_hz)
        rows = np.array([band.row(rate_hz) for band in bands]).reshape(-1, 5)
        self._cascade = Cascade(rows, channels) if bands and not linear_phase else None
        self._linear = _LinearPhase(rows, rate_hz, channels) if bands and linear_phase else None

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Take the next block; return what is finished."""
        if self._cascade is not None:
            return self._cascade.process(block)
        if self._linear is not None:
            return self._linear.process(block)
        return block.astype(np.float64, copy=False)

    def finish(self) -> NDArray[np.float64] | None:
        """Return what is left, None when nothing is."""
        return self._linear.finish() if self._linear is not None else None


class _LinearPhase:
    """A symmetric FIR of the cascade's magnitude, by overlap-add on blocks of a fixed length."""

    def __init__(self, rows: NDArray[np.float64], rate_hz: int, channels: int) -> None:
        self._half = 1 << int(np.ceil(np.log2(_LINEAR_TAPS_S * rate_hz / 2)))
        size = 2 * self._half
        frequency_hz = np.arange(self._half + 1) * rate_hz / size
        frequency_hz[0] = frequency_hz[1] / 1e3
        gain = 10.0 ** (response_db(rows, frequency_hz, rate_hz) / 20.0)
        taps = np.roll(np.fft.irfft(gain, size), self._half)[1:] * np.hanning(size + 1)[1:-1]
        self._block = 3 * size  # with the taps, a transform of four times their length
        self._transfer = np.fft.rfft(taps, 4 * size)
        self._transform = 4 * size
        self._delay = self._half - 1
        self._waiting = np.zeros((0, channels))
        self._tail = np.zeros((self._transform - self._block, channels))
        self._frames_in = self._frames_out = 0

    def process(self, block: Audio) -> NDArray[np.float64]:
        self._frames_in += block.shape[0]
        self._waiting = np.concatenate([self._waiting, block])
        done = [np.zeros((0, block.shape[1]))]
        while self._waiting.shape[0] >= self._block:
            done.append(self._convolve(self._waiting[: self._block]))
            self._waiting = self._waiting[self._block :]
        return self._trimmed(np.concatenate(done))

    def finish(self) -> NDArray[np.float64]:
        missing = self._frames_in - self._frames_out
        zeros = np.zeros((2 * self._block, self._waiting.shape[1]))
        frames_in = self._frames_in
        rest = self.process(zeros)
        self._frames_in = frames_in
        return rest[:missing]

    def _convolve(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        spectrum = np.fft.rfft(block, self._transform, axis=0) * self._transfer[:, None]
        full = np.fft.irfft(spectrum, self._transform, axis=0)
        full[: self._tail.shape[0]] += self._tail
        self._tail = full[self._block :].copy()
        return np.asarray(full[: self._block])

    def _trimmed(self, out: NDArray[np.float64]) -> NDArray[np.float64]:
        """Drop the filter's delay from the beginning."""
        drop = min(self._delay, out.shape[0])
        self._delay -= drop
        self._frames_out += out.shape[0] - drop
        return out[drop:]


def fit_bands(
    frequency_hz: NDArray[np.float64],
    wanted_db: NDArray[np.float64],
    rate_hz: int,
    most_db: float,
    most_boost_db: float,
) -> tuple[EqBand, ...]:
    """Return the bands of `BANDS` that come nearest to a wanted curve; gains under 0.3 dB are left out.

    Parameters
    ----------
    frequency_hz, wanted_db : the curve, evenly spaced over octaves.
    most_db, most_boost_db : largest cut and largest boost of any band.
    """
    shapes = np.stack(
        [response_db(np.array([EqBand(k, f, 1.0, q).row(rate_hz)]), frequency_hz, rate_hz) for k, f, q in BANDS], axis=1
    )
    weight = _FIT_WEIGHT * frequency_hz.size
    gains = np.linalg.solve(shapes.T @ shapes + weight * np.eye(len(BANDS)), shapes.T @ wanted_db)
    gains = np.clip(gains, -most_db, most_boost_db)
    return tuple(
        EqBand(kind, frequency, round(float(gain), 2), q)
        for (kind, frequency, q), gain in zip(BANDS, gains, strict=True)
        if abs(gain) >= 0.3 and frequency < 0.45 * rate_hz
    )
