"""The waveform as a page draws it: lowest, highest and RMS value of a bounded number of equal stretches of time.

The stretches start at 5 ms and double whenever there are twice as many as asked for, so memory stays flat however
long the signal is. For looking closer the peak of every 5 ms is kept beside them, in two bytes: an hour of stereo is
3 MB.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.meters.levels import GRANULES_PER_S, HIGHEST, LOWEST, SQUARES, Granules

BINS = 1500  # ours: between this and twice this many; a page is 1,000 to 3,000 pixels wide


@dataclass(frozen=True, slots=True)
class Overview:
    """The drawn waveform: ``lowest``, ``highest``, ``rms`` are (bins, channels), full scale 1.0; a bin is ``bin_s``.

    ``fine_peaks``, (granules, channels), is the largest magnitude in every ``fine_s``.
    """

    bin_s: float
    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]
    rms: NDArray[np.float32]
    fine_peaks: NDArray[np.float16]
    fine_s: float = 1.0 / GRANULES_PER_S


class OverviewStage:
    """Merges granules into a bounded number of bins.

    Parameters
    ----------
    channels : int
        Number of channels.
    bins : int
        The result has at most twice as many.
    """

    def __init__(self, channels: int, bins: int = BINS) -> None:
        self._channels = checks.channel_count(channels)
        if bins < 1:
            raise ValueError(f"bins is {bins}, allowed is 1 or more")
        self._limit = 2 * bins
        self._granules_per_bin = 1
        self._rows = np.empty((0, self._channels, 3))  # lowest, highest, sum of squares
        self._frames = np.empty(0, np.int64)
        self._loose = self._rows, self._frames  # granules that do not fill a bin yet
        self._fine = [np.empty((0, self._channels), np.float16)]

    def process(self, granules: Granules) -> None:
        """Process the next granules."""
        values = granules.values
        peaks = np.maximum(np.abs(values[:, :, LOWEST]), np.abs(values[:, :, HIGHEST]))
        self._fine.append(np.minimum(peaks, np.finfo(np.float16).max).astype(np.float16))
        rows = np.stack([values[:, :, LOWEST], values[:, :, HIGHEST], values[:, :, SQUARES]], axis=2)
        rows = np.concatenate([self._loose[0], rows])
        frames = np.concatenate([self._loose[1], granules.frames])
        whole = rows.shape[0] // self._granules_per_bin * self._granules_per_bin
        self._loose = rows[whole:], frames[whole:]
        merged, lengths = _merge(rows[:whole], frames[:whole], self._granules_per_bin)
        self._rows = np.concatenate([self._rows, merged])
        self._frames = np.concatenate([self._frames, lengths])
        while self._rows.shape[0] > self._limit:
            self._halve()

    def _halve(self) -> None:
        even = self._rows.shape[0] // 2 * 2
        if even < self._rows.shape[0]:  # the odd last bin goes back to the loose granules as one unit of the new size
            left, left_frames = self._rows[even:], self._frames[even:]
        else:
            left, left_frames = self._rows[:0], self._frames[:0]
        self._rows, self._frames = _merge(self._rows[:even], self._frames[:even], 2)
        # A loose list counts granules; a left-over bin stands for as many as it is made of.
        spread = self._granules_per_bin
        if left.shape[0]:
            filler = np.repeat(left, spread, axis=0)
            filler[:, :, 2] /= spread
            lengths = np.full(spread, left_frames[0] // spread, dtype=np.int64)
            lengths[: int(left_frames[0] - lengths.sum())] += 1
            self._loose = np.concatenate([filler, self._loose[0]]), np.concatenate([lengths, self._loose[1]])
        self._granules_per_bin *= 2

    def finish(self, rest: Granules) -> Overview:
        """Return the overview; ``rest`` is the unfinished last granule."""
        self.process(rest)
        rows, frames = self._rows, self._frames
        if self._loose[0].shape[0]:
            last, length = _merge(*self._loose, self._loose[0].shape[0])
            rows, frames = np.concatenate([rows, last]), np.concatenate([frames, length])
        return Overview(
            bin_s=self._granules_per_bin / GRANULES_PER_S,
            lowest=rows[:, :, 0].astype(np.float32),
            highest=rows[:, :, 1].astype(np.float32),
            rms=np.sqrt(rows[:, :, 2] / np.maximum(frames, 1)[:, None]).astype(np.float32),
            fine_peaks=np.concatenate(self._fine),
        )


def _merge(
    rows: NDArray[np.float64], frames: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Join every ``count`` consecutive rows; their number is a multiple of it."""
    if count == 1 or rows.shape[0] == 0:
        return rows, frames
    groups = rows.reshape(-1, count, rows.shape[1], 3)
    merged = np.stack([groups[..., 0].min(axis=1), groups[..., 1].max(axis=1), groups[..., 2].sum(axis=1)], axis=2)
    return merged, frames.reshape(-1, count).sum(axis=1)
