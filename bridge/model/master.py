"""Release masters: what is asked, what is planned, what was made."""

from typing import Any, Literal

from msgspec import Struct, field

from bridge.model.analysis import AudioFormat, Display, Measurement, Series
from bridge.model.song_state import Intent

ReferenceMatch = Literal["tone", "dynamics", "width", "loudness"]
MonoAs = Literal["dual", "single"]  # a mono master's loudness: as two speakers play it, or as its one channel measures


class MasterMove(Struct, frozen=True, kw_only=True):
    """One thing the master did, in a unit a musician knows, and why."""

    stage: str
    what: str
    amount_db: float
    why: str
    where: str = ""  # a range of frequencies or the time of the most; empty: everywhere


class MasterRequest(Struct, frozen=True, kw_only=True):
    """What a person asks of a master. Everything that decides its bytes is in here or in the files it names."""

    input_path: str
    target: str = "spotify"
    output_folder: str | None = None  # without one: the folder of the mix
    output_path: str | None = None  # a name reserved by the caller; wins over folder, song and bounce
    song: str | None = None  # for the file's name; without one: the mix's
    revision: int | None = None
    intent: Intent | None = None  # what to protect; without one: the preset's, else neutral
    strength_percent: float | None = None  # scales every corrective move; the safety is never scaled
    preset: str | None = None
    off: tuple[str, ...] = ()  # stages switched off
    linear_phase: bool = False
    mend_phase: bool = False  # lower the sides where left and right work against each other
    noise_shaping: bool = False  # of the dither into 16 bits
    references: tuple[str, ...] = ()
    reference_weights: tuple[float, ...] = ()  # as many as references, or none: all the same
    match: tuple[ReferenceMatch, ...] = ("tone",)
    match_amount_percent: float | None = None  # how far towards the tone of the references, 0 to 150
    like: str | None = None  # a master whose settings are taken as they are
    integrated_lufs: float | None = None  # wins over the target's
    mono_as: MonoAs | None = None  # without a word: as the target says; a loudness that is named is that of the file
    ceiling_dbtp: float | None = None
    rate_hz: int | None = None
    subtype: str | None = None  # PCM_16, PCM_24, FLOAT
    extension: str = ".wav"
    metadata: bool | None = None  # title, ISRC, artwork ... in the file; without a word: as the target says
    codec_safe: bool = False  # trim until the decoded lossy file keeps the ceiling
    cross_check: bool = False  # measure once more with an implementation that is not ours
    anyway: bool = False  # master a mix with faults; the result records it
    targets_file: str | None = None  # the user's own targets.toml
    presets_file: str | None = None  # the user's own presets.toml
    told: tuple[str, ...] = ()  # what was said of this song before, and is not said again


class MasterPlan(Struct, frozen=True, kw_only=True):
    """What a master would do, before anything is rendered."""

    input: str
    output: str  # the name it would get if that is free
    target: str
    intent: Intent
    integrated_lufs: float | None  # the level asked for
    expected_lufs: float | None  # None: whatever given settings make of it
    ceiling_dbtp: float
    expected_contrast_slope: float | None
    expected_contrast_loss_db: float | None = None
    moves: tuple[MasterMove, ...]
    notes: tuple[str, ...]
    settings: dict[str, Any]
    settings_hash: str


class MasterResult(Struct, frozen=True, kw_only=True):
    """A master on the disk: what went in, what came out, everything that was done and why."""

    input: str
    input_sha256: str
    output: str
    output_sha256: str
    target: str
    integrated_lufs: float | None  # the level asked for
    ceiling_dbtp: float
    format: AudioFormat
    before: Measurement
    after: Measurement
    moves: tuple[MasterMove, ...]
    notes: tuple[str, ...]
    told: tuple[str, ...] = ()  # which of them are said once for each song
    gain_reduction_db: Series
    settings_hash: str
    intent: Intent = "neutral"
    contrast_slope: float | None = None  # of the limiter's part, as planned; 1.0: every section keeps its distance
    contrast_loss_db: float | None = None  # by how much loud and quiet sections come nearer
    decoded_overshoot_db: float | None = None  # lossy files: the decoded peak above the ceiling
    cross_check_lufs: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    drawn: Display | None = None  # of the finished file
