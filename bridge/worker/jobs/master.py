"""Master: make the masters of one mix, and keep what was made."""

from pathlib import Path

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from bridge.errors import JobError
from bridge.files.folders import make_output_folder
from bridge.model import Bounce, Job, MasterRequest, MasterResult
from bridge.model.events import Event, MasterMade
from bridge.pathtext import to_path
from bridge.store import Store
from bridge.worker.display_parts import DisplayParts, keep_display, parts_of
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text

TOLD = "told"  # what is said once of a song, in its history


class MasterTask(Struct, frozen=True, kw_only=True):
    """Make a master of one bounce, or of a file that is none; or several, for as many targets, in one pass."""

    request: MasterRequest
    also: tuple[MasterRequest, ...] = ()  # of the same mix: all of them are made, or the job fails
    sha256: str  # of the bounce: a file that was replaced meanwhile is not mastered by mistake; empty: any content
    notes: tuple[str, ...] = ()  # what it was made in spite of


class MadeMaster(Struct, frozen=True, kw_only=True):
    """One master that was made."""

    result: Raw  # the MasterResult as it is kept: what is drawn of it stands beside it
    display: DisplayParts | None = None


class MasterOutcome(Struct, frozen=True, kw_only=True):
    """What was made, in the order in which it was asked for."""

    masters: tuple[MadeMaster, ...]


def run(task: MasterTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> MasterOutcome:
    """Make what was asked for; the mix must still be the bounce it was."""
    from bridge.engine.mastering.job import run_masters

    make_folder(task.request)
    results = run_masters((task.request, *task.also), progress=on_progress, cancelled=is_cancelled)
    if task.sha256 and results[0].input_sha256 != task.sha256:
        # The mix was replaced between asking and mastering: the results are masters of something else.
        for result in results:
            to_path(result.output).unlink(missing_ok=True)
        raise JobError(
            f"{Path(task.request.input_path).name}: was replaced while it waited; ask for a master of the new bounce"
        )
    return outcome_of(*(replace(result, notes=_said_once(task.notes, result.notes)) for result in results))


def _said_once(asked: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was known when the master was asked for, and what was found besides; a fault is known to both."""
    return (*asked, *(note for note in found if not any(said.startswith(note) for said in asked)))


def outcome_of(*results: MasterResult) -> MasterOutcome:
    """Return what was made as it is kept."""
    made = (MadeMaster(result=as_raw(replace(one, drawn=None)), display=parts_of(one.drawn)) for one in results)
    return MasterOutcome(masters=tuple(made))


def make_folder(request: MasterRequest) -> None:
    """Make the folder a master goes to; raises `JobError` naming it when that cannot be."""
    folder = Path(request.output_path).parent if request.output_path else Path(request.output_folder or ".")
    try:
        make_output_folder(folder)
    except OSError as error:
        raise JobError(
            f"{folder}: the folder for masters cannot be made ({error.strerror or error}); name another"
        ) from error


def keep(store: Store, job: Job, outcome: MasterOutcome) -> tuple[Event, ...]:
    """Keep the masters and what is drawn of them."""
    bounce = None if job.bounce_id is None else store.bounces.by_id(job.bounce_id)
    return tuple(_keep_one(store, job, bounce, made) for made in outcome.masters)


def _keep_one(store: Store, job: Job, bounce: Bounce | None, made: MadeMaster) -> MasterMade:
    result = msgspec.json.decode(made.result, type=MasterResult)
    keep_display(store, result.output_sha256, made.display)
    data = as_text(made.result)
    store.results.add_master(job.bounce_id, job.id, result.target, result.output, result.output_sha256, data)
    for about in result.told:
        if bounce is not None:
            store.history.add(TOLD, {"about": about}, song_id=bounce.song_id, bounce_id=bounce.id)
        else:
            store.history.add(TOLD, {"about": about, "path": result.input})
    if bounce is not None:
        written = {"target": result.target, "path": result.output}
        store.history.add("master", written, song_id=bounce.song_id, bounce_id=bounce.id)
    return MasterMade(bounce, result)


def prepare() -> None:
    """Load what masters need."""
    import bridge.engine.mastering.job  # noqa: F401 - loaded, not used


MASTER = JobType("master", MasterTask, MasterOutcome, run, keep, prepare=prepare)
