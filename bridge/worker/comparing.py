"""The worker's jobs that put files beside each other: two versions of a song, or a mix and its references."""

import hashlib
from collections.abc import Callable

import msgspec

from bridge.engine.compare import run_compare
from bridge.engine.references import run_reference
from bridge.errors import AudioFileError, JobError
from bridge.model import KnownFile, Progress
from bridge.pathtext import to_path
from bridge.worker.records import CompareOutcome, CompareTask, ReferencesOutcome, ReferencesTask

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def run_compare_task(params: str, progress: OnProgress, cancelled: IsCancelled) -> CompareOutcome:
    """Compare two known files; raises `FreshEarsError` with the reason when it cannot be done."""
    task = msgspec.json.decode(params, type=CompareTask)
    for file in (task.a, task.b):
        _must_be_known(file)
    paths = to_path(task.a.path), to_path(task.b.path)
    difference = run_compare(*paths, names=(task.a.name, task.b.name), progress=progress, cancelled=cancelled)
    return CompareOutcome(a_sha256=task.a.sha256, b_sha256=task.b.sha256, difference=difference)


def run_references_task(params: str, progress: OnProgress, cancelled: IsCancelled) -> ReferencesOutcome:
    """Put a known mix beside its references; raises `FreshEarsError` with the reason when it cannot be done."""
    task = msgspec.json.decode(params, type=ReferencesTask)
    _must_be_known(task.mix)
    files = [to_path(text) for text in task.files]
    comparison = run_reference(to_path(task.mix.path), files, progress=progress, cancelled=cancelled)
    return ReferencesOutcome(sha256=task.mix.sha256, files=task.files, comparison=comparison)


def _must_be_known(file: KnownFile) -> None:
    """Raise when a file is not what was recorded."""
    path = to_path(file.path)
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be read ({error.strerror or error}); is its disk connected?") from error
    if found != file.sha256:
        raise JobError(f"{path}: is not the file any more that was examined; bounce it under a new name")
