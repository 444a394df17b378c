"""Two versions of a song compared: what changed in words and curves, or how far finding that out is."""

from dataclasses import dataclass

from markupsafe import Markup

from bridge.model import BounceDiff
from bridge.report import text
from bridge.report.charts import svg
from bridge.report.charts.axes import LevelScale, time_ticks
from bridge.report.charts.tone_charts import difference_chart
from bridge.songs.actions import Action
from bridge.songs.comparisons import ComparisonState
from bridge.web.pages.lines import JobLine, job_line
from bridge.web.player_data import as_json

_QUIETEST_DB = -72.0  # ours: what is left below that nobody hears beside the music


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """What a page shows of a comparison; ``ask_json`` is what it asks the bridge for when there is none yet."""

    is_there: bool
    sentences: tuple[str, ...]
    alignment: str
    tone: Markup | None
    left: Markup | None
    job: JobLine | None
    ask_json: str
    asks_by_itself: bool


def comparison_view(found: ComparisonState, action: Action, duration_s: float) -> ComparisonView:
    """Prepare a comparison; ``action`` is the one that has it made."""
    difference, job = found.difference, job_line(found.job)
    shown = difference if difference is not None and _has_sound(difference) else None
    return ComparisonView(
        is_there=difference is not None,
        sentences=difference.sentences if difference is not None else (),
        alignment=_alignment(shown) if shown is not None else "",
        tone=difference_chart(shown.bands) if shown is not None else None,
        left=_left_chart(shown, duration_s) if shown is not None else None,
        job=job,
        ask_json=as_json(action) if difference is None else "",
        asks_by_itself=difference is None and job is None,
    )


def _has_sound(found: BounceDiff) -> bool:
    """Tell whether both files hold something that can be compared."""
    return found.measurement_a.sample_peak_dbfs is not None and found.measurement_b.sample_peak_dbfs is not None


def _alignment(found: BounceDiff) -> str:
    """Say what was done so that the two can be compared."""
    if not found.aligned:
        return "They could not be aligned: the waves agree nowhere. Each is shown from its own beginning."
    moved = abs(found.shift_s)
    later = "B" if found.shift_s > 0 else "A"
    place = (
        f"{later} begins {text.number(1000 * moved, 1)} ms later in its file; both are heard and drawn in step. "
        if moved > 0.5 / found.rate_hz
        else "Both begin together. "
    )
    by = "what stayed the same" if found.level_from == "common" else "their loudness"
    level = text.number(found.level_change_db, 1, signed=True)
    return f"{place}Levels are matched by {by}: B is {level} dB against A."


def _left_chart(found: BounceDiff, duration_s: float) -> Markup | None:
    """Return what is left over time when one is taken from the other: where in the song something changed."""
    values = found.cells_residual_db
    if not found.aligned or not values or duration_s <= 0:
        return None
    floored = [_QUIETEST_DB if value is None else max(value, _QUIETEST_DB) for value in values]
    start_s = found.cells_from_s + found.cell_s / 2
    points = svg.series_points(start_s, found.cell_s, floored, duration_s)
    known = [value for value in values if value is not None]
    most = f"at most {text.number(max(known), 0)} dB" if known else "nothing"
    description = f"What is left over time when A and B are taken from each other, in dB of A: {most}."
    line = svg.Line("Left over", "first", points)
    scale = LevelScale(_QUIETEST_DB, 6.0, 24.0)
    return svg.curves([line], scale, time_ticks(duration_s), (), description, height_px=110)
