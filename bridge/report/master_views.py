"""What the page of one master shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup

from bridge.model import Analysis, MasterMove, MasterResult, SectionLevel
from bridge.report import charts, numbers, text
from bridge.report.axes import LevelScale, loudness_scale, time_ticks
from bridge.report.views import Verdict, section_points

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
    revision: int | None
    target: str
    file_name: str
    mix_name: str
    format_line: str
    sha256: str
    settings_hash: str
    made_at: str
    verdict: Verdict
    remarks: tuple[str, ...]
    moves: tuple[MoveView, ...]
    changes: tuple[numbers.Change, ...]
    sections: tuple[SectionChange, ...]
    contrast: str
    loudness: Markup | None
    reduction: Markup | None
    reduction_words: str
    notes: tuple[tuple[str, str], ...]


def master_view(
    result: MasterResult,
    *,
    song: str,
    revision: int | None,
    target_title: str | None,
    mix: Analysis | None,
    made_at: float | None,
    notes: Sequence[tuple[str, str]],
) -> MasterView:
    """Prepare the page of one master."""
    reduction, words = _reduction(result)
    return MasterView(
        song=song,
        revision=revision,
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
        loudness=_loudness(result, mix),
        reduction=reduction,
        reduction_words=words,
        notes=tuple((question, text.visible_lines(answer)) for question, answer in notes if answer.strip()),
    )


def promise(result: MasterResult) -> Verdict:
    """Say what was asked for and what the finished file measures."""
    level, peak = result.after.integrated_lufs, result.after.true_peak_dbtp
    measured = f"{text.number(level)} LUFS, {text.number(peak)} dBTP."
    ceiling = f"peaks at most {text.number(result.ceiling_dbtp)} dBTP"
    if result.integrated_lufs is None:
        return Verdict(
            "fine", measured, f"Asked for: {ceiling}, no set loudness. Measured again from the finished file."
        )
    asked = f"Asked for: {text.number(result.integrated_lufs)} LUFS, {ceiling}. Measured again from the finished file."
    if level is None or abs(level - result.integrated_lufs) <= _HIT_LU:
        return Verdict("fine", measured, asked)
    return Verdict(
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
    return (
        f"From the quietest section to the loudest: {text.number(before)} LU in the mix, {text.number(after)} LU here."
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
                f"{text.clock(mix.start_s)} to {text.clock(mix.end_s)}",
                text.number(mix.level_lufs),
                text.number(master.level_lufs),
                text.number(difference, 1, signed=True),
            )
        )
    return tuple(rows)


def _loudness(result: MasterResult, mix: Analysis | None) -> Markup | None:
    """Return the sections' levels before and after, over the mix's short-term loudness when it is known."""
    duration_s = result.format.duration_s
    lines = []
    if mix is not None and mix.curves is not None:
        series = mix.curves.short_term_lufs
        points = charts.series_points(series.start_s, series.step_s, series.values, duration_s)
        lines.append(charts.Line("Mix, short-term", "first", points))
    lines.append(charts.Line("Mix, sections", "before", section_points(result.before.sections, duration_s)))
    lines.append(charts.Line("Master, sections", "section", section_points(result.after.sections, duration_s)))
    known = [level for line in lines for _, level in line.points if level is not None]
    if not known or duration_s <= 0:
        return None
    description = (
        f"Loudness of the sections, mix and master, from {text.number(min(known))} to {text.number(max(known))} LUFS."
    )
    return charts.curves(lines, loudness_scale(known), time_ticks(duration_s), (), description, height_px=190)


def _reduction(result: MasterResult) -> tuple[Markup | None, str]:
    """Return how much the limiter turned down over time, drawn hanging from the top as on a meter."""
    series, duration_s = result.gain_reduction_db, result.format.duration_s
    known = [-abs(value) for value in series.values if value is not None]
    deepest = min(known, default=0.0)
    if deepest > -0.05:
        return None, "The limiter had nothing to do."
    values = [None if value is None else -abs(value) for value in series.values]
    points = charts.series_points(series.start_s, series.step_s, values, duration_s, keep=min)
    scale = LevelScale(min(-3.0, 1.15 * deepest), 0.0, 1.0 if deepest > -4 else 3.0)
    busy = sum(value < -0.1 for value in known) / len(known)
    words = f"At most {text.number(-deepest)} dB, at work {text.number(100 * busy, 0)} % of the time."
    line = charts.Line("Gain reduction", "first", points)
    return charts.curves([line], scale, time_ticks(duration_s), (), words, height_px=110, from_top=True), words
