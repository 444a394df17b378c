"""Charts as inline SVG, made here so that a page needs no script.

A chart is as wide as its place: curves are drawn in a nested picture that stretches, words and lines stand in an outer
one that does not, so text keeps its size from a phone to a wide screen. Colours come from the style sheet. Every
number put into the markup is formatted here; words go through `markupsafe.escape`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from bridge.report.charts.axes import AxisTick, LevelScale, amplitude_top, time_ticks
from bridge.report.text import number, visible

_COLUMNS = 1200  # ours: points across a chart; finer than a laptop's screen needs, small enough to mail
_UNITS = 1000  # height of a stretched picture in its own units
_LANE_PX = {1: 150, 2: 104}
_AXIS_PX = 22
_FLAGS_PX = 24
_NEAR = 0.02  # flags nearer than this share of the width would cover each other
_NEAR_NARROW = 0.075  # the same on a phone


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel's envelope: lowest, highest and RMS value every ``step_s``, full scale 1.0."""

    name: str
    step_s: float
    lowest: Sequence[float]
    highest: Sequence[float]
    rms: Sequence[float]


@dataclass(frozen=True, slots=True)
class Marker:
    """A place in time that belongs to a finding, named by the finding's number in the list."""

    at_s: float
    number: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: ``points`` are (0..1 across, level or None); ``style`` is a class of the style sheet."""

    name: str
    style: str
    points: Sequence[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Area:
    """What lies between two curves: ``points`` are (0..1 across, lower level, upper level)."""

    style: str
    points: Sequence[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A level worth a line across the chart, with its words."""

    level: float
    label: str
    style: str = "rule"


def waveform(lanes: Sequence[Lane], duration_s: float, markers: Sequence[Marker], description: str) -> Markup:
    """Return the waveform with the findings' places on it."""
    lane_px = _LANE_PX.get(len(lanes), 104)
    peak = max((max(map(abs, (*lane.lowest, *lane.highest)), default=0.0) for lane in lanes), default=0.0)
    top = amplitude_top(peak)
    parts = []
    for index, lane in enumerate(lanes):
        y = _FLAGS_PX + index * lane_px
        parts.append(_lane(lane, duration_s, top, y, lane_px, named=len(lanes) > 1))
    bottom = _FLAGS_PX + lane_px * max(1, len(lanes))
    parts.append(_time_axis(duration_s, bottom, _FLAGS_PX))
    parts.append(_flags(markers, duration_s, bottom))
    return _figure("waveform", bottom + _AXIS_PX, description, parts)


def curves(
    lines: Sequence[Line],
    scale: LevelScale,
    ticks: Sequence[AxisTick],
    rules: Sequence[Rule],
    description: str,
    *,
    height_px: int,
    filled: Literal["below", "above", "no"] = "below",
    areas: Sequence[Area] = (),
) -> Markup:
    """Return curves over a horizontal axis with the given ticks, behind them areas; the first curve may be filled."""
    parts = [_level_axis(scale, height_px)]
    floor = {"below": _UNITS, "above": 0, "no": None}[filled]
    drawn = [_area(area, scale) for area in areas]
    drawn += [_curve(line, scale, floor if index == 0 else None) for index, line in enumerate(lines)]
    parts.append(_stretched(0, height_px, drawn))
    parts.extend(_rule(rule, scale, height_px) for rule in rules)
    parts.append(_axis(ticks, height_px, 0))
    return _figure("curves", height_px + _AXIS_PX, description, parts)


def series_points(
    start_s: float,
    step_s: float,
    values: Sequence[float | None],
    duration_s: float,
    keep: Callable[[list[float]], float] = max,
) -> list[tuple[float, float | None]]:
    """Return an evenly spaced series as points across a chart, thinned by keeping each stretch's highest value."""
    if duration_s <= 0 or not values:
        return []
    stride = max(1, math.ceil(len(values) / _COLUMNS))
    points: list[tuple[float, float | None]] = []
    for first in range(0, len(values), stride):
        stretch = values[first : first + stride]
        known = [value for value in stretch if value is not None]
        middle_s = start_s + (first + (len(stretch) - 1) / 2) * step_s
        # A gap stays visible when most of its stretch is one.
        points.append((min(1.0, middle_s / duration_s), keep(known) if 2 * len(known) > len(stretch) else None))
    return points


