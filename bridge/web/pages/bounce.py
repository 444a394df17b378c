"""The page of one bounce: its report, and around it the player, jobs, forms and lists of a live page."""

from dataclasses import dataclass

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bridge.model import Analysis, Bounce, BusItem, Handoff, Job, Mode, Readiness
from bridge.policy.bus.dual_print import effect_rows
from bridge.policy.song.checklist import PlaceHeard
from bridge.policy.song.handoff import sheet_notes
from bridge.policy.song.modes import hides_loudness
from bridge.policy.song.titles import number_title, song_title
from bridge.report import text
from bridge.report.bounce_view import bounce_view
from bridge.songs.actions import Action
from bridge.songs.comparisons import ReferencesState, references_state
from bridge.store import StoredMaster
from bridge.web.http_helpers import path_number
from bridge.web.pages.lines import JobLine, MasterLine, job_line, master_lines, noted_job, rest_words
from bridge.web.pages.shown import Shown
from bridge.web.player_data import analysis_track, as_json, reference_tracks
from bridge.web.reader import PageReader
from bridge.web.records import Choice


class BusEffectRecord(Struct, frozen=True, kw_only=True):
    """What the master bus adds to a mix, where it was printed with and without it."""

    sentence: str
    wet: Bounce
    dry: Bounce
    rows: tuple[tuple[str, float | None, str], ...]  # label, with minus without, unit


class BouncePage(Struct, frozen=True, kw_only=True):
    """Everything the page of one bounce shows."""

    bounce: Bounce
    analysis: Analysis | None
    analysed_at: float | None
    job: Job | None = None  # the one that waits, runs or failed, while there is no analysis
    masters: tuple[StoredMaster, ...] = ()
    master_job: Job | None = None
    mode: Mode | None = None
    hides_loudness: bool = False
    sheet: Handoff | None = None
    readiness: Readiness | None = None
    remarks: tuple[str, ...] = ()
    checklist: tuple[PlaceHeard, ...] = ()
    master_bus: tuple[str, ...] = ()
    bus_adds: BusEffectRecord | None = None
    references: ReferencesState = ReferencesState()
    rest_until: float | None = None


class MasterOptions(Struct, frozen=True, kw_only=True):
    """What a master can be made with."""

    targets: tuple[Choice, ...]
    presets: tuple[Choice, ...] = ()


def read_bounce(reader: PageReader, bounce_id: int) -> BouncePage | None:
    """Return one bounce with its analysis; None when there is none."""
    store, songs = reader.store, reader.songs
    bounce = store.bounces.find(bounce_id)
    if bounce is None:
        return None
    found = reader.sounds.analysis(bounce)
    mode = songs.mode(bounce.song_id).mode
    sheet = songs.sheet(bounce)
    return BouncePage(
        bounce=bounce,
        mode=mode,
        hides_loudness=hides_loudness(mode),
        sheet=sheet,
        readiness=songs.readiness(bounce) if found is not None else None,
        remarks=_remarks(reader, bounce),
        checklist=songs.heard(bounce),
        master_bus=tuple(map(_on_the_bus, songs.bus(bounce))),
        rest_until=reader.rest_until(bounce),
        bus_adds=_bus_effect(reader, bounce),
        references=references_state(store, bounce, sheet),
        analysis=found[0] if found is not None else None,
        analysed_at=found[1] if found is not None else None,
        job=store.jobs.last_of("analyse", bounce_id),
        master_job=noted_job(store, store.jobs.last_of("master", bounce_id)),
        masters=reader.titled(store.results.masters(bounce_id)),
    )


def _on_the_bus(item: BusItem) -> str:
    """Return a processor with what it is for, and where it stood when that was not the master."""
    return f"{item.name} ({item.purpose}, on {item.strip})" if item.strip else f"{item.name} ({item.purpose})"


def _remarks(reader: PageReader, bounce: Bounce) -> tuple[str, ...]:
    """Return what was done with a bounce although something stood in the way."""
    overrides = reader.store.song_state.overrides(bounce.id)
    return tuple(f"Went on anyway: {override.what} {override.reason}".strip() for override in overrides)


