"""A delay between left and right: everything the two sides share comes later on one of them, by the same time.

Of a cross-spectrum whose bins all count alike (phase transform) the inverse transform is one sharp peak at the lag of
what both sides share, however it is coloured. A mix has that peak at zero: its centre. One that lies elsewhere, the
same in every window and in every band, is a delay of a whole side: a plug-in's latency, a converter, a clip that
slipped. Rooms, spaced microphones and wideners spread the peak over many lags, and delayed parts leave the one of the
centre standing.

Source of the formula: C. Knapp and G. Carter, "The generalized correlation method for estimation of time delay", IEEE
Transactions on Acoustics, Speech, and Signal Processing 24 (1976), table I.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32
from dsp.faults.excerpts import ExcerptDetector, Excerpts

Complex = NDArray[np.complex64]

LONGEST_S = 0.1  # ours: longer is heard as an echo by everyone
SOUNDS = 10 ** (-60 / 20)  # ours: RMS of a side below which a window has no relation to show
FIRST_LOOK = 4  # ours: windows that decide whether the others are looked at
FIRST_SHARE = 0.7  # ours: of the height that is asked for in the end
FEWEST = 3  # ours: windows that must agree at least
EMPTY = 1e-10  # of the loudest bin: what a 24-bit file or a transform in float32 rounds lies below
AGREE = 0.75  # ours: of all windows; what fades in or out, or is one instrument alone, has a peak of its own
HEIGHT = 0.15  # ours: of the peak that two equal sides would have; a song without a centre stays below 0.11
TOWERS = 3.0  # ours: over every other lag
NEAR = 3  # frames beside a peak that belong to it
BANDS_HZ = (100.0, 800.0, 3200.0, 12_800.0)
BAND_HEIGHT = 0.1  # ours: in all bands but one, which may hold a part of its own


@dataclass(frozen=True, slots=True)
class ChannelDelay:
    """How much later the second of two channels is, in frames (negative: the first is), and how sure that is.

    ``height`` is 1.0 for a copy of the other side, and ``inverted`` tells that it has the opposite polarity.
    """

    frames: int
    height: float
    inverted: bool


class DelayDetector(ExcerptDetector[ChannelDelay | None]):
    """Finds the delay between two channels; None without one, without anything that both share, and of other counts."""

    VERSION = 1

    @staticmethod
    def look(excerpts: Excerpts) -> ChannelDelay | None:
        """Look at the windows spread over the signal."""
        windows = [e.audio for e in excerpts.spread if _sounds(e.audio)]
        if len(windows) < FEWEST:
            return None
        longest = min(round(LONGEST_S * excerpts.rate_hz), len(windows[0]) // 8)
        taper = np.hanning(len(windows[0])).astype(np.float32)
        some = windows[:: -(-len(windows) // FIRST_LOOK)]
        lag, height, _ = _lag(_sum([_whitened(w, taper) for w in some]) / np.float32(len(some)), longest)
        if lag == 0 or abs(height) < FIRST_SHARE * HEIGHT:
            return None
        spectra = [_whitened(w, taper) for w in windows]
        total: Complex = _sum(spectra) / np.float32(len(spectra))
        lag, height, next_height = _lag(total, longest)
        if lag == 0 or abs(height) < HEIGHT or abs(height) < TOWERS * next_height:
            return None
        agree = sum(abs(_lag(s, longest)[0] - lag) <= NEAR for s in spectra)
        if agree < max(FEWEST, AGREE * len(spectra)) or not _in_the_bands(total, lag, height, excerpts.rate_hz):
            return None
        return ChannelDelay(lag, abs(height), height < 0.0)


def _sum(spectra: list[Complex]) -> Complex:
    total = spectra[0].copy()
    for spectrum in spectra[1:]:
        total += spectrum
    return total


def _sounds(audio: F32) -> bool:
    return audio.shape[1] == 2 and float(np.einsum("ij,ij->j", audio, audio).min()) > SOUNDS**2 * len(audio)


def _whitened(audio: F32, taper: F32) -> Complex:
    """Return the cross-spectrum of two channels with every bin at one magnitude; bins without sound are 0.

    Without the taper the hard edges of a window, alike in both channels, are a false lag of zero.
    """
    left, right = (np.fft.rfft(audio[:, c] * taper).astype(np.complex64, copy=False) for c in (0, 1))
    cross: Complex = np.conj(left) * right
    size = np.abs(cross)
    sounding = size > EMPTY * size.max()
    cross[~sounding] = 0.0
    cross[sounding] *= np.float32(len(cross) / np.count_nonzero(sounding)) / size[sounding]
    return cross


def _lag(spectrum: Complex, longest: int) -> tuple[int, float, float]:
    """Return the lag of the largest peak, its height, and the largest magnitude farther than `NEAR` from it."""
    line = np.fft.irfft(spectrum)
    near = np.concatenate((line[-longest:], line[: longest + 1]))
    size = np.abs(near)
    at = int(np.argmax(size))
    size[max(at - NEAR, 0) : at + NEAR + 1] = 0.0
    return at - longest, float(near[at]), float(size.max())


def _in_the_bands(spectrum: Complex, lag: int, height: float, rate_hz: int) -> bool:
    turns = np.arange(len(spectrum)) * (lag / (2 * (len(spectrum) - 1)))
    aligned = np.real(spectrum * np.exp(2j * np.pi * turns)) * np.sign(height)
    edges = [round(hz * 2 * (len(spectrum) - 1) / rate_hz) for hz in BANDS_HZ]
    bands = [aligned[a:b] for a, b in pairwise(edges) if a < min(b, len(aligned))]
    return sum(float(np.mean(band)) > BAND_HEIGHT for band in bands) >= max(len(bands) - 1, 1)
