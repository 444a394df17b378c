"""Is the file what it says it is: real bit depth, dither, and signs of an upsampled or lossy source.

Bit depth is exact. Dither and source are likelihoods: they are named "possible" and come with their numbers.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.arrays import F32
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.meters.spectrum import Spectrum, SpectrumStage

PIECE = 256  # frames
QUIET_LSB = 4  # ours: of 16 bits; dither, also shaped, shows where nothing louder covers it
QUIET_S = 0.1
WHITE, SMOOTH = 0.5, 0.8  # ours: neighbour correlation; dither lies below 0, music rounded without it above 0.9

# ours: a brick wall falls this far within 300 Hz, with content that is dense, not single lines, just below it
WALL_DB = 20.0
WALL_HALF_HZ, WALL_REACH_HZ = 150.0, 1000.0
FLOOR_DB = -55.0  # ours: above the wall there is at most this, relative to the level from 1 to 5 kHz
LOWEST_WALL_HZ = 3000.0
HIGHEST_WALL = 0.9  # ours, of half the rate: above it stands the filter of every converter and resampler
SOURCE_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)
LOSSY_HZ = (11400.0, 20800.0)  # where the low-pass filters of the usual encoders lie


@dataclass(frozen=True, slots=True)
class Provenance:
    """``real_bits``: integer bits in use, counted from full scale; ``None`` for silence and for true float content.

    ``dithered`` is ``None`` where it cannot be told: more than 16 real bits, or no quiet moment.
    """

    real_bits: int | None
    float_content: bool
    dithered: bool | None


@dataclass(frozen=True, slots=True)
class BrickWall:
    """A spectrum that ends like a wall. Levels are relative to the level between 1 and 5 kHz."""

    kind: Literal["upsampled", "lossy"]
    edge_hz: float
    drop_db: float
    floor_db: float
    source_rate_hz: int | None  # for "upsampled"


class ProvenanceStage:
    """Meter stage: feed blocks, then `finish`; or `find` in an array. It detects bit depth and dither."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz, self.channels = checks.rate(rate_hz), checks.channel_count(channels)
        self._bits = 0  # of 32
        self._float = False
        self._doubles = False  # the blocks are float64: their bits are counted in full
        self._pending = np.zeros((0, channels), np.float32)
        self._quiet = np.zeros(4)  # samples, sum of squares, sum of neighbour products, silent samples

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        block = checks.audio_block(block, self.channels)
        if len(block) == 0:
            return
        self._doubles = block.dtype == np.float64
        if self._doubles and not self._float:
            self._wide(block)
        with np.errstate(over="ignore"):
            narrow = block.astype(np.float32, copy=False)
        if len(self._pending):
            narrow = np.concatenate((self._pending, narrow))
        whole = len(narrow) // PIECE * PIECE
        self._look(narrow[:whole])
        self._pending = narrow[whole:].copy()

    def _look(self, narrow: F32) -> None:
        bits, fraction = _look_kernel(np.ascontiguousarray(narrow).reshape(-1), self.channels, PIECE, self._quiet)
        if not self._doubles:
            self._bits |= bits << 8
            self._float |= fraction

    def _wide(self, block: NDArray[np.floating]) -> None:
        """Bits of a file that float32 does not hold."""
        scaled = np.clip(block, -4.0, 4.0) * 2.0**31
        whole = scaled.astype(np.int64)
        self._float = bool(np.any(whole != scaled))
        self._bits |= int(np.bitwise_or.reduce(whole, axis=None)) & 0xFFFFFFFF

    def finish(self) -> Provenance:
        """Return what was found; silence has neither bits nor dither."""
        if len(self._pending):
            self._look(self._pending)
            self._pending = self._pending[:0]
        bits = None
        if self._bits and not self._float:
            bits = 32 - ((self._bits & -self._bits).bit_length() - 1)
        return Provenance(bits, self._float, self._dithered(bits))

    @classmethod
    def find(cls, audio: Audio, rate_hz: int) -> Provenance:
        """Return what is found in a whole signal, shape (frames, channels).

        Parameters
        ----------
        audio : array
            Shape (frames, channels), full scale 1.0.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        Provenance
            What `finish` returns after the whole signal.
        """
        stage = cls(rate_hz, audio.shape[1])
        stage.process(audio)
        return stage.finish()

    def _dithered(self, bits: int | None) -> bool | None:
        samples, squares, neighbours, _ = self._quiet
        if bits is None or bits > 16 or samples < QUIET_S * self.rate_hz * self.channels:
            return None
        correlation = neighbours / squares
        if correlation < WHITE:
            return True
        return False if correlation > SMOOTH else None


