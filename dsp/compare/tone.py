"""The tone of a song: against its own trend, and against reference recordings. Third octaves, smoothed to octaves.

A difference from references is only worth a word when it is larger than what the music itself does there: the levels of
both move over time, and several references differ among themselves. A page says which bands those are, a master
follows them and no others: it is one comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64
from dsp.core.units import power_db

LOWEST_HZ = 31.0
HIGHEST_HZ = 16_000.0
BANDS_PER_OCTAVE = 3
SMALLEST_DB = 1.5  # ours: broad differences under this are at the edge of what is heard
MATCH_RANGE_HZ = (100.0, 10_000.0)  # where levels are matched: below, the room of the instruments decides
NO_VETO = 0.15  # ours: a reference that counts for less than a seventh does not stop what the others agree on
_OCTAVE = np.array([0.5, 1.0, 1.0, 1.0, 0.5])  # weights of third octaves around the one in the middle


@dataclass(frozen=True, slots=True)
class Tone:
    """Levels in dB of third octaves from 31.5 Hz to 16 kHz (-inf: nothing there), both of shape (bands,)."""

    frequency_hz: NDArray[np.float64]
    level_db: NDArray[np.float64]


def tone_of(frequency_hz: Sequence[float], level_db: Sequence[float | None]) -> Tone:
    """Return the tone of third octaves as `bands` measures them; ``None`` is -inf, other bands are left out.

    Parameters
    ----------
    frequency_hz : sequence of float
        Centres of the third octaves in Hz.
    level_db : sequence of float or None
        Their levels in dB; ``None`` is silence.

    Returns
    -------
    Tone
        Level of each of the bands compared, in dB; -inf where there is nothing.
    """
    frequency = np.array(frequency_hz, dtype=np.float64)
    level = np.array([-np.inf if value is None else value for value in level_db], dtype=np.float64)
    if frequency.shape != level.shape:
        raise ValueError(f"level_db has {level.size} bands, allowed are as many as frequency_hz: {frequency.size}")
    used = (frequency > LOWEST_HZ) & (frequency < HIGHEST_HZ)
    return Tone(frequency[used], level[used])


def share_below_db(tone: Tone, frequency_hz: float) -> float:
    """Return the power of the third octaves centred below a frequency against all of them, in dB; -inf: nothing.

    Parameters
    ----------
    tone : Tone
        Level of each third octave in dB.
    frequency_hz : float
        Where to cut, in Hz.

    Returns
    -------
    float
        Share in dB, at most 0; -inf for silence.
    """
    power = 10.0 ** (tone.level_db / 10.0)
    whole = float(power.sum())
    return power_db(float(power[tone.frequency_hz < frequency_hz].sum()) / whole) if whole > 0.0 else -np.inf


def smoothed_db(tone: Tone) -> NDArray[np.float64]:
    """Return the levels averaged over an octave, the mean of 100 Hz to 8 kHz at 0 dB; silent bands at the floor."""
    if tone.level_db.size == 0:
        return np.zeros(0)
    level = np.maximum(tone.level_db, max(float(tone.level_db.max()), -200.0) - 80.0)
    padded = np.pad(level, BANDS_PER_OCTAVE // 2 + 1, mode="edge")
    smooth = np.convolve(padded, _OCTAVE / _OCTAVE.sum(), "valid")[: level.size]
    middle = (tone.frequency_hz >= 100.0) & (tone.frequency_hz <= 8_000.0)
    return np.asarray(smooth - smooth[middle].mean())


def excess_db(tone: Tone) -> NDArray[np.float64]:
    """Return how far each third octave stands out of the song's own trend: a parabola over octaves, 50 Hz to 12 kHz."""
    level = smoothed_db(tone)
    octave = np.log2(tone.frequency_hz / 1_000.0)
    used = (tone.frequency_hz >= 50.0) & (tone.frequency_hz <= 12_000.0)
    if int(used.sum()) < 6:
        return np.zeros_like(level)
    trend = np.polynomial.Polynomial.fit(octave[used], level[used], 2)(octave)
    return np.where(used, level - trend, 0.0)


@dataclass(frozen=True, slots=True)
class BandProfile:
    """The tone of one recording: third-octave levels in dB (-inf: nothing there), their spread over time, loudness.

    ``spread_db`` is the standard deviation over cells of a few seconds, 0.0 where it is not known.
    """

    centres_hz: tuple[float, ...]
    levels_db: F64  # (bands,)
    spread_db: F64  # (bands,)
    loudness_lufs: float  # -inf when there is none

    def __post_init__(self) -> None:
        """Check that the three lists belong together."""
        bands = len(self.centres_hz)
        if self.levels_db.shape != (bands,) or self.spread_db.shape != (bands,):
            raise ValueError(
                f"levels_db and spread_db have shapes {self.levels_db.shape} and {self.spread_db.shape}, "
                f"both must be ({bands},) like centres_hz"
            )


