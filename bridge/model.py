"""Frozen records that every layer speaks in. No behaviour, no I/O, no imports from other layers.

Units are last in the names; times are seconds; wall-clock instants (``*_at``) are POSIX seconds, UTC.
A measured value that does not exist (silence, too short) is ``None`` and its reason stands in ``unavailable``.
"""

from typing import Any, Literal

from msgspec import Struct, field

FindingKind = Literal["fault", "listen", "note"]
Transport = Literal["stopped", "playing", "recording", "unknown"]
Mode = Literal["mixing", "resting", "mastering", "released"]
Intent = Literal["intimate", "energetic", "strange", "neutral"]
ReferenceMatch = Literal["tone", "dynamics", "width", "loudness"]


class AudioFormat(Struct, frozen=True, kw_only=True):
    """What a sound file says it is."""

    rate_hz: int
    channels: int
    frames: int
    subtype: str  # libsndfile's name: PCM_16, PCM_24, FLOAT, ...
    container: str  # libsndfile's name: WAV, FLAC, AIFF, ...
    duration_s: float


class Finding(Struct, frozen=True, kw_only=True):
    """One thing a person should know about a bounce.

    ``fault``: objectively wrong, with the times it happens; ``listen``: unusual, with its number;
    ``note``: information.
    """

    kind: FindingKind
    check: str
    message: str
    at_s: tuple[float, ...] = ()  # starts of the worst places, in order
    length_s: tuple[float, ...] = ()  # their lengths
    remedy: str = ""
    count: int = 0
    channels: tuple[int, ...] = ()
    values: dict[str, float] = field(default_factory=dict)


class Series(Struct, frozen=True, kw_only=True):
    """A curve over time, evenly spaced; ``None`` where there is no value (silence)."""

    start_s: float
    step_s: float
    values: tuple[float | None, ...]


class FxSlot(Struct, frozen=True, kw_only=True):
    """One processor in a chain, as the DAW names it."""

    name: str
    kind: str = ""  # VST, VST3, AU, CLAP, JS, LV2, builtin ... as far as the DAW says
    enabled: bool = True
    offline: bool = False
    wet: float | None = None  # 0..1 where the DAW says it
    container: tuple[str, ...] = ()  # names of the containers it sits in, outermost first
    slot_id: str = ""  # the DAW's own stable id, where it has one


MOST_SOURCE_FILES = 8  # ours: a session that plays more files than this is a mix; nobody needs their names


class SessionSnapshot(Struct, frozen=True, kw_only=True):
    """The whole state of one DAW session at one instant: a lost message repairs itself with the next one."""

    daw: Literal["ardour", "reaper"]
    seen_at: float
    project_path: str  # empty: unsaved
    project_name: str
    track_count: int | None = None
    transport: Transport = "unknown"
    rendering: bool = False
    master_chain_enabled: bool = True
    master_chain: tuple[FxSlot, ...] = ()
    monitor_chain: tuple[FxSlot, ...] = ()
    project_id: str = ""  # how the DAW tells open projects apart while it runs, saved or not; empty: by path alone
    # Absolute paths of the sound files the session plays, said only when they are few (see `MOST_SOURCE_FILES`);
    # empty: not known, none, or more than that. A copy made by the DAW is said as its origin where that is known.
    source_files: tuple[str, ...] = ()


class Progress(Struct, frozen=True, kw_only=True):
    """How far a job is: ``fraction`` is 0..1 over the whole job, ``stage`` a word for people."""

    stage: str
    fraction: float


class MasterMove(Struct, frozen=True, kw_only=True):
    """One thing the master did, in a unit a musician knows, and why."""

    stage: str
    what: str
    amount_db: float
    why: str
    where: str = ""  # a range of frequencies or the time of the most; empty: everywhere


