"""What the page of one master shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup

from bridge.model import Analysis, Curves, MasterMove, MasterResult, SectionLevel
from bridge.policy.findings.verdict import Judgement
from bridge.report import numbers, text
from bridge.report.bounce_view import section_points
from bridge.report.charts import svg
from bridge.report.charts.axes import LevelScale, loudness_scale, time_ticks
from bridge.report.charts.tone_charts import two_spectra_chart
from bridge.text import clock

# ours: a master that misses its level by less than this is heard as having hit it.
_HIT_LU = 0.5


@dataclass(frozen=True, slots=True)
class MoveView:
    """One move in words."""

    stage: str
    what: str
    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class SectionChange:
    """One section before and after."""

    when: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True, slots=True)
class MasterView:
    """The page of one master."""

    song: str
    number: str
    target: str
    file_name: str
    mix_name: str
    format_line: str
    sha256: str
    settings_hash: str
    made_at: str
    verdict: Judgement
    remarks: tuple[str, ...]
    moves: tuple[MoveView, ...]
    changes: tuple[numbers.NumberChange, ...]
    sections: tuple[SectionChange, ...]
    contrast: str
    loudness: Markup | None
    has_mix_curve: bool
    contrast_chart: Markup | None
    spectra: Markup | None
    reduction: Markup | None
    reduction_words: str
    notes: tuple[tuple[str, str], ...]


def master_view(
    result: MasterResult,
    *,
    song: str,
    number: str,
    target_title: str | None,
    mix: Analysis | None,
    curves: Curves | None,
    made_at: float | None,
    notes: Sequence[tuple[str, str]],
) -> MasterView:
    """Prepare the page of one master."""
    reduction, words = _reduction(result)
    return MasterView(
        song=song,
        number=number,
        target=target_title or result.target,
        file_name=PurePath(result.output).name,
        mix_name=PurePath(result.input).name,
        format_line=numbers.format_line(result.format),
        sha256=result.output_sha256,
        settings_hash=result.settings_hash,
        made_at=text.day_and_time(made_at) if made_at is not None else "",
        verdict=promise(result),
        remarks=result.notes,
        moves=tuple(MoveView(move.stage, move.what, _amount(move), move.why) for move in result.moves),
        changes=numbers.changes(result.before, result.after),
        sections=_section_changes(result.before.sections, result.after.sections),
        contrast=_contrast(result),
        loudness=_loudness(result, mix, curves),
        has_mix_curve=mix is not None and mix.curves is not None,
        contrast_chart=_contrast_chart(result),
        spectra=_spectra(result, mix, curves),
        reduction=reduction,
        reduction_words=words,
        notes=tuple((question, text.visible_lines(answer)) for question, answer in notes if answer.strip()),
    )


def promise(result: MasterResult) -> Judgement:
    """Say what was asked for and what the finished file measures."""
    level, peak = result.after.integrated_lufs, result.after.true_peak_dbtp
    measured = f"{text.number(level)} LUFS, {text.number(peak)} dBTP."
    ceiling = f"peaks at most {text.number(result.ceiling_dbtp)} dBTP"
    if result.integrated_lufs is None:
        return Judgement(
            "fine", measured, f"Asked for: {ceiling}, no set loudness. Measured again from the finished file."
        )
    asked = f"Asked for: {text.number(result.integrated_lufs)} LUFS, {ceiling}. Measured again from the finished file."
    if level is None or abs(level - result.integrated_lufs) <= _HIT_LU:
        return Judgement("fine", measured, asked)
    return Judgement(
        "listen",
        f"{text.number(level)} LUFS instead of {text.number(result.integrated_lufs)}.",
        f"{asked} Why: see below.",
    )


def _amount(move: MasterMove) -> str:
    return f"{text.number(move.amount_db, 1, signed=True)} dB" if abs(move.amount_db) >= 0.05 else ""


def _contrast(result: MasterResult) -> str:
    before, after = result.before.section_contrast_lu, result.after.section_contrast_lu
    if before is None or after is None:
        return ""
    kept = (
        f" Of 1 LU between sections the limiter keeps {text.number(result.contrast_slope, 2)}."
        if result.contrast_slope is not None
        else ""
    )
    if kept and result.contrast_loss_db is not None:
        kept = kept.removesuffix(".") + f": {text.number(result.contrast_loss_db)} dB between loud and quiet are lost."
    return (
        f"From the quietest section to the loudest: {text.number(before)} LU in the mix, {text.number(after)} LU here."
        f"{kept}"
    )


def _section_changes(before: Sequence[SectionLevel], after: Sequence[SectionLevel]) -> tuple[SectionChange, ...]:
    """Pair the mix's sections with the master's; empty when they were cut differently."""
    if len(before) != len(after) or any(abs(a.start_s - b.start_s) > 1.0 for a, b in zip(before, after, strict=True)):
        return ()
    rows = []
    for mix, master in zip(before, after, strict=True):
        both = mix.level_lufs is not None and master.level_lufs is not None
        difference = (master.level_lufs or 0.0) - (mix.level_lufs or 0.0) if both else None
        rows.append(
            SectionChange(
                f"{clock(mix.start_s)} to {clock(mix.end_s)}",
                text.number(mix.level_lufs),
                text.number(master.level_lufs),
                text.number(difference, 1, signed=True),
            )
        )
    return tuple(rows)


def _loudness(result: MasterResult, mix: Analysis | None, curves: Curves | None) -> Markup | None:
    """Return the short-term loudness of mix and master over time, as far as the curves are known."""
    duration_s = result.format.duration_s
    lines = []
    for name, style, found in (("Master", "first", curves), ("Mix", "before", mix.curves if mix is not None else None)):
        if found is not None:
            series = found.short_term_lufs
            points = svg.series_points(series.start_s, series.step_s, series.values, duration_s)
            lines.append(svg.Line(name, style, points))
    known = [level for line in lines for _, level in line.points if level is not None]
    if not known or duration_s <= 0:
        return None
    description = (
        f"Short-term loudness over time of {' and '.join(line.name.lower() for line in lines)}, "
        f"from {text.number(min(known))} to {text.number(max(known))} LUFS."
    )
    return svg.curves(lines, loudness_scale(known), time_ticks(duration_s), (), description, height_px=190)


def _spectra(result: MasterResult, mix: Analysis | None, curves: Curves | None) -> Markup | None:
    before, after = result.before.integrated_lufs, result.after.integrated_lufs
    matched_db = after - before if before is not None and after is not None else None
    own = mix.curves.spectrum if mix is not None and mix.curves is not None else None
    return two_spectra_chart(own, curves.spectrum if curves is not None else None, matched_db)


def _contrast_chart(result: MasterResult) -> Markup | None:
    """Return the sections of mix and master, each against its own integrated loudness: what is kept lies on top."""
    duration_s = result.format.duration_s
    lines = []
    for name, style, measured in (("Mix", "beneath", result.before), ("Master", "section", result.after)):
        if measured.integrated_lufs is None or len(measured.sections) < 2:
            return None
        level = measured.integrated_lufs
        points = section_points(measured.sections, duration_s)
        lines.append(svg.Line(name, style, [(x, None if y is None else y - level) for x, y in points]))
    known = [level for line in lines for _, level in line.points if level is not None]
    if not known or duration_s <= 0:
        return None
    low, high = (text.number(level, signed=True) for level in (min(known), max(known)))
    description = f"Sections of mix and master, each against its own integrated loudness, from {low} to {high} LU."
    scale = LevelScale(math.floor(min(known)) - 1.0, math.ceil(max(known)) + 1.0, 3.0)
    return svg.curves(lines, scale, time_ticks(duration_s), (), description, height_px=110, filled="no")


def _reduction(result: MasterResult) -> tuple[Markup | None, str]:
    """Return how much the limiter turned down over time, drawn hanging from the top as on a meter."""
    series, duration_s = result.gain_reduction_db, result.format.duration_s
    known = [-abs(value) for value in series.values if value is not None]
    deepest = min(known, default=0.0)
    if deepest > -0.05:
        return None, "The limiter had nothing to do."
    values = [None if value is None else -abs(value) for value in series.values]
    points = svg.series_points(series.start_s, series.step_s, values, duration_s, keep=min)
    scale = LevelScale(min(-3.0, 1.15 * deepest), 0.0, 1.0 if deepest > -4 else 3.0)
    busy = sum(value < -0.1 for value in known) / len(known)
    words = f"At most {text.number(-deepest)} dB, at work {text.number(100 * busy, 0)} % of the time."
    line = svg.Line("Gain reduction", "first", points)
    return svg.curves([line], scale, time_ticks(duration_s), (), words, height_px=110, filled="above"), words
