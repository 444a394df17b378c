"""Turn a command into a queued job: where its outputs go, and the key under which the same command is one job."""

from pathlib import Path

from msgspec.structs import replace

from bridge.model import Bounce, EarlierBounce, Finding, Job, MasterRequest
from bridge.pathtext import to_path, to_text
from bridge.policy.song import checklist
from bridge.policy.song.handoff import sheet_notes
from bridge.settings.config import Config
from bridge.store import Store
from bridge.text import json_text
from bridge.worker.jobs.analyse import ANALYSE, AnalyseTask
from bridge.worker.jobs.master import MASTER, TOLD, MasterTask

_MOST_TOLD = 1000  # a song is told two things; files without a song share these


def report_folder(config: Config, bounce_path: Path) -> Path:
    """Return where reports of a bounce go."""
    return Path(config.report.folder).expanduser() if config.report.folder else bounce_path.parent / "Fresh Ears"


def master_folder(config: Config, bounce_path: Path) -> Path:
    """Return where masters of a bounce go."""
    return Path(config.master.folder).expanduser() if config.master.folder else bounce_path.parent / "Masters"


def analyse_job(
    store: Store, config: Config, bounce: Bounce, *, again: bool = False, more: tuple[Finding, ...] = ()
) -> Job:
    """Queue the examination of a bounce: once, or anew when asked."""
    task = AnalyseTask(
        path=bounce.path,
        sha256=bounce.sha256,
        thresholds=config.thresholds,
        more=more,
        earlier=_earlier(store, bounce),
    )
    key = f"analyse:{bounce.id}"
    return ANALYSE.queue(store, task, path=to_path(bounce.path), key=key, bounce_id=bounce.id, again=again)


def _earlier(store: Store, bounce: Bounce) -> EarlierBounce | None:
    """Return what is kept of the bounce before, to hold the new one against; None where nothing is."""
    if bounce.is_dry or (before := store.results.examined_before(bounce)) is None:
        return None
    earlier, found = store.bounces.by_id(before), store.results.analysis(before)
    curves = store.display.curves(earlier.sha256)
    if found is None or curves is None:
        return None
    return EarlierBounce(
        number=earlier.revision,
        channels=found.head.format.channels,
        duration_s=found.head.format.duration_s,
        width_db=found.head.measurement.width_db,
        loudness=curves.momentary_lufs,
        balance_db=curves.balance_db,
        spectrum=curves.spectrum,
    )


def report_notes(store: Store, config: Config, bounce: Bounce) -> tuple[tuple[str, str], ...]:
    """Return what people said about a bounce, as questions and answers for its report."""
    sheets = store.song_state.handoffs(bounce.id)
    ticks = store.song_state.ticks(bounce.id)
    places = checklist.overview(ticks, config.rest.places)
    heard = [f"{place.place}: {place.note}" if place.note else place.place for place in places if place.heard_at]
    return (
        *sheet_notes(sheets[-1] if sheets else None),
        *([("Heard on", "\n".join(heard))] if heard else []),
        ("Not heard yet on", ", ".join(checklist.not_heard(ticks, config.rest.places))),
    )


def master_job(
    store: Store,
    config: Config,
    bounce: Bounce,
    request: MasterRequest,
    *,
    also: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    settings_folder: Path | None = None,
) -> Job:
    """Queue a master of a bounce; the same master asked for twice at once is one job.

    ``request`` says how it is to be made, ``also`` for which targets besides, in the same pass; its file, its name and
    where it goes are filled in here. A person's own targets and presets lie in ``settings_folder``, beside the
    configuration.
    """
    path = to_path(bounce.path)
    whole = replace(
        _with_settings(config, request, path, settings_folder),
        input_path=bounce.path,
        song=bounce.song,
        revision=bounce.revision,
        told=_told(store, bounce.song_id, ""),
    )
    task = MasterTask(request=whole, also=_also(whole, also), sha256=bounce.sha256, notes=notes)
    key = f"master:{bounce.id}:{'+'.join((whole.target, *also))}{_manner(request)}"
    return MASTER.queue(store, task, path=path, key=key, bounce_id=bounce.id, again=True)


def master_job_without_bounce(
    store: Store,
    config: Config,
    request: MasterRequest,
    *,
    also: tuple[str, ...] = (),
    settings_folder: Path | None = None,
) -> Job:
    """Queue a master of a file that is no bounce of ours: it gets its name from the file, and belongs to no song."""
    path = to_path(request.input_path)
    whole = replace(_with_settings(config, request, path, settings_folder), told=_told(store, None, request.input_path))
    task = MasterTask(request=whole, also=_also(whole, also), sha256="")
    key = f"master:file:{request.input_path}:{'+'.join((whole.target, *also))}{_manner(request)}"
    return MASTER.queue(store, task, path=path, key=key, again=True)


def _told(store: Store, song_id: int | None, path: str) -> tuple[str, ...]:
    """Return what has been said of a song, or of a file that belongs to none, with an earlier master."""
    said = store.history.newest(song_id=song_id, kind=TOLD, limit=_MOST_TOLD)
    return tuple(
        {str(row.data.get("about")) for row in said if row.song_id == song_id and row.data.get("path", "") == path}
    )


def _also(request: MasterRequest, targets: tuple[str, ...]) -> tuple[MasterRequest, ...]:
    return tuple(replace(request, target=target) for target in targets)


def _with_settings(config: Config, request: MasterRequest, mix: Path, folder: Path | None) -> MasterRequest:
    return replace(
        request,
        target=request.target or config.master.target,
        output_folder=request.output_folder or str(master_folder(config, mix)),
        targets_file=to_text(folder / "targets.toml") if folder else None,
        presets_file=to_text(folder / "presets.toml") if folder else None,
    )


def _manner(request: MasterRequest) -> str:
    """Return how a master is to be made beyond its target, as part of a key; empty when nothing is said of it."""
    plain = MasterRequest(input_path="")
    manner = replace(request, input_path="", target=plain.target, anyway=plain.anyway)
    return "" if manner == plain else f":{json_text(manner)}"
