"""Which measured numbers a page shows, under which name, with how many digits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import asdict

from bridge.audio.kinds import encoding_title
from bridge.model import Analysis, AudioFormat, Measurement
from bridge.policy.metrics import GROUPS, NOT_DC_DBFS, SHORTEST_FOR_RANGE_S, Metric, in_group, metric
from bridge.report import text
from bridge.text import clock


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
class NumberChange:
    """One number of two files and their difference."""

    label: str
    unit: str
    before: str
    after: str
    difference: str


_HEAD = ("integrated_lufs", "true_peak_dbtp", "range_lu", "plr_db")
_HEAD_WITHOUT_LOUDNESS = ("true_peak_dbtp", "sample_peak_dbfs")

_TAGS = {
    "title": "Title",
    "artist": "Artist",
    "software": "Written by",
    "replaygain_track_gain": "ReplayGain as tagged",
    "r128_track_gain": "R 128 gain as tagged",
}

ABOUT_LOUDNESS = {"Loudness", "Dynamics", "Sections"}
_TAGGED_LOUDNESS = {"ReplayGain as tagged", "R 128 gain as tagged", "Loudness as tagged"}


def key_numbers(analysis: Analysis, *, hides_loudness: bool = False) -> tuple[Row, ...]:
    """Return the numbers that stand at the head of the table; those about loudness can stay out of sight."""
    values, reasons = _values(analysis.measurement, analysis.format)
    return tuple(
        _row(metric(field), values, reasons) for field in (_HEAD_WITHOUT_LOUDNESS if hides_loudness else _HEAD)
    )


def groups(analysis: Analysis) -> tuple[Group, ...]:
    """Return all tables of numbers."""
    values, reasons = _values(analysis.measurement, analysis.format)
    found = (Group(name, tuple(_row(item, values, reasons) for item in in_group(name))) for name in GROUPS)
    return (*found, Group("File", _file_rows(analysis)))


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
    """Return the numbers of two files side by side, without those that neither has."""
    first, second = asdict(before), asdict(after)
    shown = (item for name in GROUPS for item in in_group(name))
    return tuple(
        _change(item, first[item.field], second[item.field])
        for item in shown
        if not _says_nothing(item, _float(first[item.field]), _float(second[item.field]))
    )


def chosen_changes(before: Measurement, after: Measurement, fields: Iterable[str]) -> tuple[NumberChange, ...]:
    """Return these numbers of two files side by side, also where there is none."""
    first, second = asdict(before), asdict(after)
    return tuple(_change(metric(field), first[field], second[field]) for field in fields)


def _says_nothing(item: Metric, a: float | None, b: float | None) -> bool:
    return (a is None and b is None) or (item.field == "dc_dbfs" and max(a or -200, b or -200) < NOT_DC_DBFS)


def _change(item: Metric, before: object, after: object) -> NumberChange:
    a, b = _float(before), _float(after)
    difference = b - a if a is not None and b is not None else None
    return NumberChange(
        item.label,
        item.unit,
        text.number(a, item.digits),
        text.number(b, item.digits),
        text.number(difference, item.digits, signed=True),
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def channel_table(analysis: Analysis) -> ChannelTable | None:
    """Return the numbers per channel, None for mono."""
    measurement = analysis.measurement
    lists: tuple[tuple[Metric, tuple[float | None, ...]], ...] = (
        (metric("true_peak_dbtp"), measurement.true_peak_channels_dbtp),
        (metric("sample_peak_dbfs"), measurement.sample_peak_channels_dbfs),
        (metric("rms_dbfs"), measurement.rms_channels_dbfs),
    )
    count = analysis.format.channels
    lists = tuple(item for item in lists if len(item[1]) == count)
    if count < 2 or not lists:
        return None
    rows = tuple(
        (channel_name(index, count), tuple(text.number(values[index], item.digits) for item, values in lists))
        for index in range(count)
    )
    return ChannelTable(tuple(item.label for item, _ in lists), rows)


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


def _row(item: Metric, values: Mapping[str, object], reasons: Mapping[str, str]) -> Row:
    value = values[item.field]
    if not isinstance(value, int | float):
        return Row(item.label, hint=item.hint, reason=reasons.get(item.field, "no value"))
    at_s = values.get(item.at) if item.at else None
    return Row(
        item.label,
        text.number(float(value), item.digits),
        item.unit,
        item.hint,
        clock(at_s, 1) if isinstance(at_s, int | float) else "",
    )


def _file_rows(analysis: Analysis) -> tuple[Row, ...]:
    audio = analysis.format
    return (
        Row("Length", clock(audio.duration_s, 2), "", f"{audio.frames:,} frames".replace(",", text.THIN_SPACE)),
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
