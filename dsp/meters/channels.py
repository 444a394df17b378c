"""Channels that are wrong as a whole: dead, the same twice, or one the inverse of the other."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.meters.stereo import StereoStage


@dataclass(frozen=True, slots=True)
class ChannelFaults:
    """``silent``: channels that hold nothing at all; ``identical`` and ``inverted`` are of two channels only.

    ``inverted`` is also true where only dither differs. Silence is neither identical nor inverted.
    """

    silent: tuple[int, ...]
    identical: bool
    inverted: bool


class ChannelDetector:
    """Feed blocks of finite samples, then `finish`; or `find` in an array.

    In a whole measurement the stereo stage and the fault detectors give the same without reading the signal again.
    """

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        self._stereo = StereoStage(rate_hz, channels) if channels == 2 else None
        self._sounds = np.zeros(channels, bool)

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        block = checks.audio_block(block, self.channels)
        with np.errstate(under="ignore"):
            self._sounds |= block.astype(np.float32, copy=False).any(axis=0)
        if self._stereo is not None:
            self._stereo.process(block)

    def finish(self) -> ChannelFaults:
        """Return what was found; in an empty signal every channel is silent."""
        silent = tuple(np.flatnonzero(~self._sounds).tolist())
        if self._stereo is None:
            return ChannelFaults(silent, False, False)
        stereo = self._stereo.finish()
        return ChannelFaults(silent, stereo.identical, stereo.inverted)

    @classmethod
    def find(cls, audio: Audio, rate_hz: int) -> ChannelFaults:
        """Return what is found in a whole signal, shape (frames, channels).

        Parameters
        ----------
        audio : array
            Shape (frames, channels), full scale 1.0.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        ChannelFaults
            What `finish` returns after the whole signal.
        """
        detector = cls(rate_hz, audio.shape[1])
        detector.process(audio)
        return detector.finish()
