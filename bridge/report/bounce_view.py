"""What a page shows, prepared from records: everything is text or a finished chart, nothing is left to compute."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup

from bridge.model import Analysis, Curves, Finding, FindingKind, ReferenceComparison, SectionLevel
from bridge.policy.findings.verdict import Judgement, verdict_of
from bridge.report import numbers, text
from bridge.report.charts import svg
from bridge.report.charts.axes import loudness_scale, time_ticks
from bridge.report.charts.tone_charts import balance_chart, correlation_chart, spectrum_chart
from bridge.report.reference_view import ReferenceView, reference_view
from bridge.text import clock

_KIND_WORDS: dict[FindingKind, str] = {"fault": "Fault", "listen": "Listen here", "note": "Note"}
_TIMES_SHOWN = 12
_LANES_SHOWN = 2
_MARKERS_PER_FINDING = 400
SHORTEST_SHORT_TERM_S = 3.0  # EBU Tech 3341: the short-term window


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, numbered as on the waveform."""

    number: int
    kind: str
    kind_word: str
    check: str
    message: str
    remedy: str
    times: tuple[str, ...]
    more_times: tuple[str, ...]
    at_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BounceView:
    """The page of one bounce."""

    song: str
    number: str
    file_name: str
    format_line: str
    sha256: str
    made_at: str
    verdict: Judgement
    findings: tuple[FindingView, ...]
    notes: tuple[tuple[str, str], ...]
    key_numbers: tuple[numbers.Row, ...]
    groups: tuple[numbers.Group, ...]
    hidden_groups: tuple[numbers.Group, ...]  # about loudness, while that stays out of sight
    channel_table: numbers.ChannelTable | None
    waveform: Markup | None
    loudness: Markup | None
    loudness_reason: str
    has_sections: bool
    spectrum: Markup | None
    references: ReferenceView | None
    has_side: bool
    correlation: Markup | None
    balance: Markup | None
    hides_loudness: bool


def finding_views(findings: Sequence[Finding]) -> tuple[FindingView, ...]:
    """Return the findings, which are in the order of their weight, numbered from 1."""
    return tuple(_finding_view(index, finding) for index, finding in enumerate(findings, start=1))


def _finding_view(index: int, finding: Finding) -> FindingView:
    times = tuple(clock(at_s, 1) for at_s in finding.at_s)
    return FindingView(
        number=index,
        kind=finding.kind,
        kind_word=_KIND_WORDS[finding.kind],
        check=finding.check.replace("_", " "),
        message=finding.message,
        remedy=finding.remedy,
        times=times[:_TIMES_SHOWN],
        more_times=times[_TIMES_SHOWN:],
        at_s=finding.at_s,
    )


def bounce_view(
    analysis: Analysis,
    *,
    song: str,
    number: str,
    made_at: float | None,
    notes: Sequence[tuple[str, str]],
    hides_loudness: bool = False,
    references: ReferenceComparison | None = None,
) -> BounceView:
    """Prepare the page of one bounce; while loudness is out of sight, so are references."""
    beside = None if hides_loudness else references
    found = finding_views(analysis.findings)
    loudness, reason = loudness_chart(analysis)
    tables = numbers.groups(analysis)
    shown, hidden = numbers.apart(tables) if hides_loudness else (tables, ())
    return BounceView(
        song=song,
        number=number,
        file_name=PurePath(analysis.file).name or analysis.file,
        format_line=numbers.format_line(analysis.format),
        sha256=analysis.sha256,
        made_at=text.day_and_time(made_at) if made_at is not None else "",
        verdict=verdict_of(analysis.findings),
        findings=found,
        notes=tuple((question, text.visible_lines(answer)) for question, answer in notes if answer.strip()),
        key_numbers=numbers.key_numbers(analysis, hides_loudness=hides_loudness),
        groups=shown,
        hidden_groups=hidden,
        channel_table=numbers.channel_table(analysis),
        waveform=waveform_chart(analysis, found),
        loudness=loudness,
        loudness_reason=reason,
        hides_loudness=hides_loudness,
        has_sections=bool(analysis.measurement.sections),
        spectrum=spectrum_chart(analysis, beside),
        references=reference_view(beside),
        has_side=analysis.format.channels == 2,
        correlation=correlation_chart(analysis),
        balance=balance_chart(analysis),
    )


def waveform_chart(analysis: Analysis, findings: Sequence[FindingView]) -> Markup | None:
    """Return the waveform with its findings, None when the curves were not kept."""
    curves = analysis.curves
    if curves is None or not curves.waveform.highest:
        return None
    duration_s = analysis.format.duration_s
    markers = [
        svg.Marker(at_s, view.number, view.kind, f"{view.kind_word} {view.number}, {clock(at_s, 1)}: {view.message}")
        for view in findings
        for at_s in view.at_s[:_MARKERS_PER_FINDING]
    ]
    marked = text.count_of(len({marker.number for marker in markers}), "finding is", "findings are")
    description = f"Waveform, {text.spoken_duration(duration_s)} long; {marked} marked on it."
    return svg.waveform(_lanes(curves, analysis.format.channels), duration_s, markers, description)


def _lanes(curves: Curves, channels: int) -> list[svg.Lane]:
    wave = curves.waveform
    if channels <= _LANES_SHOWN:
        return [
            svg.Lane(numbers.channel_name(c, channels), wave.step_s, wave.lowest[c], wave.highest[c], wave.rms[c])
            for c in range(len(wave.highest))
        ]
    lowest = [min(values) for values in zip(*wave.lowest, strict=True)]
    highest = [max(values) for values in zip(*wave.highest, strict=True)]
    rms = [max(values) for values in zip(*wave.rms, strict=True)]
    return [svg.Lane(f"All {channels} channels", wave.step_s, lowest, highest, rms)]


def loudness_chart(analysis: Analysis) -> tuple[Markup | None, str]:
    """Return the chart of short-term loudness, or why there is none."""
    curves, duration_s = analysis.curves, analysis.format.duration_s
    if curves is None:
        return None, ""
    series = curves.short_term_lufs
    known = [value for value in series.values if value is not None]
    if not known:
        short = duration_s < SHORTEST_SHORT_TERM_S
        return None, "Short-term loudness needs three seconds of sound." if short else "Nothing loud enough to measure."
    points = svg.series_points(series.start_s, series.step_s, series.values, duration_s)
    integrated = analysis.measurement.integrated_lufs
    rules = [svg.Rule(integrated, f"integrated {text.number(integrated)}")] if integrated is not None else []
    description = f"Short-term loudness over time, from {text.number(min(known))} to {text.number(max(known))} LUFS" + (
        f"; integrated {text.number(integrated)} LUFS." if integrated is not None else "."
    )
    lines = [
        svg.Line("Short-term loudness", "first", points),
        svg.Line("Sections", "section", section_points(analysis.measurement.sections, duration_s)),
    ]
    return svg.curves(lines, loudness_scale(known), time_ticks(duration_s), rules, description, height_px=190), ""


def section_points(sections: Sequence[SectionLevel], duration_s: float) -> list[tuple[float, float | None]]:
    """Return sections as level strokes with gaps between them."""
    points: list[tuple[float, float | None]] = []
    for section in sections:
        start, end = (min(1.0, at_s / duration_s) for at_s in (section.start_s, section.end_s))
        gap = min(0.002, (end - start) / 4)
        points += [(start + gap, section.level_lufs), (end - gap, section.level_lufs), (end, None)]
    return points
