"""DC offset taken away by subtracting it: no filter, so nothing that is heard changes its level or its phase."""

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio

SILENT_FRAMES = 64  # ours: so many frames of exact zeros in a row are silence without an offset, fewer are crossings


class OffsetRemoval:
    """Subtracts a constant from each channel of blocks of audio; digital silence, which has no offset, stays silence.

    What comes out may be up to `SILENT_FRAMES` later, in the end of the full length. Raises ValueError for other than
    one offset for each channel, and for offsets beyond full scale.

    Parameters
    ----------
    channels : int
        Of the audio.
    offsets : tuple[float, ...]
        The mean of each channel, full scale 1.0.
    """

    def __init__(self, channels: int, offsets: tuple[float, ...]) -> None:
        self._channels = checks.channel_count(channels)
        if len(offsets) != channels:
            raise ValueError(f"offsets has {len(offsets)} values, allowed is one for each of {channels} channels")
        for offset in offsets:
            checks.in_range("offsets", offset, -1.0, 1.0)
        self._offsets = np.array(offsets)
        self._held = 0  # zeros at the end of what came, too few yet to be silence
        self._silent = False  # whether the last frame lay in silence

    def process(self, block: Audio) -> NDArray[np.float64]:
        """Process the next block, shape (frames, channels); return what is finished."""
        block = checks.audio_block(block, self._channels).astype(np.float64)
        whole = np.concatenate([np.zeros((self._held, self._channels)), block])
        edges = np.flatnonzero(np.diff(np.concatenate([[False], ~whole.any(axis=1), [False]])))
        out = whole - self._offsets
        held = 0
        silent = self._silent and whole.shape[0] == 0
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            goes_on = first == 0 and self._silent
            at_end = last == whole.shape[0]
            if goes_on or last - first >= SILENT_FRAMES:
                out[first:last] = 0.0
                silent = at_end
            elif at_end:
                held = last - first
        self._held, self._silent = held, silent
        return np.asarray(out[: whole.shape[0] - held])

    def finish(self) -> NDArray[np.float64]:
        """Return what is left: zeros at the end of the signal are silence, however few."""
        rest = np.zeros((self._held, self._channels))
        self._held = 0
        return rest
