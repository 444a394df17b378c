"""The filter banks of lossy codecs as vectors: one for each line of the spectrum, to correlate the sound with.

Correlated with the samples of one frame, such a vector gives the value that the decoder of that codec had for the line.
Only long blocks are built: most of any music is coded in them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64
from dsp.faults.source.mpeg_window import prototype

# ISO/IEC 11172-3:1993, Table 3-B.9: the butterflies between neighbouring bands.
_ALIAS = np.array((-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037))
KBD_ALPHA = 4.0  # ISO/IEC 13818-7, long windows
BANDS, LINES = 32, 18


@dataclass(frozen=True, slots=True)
class FilterBank:
    """One codec's filter bank: the frames of long blocks are ``hop`` apart; ``vectors`` has shape (lines, samples).

    ``spectra`` are theirs, conjugate: a product with that of a piece of sound correlates it with all of them.
    """

    codec: str
    hop: int
    vectors: F32
    spectra: NDArray[np.complex64]

    @classmethod
    def of(cls, codec: str, hop: int, vectors: F32, piece: int) -> "FilterBank":
        """Return one for pieces of so many samples.

        Parameters
        ----------
        codec : str
            Its name.
        hop : int
            Samples from frame to frame.
        vectors : array
            Shape (lines, samples).
        piece : int
            Length of the pieces of sound that are looked at, in samples.

        Returns
        -------
        FilterBank
            With the spectra of its vectors.
        """
        return cls(codec, hop, vectors, np.conj(np.fft.rfft(vectors, piece, axis=1)))


@cache
def filter_banks(groups: int, width: int, piece: int) -> tuple[FilterBank, ...]:
    """Return the filter banks of all codecs.

    Parameters
    ----------
    groups : int
        Number of runs of lines, spread over the spectrum.
    width : int
        Neighbouring lines in each.
    piece : int
        Length of the pieces of sound that are looked at, in samples.

    Returns
    -------
    tuple of FilterBank
        MP3, AAC and Ogg Vorbis.
    """
    sine = np.sin(np.pi / 2048 * (np.arange(2048) + 0.5))
    return (
        FilterBank.of("MP3", 576, _mp3(_lines(576, groups, width)), piece),
        FilterBank.of("AAC", 1024, _mdct(_lines(1024, groups, width), _kaiser_bessel(2048)), piece),
        # Vorbis I specification, 4.3.1: the slope of its windows
        FilterBank.of("Ogg Vorbis", 1024, _mdct(_lines(1024, groups, width), np.sin(np.pi / 2 * sine**2)), piece),
    )


def _lines(count: int, groups: int, width: int) -> NDArray[np.int64]:
    """Return lines in runs, between 5 and 16 kHz of 44.1: what is coded coarsely and not cut off by everybody."""
    firsts = np.linspace(0.22 * count, 0.73 * count - width, groups).astype(np.int64)
    return (firsts[:, None] + np.arange(width)).reshape(-1)


def _kaiser_bessel(length: int) -> F64:
    """Return the Kaiser-Bessel derived window."""
    half = length // 2
    sums = np.cumsum(np.kaiser(half + 1, np.pi * KBD_ALPHA))
    rising = np.sqrt(sums[:half] / sums[-1])
    return np.concatenate((rising, rising[::-1]))


def _mdct(lines: NDArray[np.int64], window: F64) -> F32:
    half = len(window) // 2
    n = np.arange(len(window)) + 0.5 + half / 2
    return (window * np.cos(np.pi / half * n * (lines[:, None] + 0.5))).astype(np.float32)


def _mp3(lines: NDArray[np.int64]) -> F32:
    """Polyphase bands, an MDCT of 36 samples in each, butterflies: layer III of MPEG audio."""
    band, place = lines // LINES, lines % LINES
    vectors = _band_mdct(band, place)
    # A line at the edge of its band has a partner beyond the edge.
    for edge, side in ((place < 8, -1), (place >= LINES - 8, 1)):
        index = np.where(side < 0, place, LINES - 1 - place)[edge]
        partner_band, partner_place = band[edge] + side, LINES - 1 - place[edge]
        there = (partner_band >= 0) & (partner_band < BANDS)
        at, index = np.flatnonzero(edge)[there], index[there]
        cosine = 1.0 / np.sqrt(1.0 + _ALIAS[index] ** 2)
        partner = _band_mdct(partner_band[there], partner_place[there])
        vectors[at] = cosine[:, None] * (vectors[at] + side * _ALIAS[index][:, None] * partner)
    return vectors.astype(np.float32)


def _band_mdct(band: NDArray[np.int64], place: NDArray[np.int64]) -> F64:
    taps, n, j = prototype(), np.arange(512), np.arange(36)
    filters = (taps * np.cos((2 * band[:, None] + 1) * (n - 16) * np.pi / 64))[:, ::-1]
    mdct = np.sin(np.pi / 36 * (j + 0.5)) * np.cos(np.pi / 72 * (2 * j + 19) * (2 * place[:, None] + 1))
    mdct = np.where((band[:, None] & j & 1) == 1, -mdct, mdct)  # odd samples of odd bands are inverted
    vectors = np.zeros((len(band), 512 + 32 * 35))
    for step in range(36):
        vectors[:, 32 * step : 32 * step + 512] += mdct[:, step : step + 1] * filters
    return vectors
