"""Charts of the tone and the stereo image: spectra, how they differ, and the correlation over time."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from bridge.model import Analysis, BandDifference, ReferenceComparison, SpectrumCurve
from bridge.report import text
from bridge.report.charts import svg
from bridge.report.charts.axes import AxisTick, LevelScale, time_ticks

_LOWEST_HZ = 20.0
_RANGE_DB = 72.0  # ours: what lies deeper under the loudest band is not heard beside it
_STEP_DB = 12.0
_THIRDS_TO_24THS_DB = 10 * math.log10(8)  # a third octave holds eight of the bands that are drawn
_TICKS_HZ = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
_LABELLED_HZ = {100, 1000, 10000}


def spectrum_chart(analysis: Analysis, references: ReferenceComparison | None = None) -> Markup | None:
    """Return the long-term spectrum and its side, behind it where the references lie; None when it was not measured."""
    curve = analysis.curves.spectrum if analysis.curves is not None else None
    if curve is None or not curve.frequency_hz:
        return None
    known = [level for level in curve.level_db if level is not None]
    if not known:
        return None
    top_hz = max(curve.frequency_hz[-1], 2 * _LOWEST_HZ)
    lines = [svg.Line("Spectrum", "first", _points(curve.frequency_hz, curve.level_db, top_hz))]
    if curve.side_db:
        lines.append(svg.Line("Side", "second", _points(curve.frequency_hz, curve.side_db, top_hz)))
    area = _reference_area(analysis, references, top_hz)
    highest = max(*known, *(level for level in curve.side_db if level is not None), *(high for *_, high in area))
    loudest = curve.frequency_hz[max(range(len(curve.level_db)), key=lambda i: _or_low(curve.level_db[i]))]
    description = (
        f"Long-term spectrum from {_LOWEST_HZ:.0f} Hz to {text.rate(round(top_hz))}; loudest near {loudest:.0f} Hz."
    ) + (" Behind it the range of the references, as loud as this mix." if area else "")
    areas = [svg.Area("references", area)]
    scale = spectrum_scale(highest)
    return svg.curves(lines, scale, frequency_ticks(top_hz), [], description, height_px=190, areas=areas)


def _reference_area(
    analysis: Analysis, references: ReferenceComparison | None, top_hz: float
) -> list[tuple[float, float, float]]:
    """Return where the references lie, at the level of the mix: from the lowest to the highest, or what is usual."""
    if references is None:
        return []
    own = dict(zip(analysis.measurement.third_octave_hz, analysis.measurement.third_octave_db, strict=False))
    points = []
    for band in references.bands:
        level = own.get(band.centre_hz)
        if level is None or not _LOWEST_HZ <= band.centre_hz <= top_hz:
            continue
        mean = level - band.difference_db - _THIRDS_TO_24THS_DB
        low = min(level - band.highest_db - _THIRDS_TO_24THS_DB, mean - band.usual_db)
        high = max(level - band.lowest_db - _THIRDS_TO_24THS_DB, mean + band.usual_db)
        points.append((frequency_place(band.centre_hz, top_hz), low, high))
    return points


def two_spectra_chart(
    before: SpectrumCurve | None, after: SpectrumCurve | None, raise_before_db: float | None
) -> Markup | None:
    """Return two long-term spectra over each other, the first one raised to the loudness of the second."""
    if before is None or after is None or raise_before_db is None:
        return None
    raised = [None if level is None else level + raise_before_db for level in before.level_db]
    known = [level for level in (*raised, *after.level_db) if level is not None]
    if not known:
        return None
    top_hz = max(after.frequency_hz[-1], 2 * _LOWEST_HZ)
    lines = [
        svg.Line("Mix", "beneath", _points(before.frequency_hz, raised, top_hz)),
        svg.Line("Master", "first", _points(after.frequency_hz, after.level_db, top_hz)),
    ]
    description = "Long-term spectrum of mix and master, the mix as loud as the master."
    return svg.curves(
        lines, spectrum_scale(max(known)), frequency_ticks(top_hz), [], description, height_px=190, filled="no"
    )


def difference_chart(bands: Sequence[BandDifference]) -> Markup | None:
    """Return how B's tone differs from A's, third octave by third octave, with its spread over time."""
    if not bands:
        return None
    top_hz = max(bands[-1].centre_hz * 2 ** (1 / 6), 2 * _LOWEST_HZ)
    reach = max(abs(band.difference_db) for band in bands)
    step = next(step for step in (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 96.0) if reach + 0.5 <= 3 * step or step == 96.0)
    scale = LevelScale(-3 * step, 3 * step, step)
    shown = [(frequency_place(band.centre_hz, top_hz), band) for band in bands if band.centre_hz >= _LOWEST_HZ]
    line = svg.Line("B against A", "first", [(x, band.difference_db) for x, band in shown])
    spread = [(x, band.difference_db - band.spread_db, band.difference_db + band.spread_db) for x, band in shown]
    largest = max(bands, key=lambda band: abs(band.difference_db))
    description = (
        "Tone of B against A, level-matched, in third octaves with the spread over time; the largest difference is "
        f"{text.number(largest.difference_db, 1, signed=True)} dB at {largest.centre_hz:.0f} Hz."
    )
    rules = [svg.Rule(0.0, "", "zero")]
    areas = [svg.Area("spread", spread)]
    ticks = frequency_ticks(top_hz)
    return svg.curves([line], scale, ticks, rules, description, height_px=190, filled="no", areas=areas)


def spectrum_scale(highest_db: float) -> LevelScale:
    """Return a scale from a little above the highest level down to what is not heard beside it."""
    high = math.ceil((highest_db + 3) / _STEP_DB) * _STEP_DB
    return LevelScale(high - _RANGE_DB, high, _STEP_DB)


def frequency_ticks(top_hz: float) -> list[AxisTick]:
    """Return the ticks of a logarithmic frequency axis."""
    shown = [hz for hz in _TICKS_HZ if hz < 0.97 * top_hz]
    labels = [f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz" for hz in shown]
    return [
        AxisTick(frequency_place(hz, top_hz), label, minor=hz not in _LABELLED_HZ)
        for hz, label in zip(shown, labels, strict=True)
    ]


def correlation_chart(analysis: Analysis) -> Markup | None:
    """Return the correlation of left and right over time; None without two sounding channels."""
    series = analysis.curves.correlation if analysis.curves is not None else None
    known = [value for value in series.values if value is not None] if series is not None else []
    if series is None or not known:
        return None
    duration_s = analysis.format.duration_s
    points = svg.series_points(series.start_s, series.step_s, series.values, duration_s, keep=min)
    lowest = text.number(min(known), 2)
    description = (
        f"Correlation of left and right over time; lowest {lowest}. Below 0, mono playback loses more than it keeps."
    )
    scale = LevelScale(-1.0, 1.0, 1.0)
    line = svg.Line("Correlation", "first", points)
    return svg.curves([line], scale, time_ticks(duration_s), [], description, height_px=90, filled="above")


def balance_chart(analysis: Analysis) -> Markup | None:
    """Return the balance of left and right over time; None without two sounding channels."""
    series = analysis.curves.balance_db if analysis.curves is not None else None
    known = [value for value in series.values if value is not None] if series is not None else []
    duration_s = analysis.format.duration_s
    if series is None or not known or duration_s <= 0:
        return None
    reach = max(3.0, math.ceil(max(abs(value) for value in known) / 3) * 3)
    points = svg.series_points(series.start_s, series.step_s, series.values, duration_s, keep=_farthest)
    low, high = (text.number(value, 1, signed=True) for value in (min(known), max(known)))
    description = f"Balance over time, left over right, from {low} to {high} dB."
    scale = LevelScale(-reach, reach, reach)
    line = svg.Line("Balance", "first", points)
    rules = [svg.Rule(0.0, "", "zero")]
    return svg.curves([line], scale, time_ticks(duration_s), rules, description, height_px=90, filled="no")


def _farthest(values: Sequence[float]) -> float:
    return max(values, key=abs)


def _points(
    frequency_hz: Sequence[float], levels_db: Sequence[float | None], top_hz: float
) -> list[tuple[float, float | None]]:
    pairs = zip(frequency_hz, levels_db, strict=False)
    return [(frequency_place(hz, top_hz), level) for hz, level in pairs if hz <= top_hz]


def frequency_place(frequency_hz: float, top_hz: float) -> float:
    """Return where a frequency stands on the logarithmic axis, 0 to 1."""
    return min(1.0, max(0.0, math.log(frequency_hz / _LOWEST_HZ) / math.log(top_hz / _LOWEST_HZ)))


def _or_low(level: float | None) -> float:
    return -math.inf if level is None else level
