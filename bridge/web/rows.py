"""Rows of the store as the pages' records: lines of lists, levels of services, history in words, standing warnings."""

from pathlib import Path
from typing import Any

import msgspec

from bridge.model import BusWarning
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from bridge.policy.mastering.targets import Target
from bridge.web.records import PlaybackLevel, StandingWarning


def warned(published: dict[str, Any]) -> list[StandingWarning]:
    """Return the warnings that stand, as a running bridge published them; none when it does not run."""
    if not published.get("running"):
        return []
    return [
        StandingWarning(
            id=warning.id,
            song_id=warning.song_id,
            title=warning.seen,
            message=f"{warning.why} {warning.remedy}",
            answers=tuple((answer, ANSWER_LABELS[answer]) for answer in warning.answers),
        )
        for warning in msgspec.convert(published.get("warnings", []), list[BusWarning])
    ]


def playback_of(name: str, target: Target) -> PlaybackLevel:
    """Return how a service plays what it is given."""
    return PlaybackLevel(
        name=name,
        label=target.title,
        level_lufs=target.playback_lufs if target.playback_lufs is not None else 0.0,
        turns_up=target.playback == "up_and_down",
        peak_dbtp=target.playback_peak_dbtp,
    )


def history_words(kind: str, data: dict[str, Any]) -> str:
    """Return a line of the history for people; empty for what is not for them."""
    if kind == "verdict":
        return str(data.get("text", ""))
    if kind == "master":
        return f"Master for {data.get('target', '?')}: {Path(str(data.get('path', ''))).name}"
    if kind == "mode":
        return f"{str(data.get('mode', '?')).capitalize()}: {data.get('why', '')}"
    if kind == "handoff":
        return f"Handed off as {data.get('intent', '?')}" + (
            "" if data.get("complete") else ", not called complete yet"
        )
    if kind == "override":
        return f"Mastered anyway {data.get('reason', '')}".strip()
    if kind == "warning":
        return str(data.get("seen", ""))
    if kind == "answer":
        return f"Answered: {ANSWER_LABELS.get(data.get('answer', 'not-now'), '')}"
    if kind == "failed":
        return f"Failed: {data.get('reason', '')}"
    return ""
