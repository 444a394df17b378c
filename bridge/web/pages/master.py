"""The page of one master: its report, and the player that holds it against the mix and its references."""

from dataclasses import dataclass
from pathlib import PurePath

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bridge.model import Analysis, Bounce, Curves, MasterResult
from bridge.policy.mastering.targets import Target
from bridge.policy.song.handoff import sheet_notes
from bridge.policy.song.titles import number_title, song_title
from bridge.report.master_view import master_view
from bridge.songs.actions import Action
from bridge.songs.comparisons import ComparisonState, ReferencesState, references_state
from bridge.web.http_helpers import path_number
from bridge.web.pages.comparison import comparison_view
from bridge.web.pages.shown import Shown
from bridge.web.player_data import analysis_track, as_json, master_track, matchings, reference_tracks, shift_of
from bridge.web.reader import PageReader
from bridge.web.records import Choice


class PlaybackLevel(Struct, frozen=True, kw_only=True):
    """How a service sets the level of what it plays, for hearing it."""

    name: str
    label: str
    level_lufs: float
    turns_up: bool = False
    peak_dbtp: float | None = None  # quiet music is raised only as far as this peak


class MasterPage(Struct, frozen=True, kw_only=True):
    """Everything the page of one master shows."""

    id: int
    made_at: float
    result: MasterResult
    target_title: str = ""
    bounce: Bounce | None
    mix: Analysis | None
    curves: Curves | None = None
    beside: ComparisonState = ComparisonState()
    references: ReferencesState = ReferencesState()
    notes: tuple[Choice, ...] = ()  # the sheet it was made with
    playback: tuple[PlaybackLevel, ...] = ()


def read_master(reader: PageReader, master_id: int) -> MasterPage | None:
    """Return one master with its mix; None when there is none."""
    store = reader.store
    kept, result = store.results.master(master_id), store.results.master_result(master_id)
    if kept is None or result is None:
        return None
    bounce = store.bounces.find(kept.bounce_id) if kept.bounce_id is not None else None
    found = reader.sounds.analysis(bounce) if bounce is not None else None
    sheet = reader.songs.sheet(bounce) if bounce is not None else None
    pair = reader.comparison(("bounce", bounce.id), ("master", master_id)) if bounce is not None else None
    return MasterPage(
        id=master_id,
        made_at=kept.made_at,
        result=result,
        target_title=reader.target_title(result.target),
        bounce=bounce,
        mix=found[0] if found is not None else None,
        curves=store.display.curves(result.output_sha256),
        beside=pair or ComparisonState(),
        references=references_state(store, bounce, sheet) if bounce is not None else ReferencesState(),
        notes=sheet_notes(sheet),
        playback=tuple(_playback(name, target) for name, target in reader.targets.items() if target.playback != "none"),
    )


def _playback(name: str, target: Target) -> PlaybackLevel:
    """Return how a service plays what it is given."""
    return PlaybackLevel(
        name=name,
        label=target.title,
        level_lufs=target.playback_lufs if target.playback_lufs is not None else 0.0,
        turns_up=target.playback == "up_and_down",
        peak_dbtp=target.playback_peak_dbtp,
    )


@dataclass(frozen=True, slots=True)
class MasterPageView:
    """What the player of a master's page is fed with."""

    tracks_json: str
    playback_json: str
    matchings_json: str


def master_page_view(page: MasterPage) -> MasterPageView | None:
    """Prepare what surrounds a master's report; None when its mix is not known any more."""
    bounce, found = page.bounce, page.beside.difference
    if bounce is None:
        return None
    master = master_track(page.id, page.result, shift_of(found))
    tracks = [master] if page.mix is None else [analysis_track("bounce", bounce.id, "Mix", page.mix), master]
    tracks += reference_tracks(page.references)
    return MasterPageView(as_json(tracks), as_json(page.playback), as_json(matchings(found)))


def show(reader: PageReader, request: Request) -> Shown:
    """Show one master."""
    page = read_master(reader, path_number(request, "master_id"))
    if page is None:
        raise HTTPException(404, "There is no such master.")
    bounce, result = page.bounce, page.result
    view = master_view(
        result,
        song=song_title(bounce) if bounce is not None else PurePath(result.input).stem,
        number=number_title(bounce) if bounce is not None else "",
        target_title=page.target_title or None,
        mix=page.mix,
        curves=page.curves,
        made_at=page.made_at,
        notes=page.notes,
    )
    action = Action(kind="compare", bounce_id=bounce.id if bounce is not None else None, master_id=page.id)
    beside = comparison_view(page.beside, action, result.format.duration_s) if bounce is not None else None
    values = {"view": view, "page": master_page_view(page), "beside": beside, "sha256": result.output_sha256}
    song_id, bounce_id = (bounce.song_id, bounce.id) if bounce is not None else (None, None)
    return Shown("master.html", f"{view.song}, master for {view.target}", "Master", page, values, song_id, bounce_id)