def _figure(style: str, height_px: int, description: str, parts: Iterable[str]) -> Markup:
    body = "".join(parts)
    return Markup(  # noqa: S704 - every part is made in this file, foreign words are escaped
        f'<svg class="chart {style}" role="img" width="100%" height="{height_px}" aria-label="{escape(description)}">'
        f"{body}</svg>"
    )


def _stretched(y_px: float, height_px: float, parts: Iterable[str]) -> str:
    return (
        f'<svg y="{y_px:g}" width="100%" height="{height_px:g}" viewBox="0 0 {_UNITS} {_UNITS}"'
        f' preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _lane(lane: Lane, duration_s: float, top: float, y_px: float, height_px: float, *, named: bool) -> str:
    lowest, highest, rms, step_s = _thinned(lane)
    width = _UNITS * step_s / duration_s if duration_s > 0 else 0.0
    shapes = [_band(highest, lowest, top, width, "peak")]
    if rms:
        shapes.append(_band(rms, [-value for value in rms], top, width, "rms"))
    inner = height_px - 8
    middle = y_px + 4 + inner / 2
    out = [
        f'<line class="zero" x1="0" x2="100%" y1="{middle:g}" y2="{middle:g}"/>',
        _stretched(y_px + 4, inner, shapes),
    ]
    if top > 1.0:
        for side in (-1, 1):
            y = middle + side * inner / 2 / top
            out.append(f'<line class="full" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
    if named:
        out.append(f'<text class="lane" x="4" y="{y_px + 16:g}">{escape(visible(lane.name))}</text>')
    label = f"{number(20 * math.log10(top), 0 if top <= 1 else 1)} dBFS"
    out.append(f'<text class="ceiling" x="100%" dx="-4" y="{y_px + 16:g}" text-anchor="end">{label}</text>')
    return "".join(out)


def _thinned(lane: Lane) -> tuple[list[float], list[float], list[float], float]:
    stride = max(1, math.ceil(len(lane.highest) / _COLUMNS))
    starts = range(0, len(lane.highest), stride)
    lowest = [min(lane.lowest[i : i + stride]) for i in starts]
    highest = [max(lane.highest[i : i + stride]) for i in starts]
    rms = [math.sqrt(sum(v * v for v in part) / len(part)) for i in starts if (part := lane.rms[i : i + stride])]
    return lowest, highest, rms, stride * lane.step_s


def _band(upper: Sequence[float], lower: Sequence[float], top: float, width: float, style: str) -> str:
    """Return a filled shape between two curves of amplitudes, at least a hair thick so that silence is a line."""
    if not upper:
        return ""
    half = _UNITS / 2

    def y(value: float) -> int:
        return round(half - half * min(1.0, max(-1.0, value / top)))

    there = [f"{min(_UNITS, (i + 0.5) * width):.1f} {y(value) - 1}" for i, value in enumerate(upper)]
    back = [f"{min(_UNITS, (i + 0.5) * width):.1f} {y(value) + 1}" for i, value in enumerate(lower)]
    return f'<path class="{style}" d="M{"L".join([*there, *reversed(back)])}Z"/>'


def _flags(markers: Sequence[Marker], duration_s: float, bottom_px: float) -> str:
    if duration_s <= 0:
        return ""
    out: list[str] = []
    last: dict[int, float] = {}
    taken: list[float] = []
    taken_narrow: list[float] = []
    for marker in sorted(markers, key=lambda m: (m.at_s, m.number)):
        across = min(1.0, max(0.0, marker.at_s / duration_s))
        if across - last.get(marker.number, -1.0) < 0.0008:
            continue  # one line for what the eye cannot tell apart
        last[marker.number] = across
        x = f"{100 * across:.2f}%"
        out.append(f'<g class="flag {escape(marker.kind)}"><title>{escape(visible(marker.label))}</title>')
        out.append(f'<line x1="{x}" x2="{x}" y1="{_FLAGS_PX}" y2="{bottom_px:g}"/>')
        if all(abs(across - other) >= _NEAR for other in taken):
            taken.append(across)
            roomy = all(abs(across - other) >= _NEAR_NARROW for other in taken_narrow)
            if roomy:
                taken_narrow.append(across)
            inside = f"{100 * min(0.992, max(0.008, across)):.2f}%"
            style = "number-flag" if roomy else "number-flag minor"
            out.append(f'<circle class="{style}" cx="{inside}" cy="11" r="10"/>')
            out.append(f'<text class="{style}" x="{inside}" y="15" text-anchor="middle">{marker.number}</text>')
        out.append("</g>")
    return "".join(out)


def _time_axis(duration_s: float, y_px: float, from_px: float) -> str:
    return _axis(time_ticks(duration_s), y_px, from_px)


def _axis(ticks: Sequence[AxisTick], y_px: float, from_px: float) -> str:
    out = []
    for tick in ticks:
        x = f"{100 * tick.at:.3f}%"
        style = "tick minor" if tick.minor else "tick"
        anchor = "start" if tick.at < 0.01 else "end" if tick.at > 0.99 else "middle"
        out.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{from_px:g}" y2="{y_px:g}"/>')
        out.append(
            f'<text class="{style}" x="{x}" y="{y_px + 16:g}" text-anchor="{anchor}">{escape(tick.label)}</text>'
        )
    return "".join(out)


def _level_axis(scale: LevelScale, height_px: float) -> str:
    out = []
    for tick in scale.ticks():
        y = height_px * (1 - tick.at)
        out.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        if 0.03 < tick.at < 0.97:
            out.append(f'<text class="level" x="4" y="{y - 4:.1f}">{escape(tick.label)}</text>')
    return "".join(out)


def _curve(line: Line, scale: LevelScale, filled_to: int | None) -> str:
    out = []
    for run in _runs(line.points):
        points = [f"{_UNITS * x:.1f} {_UNITS * (1 - scale.height_of(level)):.0f}" for x, level in run]
        if len(points) == 1:
            points.append(f"{_UNITS * run[0][0] + 1:.1f} {points[0].split()[1]}")
        if filled_to is not None:
            start, end = points[0].split()[0], points[-1].split()[0]
            out.append(
                f'<path class="under {line.style}" d="M{start} {filled_to}L{"L".join(points)}L{end} {filled_to}Z"/>'
            )
        out.append(f'<path class="line {line.style}" d="M{"L".join(points)}"/>')
    return "".join(out)


def _area(area: Area, scale: LevelScale) -> str:
    if not area.points:
        return ""

    def place(x: float, level: float) -> str:
        return f"{_UNITS * x:.1f} {_UNITS * (1 - scale.height_of(level)):.0f}"

    there = [place(x, low) for x, low, _ in area.points]
    back = [place(x, high) for x, _, high in reversed(area.points)]
    return f'<path class="area {escape(area.style)}" d="M{"L".join([*there, *back])}Z"/>'


def _runs(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Return the stretches of a curve between its gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, level in points:
        if level is None:
            if runs[-1]:
                runs.append([])
        else:
            runs[-1].append((x, level))
    return [run for run in runs if run]


def _rule(rule: Rule, scale: LevelScale, height_px: float) -> str:
    if not scale.low <= rule.level <= scale.high:
        return ""
    y = height_px * (1 - scale.height_of(rule.level))
    below = 14 if y < 20 else -5
    line = f'<line class="{rule.style}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
    if not rule.label:
        return line
    return (
        f"{line}"
        f'<text class="{rule.style}" x="100%" dx="-4" y="{y + below:.1f}" text-anchor="end">{escape(rule.label)}</text>'
    )
