"""Loudness to ITU-R BS.1770-5 and EBU R 128 (Tech 3341 v4, Tech 3342 v4).

Momentary (0.4 s) and short-term (3 s) loudness as 10 Hz series, integrated loudness with both gates, loudness range.
The maxima of momentary and short-term loudness are searched every 5 ms, so a short burst reads the same wherever it
falls (Tech 3341, cases 10 and 13); a meter that updates at 10 Hz can read up to 0.6 LU less on such a burst.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.units import db_power, power_db, powers_db
from dsp.meters.levels import GRANULES_PER_HOP, GRANULES_PER_S, HOP_S, K_ENERGY, GranuleFilter, Granules

OFFSET_LU = -0.691  # ITU-R BS.1770-5, Annex 1, equation (2)
ABSOLUTE_GATE_LUFS = -70.0  # ITU-R BS.1770-5, Annex 1, gating
RELATIVE_GATE_LU = -10.0  # ITU-R BS.1770-5, Annex 1, gating
RANGE_GATE_LU = -20.0  # EBU Tech 3342, 3.1
RANGE_LOW, RANGE_HIGH = 0.10, 0.95  # EBU Tech 3342, 3.1
MOMENTARY_HOPS = 4  # 0.4 s, EBU Tech 3341, 2.2
SHORT_TERM_HOPS = 30  # 3 s, EBU Tech 3341, 2.2
RANGE_RELIABLE_S = 60.0  # EBU Tech 3342, 2: loudness range is not meant for programmes under a minute

_SIDE = 1.41  # ITU-R BS.1770-5, Annex 3, Table 4 (+1.5 dB): 60 to 120 degrees off the front, less than 30 up
# Speakers by Microsoft's SPEAKER constants, in the order of their bits; those of ITU-R BS.2051 stand in these places.
_BACK = {"BL", "BR"}  # at 110 degrees (5.1), or at 135 where there are sides at 90 (7.1)
_SIDES = {"SL", "SR"}
_LFE = "LFE"
_USUAL: dict[int, tuple[str, ...]] = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}


def channel_weights(channels: int, speakers: Sequence[str] = ()) -> NDArray[np.float64]:
    """Return the power weight of each channel: 1.0 in front, behind and above, 1.41 at the side, 0.0 for the LFE.

    Raises ValueError for another number of speakers.
    Source: ITU-R BS.1770-5, Annex 1, Table 3, and Annex 3, Table 4.

    Parameters
    ----------
    channels : int
        Number of channels.
    speakers : sequence of str
        Where each channel sounds (FL, FR, FC, LFE, BL, BR, BC, SL, SR ...); without them the usual layout of that many
        channels. A channel of which nothing is known weighs 1.0; so do both of two and the one of one.

    Returns
    -------
    array
        One linear power weight for each channel.
    """
    count = checks.channel_count(channels)
    if speakers and len(speakers) != count:
        raise ValueError(f"speakers are {len(speakers)}, allowed are {count}, one for each channel")
    if count <= 2:  # mono and stereo, by whatever speakers they are heard
        return np.ones(count)
    speakers = speakers or _USUAL.get(count, ("",) * count)
    beside = _SIDES if _SIDES & set(speakers) and "BL" in speakers else _SIDES | _BACK
    return np.array([0.0 if s == _LFE else _SIDE if s in beside else 1.0 for s in speakers])


def lufs(mean_square: float) -> float:
    """Return the loudness in LUFS of a K-weighted, channel-weighted mean square; ``-inf`` for 0."""
    return OFFSET_LU + power_db(mean_square)


@dataclass(frozen=True, slots=True)
class Loudness:
    """What the loudness stage found; series are at 10 Hz and ``-inf`` in silence.

    ``momentary_lufs[i]`` covers the 0.4 s that end at ``0.4 + 0.1 * i`` seconds, ``short_term_lufs[i]`` the 3 s that
    end at ``3.0 + 0.1 * i``; ``hop_energy[i]`` is the weighted mean square of hop ``i``. A file without a gating
    block (under 0.4 s, or nothing above -70 LUFS) has ``integrated_lufs = -inf``; under 3 s the range is 0.0.
    """

    integrated_lufs: float
    max_momentary_lufs: float
    max_momentary_at_s: float  # end of the window
    max_short_term_lufs: float
    max_short_term_at_s: float
    range_lu: float
    range_low_lufs: float
    range_high_lufs: float
    range_reliable: bool
    relative_gate_lufs: float
    duration_s: float
    hop_s: float
    hop_energy: NDArray[np.float64]
    momentary_lufs: NDArray[np.float64]
    short_term_lufs: NDArray[np.float64]


def windowed(hop_energy: NDArray[np.float64], hops: int) -> NDArray[np.float64]:
    """Return the mean energy of every run of ``hops`` consecutive hops (empty when there are fewer).

    Parameters
    ----------
    hop_energy : array
        Mean energy of each hop, linear.
    hops : int
        How many hops a window holds.

    Returns
    -------
    array
        Mean energy of each window, linear.
    """
    if hop_energy.size < hops:
        return np.empty(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(hop_energy, hops).mean(axis=1))


def gated_lufs(block_energy: NDArray[np.float64]) -> tuple[float, float]:
    """Return integrated loudness and the relative gate, both in LUFS, of the energies of gating blocks.

    Both are ``-inf`` when no block is above the absolute gate. Source: ITU-R BS.1770-5, Annex 1, equations (4) to (7).
    """
    loud = block_energy[block_energy > db_power(ABSOLUTE_GATE_LUFS - OFFSET_LU)]
    if loud.size == 0:
        return -math.inf, -math.inf
    gate_lufs = lufs(float(loud.mean())) + RELATIVE_GATE_LU
    kept = loud[loud > db_power(gate_lufs - OFFSET_LU)]
    return (lufs(float(kept.mean())) if kept.size else -math.inf), gate_lufs


def loudness_range(short_term_energy: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return loudness range in LU and its two ends in LUFS from the energies of 3 s windows, one every 0.1 s.

    Silence gives 0.0 LU between two ``-inf``. Source: EBU Tech 3342, 3.1 and its example (nearest-rank percentiles);
    the windows overlap by 2.9 s, the standard asks for at least 2 s: meters that take the least read up to 0.1 LU
    differently.
    """
    loud = short_term_energy[short_term_energy > db_power(ABSOLUTE_GATE_LUFS - OFFSET_LU)]
    if loud.size == 0:
        return 0.0, -math.inf, -math.inf
    kept = np.sort(loud[loud >= float(loud.mean()) * db_power(RANGE_GATE_LU)])
    low = lufs(float(kept[int((kept.size - 1) * RANGE_LOW + 0.5)]))
    high = lufs(float(kept[int((kept.size - 1) * RANGE_HIGH + 0.5)]))
    return high - low, low, high


