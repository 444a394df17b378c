"""The report of a bounce as files: its page, and the analysis as JSON beside it."""

from pathlib import Path

from bridge.model import Analysis
from bridge.report.html import render_bounce_report
from bridge.report.report_files import write_report
from bridge.text import json_text


def write_bounce_report(
    analysis: Analysis,
    folder: Path,
    song: str,
    bounce_number: int | None,
    *,
    json: str = "",
    notes: tuple[tuple[str, str], ...] = (),
    hides_loudness: bool = False,
) -> Path:
    """Write the report of a bounce; return where its page is.

    Parameters
    ----------
    analysis
        What was measured and found; with its curves, or the page has no charts.
    folder, song, bounce_number
        Where it goes and what it is called; no number for a file outside any song.
    json
        The analysis as it was stored; made anew when left out.
    notes, hides_loudness
        As for `render_bounce_report`.

    Raises
    ------
    ReportError
        When the folder cannot be written to or is full; nothing is left behind.
    """
    tail = "" if bounce_number is None else f" – bounce {bounce_number}"
    page = render_bounce_report(analysis, song=song, revision=bounce_number, notes=notes, hides_loudness=hides_loudness)
    return write_report(folder, song, page, json or json_text(analysis), tail=tail).html
