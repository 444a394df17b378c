"""Pieces of the signal kept for a second look: what is too costly to do everywhere is done in a few places.

Two kinds are kept while the signal passes, so that nothing is read twice and memory does not grow with its length: the
quietest seconds that still sound, where hum and noise lie open, and windows spread evenly over all of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

import numpy as np

from dsp.core import checks
from dsp.core.arrays import F32
from dsp.core.checks import Audio

T_co = TypeVar("T_co", covariant=True)

QUIET_S = 1.0  # ours: mains hum of 50 Hz stands a hertz narrow in a second of it
QUIET_MOST = 8  # ours
SPREAD_FRAMES = 65536  # ours: dozens of frames of any codec
SPREAD_MOST = 16  # ours; between half as many and all of them are there
CHANNELS_MOST = 8  # of more channels the first are kept


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of the signal: its first frame and its samples, shape (frames, channels), finite."""

    start_frame: int
    audio: F32


@dataclass(frozen=True, slots=True)
class Excerpts:
    """What was kept, each kind in order of time.

    ``quiet``: up to `QUIET_MOST` windows of a second with the least power, silent ones left out; a signal shorter than
    that has one window of all of it. ``spread``: windows of `SPREAD_FRAMES`, evenly over the signal.
    """

    rate_hz: int
    frames: int
    quiet: tuple[Excerpt, ...] = ()
    spread: tuple[Excerpt, ...] = ()


class ExcerptStage:
    """Feed blocks of finite samples, then `finish`.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        kept = min(channels, CHANNELS_MOST)
        self._quiet = _Windows(round(QUIET_S * rate_hz), kept)
        self._spread = _Windows(SPREAD_FRAMES, kept)
        self._quietest: list[tuple[float, Excerpt]] = []
        self._even: dict[int, Excerpt] = {}  # by number of the window
        self._stride = 1
        self._frames = 0

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        block = checks.audio_block(block, self.channels)
        self._frames += len(block)
        self._quiet.take(block, lambda _: True, self._keep_quiet)
        self._spread.take(block, lambda number: number % self._stride == 0, self._keep_even)

    def finish(self) -> Excerpts:
        """Return what was kept; nothing of an empty signal, no quiet seconds of a silent one."""
        for windows, keep in ((self._quiet, self._keep_quiet), (self._spread, self._keep_even)):
            if windows.number == 0 and windows.filled:
                keep(0, 0, windows.buffer[: windows.filled])
        self._keep_last_second()
        quiet = sorted((e for _, e in self._quietest), key=lambda e: e.start_frame)
        return Excerpts(self.rate_hz, self._frames, tuple(quiet), tuple(self._even.values()))

    def _keep_last_second(self) -> None:
        """Look at the very last second, too, where songs are quietest; of it and the one it overlaps the quieter."""
        length, filled = self._quiet.length, self._quiet.filled
        if self._quiet.number == 0 or filled == 0:
            return
        # Behind what is new the buffer still holds the end of the window before.
        last = np.concatenate((self._quiet.buffer[filled:], self._quiet.buffer[:filled]))
        start = self._frames - length
        power = float(np.vdot(last, last)) / last.size
        if power > 0.0:
            before = [(p, e) for p, e in self._quietest if e.start_frame + length > start]
            if not any(p <= power for p, _ in before):
                self._quietest = [pair for pair in self._quietest if pair[1].start_frame + length <= start]
                self._keep_quiet(0, start, last)

    def _keep_quiet(self, _: int, start: int, audio: F32) -> None:
        power = float(np.vdot(audio, audio)) / audio.size
        if power > 0.0 and (len(self._quietest) < QUIET_MOST or power < self._quietest[-1][0]):
            self._quietest.append((power, Excerpt(start, audio.copy())))
            self._quietest.sort(key=lambda pair: pair[0])
            del self._quietest[QUIET_MOST:]

    def _keep_even(self, number: int, start: int, audio: F32) -> None:
        self._even[number] = Excerpt(start, audio.copy())
        if len(self._even) > SPREAD_MOST:
            self._stride *= 2
            self._even = {n: e for n, e in self._even.items() if n % self._stride == 0}


class ExcerptDetector(ABC, Generic[T_co]):
    """What looks at excerpts: feed blocks of finite samples, then `finish`; or `look` at excerpts that are there.

    ``VERSION`` rises with every change that can change what is found.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    VERSION: ClassVar[int]

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._excerpts = ExcerptStage(rate_hz, channels)

    @staticmethod
    @abstractmethod
    def look(excerpts: Excerpts) -> T_co:
        """Return what is found in these excerpts."""

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        self._excerpts.process(block)

    def finish(self) -> T_co:
        """Return what was found; nothing in silence or an empty signal."""
        return self.look(self._excerpts.finish())

    @classmethod
    def find(cls, audio: Audio, rate_hz: int) -> T_co:
        """Return what is found in a whole signal.

        Parameters
        ----------
        audio : array
            Shape (frames, channels), full scale 1.0, finite.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        T_co
            What `finish` returns after the whole signal.
        """
        detector = cls(rate_hz, audio.shape[1])
        detector.process(audio)
        return detector.finish()


class _Windows:
    """Cuts blocks into windows of one length, one after the other; only wanted ones are copied."""

    def __init__(self, length: int, channels: int) -> None:
        self.length, self.number, self.filled = length, 0, 0
        self.buffer = np.empty((length, channels), np.float32)

    def take(self, block: Audio, wanted: Callable[[int], bool], keep: Callable[[int, int, F32], None]) -> None:
        """Take the next block; ``keep`` is called with number, first frame and samples of each window that is full."""
        taken, kept = 0, self.buffer.shape[1]
        while taken < len(block):
            part = min(len(block) - taken, self.length - self.filled)
            if wanted(self.number):
                with np.errstate(over="ignore"):
                    self.buffer[self.filled : self.filled + part] = block[taken : taken + part, :kept]
            self.filled += part
            taken += part
            if self.filled == self.length:
                if wanted(self.number):
                    keep(self.number, self.number * self.length, self.buffer)
                self.number += 1
                self.filled = 0
