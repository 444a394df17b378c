"""The page of two bounces of one song: aligned, level-matched, what changed in words, curves and numbers."""

from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bridge.model import Analysis
from bridge.policy.song.titles import number_title
from bridge.report import numbers, text
from bridge.report.charts import svg
from bridge.report.charts.axes import loudness_scale, time_ticks
from bridge.songs.actions import Action
from bridge.songs.comparisons import ComparisonState
from bridge.text import clock
from bridge.web.http_helpers import path_number, query_number
from bridge.web.pages.bounce import BouncePage, read_bounce
from bridge.web.pages.comparison import ComparisonView, comparison_view
from bridge.web.pages.lines import BounceLine
from bridge.web.pages.shown import Shown
from bridge.web.player_data import analysis_track, as_json, matchings, shift_of
from bridge.web.reader import PageReader


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two bounces of one song."""

    song: str
    song_id: int
    first: BounceLine
    second: BounceLine
    tracks_json: str
    matchings_json: str
    changes: tuple[numbers.NumberChange, ...]
    loudness: Markup | None
    beside: ComparisonView
    hides_loudness: bool


def compare_view(a: BouncePage, b: BouncePage, found: ComparisonState) -> CompareView:
    """Prepare the comparison of two examined bounces."""
    if a.analysis is None or b.analysis is None:
        raise ValueError("a and b must both hold an analysis")
    shift_s = shift_of(found.difference)
    tracks = [
        analysis_track("bounce", a.bounce.id, f"Bounce {number_title(a.bounce)}", a.analysis),
        analysis_track("bounce", b.bounce.id, f"Bounce {number_title(b.bounce)}", b.analysis, shift_s),
    ]
    action = Action(kind="compare", bounce_id=a.bounce.id, other_id=b.bounce.id)
    return CompareView(
        song=a.bounce.song,
        song_id=a.bounce.song_id,
        first=_line(a, a.analysis),
        second=_line(b, b.analysis),
        tracks_json=as_json(tracks),
        matchings_json=as_json(matchings(found.difference)),
        changes=numbers.changes(a.analysis.measurement, b.analysis.measurement),
        loudness=two_loudnesses(a.analysis, b.analysis, shift_s),
        beside=comparison_view(found, action, a.analysis.format.duration_s),
        hides_loudness=a.hides_loudness,
    )


def _line(page: BouncePage, analysis: Analysis) -> BounceLine:
    bounce = page.bounce
    return BounceLine(
        id=bounce.id,
        revision=bounce.revision,
        file_name=PurePath(bounce.path).name,
        when=text.day_and_time(bounce.seen_at),
        verdict="",
        verdict_words="",
        summary=numbers.format_line(analysis.format),
        loudness=text.number(analysis.measurement.integrated_lufs),
        peak=text.number(analysis.measurement.true_peak_dbtp),
        length=clock(analysis.format.duration_s),
        title=number_title(bounce),
    )


def two_loudnesses(a: Analysis, b: Analysis, shift_s: float) -> Markup | None:
    """Return both short-term curves in step, each against its own integrated loudness: shapes, not levels."""
    duration_s = max(a.format.duration_s, b.format.duration_s - shift_s)
    lines = []
    for name, style, analysis, shift in (("A", "first", a, 0.0), ("B", "second", b, shift_s)):
        level, curves = analysis.measurement.integrated_lufs, analysis.curves
        if curves is None or level is None:
            return None
        series = curves.short_term_lufs
        relative = [None if value is None else value - level for value in series.values]
        points = svg.series_points(series.start_s - shift, series.step_s, relative, duration_s)
        lines.append(svg.Line(name, style, [(x, value) for x, value in points if x >= 0]))
    known = [value for line in lines for _, value in line.points if value is not None]
    if not known or duration_s <= 0:
        return None
    description = "Short-term loudness of both bounces over time, in step, each against its own integrated loudness."
    return svg.curves(lines, loudness_scale(known), time_ticks(duration_s), (), description, height_px=190)


def show(reader: PageReader, request: Request) -> Shown:
    """Show two bounces of one song side by side."""
    first, second = (query_number(request, name) for name in ("a", "b"))
    song_id = path_number(request, "song_id")
    a, b = read_bounce(reader, first), read_bounce(reader, second)
    found = reader.comparison(("bounce", first), ("bounce", second))
    if a is None or b is None or found is None or {a.bounce.song_id, b.bounce.song_id} != {song_id}:
        raise HTTPException(404, "Choose two bounces of this song.")
    if a.analysis is None or b.analysis is None:
        raise HTTPException(409, "One of the two has not been examined yet.")
    title = f"{a.bounce.song}, bounces {number_title(a.bounce)} and {number_title(b.bounce)}"
    record = {"a": a, "b": b, "beside": found}
    return Shown("compare.html", title, "Comparison", record, {"view": compare_view(a, b, found)}, song_id)
