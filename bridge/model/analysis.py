"""What is measured of a sound file, and what is found in it."""

from typing import Literal

from msgspec import Struct, field

FindingKind = Literal["fault", "listen", "note"]

Speakers = tuple[str, ...]  # where each channel sounds: Microsoft's SPEAKER constants, FL FR FC LFE ...


class AudioFormat(Struct, frozen=True, kw_only=True):
    """What a sound file says it is."""

    rate_hz: int
    channels: int
    frames: int
    subtype: str  # libsndfile's name: PCM_16, PCM_24, FLOAT, ...
    container: str  # libsndfile's name: WAV, FLAC, AIFF, ...
    duration_s: float
    speakers: Speakers = ()  # FL, FR, FC, LFE ... of each channel, empty where nothing is known of it


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
    dc_channels: tuple[float, ...] = ()  # mean over the file but for its ends, full scale 1.0
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
    sustained_balance_db: float | None = None  # K-weighted; what three quarters of the time keep to
    width_db: float | None = None  # side over mid
    side_below_120_db: float | None = None  # share of the energy there
    mono_loss_db: float | None = None  # largest of all third octaves that are heard
    mono_loss_hz: float | None = None
    identical_channels: bool = False
    inverted_channels: bool = False
    silent_channels: tuple[int, ...] = ()
    channel_delay_frames: int = 0  # how much later the right is, negative: the left; 0 where no delay was found
    channel_delay_inverted: bool = False  # that side has the opposite polarity, too
    # noise that does not belong
    hum_dbfs: float | None = None  # RMS of the mains and its overtones; none where no hum was found
    hum_at_s: float | None = None  # the second in which it lies most open
    mains_hz: int = 0
    whine_hz: float | None = None  # a steady line near the top of hearing
    whine_dbfs: float | None = None
    whine_at_s: float | None = None  # the quietest second in which it stands
    head_noise_s: float = 0.0  # nothing but noise before the song and behind it
    tail_noise_s: float = 0.0
    # faults and edges: the places stand in `Analysis.places`
    square_like_s: float = 0.0
    head_silence_s: float | None = None
    tail_silence_s: float | None = None
    first_sample_dbfs: float | None = None
    end_peak_dbfs: float | None = None  # of the last 10 ms
    end_fall_db_per_s: float | None = None  # how fast the end dies away or is faded; 0: it does not
    peaks_at_ceiling: float | None = None  # share of the tenths of a second that peak within 0.5 dB of the file's peak
    # provenance
    real_bits: int | None = None
    float_content: bool = False
    dithered: bool | None = None
    lattice_bits: float | None = None  # from full scale to the one step that all samples are multiples of
    codec: str = ""  # whose frames were found in the spectrum
    codec_zeros: float | None = None  # share of values next to zero in these frames, and in others
    codec_zeros_elsewhere: float | None = None
    wall_kind: Literal["upsampled", "lossy"] | None = None
    wall_hz: float | None = None
    wall_drop_db: float | None = None
    wall_floor_db: float | None = None
    wall_source_rate_hz: int | None = None
    unavailable: dict[str, str] = field(default_factory=dict)


class TimeSpan(Struct, frozen=True, kw_only=True):
    """One stretch of the file where something is; ``severity`` compares places of one kind."""

    start_s: float
    length_s: float
    channels: tuple[int, ...] = ()
    severity: float = 0.0
    count: int = 1


class TimeSpans(Struct, frozen=True, kw_only=True):
    """All places of one kind: how many events, how much time they touch, and the worst places in order of time."""

    count: int = 0
    total_s: float = 0.0
    places: int = 0  # after merging neighbours; ``worst`` holds at most ten of them
    worst: tuple[TimeSpan, ...] = ()


class Detections(Struct, frozen=True, kw_only=True):
    """What was found at certain times, with the severity as it was found.

    clipping and cut tops: longest flat top in samples; over full scale: dB; clicks, certain and likely ones: dB over
    the surroundings; holes, silences, out of phase and stretches of noise: seconds; not finite: samples; infrasound:
    its level in dBFS; levels of a side: the gain in dB.
    """

    clipping: TimeSpans = TimeSpans()
    cut_tops: TimeSpans = TimeSpans()
    over_full_scale: TimeSpans = TimeSpans()
    clicks: TimeSpans = TimeSpans()
    likely_clicks: TimeSpans = TimeSpans()
    dropouts: TimeSpans = TimeSpans()
    gaps: TimeSpans = TimeSpans()  # holes that may be meant
    mutes: TimeSpans = TimeSpans()  # of one length at one distance, as demo versions make them
    lost: TimeSpans = TimeSpans()  # a channel that dies, to the end of the file
    ended: TimeSpans = TimeSpans()  # a channel that ends while others play on, as a part may
    cut_ends: TimeSpans = TimeSpans()  # sound cut off, then silence to the end of the file
    cut_starts: TimeSpans = TimeSpans()  # silence from the beginning of the file, then sound in mid-wave
    repeats: TimeSpans = TimeSpans()  # buffers that are played again, once or twice
    stutters: TimeSpans = TimeSpans()  # and more often
    not_finite: TimeSpans = TimeSpans()
    silences: TimeSpans = TimeSpans()
    out_of_phase: TimeSpans = TimeSpans()
    noise_stretches: TimeSpans = TimeSpans()
    infrasound: TimeSpans = TimeSpans()  # steady, below hearing
    swapped_sides: TimeSpans = TimeSpans()  # as long as it lasts; a moment where no end, or no beginning, is seen
    inverted_side: TimeSpans = TimeSpans()
    side_levels: TimeSpans = TimeSpans()  # one channel turned down, or up


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


class Display(Struct, frozen=True, kw_only=True):
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


class AnalysisHead(Struct, frozen=True, kw_only=True):
    """An analysis without its curves, which are all but a few kilobytes of it."""

    file: str
    sha256: str
    format: AudioFormat
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    places: Detections = Detections()
    tags: Tags = Tags()
    detectors: dict[str, int] = field(default_factory=dict)  # by name, in which version; empty: before they had one


class Analysis(AnalysisHead, frozen=True, kw_only=True):
    """What is known about one sound file after listening to it once; the heaviest findings stand first."""

    curves: Curves | None = None


def head_of(analysis: Analysis) -> AnalysisHead:
    """Return an analysis without its curves."""
    return AnalysisHead(**{name: getattr(analysis, name) for name in AnalysisHead.__struct_fields__})
