"""Every number of a measurement, once: its field, label, unit, digits, why it can be missing, whether it is compared.

A table and nothing else. The page, the terminal, the comparison with references, the two prints of a bus, the reasons
in an analysis and docs/numbers.md read it; a number that is added to `bridge.model.Measurement` gets one entry here.
"""

from dataclasses import dataclass

NOT_DC_DBFS = -80.0  # ours: below the last bits of a CD, a difference in offset means nothing
SHORTEST_FOR_RANGE_S = 60.0  # loudness range of less than a minute says little (EBU Tech 3342 is made for programmes)


@dataclass(frozen=True, slots=True)
class Missing:
    """One reason why there is no number, and when it is the reason: every condition that is set must hold."""

    text: str
    shorter_than_s: float | None = None
    when_silent: bool = False
    unless_stereo: bool = False

    def holds(self, duration_s: float, channels: int, *, is_silent: bool) -> bool:
        """Return whether this is the reason for a file like that."""
        return (
            (self.shorter_than_s is None or duration_s < self.shorter_than_s)
            and (is_silent or not self.when_silent)
            and (channels != 2 or not self.unless_stereo)
        )


@dataclass(frozen=True, slots=True)
class Metric:
    """One number.

    ``group`` is the table of a page it stands in, empty for what no table shows; ``hint`` what a reader may ask about
    it; ``at`` the field with its time. ``missing`` are the reasons why there may be none, the first that holds counts.
    ``is_compared``: set beside the same number of references, where the level is matched and a mix is not a master.
    """

    field: str
    label: str
    unit: str
    digits: int = 1
    group: str = ""
    hint: str = ""
    at: str = ""
    missing: tuple[Missing, ...] = ()
    is_compared: bool = False


_SILENT = Missing("the file is silent", when_silent=True)
_NOT_LOUD = Missing("nothing in the file is louder than -70 LUFS")
_NO_BLOCK = Missing("shorter than 0.4 s, the length of one gating block", shorter_than_s=0.4)
_NO_WINDOW = Missing("shorter than 3 s", shorter_than_s=3.0)
_NO_RANGE = Missing("shorter than 60 s: loudness range is not reliable", shorter_than_s=SHORTEST_FOR_RANGE_S)
_NOT_STEREO = Missing("the file does not have two channels", unless_stereo=True)
_NO_SHARE = Missing("there is nothing in this range")

_LEVEL = (_SILENT, _NOT_LOUD)
_GATED = (_SILENT, _NO_BLOCK, _NOT_LOUD)
_WINDOWED = (_SILENT, _NO_WINDOW, _NOT_LOUD)
_SHARE = (_SILENT, _NO_SHARE)
_ONE_SECTION = (Missing("the song is one section: its loudness does not change enough"),)
_TWO_CHANNELS = (_NOT_STEREO, _SILENT, Missing("one of the channels is silent"))
_DIGITAL_SILENCE = (_SILENT, Missing("digital silence there"))

