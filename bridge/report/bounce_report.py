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
    number: str = "",
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
    folder, song, number
        Where it goes and what it is called: "Tide (instrumental)", "3 dry"; no number for a file outside any song.
    json
        The analysis as it was stored; made anew when left out.
    notes, hides_loudness
        As for `render_bounce_report`.

    Raises
    ------
    ReportError
        When the folder cannot be written to or is full; nothing is left behind.
    """
    tail = f" – bounce {number}" if number else ""
    page = render_bounce_report(analysis, song=song, number=number, notes=notes, hides_loudness=hides_loudness)
    return write_report(folder, song, page, json or json_text(analysis), tail=tail).html
