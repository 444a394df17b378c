"""Short bounces of real content, each different from all others."""

import io
from functools import cached_property

import numpy as np
import soundfile

from bridge.demo import compose

RATE_HZ = 44_100
_EDGE_FRAMES = 441
_QUIETEST = 0.01  # RMS: what is quieter has no loudness, and no master


class Sounds:
    """Makes excerpts of the demo's song; the same number and length are the same bytes."""

    @cached_property
    def _mix(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        return compose(RATE_HZ).mix

    def make(self, number: int, seconds: float) -> bytes:
        """Return a 24-bit WAV file of an excerpt, faded at its edges, at a level of its own."""
        rng = np.random.default_rng(number)
        frames = int(seconds * RATE_HZ)
        excerpt = self._mix[:0]
        while not len(excerpt) or np.sqrt(np.mean(excerpt**2)) < _QUIETEST:
            start = int(rng.integers(0, self._mix.shape[0] - frames))
            excerpt = self._mix[start : start + frames]
        excerpt = excerpt * rng.uniform(0.3, 0.7)
        fade = np.minimum(1.0, np.minimum(np.arange(frames), np.arange(frames)[::-1]) / _EDGE_FRAMES)[:, None]
        buffer = io.BytesIO()
        soundfile.write(buffer, excerpt * fade, RATE_HZ, subtype="PCM_24", format="WAV")
        return buffer.getvalue()
