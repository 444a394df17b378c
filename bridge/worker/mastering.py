"""The worker's master job: the mix must still be the bounce it was, then the engine, then the report."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bridge.engine.mastering.job import run_master
from bridge.errors import JobError
from bridge.model import MasterRequest, Progress
from bridge.pathtext import to_path
from bridge.worker.records import MasterOutcome, MasterTask


def run_task(params: str, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> MasterOutcome:
    """Make one master; raises `FreshEarsError` with the reason when it cannot be made."""
    task = msgspec.json.decode(params, type=MasterTask)
    make_folder(task.request)
    result = run_master(task.request, progress=progress, cancelled=cancelled)
    if result.input_sha256 != task.sha256:
        # The mix was replaced between asking and mastering: the result is a master of something else.
        to_path(result.output).unlink(missing_ok=True)
        raise JobError(
            f"{Path(task.request.input_path).name}: was replaced while it waited; ask for a master of the new bounce"
        )
    result = replace(result, notes=(*task.notes, *result.notes))
    return MasterOutcome(results=(result,), report_path="")


def make_folder(request: MasterRequest) -> None:
    """Make the folder a master goes to; raises `JobError` naming it when that cannot be."""
    folder = Path(request.output_path).parent if request.output_path else Path(request.output_folder or ".")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JobError(
            f"{folder}: the folder for masters cannot be made ({error.strerror or error}); name another"
        ) from error
