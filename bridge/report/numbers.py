"""Which measured numbers a page shows, under which name, with how many digits."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import asdict

from bridge.audio.kinds import encoding_title
from bridge.model import Analysis, AudioFormat, Measurement
from bridge.report import text

_NO_DC_DBFS = -80.0  # ours: below the last bits of a CD, a difference in offset means nothing
SHORTEST_FOR_RANGE_S = 60.0  # loudness range of less than a minute says little (EBU Tech 3342 is made for programmes)


@dataclass(frozen=True, slots=True)
class Row:
    """One number as it stands in a table; ``reason`` stands in its place when there is none."""

    label: str
    value: str = ""
    unit: str = ""
    hint: str = ""
    at: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A table of numbers."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ChannelTable:
    """Numbers per channel."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Number:
    """How one field of a measurement is written."""

    field: str
    label: str
    unit: str
    hint: str = ""
    digits: int = 1
    at: str = ""  # the field with its time


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One number of two files and their difference."""

    label: str
    unit: str
    before: str
    after: str
    difference: str


INTEGRATED = _Number("integrated_lufs", "Integrated loudness", "LUFS", "the whole song")
TRUE_PEAK = _Number("true_peak_dbtp", "True peak", "dBTP", "between the samples", at="true_peak_at_s")
SAMPLE_PEAK = _Number("sample_peak_dbfs", "Sample peak", "dBFS")
RANGE = _Number("range_lu", "Loudness range", "LU", "quiet to loud parts")
PLR = _Number("plr_db", "Peak to loudness", "dB", "true peak above integrated loudness")

_TAGS = {
    "title": "Title",
    "artist": "Artist",
    "software": "Written by",
    "replaygain_track_gain": "ReplayGain as tagged",
    "r128_track_gain": "R 128 gain as tagged",
}

ABOUT_LOUDNESS = {"Loudness", "Dynamics", "Sections"}
_TAGGED_LOUDNESS = {"ReplayGain as tagged", "R 128 gain as tagged", "Loudness as tagged"}

# Names that a measurement does not hold (an older analysis) are left out.
_GROUPS: tuple[tuple[str, tuple[_Number, ...]], ...] = (
    (
        "Loudness",
        (
            INTEGRATED,
            _Number("max_short_term_lufs", "Loudest 3 s", "LUFS", "highest short-term", at="max_short_term_at_s"),
            _Number("max_momentary_lufs", "Loudest 0.4 s", "LUFS", "highest momentary", at="max_momentary_at_s"),
            RANGE,
        ),
    ),
    (
        "Peaks",
        (
            TRUE_PEAK,
            SAMPLE_PEAK,
        ),
    ),
    (
        "Dynamics",
        (
            PLR,
            _Number("psr_median_db", "Peak to short-term", "dB", "median of the song"),
            _Number("psr_min_db", "Peak to short-term, lowest", "dB", "the densest 3 s"),
            _Number("crest_db", "Crest factor", "dB", "sample peak above RMS"),
            _Number("dr_db", "DR", "dB", "TT Dynamic Range, not rounded"),
            _Number("rms_dbfs", "RMS", "dBFS", f"a full-scale sine reads {text.MINUS}3.0"),
            _Number("dc_dbfs", "DC offset", "dBFS"),
        ),
    ),
    (
        "Sections",
        (
            _Number("section_contrast_lu", "Section contrast", "LU", "loudest to quietest section"),
            _Number("section_spread_lu", "Section spread", "LU", "standard deviation of the sections"),
        ),
    ),
    (
        "Stereo",
        (
            _Number("balance_db", "Balance", "dB", "left above right"),
            _Number("correlation", "Correlation", "", "1 is mono, 0 is wide, below 0 cancels in mono", digits=2),
            _Number("correlation_min", "Correlation, lowest", "", "over 3 s", digits=2, at="correlation_min_at_s"),
            _Number("width_db", "Side to middle", "dB"),
            _Number("side_below_120_db", "Side below 120 Hz", "dB", "share of the energy there; matters for vinyl"),
            _Number("mono_loss_db", "Lost in mono", "dB", "most of all third octaves; unrelated sides lose 3.0"),
        ),
    ),
    (
        "Tone",
        (
            _Number("tilt_db_per_octave", "Tilt", "dB/oct", "third octaves, 100 Hz to 10 kHz; pink noise has 0"),
            _Number("low_share_db", "Share below 250 Hz", "dB"),
            _Number("mid_share_db", "Share 250 Hz to 4 kHz", "dB"),
            _Number("high_share_db", "Share above 4 kHz", "dB"),
            _Number("sibilance_share_db", "Share 5 to 10 kHz", "dB", "where s sounds live"),
            _Number("rumble_share_db", "Share below 25 Hz", "dB"),
            _Number("noise_floor_dbfs", "Quietest moments", "dBFS", "RMS of the quietest fiftieth"),
        ),
    ),
    (
        "Start and end",
        (
            _Number("head_silence_s", "Silence before", "s", digits=2),
            _Number("tail_silence_s", "Silence after", "s", digits=2),
        ),
    ),
)


def key_numbers(analysis: Analysis, *, hides_loudness: bool = False) -> tuple[Row, ...]:
    """Return the numbers that stand at the head of the table; those about loudness can stay out of sight."""
    values, reasons = _values(analysis.measurement, analysis.format)
    rows = []
    for item in (TRUE_PEAK, SAMPLE_PEAK) if hides_loudness else (INTEGRATED, TRUE_PEAK, RANGE, PLR):
        row = _row(item, values, reasons)
        if row is not None:
            rows.append(row)
    return tuple(rows)


def groups(analysis: Analysis) -> tuple[Group, ...]:
    """Return all tables of numbers."""
    values, reasons = _values(analysis.measurement, analysis.format)
    found = [
        Group(name, tuple(row for item in items if (row := _row(item, values, reasons)) is not None))
        for name, items in _GROUPS
    ]
    return (*(group for group in found if group.rows), Group("File", _file_rows(analysis)))


def apart(found: tuple[Group, ...]) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Return (tables without loudness, tables about it): the second can stay out of sight."""
    plain, loud = [], []
    for group in found:
        if group.name in ABOUT_LOUDNESS:
            loud.append(group)
            continue
        tagged = tuple(row for row in group.rows if row.label in _TAGGED_LOUDNESS)
        plain.append(Group(group.name, tuple(row for row in group.rows if row not in tagged)))
        if tagged:
            loud.append(Group("Loudness as tagged", tagged))
    return tuple(plain), tuple(loud)


