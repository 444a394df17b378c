"""Charts of the tone and the stereo image: the long-term spectrum, and the correlation over time."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from bridge.model import Analysis
from bridge.report import charts, text
from bridge.report.axes import LevelScale, Tick, time_ticks

_LOWEST_HZ = 20.0
_RANGE_DB = 72.0  # ours: what lies deeper under the loudest band is not heard beside it
_STEP_DB = 12.0
_TICKS_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
_LABELLED_HZ = {100, 1000, 10000}


def spectrum_chart(analysis: Analysis) -> Markup | None:
    """Return the long-term spectrum, with middle and side for two channels; None when it was not measured."""
    curve = analysis.curves.spectrum if analysis.curves is not None else None
    if curve is None or not curve.frequency_hz:
        return None
    known = [level for level in curve.level_db if level is not None]
    if not known:
        return None
    top_hz = max(curve.frequency_hz[-1], 2 * _LOWEST_HZ)
    sides = [level for level in (*curve.mid_db, *curve.side_db) if level is not None]
    high = math.ceil((max(known + sides) + 3) / _STEP_DB) * _STEP_DB
    scale = LevelScale(high - _RANGE_DB, high, _STEP_DB)
    lines = [charts.Line("Spectrum", "first", _points(curve.frequency_hz, curve.level_db, top_hz))]
    if curve.side_db:
        lines.append(charts.Line("Side", "second", _points(curve.frequency_hz, curve.side_db, top_hz)))
    loudest = curve.frequency_hz[max(range(len(curve.level_db)), key=lambda i: _or_low(curve.level_db[i]))]
    description = (
        f"Long-term spectrum from {_LOWEST_HZ:.0f} Hz to {text.rate(round(top_hz))}; loudest near {loudest:.0f} Hz."
    )
    ticks = [
        Tick(_place(hz, top_hz), f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz", minor=hz not in _LABELLED_HZ)
        for hz in _TICKS_HZ
        if hz < 0.97 * top_hz
    ]
    return charts.curves(lines, scale, ticks, [], description, height_px=190)


def correlation_chart(analysis: Analysis) -> Markup | None:
    """Return the correlation of left and right over time; None without two sounding channels."""
    series = analysis.curves.correlation if analysis.curves is not None else None
    known = [value for value in series.values if value is not None] if series is not None else []
    if series is None or not known:
        return None
    duration_s = analysis.format.duration_s
    points = charts.series_points(series.start_s, series.step_s, series.values, duration_s, keep=min)
    lowest = text.number(min(known), 2)
    description = (
        f"Correlation of left and right over time; lowest {lowest}. Below 0, mono playback loses more than it keeps."
    )
    scale = LevelScale(-1.0, 1.0, 1.0)
    line = charts.Line("Correlation", "first", points)
    return charts.curves([line], scale, time_ticks(duration_s), [], description, height_px=90, from_top=True)


def _points(
    frequency_hz: Sequence[float], levels_db: Sequence[float | None], top_hz: float
) -> list[tuple[float, float | None]]:
    pairs = zip(frequency_hz, levels_db, strict=False)
    return [(_place(hz, top_hz), level) for hz, level in pairs if hz <= top_hz]


def _place(frequency_hz: float, top_hz: float) -> float:
    """Return where a frequency stands on the logarithmic axis, 0 to 1."""
    return min(1.0, max(0.0, math.log(frequency_hz / _LOWEST_HZ) / math.log(top_hz / _LOWEST_HZ)))


def _or_low(level: float | None) -> float:
    return -math.inf if level is None else level