def _bus_effect(reader: PageReader, bounce: Bounce) -> BusEffectRecord | None:
    """Return what the master bus adds, when a bounce was printed with and without it and both were examined."""
    effect, pair = reader.songs.bus_effect(bounce), reader.songs.prints(bounce)
    if effect is None or pair is None:
        return None
    return BusEffectRecord(sentence=effect.sentence, wet=pair[0], dry=pair[1], rows=effect_rows(effect))


def read_options(reader: PageReader) -> MasterOptions:
    """Return what a master can be made with, the configured target first."""
    names = sorted(reader.targets, key=lambda name: name != reader.config.master.target)
    return MasterOptions(
        targets=tuple((name, reader.targets[name].title) for name in names),
        presets=tuple((name, preset.title) for name, preset in reader.presets.items()),
    )


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
    wet_number: str
    dry_id: int
    dry_number: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class BouncePageView:
    """What a live page of one bounce shows around the report."""

    song_id: int
    bounce_id: int
    song: str
    number: str  # "3", or "3 dry"
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
    checklist: tuple[PlaceHeard, ...] = ()
    master_bus: tuple[str, ...] = ()
    rest: str = ""
    readiness: Readiness | None = None
    remarks: tuple[str, ...] = ()
    has_faults: bool = False  # only with *Anyway* is it mastered
    is_mono: bool = False
    sheet: SheetForm | None = None
    hides_loudness: bool = False


def bounce_page_view(page: BouncePage, options: MasterOptions) -> BouncePageView:
    """Prepare what surrounds a bounce's report."""
    bounce, analysis = page.bounce, page.analysis
    number = number_title(bounce)
    tracks = [] if analysis is None else [analysis_track("bounce", bounce.id, f"Bounce {number}", analysis)]
    if tracks and not page.hides_loudness:  # references are out of sight, and of hearing, while a song is mixed
        tracks += reference_tracks(page.references)
    return BouncePageView(
        song_id=bounce.song_id,
        bounce_id=bounce.id,
        song=bounce.song,
        number=number,
        tracks_json=as_json(tracks),
        has_references=len(tracks) > 1,
        job=job_line(page.job),
        master_job=job_line(page.master_job),
        masters=master_lines(page.masters),
        targets=options.targets,
        presets=options.presets,
        checklist=page.checklist,
        master_bus=page.master_bus,
        bus_adds=_bus_effect_view(page.bus_adds),
        reference_count=len(page.references.files),
        reference_job=job_line(page.references.job),
        references_ask_json=_references_ask(page),
        rest=rest_words(page.rest_until),
        readiness=page.readiness,
        remarks=page.remarks,
        has_faults=page.readiness is not None and page.readiness.verdict == "fix-first",
        is_mono=analysis is not None and analysis.format.channels == 1,
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


def _references_ask(page: BouncePage) -> str:
    """Return the request that has the references read; empty when they were, or are being, or out of sight anyway."""
    found = page.references
    if page.hides_loudness or not found.files or found.comparison is not None or found.job is not None:
        return ""
    return as_json(Action(kind="references", bounce_id=page.bounce.id))


def _bus_effect_view(found: BusEffectRecord | None) -> BusEffectView | None:
    if found is None:
        return None
    rows = tuple(
        (label, text.number(value, 1, signed=True), unit) for label, value, unit in found.rows if value is not None
    )
    wet, dry = found.wet, found.dry
    return BusEffectView(found.sentence, wet.id, number_title(wet), dry.id, number_title(dry), rows)


def show(reader: PageReader, request: Request) -> Shown:
    """Show one bounce; before it has been examined, how far that is."""
    page = read_bounce(reader, path_number(request, "bounce_id"))
    if page is None:
        raise HTTPException(404, "There is no such bounce.")
    bounce = page.bounce
    values: dict[str, object] = {"page": bounce_page_view(page, read_options(reader))}
    if page.analysis is not None:
        values["sha256"] = bounce.sha256
        values["view"] = bounce_view(
            page.analysis,
            song=song_title(bounce),
            number=number_title(bounce),
            made_at=page.analysed_at,
            notes=sheet_notes(page.sheet),
            hides_loudness=page.hides_loudness,
            references=page.references.comparison,
        )
    template = "bounce.html" if page.analysis is not None else "waiting.html"
    title = f"{bounce.song}, bounce {number_title(bounce)}"
    return Shown(template, title, "Bounce", page, values, bounce.song_id, bounce.id)
