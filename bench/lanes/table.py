"""The tables of docs/reliability.md that lanes write: what was tried, how often, and what came of it."""

import time
from pathlib import Path

from bench.document import replace_section, table
from bench.lanes.lane import Lane
from bench.lanes.state import State

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "reliability.md"
_TITLES = ["tried", "how many", "seed", "result", "date", "again with"]


def write_table(section: str, title: str, rows: list[tuple[Lane, State]], document: Path = DOCUMENT) -> None:
    """Renew one table of the document."""
    cells = [_row(lane, state, f"python -m bench.{section} --only {lane.name}") for lane, state in rows]
    text = document.read_text(encoding="utf-8")
    document.write_text(replace_section(text, section, f"{title}\n\n{table(_TITLES, cells)}"), encoding="utf-8")


def _row(lane: Lane, state: State, command: str) -> list[str]:
    if not state.done:
        return [lane.what, f"0 of {lane.goal:,}", str(state.seed), "not run yet", "", f"`{command}`"]
    many = f"{state.done:,}" if state.done >= lane.goal else f"{state.done:,} of {lane.goal:,}"
    date = time.strftime("%Y-%m-%d", time.gmtime(state.ended_at))
    return [lane.what, many, str(state.seed), _result(lane, state), date, f"`{command}`"]


def _result(lane: Lane, state: State) -> str:
    found, left = len(state.kinds), len(state.open)
    failed = "nothing failed" if not found else f"{found} kinds of failures found, {found - left} mended"
    if left:
        failed += "; **open:** " + "; ".join(f"{name} ({kind.count} ×)" for name, kind in state.open.items())
    told = lane.result(state)
    return f"{failed}; {told}" if told else failed
