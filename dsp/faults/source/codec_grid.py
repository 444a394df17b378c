"""Sound that was in a lossy file once: its frames can be found again, and in them the values that were rounded to zero.

An encoder rounds the lines of its spectrum coarsely, so many become zero. Whoever analyses the decoded sound with the
same filter bank, its frames at the same samples, finds them again as values far smaller than their neighbours; at any
other place of the frame they are filled up by these. What is compared is the share of such small values at one place of
the frame with that at all others, so that nothing has to be known of the music; sound that was never encoded has no
such place. The idea is the inverse decoder's: J. Herre and M. Schug, "Analysis of Decompressed Audio - The Inverse
Decoder", AES 109th Convention, 2000.

One or two pieces of the signal give candidates, and the others, which had no part in choosing them, decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64
from dsp.faults.excerpts import ExcerptDetector, Excerpts
from dsp.faults.source.filterbanks import FilterBank, filter_banks

GROUPS, WIDTH = 12, 12  # ours: runs of lines; each value is compared with the others of its run and frame
SMALL = 0.02  # ours: of the run's root mean square; one in 60 is by chance
PIECE = 8192  # ours: frames of the signal in a piece: six to eleven of a codec's
STEP = 16384
FIRST, MOST = 3, 11  # ours: pieces that give candidates; pieces in all
CANDIDATES = 3  # ours
CONTROLS = 12  # ours: other places of the frame, spread over it
GIVE_UP, AFTER = 1.5, 3  # ours: standard deviations; pieces that decide whether more are asked
FEWEST = 3  # ours: pieces that decide
QUIETEST = 1e-4  # ours: -80 dBFS: below, rounding covers what an encoder did
CERTAIN = 7.0  # ours: standard deviations of the other places; chance gives three
ALIKE = 0.9  # ours: correlation of a frame with the next
EXCESS = 0.012  # ours: the least share that must be there beside chance
MAX_RATE_HZ = 48000  # of the codecs
CACHED = 80_000  # ours: values that are looked at together, a third of a megabyte: they stay in the processor's cache


@dataclass(frozen=True, slots=True)
class CodecGrid:
    """``codec`` is whose frames were found; shares of small values at the place of its frames and at all others."""

    codec: str
    share: float
    share_elsewhere: float


class CodecGridDetector(ExcerptDetector[CodecGrid | None]):
    """Feed blocks of finite samples, then `finish`; or `look` at excerpts that are there; or `find` in an array."""

    VERSION: ClassVar[int] = 1

    @staticmethod
    def look(excerpts: Excerpts) -> CodecGrid | None:
        """Return the codec whose frames stand out most, None where none does.

        Parameters
        ----------
        excerpts : Excerpts
            What was kept of the signal; the windows spread over it are looked at.

        Returns
        -------
        CodecGrid or None
            None for silence, for less than a second, and above 48 kHz.
        """
        pieces = _pieces(excerpts)
        if len(pieces) < FIRST + FEWEST or excerpts.rate_hz > MAX_RATE_HZ:
            return None
        best: tuple[float, CodecGrid] | None = None
        for bank in filter_banks(GROUPS, WIDTH, PIECE):
            these = [piece for piece in pieces if not _repeats(piece.samples, bank.hop)]
            if len(these) < FIRST + FEWEST:
                continue
            found = _decided(bank, these[FIRST:], _candidates(bank, these[:FIRST]))
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        return best[1] if best is not None else None


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int  # its first frame in the file
    samples: F32
    steadiness: float


def _pieces(excerpts: Excerpts) -> list[_Piece]:
    """Return pieces of the loudest channel, the steadiest of them first, as many as are needed."""
    if not excerpts.spread:
        return []
    power = sum(np.einsum("ij,ij->j", e.audio, e.audio) / len(e.audio) for e in excerpts.spread)
    channel = int(np.argmax(power))
    pieces = []
    for excerpt in excerpts.spread:
        for at in range(0, len(excerpt.audio) - PIECE + 1, STEP):
            samples = np.ascontiguousarray(excerpt.audio[at : at + PIECE, channel])
            pieces.append(_Piece(excerpt.start_frame + at, samples, _steadiness(samples)))
    pieces = [p for p in pieces if p.steadiness > 0.0]
    return sorted(pieces, key=lambda p: -p.steadiness)[:MOST]


def _steadiness(samples: F32) -> float:
    """Return the least over the largest power of eight parts, the high end stressed; 0 where it is quiet.

    Long blocks are what is looked for, and encoders change to short ones for attacks.
    """
    powers = np.mean(np.square(np.diff(samples, prepend=samples[:1]).reshape(8, -1)), axis=1)
    return float(powers.min() / powers.max()) if powers.min() > QUIETEST**2 else 0.0


def _repeats(samples: F32, hop: int) -> bool:
    """Tell whether frames are alike: a loop or a wave of that length has its zeros in all of them."""
    high = np.diff(samples)
    one, next_one = high[:-hop], high[hop:]
    return bool(np.vdot(one, next_one) > ALIKE * np.sqrt(np.vdot(one, one) * np.vdot(next_one, next_one)))


def _candidates(bank: FilterBank, pieces: Sequence[_Piece]) -> list[int]:
    """Return the places of the frame with the most small values, as frames of the file modulo ``hop``."""
    total = np.zeros(bank.hop)
    whole = (PIECE - bank.vectors.shape[1]) // bank.hop
    for piece in pieces:
        products = np.fft.rfft(piece.samples) * bank.spectra
        values = np.fft.irfft(products, PIECE, axis=1)[:, : whole * bank.hop].astype(np.float32, copy=False)
        small = _small(values.reshape(GROUPS, WIDTH, -1)).reshape(whole, bank.hop).sum(axis=0)
        total += np.roll(small, piece.start % bank.hop)
    return [int(i) for i in np.argsort(total)[::-1][:CANDIDATES]]


def _small(values: F32) -> NDArray[np.int64]:
    """Return how many of the values (groups, width, frames) of each frame are far smaller than their run."""
    small = np.zeros(values.shape[2], np.uint8)  # all values of a frame are fewer than 256
    for some in np.array_split(values, max(1, values.size // CACHED)):  # whole groups
        powers = np.square(some)
        limit = np.mean(powers, axis=1, keepdims=True) * np.float32(SMALL**2)
        few = (powers < limit).view(np.uint8).reshape(-1, values.shape[2])
        small += np.add.reduce(few, axis=0, dtype=np.uint8)
    return small.astype(np.int64)


def _decided(bank: FilterBank, pieces: Sequence[_Piece], places: list[int]) -> tuple[float, CodecGrid] | None:
    """Compare the candidates with other places of the frame in pieces that had no part in choosing them."""
    controls = (places[0] + np.linspace(0.0, bank.hop, CONTROLS + 2)[1:-1]).astype(np.int64) % bank.hop
    controls = np.setdiff1d(controls, places)
    tried = np.concatenate((places, controls))
    counts, values = np.zeros(len(tried)), 0
    for number, piece in enumerate(pieces):
        framed = _framed(piece, tried, bank)
        small = _small((bank.vectors @ framed.T).reshape(GROUPS, WIDTH, -1))
        counts += small.reshape(len(tried), -1).sum(axis=1)
        values += len(bank.vectors) * (len(framed) // len(tried))
        certainty, at, elsewhere = _certainty(counts, values, len(places))
        if number + 1 == AFTER and certainty < GIVE_UP:
            return None
    if certainty < CERTAIN or at - elsewhere < EXCESS:
        return None
    return certainty, CodecGrid(bank.codec, at, elsewhere)


def _certainty(counts: F64, values: int, candidates: int) -> tuple[float, float, float]:
    """Return how far the best candidate stands out, in standard deviations, its share, and that of the controls."""
    shares = counts / values
    at, elsewhere = float(shares[:candidates].max()), shares[candidates:]
    mean = float(elsewhere.mean())
    spread = max(float(elsewhere.std(ddof=1)), float(np.sqrt((mean + 1.0 / values) / values)))
    return (at - mean) / spread, at, mean


def _framed(piece: _Piece, places: NDArray[np.int64], bank: FilterBank) -> F32:
    """Return the frames of a piece at each place, the same number at each, shape (places * frames, samples)."""
    length = bank.vectors.shape[1]
    firsts = (places - piece.start) % bank.hop
    number = (len(piece.samples) - length - bank.hop) // bank.hop + 1
    starts = firsts[:, None] + bank.hop * np.arange(number)
    windows = np.lib.stride_tricks.sliding_window_view(piece.samples, length)
    return np.ascontiguousarray(windows[starts.reshape(-1)])
