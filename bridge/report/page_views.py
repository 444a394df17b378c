"""What the live pages show beyond the reports: lists of songs and bounces, what surrounds a bounce, comparisons."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import msgspec
from markupsafe import Markup

from bridge.model import Analysis, Handoff, Mode, Readiness, Verdict
from bridge.report import charts, numbers, text
from bridge.report.axes import loudness_scale, time_ticks
from bridge.report.contract import (
    AudioKind,
    BouncePage,
    Choice,
    MasterPage,
    MasterRow,
    Place,
    SongCard,
    SongPage,
    Source,
    Warned,
)
from bridge.report.views import finding_views

_VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    "fault": ("fault", "Faults"),
    "listen": ("listen", "Listen"),
    "fine": ("fine", "No faults"),
    None: ("none", "Not examined yet"),
}
_MODES: dict[Mode, str] = {"mixing": "Mixing", "resting": "Resting", "mastering": "Mastering", "released": "Released"}
_JOB_WORDS = {"queued": "Waiting", "running": "Working", "failed": "Failed", "cancelled": "Cancelled", "done": "Done"}
_PEAK_COLUMNS = 3000


@dataclass(frozen=True, slots=True)
class SongLine:
    """A song in the list."""

    id: int
    name: str
    folder: str
    verdict: str
    verdict_words: str
    revisions: str
    when: str
    masters: str
    mode: str
    warnings: int


@dataclass(frozen=True, slots=True)
class SongsView:
    """The first page."""

    songs: tuple[SongLine, ...]
    warnings: tuple[Warned, ...]


def songs_view(cards: Sequence[SongCard], warnings: Sequence[Warned]) -> SongsView:
    """Prepare the list of songs."""
    names = [card.song.name for card in cards]
    lines = []
    for card in cards:
        style, words = _VERDICTS[card.verdict]
        twice = names.count(card.song.name) > 1
        lines.append(
            SongLine(
                id=card.song.id,
                name=card.song.name,
                folder=card.song.folder if twice else "",  # two songs of one name are told apart by their folders
                verdict=style,
                verdict_words=words,
                revisions=text.count_of(card.revisions, "bounce", "bounces"),
                when=text.day_and_time(card.last.seen_at) if card.last is not None else "",
                masters=text.count_of(card.masters, "master", "masters") if card.masters else "",
                mode=_MODES[card.mode] if card.mode is not None else "",
                warnings=card.warnings,
            )
        )
    return SongsView(tuple(lines), tuple(warnings))


@dataclass(frozen=True, slots=True)
class BounceLine:
    """A bounce in its song's list."""

    id: int
    revision: int
    file_name: str
    when: str
    verdict: str
    verdict_words: str
    summary: str
    loudness: str
    peak: str
    length: str


@dataclass(frozen=True, slots=True)
class MasterLine:
    """A master in a list."""

    id: int
    target: str
    file_name: str
    revision: str
    when: str
    loudness: str
    peak: str


@dataclass(frozen=True, slots=True)
class SongView:
    """The page of one song."""

    id: int
    name: str
    mode: str
    mode_key: str
    mode_why: str
    hides_loudness: bool
    questions: tuple[tuple[str, str], ...]
    rest: str
    bounces: tuple[BounceLine, ...]
    masters: tuple[MasterLine, ...]
    warnings: tuple[Warned, ...]
    history: tuple[tuple[str, str], ...]
    newest: int
    previous: int


def song_view(page: SongPage) -> SongView:
    """Prepare the page of one song."""
    lines = []
    for row in page.bounces:
        style, words = _VERDICTS[row.verdict]
        lines.append(
            BounceLine(
                id=row.bounce.id,
                revision=row.bounce.revision,
                file_name=PurePath(row.bounce.path).name,
                when=text.day_and_time(row.bounce.seen_at),
                verdict=style,
                verdict_words=words,
                summary=row.summary,
                loudness=text.number(row.integrated_lufs),
                peak=text.number(row.true_peak_dbtp),
                length=text.clock(row.duration_s) if row.duration_s is not None else text.NOTHING,
            )
        )
    examined = [row.bounce.id for row in page.bounces if row.verdict is not None]
    return SongView(
        id=page.song.id,
        name=page.song.name,
        mode=_MODES[page.mode] if page.mode is not None else "",
        mode_key=page.mode or "",
        mode_why=page.mode_why,
        hides_loudness=page.hides_loudness,
        questions=page.questions,
        rest=_rest(page.rest_until),
        bounces=tuple(lines),
        masters=master_lines(page.masters),
        warnings=page.warnings,
        history=tuple((text.day_and_time(entry.at), entry.words) for entry in page.history),
        newest=examined[0] if examined else 0,
        previous=examined[1] if len(examined) > 1 else 0,
    )


def master_lines(rows: Sequence[MasterRow]) -> tuple[MasterLine, ...]:
    """Prepare a list of masters."""
    return tuple(
        MasterLine(
            id=row.id,
            target=row.target,
            file_name=PurePath(row.path).name,
            revision=f"revision {row.revision}" if row.revision is not None else "",
            when=text.day_and_time(row.made_at),
            loudness=text.number(row.integrated_lufs),
            peak=text.number(row.true_peak_dbtp),
        )
        for row in rows
    )


