"""What a DAW should show about its session: warnings, the last bounce's verdict and faults, the last master."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import get_args

from bridge.daw.contract import AnswerChoice, Notice, Panel, PanelFinding, PanelMarker, PanelPlace
from bridge.daw.projects.reading import export_folder
from bridge.model import Bounce, BusWarning, Finding, Intent, SessionSnapshot
from bridge.pathtext import to_path
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from bridge.policy.mastering.intents import INTENTS
from bridge.policy.mastering.targets import load_targets
from bridge.policy.song.titles import bounce_title
from bridge.sessions.bounce_results import BounceResults
from bridge.settings.config import Config
from bridge.text import plain_text

MOST_MARKERS = 100
MOST_FINDINGS = 8
MOST_PLACES = 6
MOST_NAME = 40  # ours: a name is cut before it takes the line


@lru_cache(maxsize=1)
def _target_titles() -> dict[str, str]:
    """Return key → what a person reads, of every target."""
    return {key: target.title for key, target in load_targets().items()}


def notice_of(warning: BusWarning) -> Notice:
    """Return a warning as a DAW shows it; it may open a window once the guard has raised it."""
    return Notice(
        key=warning.id,
        title=warning.seen,
        text=f"{warning.why}\n{warning.remedy}",
        answers=tuple(AnswerChoice(answer=answer, label=ANSWER_LABELS[answer]) for answer in warning.answers),
        interrupt=warning.raised_at is not None,
    )


def markers_of(findings: tuple[Finding, ...]) -> tuple[PanelMarker, ...]:
    """Return the faults' times as markers, in order of time."""
    marks = [
        PanelMarker(at_s=at_s, text=finding.check.replace("_", " "))
        for finding in findings
        if finding.kind == "fault"
        for at_s in finding.at_s
    ]
    return tuple(sorted(marks, key=lambda mark: mark.at_s)[:MOST_MARKERS])


def findings_of(findings: tuple[Finding, ...]) -> tuple[PanelFinding, ...]:
    """Return what is to be mended or listened to, the first of it, each with its first places in order of time."""
    return tuple(
        PanelFinding(
            text=finding.message,
            kind=finding.kind,
            places=tuple(PanelPlace(at_s=at_s) for at_s in sorted(finding.at_s)[:MOST_PLACES]),
        )
        for finding in findings
        if finding.kind != "note"
    )[:MOST_FINDINGS]


def panel_for(
    snapshot: SessionSnapshot,
    config: Config,
    bounce: Bounce | None,
    results: BounceResults,
    first: tuple[Notice, ...],
    warnings: tuple[BusWarning, ...],
    starts_s: Mapping[str, float],
) -> Panel:
    """Return the panel of one session, but for what is said about its mode and its sheet.

    Parameters
    ----------
    bounce
        The newest bounce of the session's song.
    results
        What was found in it; nothing without a bounce.
    first
        What is said before everything else.
    warnings
        Those that stand for this project.
    starts_s
        Where bounces begin on the session's time line, by path, in seconds.
    """
    folder = _bounce_folder(snapshot, config)
    notices = [*first, *(notice_of(warning) for warning in warnings)]
    verdict, verdict_kind, master = "", "", ""
    found: tuple[PanelFinding, ...] = ()
    markers: tuple[PanelMarker, ...] = ()
    if bounce is not None:
        stored = results.analysis
        if stored is not None:
            verdict = f"{bounce_title(bounce)}: {_verdict_words(stored.verdict)}"
            verdict_kind = stored.verdict
            found = findings_of(stored.head.findings)
            markers = markers_of(stored.head.findings)
        if results.master_path is not None:
            master = results.master_path
            text = f"{to_path(master).name} is in {to_path(master).parent}."
            notices.append(
                Notice(
                    key=f"master:{master}",
                    title="The master is there",
                    text=text,
                    kind="master-made",
                    about=master,
                    interrupt=True,
                )
            )
    return Panel(
        project_path=snapshot.project_path,
        song=snapshot.project_name,
        verdict=verdict,
        verdict_kind=verdict_kind,
        verdict_lines=tuple(finding.text for finding in found),
        findings=found,
        last_bounce_path=bounce.path if bounce else "",
        last_bounce_start_s=starts_s.get(bounce.path, 0.0) if bounce else 0.0,
        bounce_folder=folder,
        intents=get_args(Intent),
        targets=tuple(_target_titles()),
        intent_titles=tuple(INTENTS[intent].title for intent in get_args(Intent)),
        target_titles=tuple(_target_titles().values()),
        intent="neutral",
        target=config.master.target,
        notices=tuple(notices),
        markers=markers,
        last_master_path=master,
        watched=watched_strips(snapshot),
        muted=tuple(plain_text(name, MOST_NAME) for name in snapshot.muted),
        bus_ids=tuple(bus.strip_id for bus in snapshot.buses if bus.strip_id),
    )


def watched_strips(snapshot: SessionSnapshot) -> tuple[str, ...]:
    """Return the names of the strips that are looked at, safe to show, in the order of the flow."""
    return (*(plain_text(bus.name, MOST_NAME) for bus in snapshot.buses), "the master bus")


def _bounce_folder(snapshot: SessionSnapshot, config: Config) -> str:
    """Return where bounces go: the person's folder, else one beside the project; empty for a project without a home."""
    if config.watch.folders:
        return str(Path(config.watch.folders[0]).expanduser().absolute())
    return str(export_folder(snapshot.daw, snapshot.project_path)) if snapshot.project_path else ""


def _verdict_words(verdict: str) -> str:
    words = {"fault": "there is something to fix", "listen": "worth a listen", "fine": "fine"}
    return words.get(verdict, verdict)