class BrickWallDetector:
    """Feed blocks of finite samples, then `finish`; or `find` in an array. With a spectrum at hand: `find_brick_wall`.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels, 1 to 64.
    """

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        self._spectrum = SpectrumStage(rate_hz, channels)

    def process(self, block: Audio) -> None:
        """Process the next ``(frames, channels)`` of the signal; all samples must be finite."""
        self._spectrum.process(block)

    def finish(self) -> BrickWall | None:
        """Return the wall at which the spectrum ends, None without one and for silence."""
        return find_brick_wall(self._spectrum.finish())

    @classmethod
    def find(cls, audio: Audio, rate_hz: int) -> BrickWall | None:
        """Return what is found in a whole signal, shape (frames, channels).

        Parameters
        ----------
        audio : array
            Shape (frames, channels), full scale 1.0.
        rate_hz : int
            Sample rate in Hz, 8,000 to 384,000.

        Returns
        -------
        BrickWall or None
            What `finish` returns after the whole signal.
        """
        detector = cls(rate_hz, audio.shape[1])
        detector.process(audio)
        return detector.finish()


def find_brick_wall(spectrum: Spectrum) -> BrickWall | None:
    """Return the wall at which the long-term spectrum ends, or None.

    A wall needs a steep edge *and* a low floor everywhere above it; both are needed, because a dark mix has the floor
    and a bright instrument may have the edge.
    """
    fine = spectrum.fine
    bins = len(fine.frequency_hz)
    nyquist = spectrum.rate_hz / 2
    reach, half = round(WALL_REACH_HZ / fine.bin_hz), max(1, round(WALL_HALF_HZ / fine.bin_hz))
    first, last = int(LOWEST_WALL_HZ / fine.bin_hz), int(HIGHEST_WALL * nyquist / fine.bin_hz)
    mid = fine.band(fine.total, 1000.0, min(5000.0, nyquist))
    if mid <= 0.0 or last - first < 2 or first < reach or reach <= half:
        return None
    reference = 10 * np.log10(mid * fine.bin_hz / (min(5000.0, nyquist) - 1000.0)) if nyquist > 1000.0 else 0.0
    level = 10 * np.log10(np.maximum(fine.total, 1e-25)) - reference
    smooth = np.convolve(level, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="same")
    edges = np.arange(first, last)
    drops = smooth[edges - half] - smooth[np.minimum(edges + half, bins - 1 - half)]
    edge = int(edges[np.argmax(drops)])
    below = level[edge - reach : edge - half]
    above = level[edge + 2 * half : max(edge + 2 * half + 1, int(0.98 * bins))]
    drop = float(np.mean(below) - np.mean(above[: reach - half]))
    floor = float(np.percentile(above, 95))
    dense = float(np.percentile(below, 10) - np.mean(above[: reach - half]))
    if drop < WALL_DB or floor > FLOOR_DB or dense < WALL_DB / 2 or drops.max() < WALL_DB / 2:
        return None
    return _named(float(edge * fine.bin_hz), drop, floor, spectrum.rate_hz)


def _named(edge_hz: float, drop_db: float, floor_db: float, rate_hz: int) -> BrickWall | None:
    if rate_hz <= 48000 and LOSSY_HZ[0] <= edge_hz <= LOSSY_HZ[1]:
        return BrickWall("lossy", edge_hz, drop_db, floor_db, None)
    for source in SOURCE_RATES_HZ:
        if source < 0.95 * rate_hz and 0.86 <= edge_hz / (source / 2) <= 1.02:
            return BrickWall("upsampled", edge_hz, drop_db, floor_db, source)
    if LOSSY_HZ[0] <= edge_hz <= LOSSY_HZ[1]:
        return BrickWall("lossy", edge_hz, drop_db, floor_db, None)
    return None


@kernel
def _look_kernel(x, channels, piece, quiet):  # type: ignore[no-untyped-def]
    """Collect the bits in use (of 24) and, where it is quiet, how alike neighbouring samples are."""
    used = np.int64(0)
    fraction = False
    step = piece * channels
    for start in range(0, len(x), step):
        stop = min(start + step, len(x))
        highest = np.int64(0)
        for i in range(start, stop):
            scaled = x[i] * np.float32(8388608.0)
            whole = np.int64(min(max(scaled, np.float32(-1e9)), np.float32(1e9)))
            used |= whole
            highest = max(highest, whole, -whole)
            fraction |= np.float32(whole) != scaled
        if highest == 0:
            quiet[3] += stop - start
        elif highest <= QUIET_LSB * 256:
            for i in range(start + channels, stop):
                quiet[1] += x[i] * x[i]
                quiet[2] += x[i] * x[i - channels]
            quiet[0] += stop - start
    return used & 0xFFFFFF, fraction