def _rest(until: float | None) -> str:
    return f"Fresh ears from {text.day_and_time(until)}." if until is not None else ""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What a player needs to know about one sound file; sent to it as JSON."""

    kind: AudioKind
    id: int
    name: str
    rate_hz: int
    channels: int
    frames: int
    integrated_lufs: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job that waits, works or failed."""

    id: int
    words: str
    error: str
    active: bool


@dataclass(frozen=True, slots=True)
class SheetForm:
    """The hand-off sheet as a form holds it: one entry a line."""

    intent: str
    survive: str
    references: str
    worries: str
    complete: bool
    written: str


@dataclass(frozen=True, slots=True)
class Around:
    """What a live page of one bounce or master shows around the report."""

    song_id: int
    bounce_id: int
    song: str
    revision: int
    tracks_json: str
    curves_url: str
    job: JobLine | None = None
    master_job: JobLine | None = None
    masters: tuple[MasterLine, ...] = ()
    targets: tuple[Choice, ...] = ()
    playback_json: str = "[]"
    checklist: tuple[Place, ...] = ()
    master_bus: tuple[str, ...] = ()
    rest: str = ""
    readiness: Readiness | None = None
    remarks: tuple[str, ...] = ()
    is_ready: bool = True
    sheet: SheetForm | None = None
    hides_loudness: bool = False


def around_bounce(page: BouncePage, targets: Sequence[Choice]) -> Around:
    """Prepare what surrounds a bounce's report."""
    bounce, analysis = page.bounce, page.analysis
    tracks = [] if analysis is None else [bounce_track(page, f"Revision {bounce.revision}")]
    return Around(
        song_id=bounce.song_id,
        bounce_id=bounce.id,
        song=bounce.song,
        revision=bounce.revision,
        tracks_json=_json(tracks),
        curves_url=f"/api/bounce/{bounce.id}/curves",
        job=_job_line(page),
        master_job=_master_job_line(page),
        masters=master_lines(page.masters),
        targets=tuple(targets),
        checklist=page.checklist,
        master_bus=page.master_bus,
        rest=_rest(page.rest_until),
        readiness=page.readiness,
        remarks=page.remarks,
        is_ready=page.readiness is None or page.readiness.verdict == "ready",
        sheet=_sheet_form(page.sheet),
        hides_loudness=page.hides_loudness,
    )


def _sheet_form(sheet: Handoff | None) -> SheetForm:
    if sheet is None:
        return SheetForm("neutral", "", "", "", complete=False, written="")
    return SheetForm(
        sheet.intent,
        "\n".join(sheet.must_survive),
        "\n".join(sheet.references),
        "\n".join(sheet.worries),
        complete=sheet.complete,
        written=text.day_and_time(sheet.written_at),
    )


def sheet_notes(sheet: Handoff | None) -> tuple[tuple[str, str], ...]:
    """Return a hand-off sheet as questions and answers for the printed page."""
    if sheet is None:
        return ()
    lists = (
        ("What must survive", sheet.must_survive),
        ("References", sheet.references),
        ("Worries about translation", sheet.worries),
    )
    return (("Intent", sheet.intent), *((name, "\n".join(entries)) for name, entries in lists if entries))


def _job_line(page: BouncePage) -> JobLine | None:
    job = page.job
    if job is None:
        return None
    return JobLine(job.id, _JOB_WORDS[job.state], job.error, job.state in {"queued", "running"})


def _master_job_line(page: BouncePage) -> JobLine | None:
    job = page.master_job
    if job is None or job.state == "done":
        return None
    return JobLine(job.id, _JOB_WORDS[job.state], job.error, job.state in {"queued", "running"})


def bounce_track(page: BouncePage, name: str) -> Track:
    """Return a bounce as a player's track."""
    if page.analysis is None:
        raise ValueError("page must hold an analysis: a track needs its level")
    return _track("bounce", page.bounce.id, name, page.analysis)


def _track(kind: AudioKind, item_id: int, name: str, analysis: Analysis) -> Track:
    return Track(
        kind=kind,
        id=item_id,
        name=name,
        rate_hz=analysis.format.rate_hz,
        channels=analysis.format.channels,
        frames=analysis.format.frames,
        integrated_lufs=analysis.measurement.integrated_lufs,
        true_peak_dbtp=analysis.measurement.true_peak_dbtp,
    )


