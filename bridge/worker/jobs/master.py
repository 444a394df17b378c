"""Master: make one master of one bounce, and keep what was made."""

from pathlib import Path

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from bridge.errors import JobError
from bridge.model import Job, MasterRequest, MasterResult
from bridge.model.events import Event, MasterMade
from bridge.pathtext import to_path
from bridge.store import Store
from bridge.worker.display_parts import DisplayParts, keep_display, parts_of
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text


class MasterTask(Struct, frozen=True, kw_only=True):
    """Make one master of one bounce, or of a file that is none."""

    request: MasterRequest
    sha256: str  # of the bounce: a file that was replaced meanwhile is not mastered by mistake; empty: any content
    notes: tuple[str, ...] = ()  # what it was made in spite of


class MasterOutcome(Struct, frozen=True, kw_only=True):
    """What was made."""

    result: Raw  # the MasterResult as it is kept: what is drawn of it stands beside it
    display: DisplayParts | None = None


def run(task: MasterTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> MasterOutcome:
    """Make the master; the mix must still be the bounce it was."""
    from bridge.engine.mastering.job import run_master

    make_folder(task.request)
    result = run_master(task.request, progress=on_progress, cancelled=is_cancelled)
    if task.sha256 and result.input_sha256 != task.sha256:
        # The mix was replaced between asking and mastering: the result is a master of something else.
        to_path(result.output).unlink(missing_ok=True)
        raise JobError(
            f"{Path(task.request.input_path).name}: was replaced while it waited; ask for a master of the new bounce"
        )
    return outcome_of(replace(result, notes=(*task.notes, *result.notes)))


def outcome_of(result: MasterResult) -> MasterOutcome:
    """Return what was made as it is kept."""
    return MasterOutcome(result=as_raw(replace(result, drawn=None)), display=parts_of(result.drawn))


def make_folder(request: MasterRequest) -> None:
    """Make the folder a master goes to; raises `JobError` naming it when that cannot be."""
    folder = Path(request.output_path).parent if request.output_path else Path(request.output_folder or ".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(
            f"{folder}: the folder for masters cannot be made ({error.strerror or error}); name another"
        ) from error


def keep(store: Store, job: Job, outcome: MasterOutcome) -> tuple[Event, ...]:
    """Keep the master and what is drawn of it."""
    result = msgspec.json.decode(outcome.result, type=MasterResult)
    bounce = None if job.bounce_id is None else store.bounces.by_id(job.bounce_id)
    keep_display(store, result.output_sha256, outcome.display)
    data = as_text(outcome.result)
    store.results.add_master(job.bounce_id, job.id, result.target, result.output, result.output_sha256, data)
    if bounce is not None:
        made = {"target": result.target, "path": result.output}
        store.history.add("master", made, song_id=bounce.song_id, bounce_id=bounce.id)
    return (MasterMade(bounce, result),)


MASTER = JobType("master", MasterTask, MasterOutcome, run, keep)