JobKind = Literal["analyse", "master", "compare", "references"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Verdict = Literal["fault", "listen", "fine"]


class Song(Struct, frozen=True, kw_only=True):
    """A song: what its bounces have in common."""

    id: int
    name: str
    folder: str
    created_at: float


class Bounce(Struct, frozen=True, kw_only=True):
    """One revision of a song, identified by its content."""

    id: int
    song_id: int
    song: str
    revision: int
    label: str
    sha256: str
    path: str
    size_bytes: int
    source: str
    seen_at: float


class Job(Struct, frozen=True, kw_only=True):
    """One piece of work for the worker process."""

    id: int
    kind: JobKind
    bounce_id: int | None
    path: str
    params: str  # JSON
    state: JobState
    attempts: int
    error: str
    created_at: float


class SectionLevel(Struct, frozen=True, kw_only=True):
    """A stretch of the song whose loudness stays about the same; ``level_lufs`` is ``None`` in silence."""

    start_s: float
    end_s: float
    level_lufs: float | None


class Measurement(Struct, frozen=True, kw_only=True):
    """Every number measured in one sound file, flat. ``None``: there is none, the reason stands in ``unavailable``."""

    # loudness: ITU-R BS.1770-5, EBU Tech 3341 and 3342
    integrated_lufs: float | None = None
    max_momentary_lufs: float | None = None
    max_momentary_at_s: float | None = None
    max_short_term_lufs: float | None = None
    max_short_term_at_s: float | None = None
    range_lu: float | None = None
    range_low_lufs: float | None = None
    range_high_lufs: float | None = None
    relative_gate_lufs: float | None = None
    # peaks: full scale is 0 dB
    true_peak_dbtp: float | None = None
    true_peak_at_s: float | None = None
    true_peak_channels_dbtp: tuple[float | None, ...] = ()
    true_peak_over_count: int = 0  # tenths of a second with a peak above 0 dBTP
    true_peak_over_at_s: tuple[float, ...] = ()  # the highest ten of them, in order of time
    sample_peak_dbfs: float | None = None
    sample_peak_channels_dbfs: tuple[float | None, ...] = ()
    # dynamics
    rms_dbfs: float | None = None
    rms_channels_dbfs: tuple[float | None, ...] = ()
    crest_db: float | None = None
    plr_db: float | None = None
    psr_min_db: float | None = None
    psr_median_db: float | None = None
    dr_db: float | None = None
    dc_dbfs: float | None = None
    dc_channels: tuple[float, ...] = ()  # mean under a Hann window over the file, full scale 1.0
    # section contrast: the song's sections as loudness shows them, and how they differ
    sections: tuple[SectionLevel, ...] = ()
    section_contrast_lu: float | None = None  # loudest minus quietest
    section_spread_lu: float | None = None  # standard deviation of their levels
    section_slope_lu_per_min: float | None = None
    nonfinite_samples: int = 0
    # spectrum: shares are of all energy; levels are mean squares, full scale 1.0
    tilt_db_per_octave: float | None = None  # of third octaves, 100 Hz to 10 kHz: pink noise has 0
    rumble_share_db: float | None = None  # 4 to 25 Hz
    subsonic_share_db: float | None = None  # 4 to 20 Hz
    low_share_db: float | None = None  # below 250 Hz
    mid_share_db: float | None = None
    high_share_db: float | None = None  # above 4 kHz
    sibilance_share_db: float | None = None  # 5 to 10 kHz
    noise_floor_dbfs: float | None = None
    third_octave_hz: tuple[float, ...] = ()
    third_octave_db: tuple[float | None, ...] = ()
    third_octave_spread_db: tuple[float | None, ...] = ()  # standard deviation over time, in cells of 3 s
    resonance_hz: tuple[float, ...] = ()
    resonance_db: tuple[float, ...] = ()  # above their surroundings
    # stereo: two channels only
    correlation: float | None = None
    correlation_min: float | None = None  # lowest over 3 s
    correlation_min_at_s: float | None = None
    balance_db: float | None = None  # left over right
    sustained_balance_db: float | None = None  # what three quarters of the time keep to
    width_db: float | None = None  # side over mid
    side_below_120_db: float | None = None  # share of the energy there
    mono_loss_db: float | None = None  # largest of all third octaves that matter
    mono_loss_hz: float | None = None
    identical_channels: bool = False
    inverted_channels: bool = False
    silent_channels: tuple[int, ...] = ()
    # faults and edges: the places stand in `Analysis.places`
    square_like_s: float = 0.0
    head_silence_s: float | None = None
    tail_silence_s: float | None = None
    first_sample_dbfs: float | None = None
    end_peak_dbfs: float | None = None  # of the last 10 ms
    peaks_at_ceiling: float | None = None  # share of the tenths of a second that peak within 0.5 dB of the file's peak
    # provenance
    real_bits: int | None = None
    float_content: bool = False
    dithered: bool | None = None
    wall_kind: Literal["upsampled", "lossy"] | None = None
    wall_hz: float | None = None
    wall_drop_db: float | None = None
    wall_floor_db: float | None = None
    wall_source_rate_hz: int | None = None
    unavailable: dict[str, str] = field(default_factory=dict)


class Place(Struct, frozen=True, kw_only=True):
    """One stretch of the file where something is; ``severity`` compares places of one kind."""

    start_s: float
    length_s: float
    channels: tuple[int, ...] = ()
    severity: float = 0.0
    count: int = 1


class Places(Struct, frozen=True, kw_only=True):
    """All places of one kind: how many events, how much time they touch, and the worst places in order of time."""

    count: int = 0
    total_s: float = 0.0
    places: int = 0  # after merging neighbours; ``worst`` holds at most ten of them
    worst: tuple[Place, ...] = ()


class Detected(Struct, frozen=True, kw_only=True):
    """What was found at certain times. Severity: clipping, longest flat top in samples; over full scale, dB; clicks, dB
    over the surroundings; dropouts and silences, seconds; not finite, samples; out of phase, seconds.
    """

    clipping: Places = Places()
    over_full_scale: Places = Places()
    clicks: Places = Places()
    dropouts: Places = Places()
    not_finite: Places = Places()
    silences: Places = Places()
    out_of_phase: Places = Places()


class Waveform(Struct, frozen=True, kw_only=True):
    """The waveform as a page draws it: per channel, one value every ``step_s``; full scale 1.0."""

    step_s: float
    lowest: tuple[tuple[float, ...], ...]
    highest: tuple[tuple[float, ...], ...]
    rms: tuple[tuple[float, ...], ...]


class Zoom(Struct, frozen=True, kw_only=True):
    """The waveform in equal steps, for looking closer: one byte for each channel's peak, channel after channel."""

    step_s: float
    channels: int
    full_scale: float  # the amplitude that 255 stands for
    peaks: bytes


class SpectrumCurve(Struct, frozen=True, kw_only=True):
    """The long-term spectrum as a page draws it: levels in dB of 24ths of an octave; mid and side for two channels."""

    frequency_hz: tuple[float, ...]
    level_db: tuple[float | None, ...]
    mid_db: tuple[float | None, ...] = ()
    side_db: tuple[float | None, ...] = ()


class Histogram(Struct, frozen=True, kw_only=True):
    """Shares of the time (0..1) spent in steps of equal width, the first one starting at ``start``."""

    start: float
    step: float
    shares: tuple[float, ...]


class Curves(Struct, frozen=True, kw_only=True):
    """Everything measured over time."""

    momentary_lufs: Series
    short_term_lufs: Series
    true_peak_dbtp: Series  # highest of all channels in each 0.1 s
    psr_db: Series
    waveform: Waveform
    short_term_histogram_lufs: Histogram
    correlation: Series | None = None  # over 3 s; None without two channels
    balance_db: Series | None = None
    low_db: Series | None = None
    mid_db: Series | None = None
    high_db: Series | None = None
    sibilance_db: Series | None = None
    spectrum: SpectrumCurve | None = None


class Drawn(Struct, frozen=True, kw_only=True):
    """What a page draws of a sound file: its curves, thinned, and its waveform at several zooms, the finest first."""

    curves: Curves
    zooms: tuple[Zoom, ...] = ()


class BroadcastWave(Struct, frozen=True, kw_only=True):
    """The Broadcast Audio Extension of a WAV file (EBU Tech 3285); loudness as its writer claimed it."""

    version: int
    description: str = ""
    originator: str = ""
    originator_reference: str = ""
    date: str = ""
    time: str = ""
    time_reference_frames: int = 0  # since midnight
    integrated_lufs: float | None = None
    range_lu: float | None = None
    true_peak_dbtp: float | None = None
    max_momentary_lufs: float | None = None
    max_short_term_lufs: float | None = None
    coding_history: str = ""


class Tags(Struct, frozen=True, kw_only=True):
    """What is written into a file beside the sound; ``texts`` under the names of Vorbis comments, lower case."""

    texts: dict[str, str] = field(default_factory=dict)
    broadcast: BroadcastWave | None = None


class Analysis(Struct, frozen=True, kw_only=True):
    """What is known about one sound file after listening to it once."""

    file: str
    sha256: str
    format: AudioFormat
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    places: Detected = Detected()
    tags: Tags = Tags()
    curves: Curves | None = None


Purpose = Literal[
    "loudness", "suite", "glue", "tone", "saturation", "stereo", "space", "meter", "reference", "room-correction",
    "monitor", "utility", "instrument", "unknown",
]  # fmt: skip


class Classification(Struct, frozen=True, kw_only=True):
    """What a plug-in is for, and how we know."""

    name: str  # without what hosts and formats hang on it, safe to show
    purpose: Purpose
    why: str


ModeSource = Literal["person", "bounce", "guess", "master"]


class ModeChange(Struct, frozen=True, kw_only=True):
    """When a song came into a mode, and where that was known from."""

    mode: Mode
    source: ModeSource
    why: str
    at: float


class Handoff(Struct, frozen=True, kw_only=True):
    """What the person says about a bounce before it is mastered; texts are kept, never interpreted."""

    intent: Intent = "neutral"
    must_survive: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # files or words
    worries: tuple[str, ...] = ()  # about translation
    complete: bool = False  # "complete, not perfect", declared by the person
    written_at: float = 0.0


class Tick(Struct, frozen=True, kw_only=True):
    """A place where a bounce was listened to."""

    place: str
    heard_at: float
    note: str = ""


ReadinessVerdict = Literal["ready", "ready-when-rested", "fix-first", "not-examined"]


class Reason(Struct, frozen=True, kw_only=True):
    """One thing that stands between a bounce and its master, or that is worth knowing before."""

    kind: Literal["fault", "sheet", "rest", "bus", "listen"]
    text: str
    remedy: str
    blocks: bool


class Readiness(Struct, frozen=True, kw_only=True):
    """Whether a bounce is ready to be mastered, and why not."""

    verdict: ReadinessVerdict
    headline: str
    reasons: tuple[Reason, ...] = ()


class BandDifference(Struct, frozen=True, kw_only=True):
    """One third octave of two bounces, level-matched: positive is more in B."""

    centre_hz: float
    difference_db: float
    spread_db: float  # over time, about one standard deviation
    residual_db: float | None  # what is left of A there when B is taken away; None: nothing


class RevisionDiff(Struct, frozen=True, kw_only=True):
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


class MasterRequest(Struct, frozen=True, kw_only=True):
    """What a person asks of a master. Everything that decides its bytes is in here or in the files it names."""

    input_path: str
    target: str = "spotify"
    output_folder: str | None = None  # without one: the folder of the mix
    output_path: str | None = None  # a name reserved by the caller; wins over folder, song and revision
    song: str | None = None  # for the file's name; without one: the mix's
    revision: int | None = None
    intent: Intent | None = None  # what to protect; without one: the preset's, else neutral
    strength_percent: float | None = None  # scales every corrective move; the safety is never scaled
    preset: str | None = None
    off: tuple[str, ...] = ()  # stages switched off
    linear_phase: bool = False
    noise_shaping: bool = False  # of the dither into 16 bits
    references: tuple[str, ...] = ()
    reference_weights: tuple[float, ...] = ()  # as many as references, or none: all the same
    match: tuple[ReferenceMatch, ...] = ("tone",)
    like: str | None = None  # a master whose settings are taken as they are
    integrated_lufs: float | None = None  # wins over the target's
    ceiling_dbtp: float | None = None
    rate_hz: int | None = None
    subtype: str | None = None  # PCM_16, PCM_24, FLOAT
    extension: str = ".wav"
    codec_safe: bool = False  # trim until the decoded lossy file keeps the ceiling
    cross_check: bool = False  # measure once more with an implementation that is not ours
    anyway: bool = False  # master a mix with faults; the result records it
    targets_file: str | None = None  # the user's own targets.toml
    presets_file: str | None = None  # the user's own presets.toml


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
    gain_reduction_db: Series
    settings_hash: str
    intent: Intent = "neutral"
    contrast_slope: float | None = None  # of the limiter's part, as planned; 1.0: every section keeps its distance
    decoded_overshoot_db: float | None = None  # lossy files: the decoded peak above the ceiling
    cross_check_lufs: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    drawn: Drawn | None = None  # of the finished file


WarningKind = Literal["loudness", "glue", "stacked", "resting", "room-correction", "bounce-reminder", "same-sitting"]
Answer = Literal["part-of-the-sound", "at-the-bounce", "not-now", "switch-to-mastering"]


class BusWarning(Struct, frozen=True, kw_only=True):
    """One thing said to a person about the master bus: what was seen, why it matters, what can be done."""

    id: str  # the same for as long as it is the same warning; a new one only after an answer
    project: str  # see `policy.guard.project_key`
    kind: WarningKind
    plugins: tuple[str, ...]  # names that are safe to show
    seen: str
    why: str
    remedy: str
    answers: tuple[Answer, ...]
    raised_at: float | None = None  # None: it waits for the transport to stop and is shown only where someone looks


class GivenAnswer(Struct, frozen=True, kw_only=True):
    """What a person answered to a warning, and when."""

    warning_id: str
    answer: Answer
    at: float


class ReferenceFile(Struct, frozen=True, kw_only=True):
    """A recording somebody has chosen to be compared with."""

    file: str
    integrated_lufs: float | None
    gain_db: float  # added to it so that it is as loud as the mix
    notes: tuple[str, ...] = ()


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