METRICS = (
    Metric("integrated_lufs", "Integrated loudness", "LUFS", group="Loudness", hint="the whole song", missing=_GATED),
    Metric(
        "max_short_term_lufs",
        "Loudest 3 s",
        "LUFS",
        group="Loudness",
        hint="highest short-term",
        at="max_short_term_at_s",
        missing=_WINDOWED,
    ),
    Metric(
        "max_momentary_lufs",
        "Loudest 0.4 s",
        "LUFS",
        group="Loudness",
        hint="highest momentary",
        at="max_momentary_at_s",
        missing=_GATED,
    ),
    Metric(
        "range_lu",
        "Loudness range",
        "LU",
        group="Loudness",
        hint="quiet to loud parts",
        missing=(_NO_RANGE, *_WINDOWED),
        is_compared=True,
    ),
    Metric("range_low_lufs", "Loudness range, lower end", "LUFS", missing=_WINDOWED),
    Metric("range_high_lufs", "Loudness range, upper end", "LUFS", missing=_WINDOWED),
    Metric("relative_gate_lufs", "Relative gate", "LUFS", missing=_GATED),
    Metric(
        "true_peak_dbtp",
        "True peak",
        "dBTP",
        group="Peaks",
        hint="between the samples",
        at="true_peak_at_s",
        missing=_LEVEL,
    ),
    Metric("sample_peak_dbfs", "Sample peak", "dBFS", group="Peaks", missing=_LEVEL),
    Metric(
        "plr_db",
        "Peak to loudness",
        "dB",
        group="Dynamics",
        hint="true peak above integrated loudness",
        missing=_GATED,
        is_compared=True,
    ),
    Metric(
        "psr_median_db",
        "Peak to short-term",
        "dB",
        group="Dynamics",
        hint="median of the song",
        missing=_WINDOWED,
        is_compared=True,
    ),
    Metric(
        "psr_min_db",
        "Peak to short-term, lowest",
        "dB",
        group="Dynamics",
        hint="the densest 3 s",
        missing=_WINDOWED,
    ),
    Metric(
        "crest_db",
        "Crest factor",
        "dB",
        group="Dynamics",
        hint="sample peak above RMS",
        missing=_LEVEL,
        is_compared=True,
    ),
    Metric("dr_db", "DR", "dB", group="Dynamics", hint="TT Dynamic Range, not rounded", missing=_WINDOWED),
    Metric(
        "rms_dbfs", "RMS", "dBFS", group="Dynamics", hint="a full-scale sine reads \N{MINUS SIGN}3.0", missing=_LEVEL
    ),
    Metric(
        "dc_dbfs",
        "DC offset",
        "dBFS",
        group="Dynamics",
        missing=(_SILENT, Missing("the samples average to exactly zero")),
    ),
    Metric(
        "section_contrast_lu",
        "Section contrast",
        "LU",
        group="Sections",
        hint="loudest to quietest section",
        missing=_ONE_SECTION,
        is_compared=True,
    ),
    Metric(
        "section_spread_lu",
        "Section spread",
        "LU",
        group="Sections",
        hint="standard deviation of the sections",
        missing=_ONE_SECTION,
    ),
    Metric("section_slope_lu_per_min", "Section slope", "LU/min", missing=_ONE_SECTION),
    Metric("balance_db", "Balance", "dB", group="Stereo", hint="left above right", missing=_TWO_CHANNELS),
    Metric("sustained_balance_db", "Balance, sustained", "dB", missing=_TWO_CHANNELS),
    Metric(
        "correlation",
        "Correlation",
        "",
        2,
        group="Stereo",
        hint="1 is mono, 0 is wide, below 0 cancels in mono",
        missing=_TWO_CHANNELS,
        is_compared=True,
    ),
    Metric(
        "correlation_min",
        "Correlation, lowest",
        "",
        2,
        group="Stereo",
        hint="over 3 s",
        at="correlation_min_at_s",
        missing=_TWO_CHANNELS,
    ),
    Metric(
        "width_db",
        "Side to middle",
        "dB",
        group="Stereo",
        missing=(_NOT_STEREO, _SILENT, Missing("there is nothing but middle, or nothing but side")),
        is_compared=True,
    ),
    Metric(
        "side_below_120_db",
        "Side below 120 Hz",
        "dB",
        group="Stereo",
        hint="share of the energy there; matters for vinyl",
        missing=(_NOT_STEREO, _SILENT, Missing("there is no side signal below 120 Hz")),
        is_compared=True,
    ),
    Metric(
        "mono_loss_db",
        "Lost in mono",
        "dB",
        group="Stereo",
        hint="most of all third octaves; unrelated sides lose 3.0",
        missing=_TWO_CHANNELS,
    ),
    Metric("mono_loss_hz", "Lost in mono, where", "Hz", missing=_TWO_CHANNELS),
    Metric(
        "tilt_db_per_octave",
        "Tilt",
        "dB/oct",
        group="Tone",
        hint="third octaves, 100 Hz to 10 kHz; pink noise has 0",
        missing=_LEVEL,
        is_compared=True,
    ),
    Metric("low_share_db", "Share below 250 Hz", "dB", group="Tone", missing=_SHARE),
    Metric("mid_share_db", "Share 250 Hz to 4 kHz", "dB", group="Tone", missing=_SHARE),
    Metric("high_share_db", "Share above 4 kHz", "dB", group="Tone", missing=_SHARE),
    Metric(
        "sibilance_share_db",
        "Share 5 to 10 kHz",
        "dB",
        group="Tone",
        hint="where s sounds live",
        missing=_SHARE,
        is_compared=True,
    ),
    Metric(
        "rumble_share_db",
        "Share below 25 Hz",
        "dB",
        group="Tone",
        missing=(_SILENT, Missing("there is nothing below 25 Hz")),
        is_compared=True,
    ),
    Metric("subsonic_share_db", "Share below 20 Hz", "dB", missing=(_SILENT, Missing("there is nothing below 20 Hz"))),
    Metric(
        "noise_floor_dbfs",
        "Quietest moments",
        "dBFS",
        group="Tone",
        hint="RMS of the quietest fiftieth",
        missing=(_SILENT, Missing("the file has no quiet part to judge by")),
    ),
    Metric("hum_dbfs", "Mains hum", "dBFS", at="hum_at_s"),
    Metric("whine_hz", "Whine", "Hz", 0, at="whine_at_s"),
    Metric("whine_dbfs", "Whine, level", "dBFS"),
    Metric("head_silence_s", "Silence before", "s", 2, group="Start and end", missing=_LEVEL),
    Metric("tail_silence_s", "Silence after", "s", 2, group="Start and end", missing=_LEVEL),
    Metric("first_sample_dbfs", "First sample", "dBFS", missing=_DIGITAL_SILENCE),
    Metric("end_peak_dbfs", "Peak of the last 10 ms", "dBFS", missing=_DIGITAL_SILENCE),
    Metric("end_fall_db_per_s", "Dies away by, at the end", "dB/s", missing=_LEVEL),
    Metric("peaks_at_ceiling", "Share of the time at the ceiling", "", 2, missing=_LEVEL),
    Metric("real_bits", "Bits in use", "", 0, missing=(_SILENT, Missing("the samples are true floating point"))),
    Metric(
        "lattice_bits",
        "Bits down to one step",
        "",
        1,
        hint="16 and 6 dB down are 17",
        missing=(Missing("the samples are not all multiples of one step, or the bits in use say it"),),
    ),
    Metric(
        "dithered",
        "Dithered",
        "",
        0,
        missing=(_SILENT, Missing("the file has more than 16 bits, or no moment quiet enough to tell")),
    ),
    Metric(
        "codec_zeros",
        "Values next to zero in a codec's frames",
        "",
        3,
        missing=(Missing("no codec's frames were found in the spectrum"),),
    ),
    Metric(
        "codec_zeros_elsewhere",
        "The same between its frames",
        "",
        3,
        missing=(Missing("no codec's frames were found in the spectrum"),),
    ),
    Metric("wall_hz", "Spectrum ends at", "Hz", 0),
    Metric(
        "wall_source_rate_hz",
        "Rate of the source",
        "Hz",
        0,
        missing=(Missing("where a lossy file's spectrum ends says nothing of its rate"),),
    ),
)

BY_FIELD = {metric.field: metric for metric in METRICS}
GROUPS = tuple(dict.fromkeys(metric.group for metric in METRICS if metric.group))
COMPARED = tuple(metric.field for metric in METRICS if metric.is_compared)
_BY_ANY_FIELD = BY_FIELD | {metric.at: metric for metric in METRICS if metric.at}


def metric(field: str) -> Metric:
    """Return what is known about a number; one of another version of Fresh Ears goes by its field alone."""
    return BY_FIELD.get(field) or Metric(field, field, "")


def in_group(group: str) -> tuple[Metric, ...]:
    """Return the numbers of one table, in the order in which they are read."""
    return tuple(metric for metric in METRICS if metric.group == group)


def why_missing(field: str, duration_s: float, channels: int, *, is_silent: bool) -> str:
    """Return the reason why a file has no such number, or no time of it."""
    known = _BY_ANY_FIELD.get(field)
    reasons = known.missing if known is not None else _LEVEL
    holding = (reason.text for reason in reasons if reason.holds(duration_s, channels, is_silent=is_silent))
    return next(holding, _NOT_LOUD.text)
