"""Width of the stereo image: the side's level, and the low end brought to the middle.

The side is (L - R) / 2. Its low end is taken away by a fourth-order high-pass, and what belongs to the middle is never
touched: in mono nothing changes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.filters import BUTTERWORTH_4_Q, Cascade, high_pass
from dsp.core.units import db_amplitude

MAX_SIDE_GAIN_DB = 6.0


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """Gain of the side in dB, and the frequency in Hz below which it is taken away (``None``: nowhere)."""

    side_gain_db: float = 0.0
    mono_below_hz: float | None = None

    def __post_init__(self) -> None:
        checks.in_range("side_gain_db", self.side_gain_db, -MAX_SIDE_GAIN_DB, MAX_SIDE_GAIN_DB, " dB")
        if self.mono_below_hz is not None:
            checks.in_range("mono_below_hz", self.mono_below_hz, 20.0, 500.0, " Hz")


class StereoWidth:
    """Changes the side of stereo blocks. Raises ValueError for other than 2 channels."""

    def __init__(self, rate_hz: int, channels: int, settings: WidthSettings) -> None:
        if channels != 2:
            raise ValueError(f"channels is {channels}, allowed is 2")
        checks.rate(rate_hz)
        self._gain = db_amplitude(settings.side_gain_db)
        below = settings.mono_below_hz
        rows = [] if below is None else [high_pass(below, q, rate_hz) for q in BUTTERWORTH_4_Q]
        self._cascade = Cascade(np.array(rows), 1) if rows else None

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Return the block with its side changed, shape (frames, 2)."""
        block = checks.audio_block(block, 2).astype(np.float64, copy=False)
        middle = (block[:, 0] + block[:, 1]) * 0.5
        side = (block[:, 0] - block[:, 1]) * (0.5 * self._gain)
        if self._cascade is not None:
            side = self._cascade.process(np.ascontiguousarray(side)[:, None])[:, 0]
        return np.stack([middle + side, middle - side], axis=1)
