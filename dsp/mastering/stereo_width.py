"""Width of the stereo image: the side's level, in stretches or throughout, and the low end brought to the middle.

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
RAMP_S = 0.5  # ours: slow enough that nobody hears the image move, short beside the 3 s that a stretch has at least


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """Gain of the side in dB, and the frequency in Hz below which it is taken away (``None``: nowhere).

    ``mend_db`` is a further gain inside the stretches ``mend_s`` (start and length in seconds), with ramps around them.
    """

    side_gain_db: float = 0.0
    mono_below_hz: float | None = None
    mend_db: float = 0.0
    mend_s: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        checks.in_range("side_gain_db", self.side_gain_db, -MAX_SIDE_GAIN_DB, MAX_SIDE_GAIN_DB, " dB")
        checks.in_range("mend_db", self.mend_db, -MAX_SIDE_GAIN_DB, 0.0, " dB")
        for start_s, length_s in self.mend_s:
            checks.in_range("mend_s", start_s, 0.0, float("inf"), " s")
            checks.in_range("mend_s", length_s, 0.0, float("inf"), " s")
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
        self._mend_db = settings.mend_db
        self._mend_s = settings.mend_s if settings.mend_db else ()
        self._rate_hz = rate_hz
        self._frames = 0

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Return the block with its side changed, shape (frames, 2)."""
        block = checks.audio_block(block, 2).astype(np.float64, copy=False)
        middle = (block[:, 0] + block[:, 1]) * 0.5
        side = (block[:, 0] - block[:, 1]) * (0.5 * self._gain)
        if self._mend_s:
            self._mend(side)
        self._frames += block.shape[0]
        if self._cascade is not None:
            side = self._cascade.process(np.ascontiguousarray(side)[:, None])[:, 0]
        return np.stack([middle + side, middle - side], axis=1)

    def _mend(self, side: NDArray[np.float64]) -> None:
        """Lower the side inside the stretches, in place; the gain of a frame depends on its time alone."""
        inside = np.zeros(side.size)
        for start_s, length_s in self._mend_s:
            first = max(int((start_s - RAMP_S) * self._rate_hz) - self._frames, 0)
            last = min(int((start_s + length_s + RAMP_S) * self._rate_hz) + 1 - self._frames, side.size)
            if first >= last:
                continue
            at_s = (self._frames + np.arange(first, last)) / self._rate_hz
            apart_s = np.maximum(np.maximum(start_s - at_s, at_s - start_s - length_s), 0.0)
            share = 0.5 + 0.5 * np.cos(np.pi * np.minimum(apart_s / RAMP_S, 1.0))
            inside[first:last] = np.maximum(inside[first:last], share)
        side *= 10.0 ** (self._mend_db * inside / 20.0)
