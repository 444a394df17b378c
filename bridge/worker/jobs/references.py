"""References: put a mix beside the records its maker has chosen."""

import msgspec
from msgspec import Raw, Struct

from bridge.model import Job, KnownFile, ReferenceFile
from bridge.model.events import ComparisonMade, Event
from bridge.pathtext import to_path
from bridge.store import Store
from bridge.text import json_text
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text
from bridge.worker.known_files import must_be_known


class ReferencesTask(Struct, frozen=True, kw_only=True):
    """Put a mix beside the references its maker has chosen."""

    mix: KnownFile
    files: tuple[str, ...]


class ReferencesOutcome(Struct, frozen=True, kw_only=True):
    """A mix beside its references."""

    sha256: str
    files: tuple[str, ...]
    comparison: Raw  # the ReferenceComparison as it is kept


class _Heard(Struct):
    """The little of a ReferenceComparison that is kept beside it."""

    references: tuple[ReferenceFile, ...]


def run(task: ReferencesTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> ReferencesOutcome:
    """Measure the references and the mix, which must be what was recorded."""
    from bridge.engine.references import run_reference

    must_be_known(task.mix)
    files = [to_path(text) for text in task.files]
    comparison = run_reference(to_path(task.mix.path), files, progress=on_progress, cancelled=is_cancelled)
    return ReferencesOutcome(sha256=task.mix.sha256, files=task.files, comparison=as_raw(comparison))


def keep(store: Store, job: Job, outcome: ReferencesOutcome) -> tuple[Event, ...]:
    """Keep it by the mix' content and the choice; a page plays the references by the numbers they get here."""
    files = json_text(outcome.files)
    store.display.set_references(outcome.sha256, files, as_text(outcome.comparison))
    for file in msgspec.json.decode(outcome.comparison, type=_Heard).references:
        if file.format is not None:
            store.display.add_reference(file.file, file.sha256, file.format)
    return (ComparisonMade(job),)


REFERENCES = JobType("references", ReferencesTask, ReferencesOutcome, run, keep, is_background=True)
