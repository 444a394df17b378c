"""Compare: say how one version of a song differs from another, or a master from its mix."""

from msgspec import Raw, Struct

from bridge.model import Job, KnownFile
from bridge.model.events import ComparisonMade, Event
from bridge.pathtext import to_path
from bridge.store import Store
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text
from bridge.worker.known_files import must_be_known


class CompareTask(Struct, frozen=True, kw_only=True):
    """Say how B differs from A."""

    a: KnownFile
    b: KnownFile


class CompareOutcome(Struct, frozen=True, kw_only=True):
    """How B differs from A."""

    a_sha256: str
    b_sha256: str
    difference: Raw  # the BounceDiff as it is kept


def run(task: CompareTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> CompareOutcome:
    """Compare the files, which must be what was recorded."""
    from bridge.engine.compare import run_compare

    for file in (task.a, task.b):
        must_be_known(file)
    paths = to_path(task.a.path), to_path(task.b.path)
    difference = run_compare(*paths, names=(task.a.name, task.b.name), progress=on_progress, cancelled=is_cancelled)
    return CompareOutcome(a_sha256=task.a.sha256, b_sha256=task.b.sha256, difference=as_raw(difference))


def keep(store: Store, job: Job, outcome: CompareOutcome) -> tuple[Event, ...]:
    """Keep it by the content of both files."""
    store.display.set_comparison(outcome.a_sha256, outcome.b_sha256, as_text(outcome.difference))
    return (ComparisonMade(job),)


COMPARE = JobType("compare", CompareTask, CompareOutcome, run, keep, is_background=True)
