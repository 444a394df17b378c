"""What the worker does for each kind of job: the job itself, its report, and the record that goes back."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from bridge.engine.analyse import examine
from bridge.engine.display import display_of
from bridge.errors import JobError
from bridge.model import Analysis, JobKind, Progress
from bridge.pathtext import to_path, to_text
from bridge.policy.findings.verdict import in_a_line, verdict_of
from bridge.report.html import render_bounce_report
from bridge.report.report_files import ReportError, write_report
from bridge.worker.records import AnalyseOutcome, AnalyseTask

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def run(kind: JobKind, params: str, *, progress: OnProgress, cancelled: IsCancelled) -> str:
    """Do a job and return its outcome as JSON text.

    Raises
    ------
    FreshEarsError
        It cannot be done (or was cancelled); the message says why.
    """
    outcome: msgspec.Struct
    if kind == "analyse":
        outcome = _analyse(msgspec.json.decode(params, type=AnalyseTask), progress, cancelled)
    elif kind == "compare":
        from bridge.worker.comparing import run_compare_task

        outcome = run_compare_task(params, progress, cancelled)
    elif kind == "references":
        from bridge.worker.comparing import run_references_task

        outcome = run_references_task(params, progress, cancelled)
    else:
        from bridge.worker.mastering import run_task  # the mastering engine is loaded when it is needed

        outcome = run_task(params, progress, cancelled)
    return msgspec.json.encode(outcome).decode()


def _analyse(task: AnalyseTask, progress: OnProgress, cancelled: IsCancelled) -> AnalyseOutcome:
    path = to_path(task.path)
    analysis, measures = examine(
        path, thresholds=task.thresholds, progress=progress, cancelled=cancelled, more=task.more
    )
    if analysis.sha256 != task.sha256:
        raise JobError(f"{task.path}: was replaced while it waited; the new file is a bounce of its own")
    report_path = bounce_report(
        analysis,
        Path(task.report_folder),
        task.song,
        task.revision,
        notes=task.notes,
        hides_loudness=task.hides_loudness,
    )
    return AnalyseOutcome(
        analysis=analysis,
        verdict=verdict_of(analysis.findings).kind,
        text=in_a_line(analysis.findings),
        report_path=report_path,
        drawn=display_of(analysis, measures),
    )


def bounce_report(
    analysis: Analysis,
    folder: Path,
    song: str,
    revision: int | None,
    *,
    notes: tuple[tuple[str, str], ...] = (),
    hides_loudness: bool = False,
) -> str:
    """Write the report of a bounce; return its path, empty when the folder cannot be written to.

    A verdict without a page is better than none: the folder may be read-only or the disk full.
    """
    tail = "" if revision is None else f" – bounce {revision}"
    page = render_bounce_report(analysis, song=song, revision=revision, notes=notes, hides_loudness=hides_loudness)
    try:
        paths = write_report(folder, song, page, msgspec.json.encode(analysis).decode(), tail=tail)
    except ReportError:
        return ""
    return to_text(paths.html)
