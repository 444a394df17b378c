"""Real bit depth after a gain: samples that still lie on a lattice, only its step is no power of two any more.

16-bit sound that was turned down by 3.3 dB in a 24-bit bounce uses all 24 bits, but its values are whole multiples of
one step, rounded. The share of that is the magnitude of the characteristic function at the step's frequency, the mean
of ``exp(2j*pi*y/step)`` over the samples ``y``: near 1 on the lattice, near 0 for any other smooth distribution
(the quantity that quantisation theory uses: B. Widrow and I. Kollar, "Quantization Noise", 2008, chapter 4).

The step is sought among samples near the middle, where one transform of their histogram covers all steps, and then made
ever more exact with larger samples, which are more steps away.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64
from dsp.faults.excerpts import ExcerptDetector, Excerpts

LSB = 2.0**-23  # the unit of everything in here: the last bit of 24
FINEST_STEP = 2.0  # ours: below, rounding to 24 bits covers the lattice
COARSEST_STEP = 2048.0  # ours: 13 bits of full scale: coarser is a sound, not a converted file
REACH = 1 << 14  # ours: the histogram covers eight of the coarsest steps to either side
FEWEST = 512  # ours: samples in the histogram; the largest of all steps is 0.14 by chance then
ALL_ON_LATTICE = 0.9  # ours: of all samples; a step of 20 bits that was dithered to 24 leaves 0.98
ON_LATTICE = 0.5  # ours: white dither of two steps of the last bit leaves 0.51 of a step of 2.6
LULL = 0.25  # ours: between the hump of the distribution itself and the lattice
FEWEST_VALUES = 256  # ours: different steps in use; a tone of whole periods or a synthesiser's square has fewer
MOST_ALIKE = 0.25  # ours: of the samples with one value or one difference to the next: rests, square waves, ramps
WHOLE_STEP = 16.0  # ours: last bits; with four or more that are always zero the bits in use say enough
REST = 3.0  # ours: last bits; silence with dither of 24 bits in it says nothing of a step
MOST = 4096  # ours: samples that each refinement looks at
EXCERPTS = 0.75  # ours: of the excerpts have to lie on it: one gain all through but for a fade
MOST_OF_PART = 16384  # ours: samples of each excerpt that they are taken from
TRIED = 12  # ours: frequencies tried to either side of the last, a quarter of a turn of the largest samples in all


@dataclass(frozen=True, slots=True)
class Lattice:
    """The step of all samples, full scale 1.0, the finest of all channels; ``coherence``: 1 is exactly on it."""

    step: float
    coherence: float

    @property
    def bits(self) -> float:
        """The bits from full scale down to the step: 16 and 3.3 dB are 16.55."""
        return float(1.0 - np.log2(self.step))


class LatticeDetector(ExcerptDetector[Lattice | None]):
    """Feed blocks of finite samples, then `finish`; or `look` at excerpts that are there; or `find` in an array."""

    VERSION: ClassVar[int] = 1

    @staticmethod
    def look(excerpts: Excerpts) -> Lattice | None:
        """Return the lattice that the samples of every sounding channel lie on, None without one.

        Parameters
        ----------
        excerpts : Excerpts
            What was kept of the signal; the windows spread over it are looked at.

        Returns
        -------
        Lattice or None
            Channels may differ in their step (a pan); a channel without a lattice means there is none. None for
            silence.
        """
        found = []
        for channel in range(excerpts.spread[0].audio.shape[1] if excerpts.spread else 0):
            parts = [_sounding(excerpt.audio[:, channel]) for excerpt in excerpts.spread]
            parts = [p for p in parts if len(p) >= MOST / 4]
            if not parts:
                continue
            if not any(np.mod(p, WHOLE_STEP).any() for p in parts):
                return None  # the bits in use say it exactly
            one = _lattice_of(parts)
            if one is None:
                return None
            found.append(one)
        return min(found, key=lambda one: one.step, default=None)


def _sounding(samples: NDArray[np.float32]) -> F64:
    """Return the samples in units of the last bit without digital silence, or nothing if they hardly differ."""
    y = samples.astype(np.float64) / LSB
    if len(y) < 3 or np.mean(np.abs(np.diff(y, 2)) < 1.0) > MOST_ALIKE:
        return np.zeros(0)
    return y[np.abs(y) >= REST]


def _lattice_of(parts: list[F64]) -> Lattice | None:
    near = np.concatenate([p[np.abs(p) < REACH] for p in parts])
    if len(near) < FEWEST:
        return None
    frequency = _first_guess(near)
    if frequency is None:
        return None
    some = np.concatenate([_thinned(p, MOST_OF_PART) for p in parts])
    frequency = _refined(some, frequency)
    coherent = np.array([_coherence(_thinned(p, MOST), frequency) for p in parts])
    overall = _coherence(_thinned(some, 4 * MOST), frequency)
    values = np.unique(np.round(_thinned(some, 4 * MOST) * frequency))
    if overall < ALL_ON_LATTICE or np.mean(coherent > ON_LATTICE) < EXCERPTS or len(values) < FEWEST_VALUES:
        return None
    return Lattice(LSB / frequency, overall)


def _first_guess(near: F64) -> float | None:
    """Return the frequency of the lattice, in steps per last bit, from a histogram of small samples."""
    counts = np.bincount(np.round(near).astype(np.int64) + REACH, minlength=2 * REACH + 1)
    if counts.max() > MOST_ALIKE * len(near):
        return None
    size = 4 * REACH
    strength = np.abs(np.fft.rfft(counts, size)) / len(near)
    first, last = size / COARSEST_STEP, size / FINEST_STEP
    # The distribution's own hump comes first: a lattice is looked for beyond it.
    beyond = np.flatnonzero(strength < LULL)
    first = max(first, beyond[0] if len(beyond) else last + 1)
    lattice = np.flatnonzero(strength[int(first) : int(last) + 1] > ON_LATTICE) + int(first)
    if not len(lattice):
        return None
    # The overtones of a lattice are as strong as itself: it is the first of all, at the top of its peak.
    top = lattice[0]
    while top + 1 < len(strength) and strength[top + 1] > strength[top]:
        top += 1
    return float(top / size)


def _refined(every: F64, frequency: float) -> float:
    """Return the frequency as exactly as the largest samples allow; each step doubles the reach."""
    size = np.abs(every)
    reach, largest = float(REACH), float(size.max())
    width = 1.0 / (4 * reach)
    while True:
        some = _thinned(every[size < reach], MOST)
        frequency += width * (_strongest(some, frequency - width, width / TRIED) / TRIED - 1.0)
        if reach > largest:
            return frequency
        reach *= 2.0
        width = 1.0 / (4 * reach)


def _coherence(y: F64, frequency: float) -> float:
    return float(np.abs(np.mean(np.exp(2j * np.pi * frequency * y)))) if len(y) else 0.0


def _strongest(y: F64, first: float, step: float) -> int:
    """Return which of the frequencies from ``first`` on is the most coherent."""
    turned, turn = np.exp(2j * np.pi * first * y), np.exp(2j * np.pi * step * y)
    strength = []
    for _ in range(2 * TRIED + 1):
        strength.append(abs(turned.sum()))
        turned *= turn
    return int(np.argmax(strength))


def _thinned(y: F64, most: int) -> F64:
    return y[:: -(-len(y) // most)] if len(y) > most else y