@dataclass(frozen=True, slots=True)
class ProfileDifference:
    """A mix against its references, band by band; arrays have shape ``(bands,)``, NaN-free.

    ``difference_db`` is mix minus the weighted mean of the references, smoothed to octaves, the usual band at 0 dB;
    ``lowest_db`` and ``highest_db`` the same against each of them, ``usual_db`` what the bands of such music do by
    themselves. ``stands_out`` marks bands whose difference is larger than that and lies on one side of the references.
    """

    centres_hz: tuple[float, ...]
    gains_db: tuple[float, ...]  # added to each reference to make it as loud as the mix, for listening
    difference_db: F64
    lowest_db: F64
    highest_db: F64
    usual_db: F64
    stands_out: NDArray[np.bool_]

    @property
    def beyond_db(self) -> F64:
        """How far each band that stands out lies beyond what is usual, with its sign; 0.0 for every other."""
        beyond = np.sign(self.difference_db) * (np.abs(self.difference_db) - self.usual_db)
        return np.where(self.stands_out, beyond, 0.0)


def profile_difference(
    mix: BandProfile, references: Sequence[BandProfile], weights: Sequence[float] = ()
) -> ProfileDifference:
    """Compare the tone of a mix with that of references, in the bands that all of them have.

    Raises ValueError without any reference, or for weights that do not fit. Silence has no bands.

    Parameters
    ----------
    mix : BandProfile
        The recording that is judged.
    references : sequence of BandProfile
        Those it is compared with; their levels need not match.
    weights : sequence of float
        How much each reference counts, above 0; all the same without them.

    Returns
    -------
    ProfileDifference
        For each band in Hz: the difference in dB, and what is usual between songs.
    """
    if not references:
        raise ValueError("references: none given, at least one is needed")
    share = np.array(weights or [1.0] * len(references), dtype=np.float64)
    if share.shape != (len(references),) or not (share > 0.0).all():
        raise ValueError(f"weights: {list(weights)}, must be one above 0 for each of {len(references)} references")
    share = share / share.sum()
    bands = min(len(t.centres_hz) for t in (mix, *references))
    there = np.all([np.isfinite(t.levels_db[:bands]) for t in (mix, *references)], axis=0)
    kept = np.flatnonzero(there)
    centres = np.array(mix.centres_hz[:bands])[kept]
    against = np.array([_smoothed(mix.levels_db[:bands], r.levels_db[:bands], there)[kept] for r in references])
    against -= np.array([_usual_level_db(row, centres) for row in against])[:, None]
    difference = share @ against
    over_time = np.mean([t.spread_db[kept] ** 2 for t in (mix, *references)], axis=0)
    count = len(references)
    between = share @ (against - difference) ** 2 * count / max(count - 1, 1)
    # The long-term level of a piece is the mean of many cells, so its own spread counts for half.
    usual = np.maximum(np.sqrt(over_time / 4 + between), SMALLEST_DB)
    one_side = share @ (np.sign(against) != np.sign(difference)) < NO_VETO
    # Beyond these the room, a filter or an encoder decides, not the tone.
    counts = (centres > LOWEST_HZ) & (centres < HIGHEST_HZ)
    return ProfileDifference(
        centres_hz=tuple(centres.tolist()),
        gains_db=tuple(_gain_db(mix, reference, bands) for reference in references),
        difference_db=difference,
        lowest_db=against.min(axis=0),
        highest_db=against.max(axis=0),
        usual_db=usual,
        stands_out=(np.abs(difference) > usual) & one_side & counts,
    )


def _smoothed(mix_db: F64, reference_db: F64, there: NDArray[np.bool_]) -> F64:
    """Return mix minus reference averaged over an octave, over the bands that are there."""
    difference = np.zeros(len(there))
    np.subtract(mix_db, reference_db, out=difference, where=there)
    weight = np.convolve(there.astype(np.float64), _OCTAVE, "same")
    return np.asarray(np.convolve(difference, _OCTAVE, "same") / np.maximum(weight, 1e-9))


def _usual_level_db(difference_db: F64, centres_hz: F64) -> float:
    """Return the difference of level: the middle one of all bands, which a change of tone in a few does not move."""
    use = (centres_hz >= MATCH_RANGE_HZ[0]) & (centres_hz <= MATCH_RANGE_HZ[1])
    return float(np.median(difference_db[use])) if use.any() else 0.0


def _gain_db(mix: BandProfile, reference: BandProfile, bands: int) -> float:
    """Return the gain that makes the reference as loud as the mix: by loudness, or by mean band level without it."""
    if np.isfinite(mix.loudness_lufs) and np.isfinite(reference.loudness_lufs):
        return float(mix.loudness_lufs - reference.loudness_lufs)
    centres = np.array(mix.centres_hz[:bands])
    use = (centres >= MATCH_RANGE_HZ[0]) & (centres <= MATCH_RANGE_HZ[1])
    use &= np.isfinite(mix.levels_db[:bands]) & np.isfinite(reference.levels_db[:bands])
    if not use.any():
        return 0.0
    return float(np.mean(mix.levels_db[:bands][use] - reference.levels_db[:bands][use]))