class _Maximum:
    """The largest mean over a sliding window, one step at a time, with the end of the window it was found in."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.best = -math.inf
        self.at = 0
        self._seen = 0
        self._recent = np.empty(0)

    def process(self, energy: NDArray[np.float64]) -> None:
        joined = np.concatenate([self._recent, energy])
        self._seen += energy.size
        if joined.size >= self.steps:
            running = np.concatenate([[0.0], np.cumsum(joined)])
            sums = running[self.steps :] - running[: -self.steps]
            top = int(np.argmax(sums))
            if sums[top] > self.best:
                self.best = float(sums[top])
                self.at = self._seen - joined.size + top + self.steps
        self._recent = joined[max(joined.size - self.steps + 1, 0) :]


class LoudnessMeter:
    """Turns granules into loudness. ``process`` takes what `dsp.meters.levels.GranuleFilter` returns, in order."""

    def __init__(self, rate_hz: int, channels: int, speakers: Sequence[str] = ()) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._weights = channel_weights(channels, speakers)
        self._momentary = _Maximum(MOMENTARY_HOPS * GRANULES_PER_HOP)
        self._short_term = _Maximum(SHORT_TERM_HOPS * GRANULES_PER_HOP)
        self._hops: list[NDArray[np.float64]] = []
        self._pending = np.empty(0)
        self._frames = 0
        self._granules = 0

    def process(self, granules: Granules) -> None:
        """Process the next granules."""
        energy = granules.values[:, :, K_ENERGY] @ self._weights
        # Hop energies are means over true hop lengths; inside a window, granules count as equally long (they differ
        # by one frame where the rate is not a multiple of 200).
        self._frames += int(granules.frames.sum())
        self._momentary.process(energy)
        self._short_term.process(energy)
        self._granules += energy.size
        joined = np.concatenate([self._pending, energy])
        whole = joined.size // GRANULES_PER_HOP
        if whole:
            self._hops.append(joined[: whole * GRANULES_PER_HOP].reshape(whole, GRANULES_PER_HOP).sum(axis=1))
        self._pending = joined[whole * GRANULES_PER_HOP :]

    def finish(self, frames: int) -> Loudness:
        """Return the result for a signal of this many frames; an unfinished last hop belongs to no window."""
        sums = np.concatenate([np.empty(0), *self._hops])
        edges = np.arange(sums.size + 1, dtype=np.int64) * self._rate_hz // 10
        energy = sums / np.diff(edges)
        momentary = windowed(energy, MOMENTARY_HOPS)
        short_term = windowed(energy, SHORT_TERM_HOPS)
        integrated_lufs, gate_lufs = gated_lufs(momentary)
        range_lu, low_lufs, high_lufs = loudness_range(short_term)
        per_granule = self._rate_hz / GRANULES_PER_S
        return Loudness(
            integrated_lufs=integrated_lufs,
            max_momentary_lufs=lufs(self._momentary.best / (self._momentary.steps * per_granule)),
            max_momentary_at_s=self._momentary.at / GRANULES_PER_S,
            max_short_term_lufs=lufs(self._short_term.best / (self._short_term.steps * per_granule)),
            max_short_term_at_s=self._short_term.at / GRANULES_PER_S,
            range_lu=range_lu,
            range_low_lufs=low_lufs,
            range_high_lufs=high_lufs,
            range_reliable=frames / self._rate_hz >= RANGE_RELIABLE_S,
            relative_gate_lufs=gate_lufs,
            duration_s=frames / self._rate_hz,
            hop_s=HOP_S,
            hop_energy=energy,
            momentary_lufs=OFFSET_LU + powers_db(momentary),
            short_term_lufs=OFFSET_LU + powers_db(short_term),
        )


class LoudnessStage:
    """Loudness of audio given block by block.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels.
    speakers : sequence of str
        Where each sounds, as `channel_weights` takes them.
    """

    def __init__(self, rate_hz: int, channels: int, speakers: Sequence[str] = ()) -> None:
        self._filter = GranuleFilter(rate_hz, channels)
        self._meter = LoudnessMeter(rate_hz, channels, speakers)

    def process(self, block: Audio) -> None:
        """Process the next block, shape (frames, channels), finite samples."""
        self._meter.process(self._filter.process(block))

    def finish(self) -> Loudness:
        """Return the loudness of everything processed."""
        return self._meter.finish(self._filter.frames)


EXCERPT_S = 0.5  # a gating block of 0.4 s and 0.1 s before it for the weighting to settle


def estimated_lufs(excerpts: Iterable[Audio], rate_hz: int) -> float:
    """Return about the integrated loudness of a signal from excerpts of 0.5 s spread over it; ``-inf`` for silence.

    Excerpts that are shorter are left out. The gates are those of the whole; forty excerpts of a song are within 1 LU.

    Parameters
    ----------
    excerpts : iterable of arrays
        Each of shape (frames, channels), full scale 1.0.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    float
        LUFS.
    """
    energies = []
    for excerpt in excerpts:
        stage = LoudnessStage(rate_hz, excerpt.shape[1])
        stage.process(excerpt)
        hops = stage.finish().hop_energy
        if hops.size > MOMENTARY_HOPS:
            energies.append(float(hops[-MOMENTARY_HOPS:].mean()))
    return gated_lufs(np.array(energies))[0]


def loudness(audio: Audio, rate_hz: int) -> Loudness:
    """Return the loudness of a whole signal of shape (frames, channels).

    Parameters
    ----------
    audio : array
        Shape (frames, channels), full scale 1.0.
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.

    Returns
    -------
    Loudness
        Everything about loudness; -inf for silence.
    """
    stage = LoudnessStage(rate_hz, audio.shape[1])
    stage.process(audio)
    return stage.finish()
