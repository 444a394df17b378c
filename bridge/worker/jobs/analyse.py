"""Analyse: examine one bounce, judge it, keep what is known and drawn of it."""

from msgspec import Raw, Struct

from bridge.errors import JobError
from bridge.model import AnalysisHead, EarlierBounce, Finding, Job, Verdict, head_of
from bridge.model.events import BounceExamined, Event
from bridge.pathtext import to_path
from bridge.policy.findings.thresholds import Thresholds
from bridge.policy.findings.verdict import in_a_line, verdict_of
from bridge.store import Store
from bridge.worker.display_parts import DisplayParts, keep_display, parts_of
from bridge.worker.job_type import IsCancelled, JobType, OnProgress, as_raw, as_text


class AnalyseTask(Struct, frozen=True, kw_only=True):
    """Examine one bounce."""

    path: str
    sha256: str
    thresholds: Thresholds
    more: tuple[Finding, ...] = ()  # known from elsewhere: what was on the master bus
    earlier: EarlierBounce | None = None  # the bounce before


class AnalyseOutcome(Struct, frozen=True, kw_only=True):
    """What was found."""

    verdict: Verdict
    text: str  # the verdict in one line
    head: AnalysisHead  # all that anybody is told of it
    analysis: Raw  # the whole Analysis, as it is kept
    display: DisplayParts | None = None


def run(task: AnalyseTask, on_progress: OnProgress, is_cancelled: IsCancelled) -> AnalyseOutcome:
    """Examine the file; it must still be what was recorded."""
    from bridge.engine.analyse import examine
    from bridge.engine.display import display_of

    analysis, measures = examine(
        to_path(task.path),
        thresholds=task.thresholds,
        progress=on_progress,
        cancelled=is_cancelled,
        more=task.more,
        earlier=task.earlier,
    )
    if analysis.sha256 != task.sha256:
        raise JobError(f"{task.path}: was replaced while it waited; the new file is a bounce of its own")
    return AnalyseOutcome(
        verdict=verdict_of(analysis.findings).kind,
        text=in_a_line(analysis.findings),
        head=head_of(analysis),
        analysis=as_raw(analysis),
        display=parts_of(display_of(analysis, measures)),
    )


def keep(store: Store, job: Job, outcome: AnalyseOutcome) -> tuple[Event, ...]:
    """Keep the analysis; its report is written after it, from what is kept here."""
    if job.bounce_id is None:
        raise JobError("an analysis without a bounce")
    bounce = store.bounces.by_id(job.bounce_id)
    store.results.add_analysis(bounce.id, job.id, outcome.verdict, as_text(outcome.analysis))
    keep_display(store, bounce.sha256, outcome.display)
    said = {"verdict": outcome.verdict, "text": outcome.text}
    store.history.add("verdict", said, song_id=bounce.song_id, bounce_id=bounce.id)
    return (BounceExamined(bounce, outcome.verdict, outcome.text, outcome.head),)


def prepare() -> None:
    """Load the meters with their compiled kernels: a file that settles will want them."""
    import bridge.engine.analyse
    import bridge.engine.display  # noqa: F401 - loaded, not used


ANALYSE = JobType("analyse", AnalyseTask, AnalyseOutcome, run, keep, prepare=prepare)