def changes(before: Measurement, after: Measurement) -> tuple[NumberChange, ...]:
    """Return the numbers of two files side by side."""
    first, second = asdict(before), asdict(after)
    rows = []
    for _, items in _GROUPS:
        for item in items:
            if item.field not in first:
                continue
            a, b = _float(first[item.field]), _float(second[item.field])
            if (a is None and b is None) or (item.field == "dc_dbfs" and max(a or -200, b or -200) < _NO_DC_DBFS):
                continue
            difference = b - a if a is not None and b is not None else None
            rows.append(
                NumberChange(
                    item.label,
                    item.unit,
                    text.number(a, item.digits),
                    text.number(b, item.digits),
                    text.number(difference, item.digits, signed=True),
                )
            )
    return tuple(rows)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def channel_table(analysis: Analysis) -> ChannelTable | None:
    """Return the numbers per channel, None for mono."""
    measurement = analysis.measurement
    lists: list[tuple[str, tuple[float | None, ...], int]] = [
        ("True peak", measurement.true_peak_channels_dbtp, 1),
        ("Sample peak", measurement.sample_peak_channels_dbfs, 1),
        ("RMS", measurement.rms_channels_dbfs, 1),
    ]
    count = analysis.format.channels
    lists = [item for item in lists if len(item[1]) == count]
    if count < 2 or not lists:
        return None
    rows = tuple(
        (channel_name(index, count), tuple(text.number(values[index], digits) for _, values, digits in lists))
        for index in range(count)
    )
    return ChannelTable(tuple(name for name, _, _ in lists), rows)


def channel_name(index: int, count: int) -> str:
    """Return what a channel is called."""
    if count == 1:
        return "Mono"
    return ("Left", "Right")[index] if count == 2 else f"Channel {index + 1}"


def format_line(audio: AudioFormat) -> str:
    """Return the file's format in one line."""
    parts = (
        text.spoken_duration(audio.duration_s),
        text.channels(audio.channels),
        text.rate(audio.rate_hz),
        encoding_title(audio.subtype),
        audio.container,
    )
    return " · ".join(dict.fromkeys(parts))  # an MP3 is one once


def _values(measurement: Measurement, audio: AudioFormat) -> tuple[Mapping[str, object], dict[str, str]]:
    values = asdict(measurement)
    reasons = dict(measurement.unavailable)
    if audio.duration_s < SHORTEST_FOR_RANGE_S and values["range_lu"] is not None:
        values["range_lu"] = None
        reasons["range_lu"] = "shown from one minute on"
    return values, reasons


def _row(item: _Number, values: Mapping[str, object], reasons: Mapping[str, str]) -> Row | None:
    if item.field not in values:
        return None
    value = values[item.field]
    if not isinstance(value, int | float):
        return Row(item.label, hint=item.hint, reason=reasons.get(item.field, "no value"))
    at_s = values.get(item.at) if item.at else None
    return Row(
        item.label,
        text.number(float(value), item.digits),
        item.unit,
        item.hint,
        text.clock(at_s, 1) if isinstance(at_s, int | float) else "",
    )


def _file_rows(analysis: Analysis) -> tuple[Row, ...]:
    audio = analysis.format
    return (
        Row("Length", text.clock(audio.duration_s, 2), "", f"{audio.frames:,} frames".replace(",", text.THIN_SPACE)),
        Row("Sample rate", text.rate(audio.rate_hz)),
        Row("Sample format", encoding_title(audio.subtype)),
        Row("Channels", str(audio.channels)),
        Row("Container", audio.container),
        *_inside_rows(analysis),
    )


def _inside_rows(analysis: Analysis) -> tuple[Row, ...]:
    """Return what the samples and the tags say about the file."""
    m, rows = analysis.measurement, []
    if m.real_bits is not None:
        dither = {True: "dithered", False: "not dithered", None: ""}[m.dithered]
        rows.append(Row("Bits in use", str(m.real_bits), "", dither))
    elif m.float_content:
        rows.append(Row("Bits in use", "floating point"))
    if analysis.tags.broadcast is not None:
        claimed = analysis.tags.broadcast
        rows.append(Row("Broadcast Wave", text.visible(claimed.originator) or f"version {claimed.version}"))
        if claimed.integrated_lufs is not None:
            rows.append(Row("Loudness as tagged", text.number(claimed.integrated_lufs, 2), "LUFS", "by its writer"))
    for name, label in _TAGS.items():
        if value := analysis.tags.texts.get(name):
            rows.append(Row(label, text.visible(value)[:80]))
    return tuple(rows)