def around_master(page: MasterPage) -> Around | None:
    """Prepare what surrounds a master's report; None when its mix is not known any more."""
    bounce, result = page.bounce, page.result
    if bounce is None:
        return None
    master = Track(
        kind="master",
        id=page.id,
        name="Master",
        rate_hz=result.format.rate_hz,
        channels=result.format.channels,
        frames=result.format.frames,
        integrated_lufs=result.after.integrated_lufs,
        true_peak_dbtp=result.after.true_peak_dbtp,
    )
    tracks = [master] if page.mix is None else [_track("bounce", bounce.id, "Mix", page.mix), master]
    return Around(
        song_id=bounce.song_id,
        bounce_id=bounce.id,
        song=bounce.song,
        revision=bounce.revision,
        tracks_json=_json(tracks),
        curves_url=f"/api/bounce/{bounce.id}/curves",
        playback_json=_json(page.playback),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two bounces of one song."""

    song: str
    song_id: int
    first: BounceLine
    second: BounceLine
    tracks_json: str
    curves_url: str
    changes: tuple[numbers.Change, ...]
    loudness: Markup | None


def compare_view(a: BouncePage, b: BouncePage) -> CompareView:
    """Prepare the comparison of two examined bounces."""
    if a.analysis is None or b.analysis is None:
        raise ValueError("a and b must both hold an analysis")
    return CompareView(
        song=a.bounce.song,
        song_id=a.bounce.song_id,
        first=_line(a, a.analysis),
        second=_line(b, b.analysis),
        tracks_json=_json([bounce_track(page, f"Revision {page.bounce.revision}") for page in (a, b)]),
        curves_url=f"/api/bounce/{a.bounce.id}/curves",
        changes=numbers.changes(a.analysis.measurement, b.analysis.measurement),
        loudness=_two_loudnesses(a.analysis, b.analysis),
    )


def _line(page: BouncePage, analysis: Analysis) -> BounceLine:
    bounce = page.bounce
    return BounceLine(
        id=bounce.id,
        revision=bounce.revision,
        file_name=PurePath(bounce.path).name,
        when=text.day_and_time(bounce.seen_at),
        verdict="",
        verdict_words="",
        summary=numbers.format_line(analysis.format),
        loudness=text.number(analysis.measurement.integrated_lufs),
        peak=text.number(analysis.measurement.true_peak_dbtp),
        length=text.clock(analysis.format.duration_s),
    )


def _two_loudnesses(a: Analysis, b: Analysis) -> Markup | None:
    """Return both short-term curves, each against its own integrated loudness: shapes are compared, not levels."""
    duration_s = max(a.format.duration_s, b.format.duration_s)
    lines = []
    for name, style, analysis in (("first", "first", a), ("second", "second", b)):
        level, curves = analysis.measurement.integrated_lufs, analysis.curves
        if curves is None or level is None:
            return None
        series = curves.short_term_lufs
        relative = [None if value is None else value - level for value in series.values]
        lines.append(
            charts.Line(name, style, charts.series_points(series.start_s, series.step_s, relative, duration_s))
        )
    known = [value for line in lines for _, value in line.points if value is not None]
    if not known or duration_s <= 0:
        return None
    description = "Short-term loudness of both bounces over time, each against its own integrated loudness."
    return charts.curves(lines, loudness_scale(known), time_ticks(duration_s), (), description, height_px=190)


class WavePeaks(msgspec.Struct, frozen=True, kw_only=True):
    """The drawn waveform for the interactive view: one positive peak per column and channel."""

    peaks: list[list[float]]


class FindingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A finding's times for the interactive view."""

    number: int
    kind: str
    message: str
    at_s: tuple[float, ...]


class CurveData(msgspec.Struct, frozen=True, kw_only=True):
    """What the scripts draw."""

    duration_s: float
    waveform: WavePeaks | None
    start_s: float
    step_s: float
    short_term_lufs: tuple[float | None, ...]
    integrated_lufs: float | None
    findings: list[FindingPlace]


def curves_of(source: Source, kind: AudioKind, item_id: int) -> CurveData | None:
    """Return what the scripts draw for a bounce (for a master: its mix), None when there is nothing."""
    if kind == "master":
        master = source.master(item_id)
        analysis = master.mix if master is not None else None
    else:
        bounce = source.bounce(item_id)
        analysis = bounce.analysis if bounce is not None else None
    if analysis is None or analysis.curves is None:
        return None
    curves = analysis.curves
    series = curves.short_term_lufs
    return CurveData(
        duration_s=analysis.format.duration_s,
        waveform=_peaks(analysis),
        start_s=series.start_s,
        step_s=series.step_s,
        short_term_lufs=tuple(None if v is None else round(v, 2) for v in series.values),
        integrated_lufs=analysis.measurement.integrated_lufs,
        findings=[
            FindingPlace(number=view.number, kind=view.kind, message=text.visible(view.message), at_s=view.at_s[:400])
            for view in finding_views(analysis.findings)
        ],
    )


def _peaks(analysis: Analysis) -> WavePeaks | None:
    """Return each channel's peaks over exactly the file's duration; many channels are shown as one."""
    if analysis.curves is None or not analysis.curves.waveform.highest:
        return None
    wave = analysis.curves.waveform
    lanes = [
        [round(max(-low, high), 4) for low, high in zip(lowest, highest, strict=True)]
        for lowest, highest in zip(wave.lowest, wave.highest, strict=True)
    ]
    if len(lanes) > 2:
        lanes = [[max(values) for values in zip(*lanes, strict=True)]]
    # The last stretch may reach past the end; what is drawn must end where the sound does.
    columns = min(_PEAK_COLUMNS, max(1, math.ceil(analysis.format.duration_s / wave.step_s - 1e-6)))
    return WavePeaks(peaks=[lane[:columns] for lane in lanes])
