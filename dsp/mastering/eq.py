"""Corrective equaliser: six broad bands, minimum phase by default, linear phase on request."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.filters import Cascade, bell, high_shelf, low_shelf, response_db
from dsp.core.linear_phase import LinearPhase

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
    rate_hz, channels : int
        Of the audio.
    bands : tuple[EqBand, ...]
        The bands; none passes the samples unchanged.
    linear_phase : bool
        Keep the phase of every frequency (pre-ringing instead of phase shift).
    """

    def __init__(self, rate_hz: int, channels: int, bands: tuple[EqBand, ...], *, linear_phase: bool = False) -> None:
        checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        rows = np.array([band.row(rate_hz) for band in bands]).reshape(-1, 5)
        self._cascade = Cascade(rows, channels) if bands and not linear_phase else None
        self._linear = None
        if bands and linear_phase:

            def gain(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
                return np.asarray(10.0 ** (response_db(rows, frequency_hz, rate_hz) / 20.0))

            self._linear = LinearPhase(gain, rate_hz, channels)

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block; return what is finished."""
        if self._cascade is not None:
            return self._cascade.process(block)
        if self._linear is not None:
            return self._linear.process(block)
        return block.astype(np.float64, copy=False)

    def finish(self) -> NDArray[np.float64]:
        """Return what is left."""
        return self._linear.finish() if self._linear is not None else np.zeros((0, self._channels))


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
    frequency_hz, wanted_db : array
        The curve, in Hz and dB, evenly spaced over octaves.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    most_db, most_boost_db : float
        Largest cut and largest boost of any band, in dB.

    Returns
    -------
    tuple of EqBand
        In the order of `BANDS`; empty for a curve that is flat.
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
