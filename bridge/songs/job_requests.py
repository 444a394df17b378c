"""Turn a command into a queued job: where its outputs go, and the key under which the same command is one job."""

from pathlib import Path
from typing import get_args

import msgspec
from msgspec import Struct

from bridge.model import Bounce, Finding, Intent, Job, MasterRequest
from bridge.pathtext import to_path, to_text
from bridge.policy.song import checklist
from bridge.policy.song.handoff import sheet_notes
from bridge.settings.config import Config
from bridge.store import Store
from bridge.worker.jobs.analyse import ANALYSE, AnalyseTask
from bridge.worker.jobs.master import MASTER, MasterTask


class Extras(Struct, frozen=True, kw_only=True):
    """How a master is to be made beyond its target; left out: decided from the mix, the intent and the target."""

    preset: str | None = None
    strength_percent: float | None = None
    references: tuple[str, ...] = ()
    codec_safe: bool = False


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
    )
    key = f"analyse:{bounce.id}"
    return ANALYSE.queue(store, task, path=to_path(bounce.path), key=key, bounce_id=bounce.id, again=again)


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


def named_intent(word: str) -> Intent | None:
    """Return the intent a person named in a DAW; None when they named none that exists."""
    return next((intent for intent in get_args(Intent) if intent == word), None)


def master_job(
    store: Store,
    config: Config,
    bounce: Bounce,
    target: str,
    *,
    anyway: bool = False,
    intent: Intent | None = None,
    notes: tuple[str, ...] = (),
    settings_folder: Path | None = None,
    extras: Extras = Extras(),
) -> Job:
    """Queue a master of a bounce; the same master asked for twice at once is one job.

    A person's own targets and presets lie in ``settings_folder``, beside the configuration.
    """
    path = to_path(bounce.path)
    request = MasterRequest(
        input_path=bounce.path,
        target=target or config.master.target,
        output_folder=str(master_folder(config, path)),
        song=bounce.song,
        revision=bounce.revision,
        anyway=anyway,
        intent=intent,
        preset=extras.preset,
        strength_percent=extras.strength_percent,
        references=extras.references,
        codec_safe=extras.codec_safe,
        targets_file=to_text(settings_folder / "targets.toml") if settings_folder else None,
        presets_file=to_text(settings_folder / "presets.toml") if settings_folder else None,
    )
    task = MasterTask(request=request, sha256=bounce.sha256, notes=notes)
    special = f":{msgspec.json.encode(extras).decode()}" if extras != Extras() else ""
    key = f"master:{bounce.id}:{request.target}{special}"
    return MASTER.queue(store, task, path=path, key=key, bounce_id=bounce.id, again=True)
