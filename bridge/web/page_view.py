"""What a live page of one bounce or master shows around its report: players, jobs, forms, lists."""

from dataclasses import dataclass

from bridge.model import Handoff, Job, Readiness
from bridge.report import text
from bridge.songs.actions import Action
from bridge.web.player_data import (
    analysis_track,
    as_json,
    bounce_track,
    master_track,
    matchings,
    reference_tracks,
    shift_of,
)
from bridge.web.records import BouncePage, BusEffectRecord, Choice, ListeningPlace, MasterOptions, MasterPage
from bridge.web.song_pages import MasterLine, master_lines, rest_words

_JOB_WORDS = {"queued": "Waiting", "running": "Working", "failed": "Failed", "cancelled": "Cancelled", "done": "Done"}


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
class BusEffectView:
    """What the master bus adds: with it minus without it."""

    sentence: str
    wet_id: int
    wet_revision: int
    dry_id: int
    dry_revision: int
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """What a live page of one bounce or master shows around the report."""

    song_id: int
    bounce_id: int
    song: str
    revision: int
    tracks_json: str
    job: JobLine | None = None
    master_job: JobLine | None = None
    masters: tuple[MasterLine, ...] = ()
    targets: tuple[Choice, ...] = ()
    presets: tuple[Choice, ...] = ()
    has_references: bool = False  # that can be heard
    reference_count: int = 0
    reference_job: JobLine | None = None
    references_ask_json: str = ""  # what the page asks the bridge for by itself
    bus_adds: BusEffectView | None = None
    playback_json: str = "[]"
    matchings_json: str = "[]"
    checklist: tuple[ListeningPlace, ...] = ()
    master_bus: tuple[str, ...] = ()
    rest: str = ""
    readiness: Readiness | None = None
    remarks: tuple[str, ...] = ()
    is_ready: bool = True
    sheet: SheetForm | None = None
    hides_loudness: bool = False


def bounce_page_view(page: BouncePage, options: MasterOptions) -> PageView:
    """Prepare what surrounds a bounce's report."""
    bounce, analysis = page.bounce, page.analysis
    tracks = [] if analysis is None else [bounce_track(page, f"Bounce {bounce.revision}")]
    if tracks and not page.hides_loudness:  # references are out of sight, and of hearing, while a song is mixed
        tracks += reference_tracks(page.references)
    return PageView(
        song_id=bounce.song_id,
        bounce_id=bounce.id,
        song=bounce.song,
        revision=bounce.revision,
        tracks_json=as_json(tracks),
        has_references=len(tracks) > 1,
        job=job_line(page.job),
        master_job=job_line(page.master_job),
        masters=master_lines(page.masters),
        targets=options.targets,
        presets=options.presets,
        checklist=page.checklist,
        master_bus=page.master_bus,
        bus_adds=_bus_adds(page.bus_adds),
        reference_count=len(page.references.files),
        reference_job=job_line(page.references.job),
        references_ask_json=_references_ask(page),
        rest=rest_words(page.rest_until),
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


def job_line(job: Job | None) -> JobLine | None:
    """Return a job for people; None when there is none, or when it is done."""
    if job is None or job.state == "done":
        return None
    return JobLine(job.id, _JOB_WORDS[job.state], job.error, job.state in {"queued", "running"})


def _references_ask(page: BouncePage) -> str:
    """Return the request that has the references read; empty when they were, or are being, or out of sight anyway."""
    found = page.references
    if page.hides_loudness or not found.files or found.comparison is not None or found.job is not None:
        return ""
    return as_json(Action(kind="references", bounce_id=page.bounce.id))


def _bus_adds(found: BusEffectRecord | None) -> BusEffectView | None:
    if found is None:
        return None
    rows = tuple(
        (label, text.number(value, 1, signed=True), unit) for label, value, unit in found.rows if value is not None
    )
    return BusEffectView(found.sentence, found.wet.id, found.wet.revision, found.dry.id, found.dry.revision, rows)


def master_page_view(page: MasterPage) -> PageView | None:
    """Prepare what surrounds a master's report; None when its mix is not known any more."""
    bounce, found = page.bounce, page.beside.difference
    if bounce is None:
        return None
    master = master_track(page, shift_of(found))
    tracks = [master] if page.mix is None else [analysis_track("bounce", bounce.id, "Mix", page.mix), master]
    tracks += reference_tracks(page.references)
    return PageView(
        song_id=bounce.song_id,
        bounce_id=bounce.id,
        song=bounce.song,
        revision=bounce.revision,
        tracks_json=as_json(tracks),
        playback_json=as_json(page.playback),
        matchings_json=as_json(matchings(found)),
    )
