"""One file beside others: what changed between bounces, how a mix differs from references."""

from typing import Literal

from msgspec import Struct

from bridge.model.analysis import AudioFormat, Measurement, Series, SpectrumCurve


class KnownFile(Struct, frozen=True, kw_only=True):
    """A sound file as it was recorded: what was replaced since is not taken for it."""

    path: str
    sha256: str
    name: str  # for people


class BandDifference(Struct, frozen=True, kw_only=True):
    """One third octave of two bounces, level-matched: positive is more in B."""

    centre_hz: float
    difference_db: float
    spread_db: float  # over time, about one standard deviation
    residual_db: float | None  # what is left of A there when B is taken away; None: nothing


class BounceDiff(Struct, frozen=True, kw_only=True):
    """Two bounces of a song compared: B against A. Values that do not exist (silence) are ``None``."""

    a: str
    b: str
    rate_hz: int
    aligned: bool  # False: the waves agree nowhere
    correlation: float  # of the waves at the alignment, 0..1
    shift_frames: float  # B begins that much later than A (its sound comes later in the file), at ``rate_hz``
    shift_s: float
    level_change_db: float  # of everything that was not changed otherwise; negative: B is quieter
    level_from: Literal["common", "loudness"]  # bands that agree, or the loudness where none do
    residual_db: float | None  # A minus matched B, in dB of A; None: nothing is left
    inverted: bool
    bands: tuple[BandDifference, ...]
    cell_s: float
    cells_residual_db: tuple[float | None, ...]  # per cell of time of A
    cells_from_s: float
    moved_s: float | None  # something inside was moved by this much
    width_change_db: float | None  # None: one of the two has no side signal
    mid_residual_db: float | None  # as residual_db, of the mid alone; 0 for mono files
    loudness_change_lu: float | None
    true_peak_change_db: float | None
    plr_change_db: float | None
    range_change_lu: float | None
    length_change_s: float
    measurement_a: Measurement
    measurement_b: Measurement
    sentences: tuple[str, ...] = ()


class ReferenceFile(Struct, frozen=True, kw_only=True):
    """A recording somebody has chosen to be compared with."""

    file: str
    integrated_lufs: float | None
    gain_db: float  # added to it so that it is as loud as the mix
    notes: tuple[str, ...] = ()
    sha256: str = ""
    format: AudioFormat | None = None
    true_peak_dbtp: float | None = None


class ReferenceBand(Struct, frozen=True, kw_only=True):
    """One third octave of a mix against level-matched references: mix minus reference, dB."""

    centre_hz: float
    difference_db: float  # against their mean
    lowest_db: float  # against each of them
    highest_db: float
    usual_db: float  # what this band does by itself, over time and from one reference to the next
    stands_out: bool


class ReferenceNumber(Struct, frozen=True, kw_only=True):
    """One number of the measurement beside that of the references."""

    name: str
    value: float
    reference_mean: float
    reference_lowest: float
    reference_highest: float


class ReferenceComparison(Struct, frozen=True, kw_only=True):
    """A mix beside its references."""

    file: str
    references: tuple[ReferenceFile, ...]
    bands: tuple[ReferenceBand, ...]
    numbers: tuple[ReferenceNumber, ...]


class EarlierBounce(Struct, frozen=True, kw_only=True):
    """What a new bounce is held against: an earlier one of the same song and version, as it was measured."""

    number: int
    channels: int
    duration_s: float
    width_db: float | None
    loudness: Series
    balance_db: Series | None = None
    spectrum: SpectrumCurve | None = None


class PastRelation(Struct, frozen=True, kw_only=True):
    """How a bounce stands to an earlier one of its song."""

    speed: float  # of the new one: 0.92 plays slower and lower, as 48 kHz sound at 44.1 kHz does
    spread_lu: float  # how far the loudness curves run apart, level aside
    level_change_lu: float
    swapped: bool  # left is right
    gap_s: tuple[float, float] | None  # start and length of what is all but gone
    lost_hz: tuple[float, float] | None  # the range that is all but gone, all song long
    only_hz: tuple[float, float] | None  # the range that is left where all others are gone
