"""The plan of a master: shaping, then the gain that reaches the target unless what must be kept says stop earlier."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from bridge import __version__
from bridge.engine.mastering.decisions import Decisions, decide
from bridge.engine.mastering.loudness_model import (
    ESTIMATE_LU,
    LEAST_ROOM_DB,
    ROOM_DB,
    Estimate,
    IsCancelled,
    LoudnessModel,
    OnProgress,
)
from bridge.engine.mastering.low_end import offset_move, offsets_of
from bridge.engine.mastering.references.density import follow_density
from bridge.engine.mastering.references.followed import read_references
from bridge.engine.mastering.references.loudness import follow_loudness
from bridge.engine.mastering.references.loudness_range import keep_range
from bridge.engine.mastering.spec import DUAL_MONO_LU, MAX_LOWERED_DB, MasterSpec, mono_as, refuse_silence
from bridge.errors import JobError, UsageError
from bridge.model import Analysis, MasterMove
from dsp.mastering.chain import MAX_GAIN_DB, ChainSettings, ShapingSettings
from dsp.mastering.clipper import ClipperSettings
from dsp.mastering.limiter.gain_curve import LimiterSettings
from dsp.mastering.limiter.model import LimitedOutcome
from dsp.mastering.limiter.solver import Solution, solve

MAX_LIMITED_GAIN_DB = 40.0  # ours: more is a mix nobody has heard

NOT_SHAPED = "Noise shaping was asked for and not used: it is for 16-bit files from 40 kHz on."


@dataclass(frozen=True, slots=True)
class MasteringPlan:
    """What will be done and what is expected of it; ``solution`` is None without a limiter or with given settings."""

    spec: MasterSpec
    settings: ChainSettings
    expected_lufs: float | None  # None: whatever comes out
    solution: Solution | None
    moves: tuple[MasterMove, ...]
    warnings: tuple[str, ...]
    trimmed_db: float = 0.0  # turned down behind the limiter, for the sake of a decoder

    @property
    def outcome(self) -> LimitedOutcome | None:
        """Return what the limiter is expected to do."""
        return self.solution.chosen if self.solution is not None else None

    def builtins(self) -> dict[str, Any]:
        """Return everything that decides the bytes, besides the mix and the version."""
        settings: dict[str, Any] = msgspec.to_builtins(self.settings)
        dither = "none" if self.spec.is_off("dither") else "shaped" if self.spec.shaped_dither else "triangular"
        return settings | {"subtype": self.spec.subtype, "dither": dither}

    def fingerprint(self) -> str:
        """Return the hash of settings and version: same hash and same mix, same bytes."""
        text = msgspec.json.encode(self.builtins() | {"version": __version__}, order="sorted")
        return hashlib.sha256(text).hexdigest()


def modelled_in_passing(
    specs: Sequence[MasterSpec], mix: Estimate
) -> dict[ShapingSettings, tuple[LimiterSettings, float]]:
    """Return what is worth hearing while the mix is examined: a model for each rate, hoping that nothing is shaped.

    Nothing is heard of silence.
    """
    wanted: dict[ShapingSettings, tuple[LimiterSettings, float]] = {}
    for spec in specs:
        limiter = spec.limiter
        if (
            limiter is None
            or spec.integrated_lufs is None
            or spec.request.like is not None
            or not math.isfinite(mix.lufs)
        ):
            continue
        shaping = ShapingSettings(rate_hz=spec.rate_hz)
        enough_db = mix.gain_db(spec.integrated_lufs, limiter.ceiling_dbtp)
        most_db = min(max(enough_db, -MAX_LOWERED_DB), MAX_LIMITED_GAIN_DB)
        known = wanted.get(shaping)
        if known is None or limiter.ceiling_dbtp - most_db < known[0].ceiling_dbtp - known[1]:
            wanted[shaping] = (limiter, most_db)
    return wanted


def make_plans(
    specs: Sequence[MasterSpec],
    analysis: Analysis,
    loudness_model: LoudnessModel,
    report: OnProgress,
    stop: IsCancelled,
) -> tuple[MasteringPlan, ...]:
    """Plan all orders of one mix, listening to it as seldom as possible."""
    plans = []
    for spec in specs:
        if spec.request.like is not None:
            plans.append(_like(spec, analysis))
            continue
        mono_lu = DUAL_MONO_LU if mono_as(spec.request, spec.target) == "dual" else 0.0
        references = read_references(spec.request, analysis, mono_lu, report, stop)
        spec = follow_loudness(spec, references)
        shaped = partial(_solve_shaped, analysis, loudness_model, report)
        range_lu = partial(_range_lu, analysis, loudness_model, report)
        decided = partial(decide, analysis=analysis, references=references)
        kept = keep_range(spec, analysis, references, decided, range_lu)
        decisions = kept.decisions
        density = follow_density(kept.spec, analysis, references, partial(shaped, decisions.settings))
        spec = density.spec
        warnings = (*(references.warnings if references is not None else ()), *decisions.notes, *density.notes)
        plans.append(_level(spec, analysis, loudness_model, decisions, warnings, report))
    if any(spec.request.noise_shaping for spec in specs) and not any(plan.spec.shaped_dither for plan in plans):
        plans[0] = replace(plans[0], warnings=(*plans[0].warnings, NOT_SHAPED))
    return tuple(plans)


def _first_gain_db(spec: MasterSpec, analysis: Analysis) -> float:
    assert spec.integrated_lufs is not None
    assert analysis.measurement.integrated_lufs is not None  # refused before
    return spec.integrated_lufs - analysis.measurement.integrated_lufs


def _level(
    spec: MasterSpec,
    analysis: Analysis,
    loudness_model: LoudnessModel,
    decisions: Decisions,
    warnings: tuple[str, ...],
    report: OnProgress,
) -> MasteringPlan:
    limiter = spec.limiter
    if limiter is None or spec.integrated_lufs is None:
        return _peak_level(spec, loudness_model, decisions, warnings, report)
    solution = _solve(spec, analysis, loudness_model, decisions.settings, limiter, report)
    clipped = _with_clipper(spec, solution, decisions)
    if clipped is not decisions:
        decisions = clipped
        solution = _solve(spec, analysis, loudness_model, decisions.settings, limiter, report)
    if not solution.is_decided:
        raise JobError(
            f"{spec.mix.name} cannot reach {spec.integrated_lufs:g} LUFS: with {solution.wanted.gain_db:.1f} dB of "
            f"gain it is at {solution.wanted.integrated_lufs:.1f}. Ask for a quieter target."
        )
    gain_db = round(solution.chosen.gain_db, 4)
    return MasteringPlan(
        spec=spec,
        settings=ChainSettings(decisions.settings, gain_db, limiter),
        expected_lufs=spec.integrated_lufs if solution.reached else solution.chosen.integrated_lufs,
        solution=solution,
        moves=decisions.moves,
        warnings=warnings,
    )


def _peak_level(
    spec: MasterSpec, loudness_model: LoudnessModel, decisions: Decisions, warnings: tuple[str, ...], report: OnProgress
) -> MasteringPlan:
    """Without a limiter the highest peak sets the level, unless the loudness asked for needs less."""
    level = loudness_model.level(decisions.settings, report)
    refuse_silence(spec, level.integrated_lufs)
    gain_db = spec.unrounded_ceiling_dbtp - level.true_peak_dbtp
    if spec.integrated_lufs is not None:
        gain_db = min(gain_db, spec.integrated_lufs - level.integrated_lufs)
    gain_db = round(min(max(gain_db, -MAX_GAIN_DB), MAX_GAIN_DB), 4)
    return MasteringPlan(
        spec=spec,
        settings=ChainSettings(decisions.settings, gain_db, None),
        expected_lufs=level.integrated_lufs + gain_db,
        solution=None,
        moves=decisions.moves,
        warnings=warnings,
    )


def _solve(
    spec: MasterSpec,
    analysis: Analysis,
    loudness_model: LoudnessModel,
    shaping: ShapingSettings,
    limiter: LimiterSettings,
    report: OnProgress,
) -> Solution:
    """Find the gain, once for targets that ask the same of the same sound.

    The model is heard again with more room when the limiter takes more than expected.
    """
    assert spec.integrated_lufs is not None
    asked = (shaping, limiter, spec.integrated_lufs, spec.caps)
    if asked not in loudness_model.solutions:
        loudness_model.solutions[asked] = _searched(spec, analysis, loudness_model, shaping, limiter, report)
    return loudness_model.solutions[asked]


def _solve_shaped(
    analysis: Analysis, loudness_model: LoudnessModel, report: OnProgress, shaping: ShapingSettings, spec: MasterSpec
) -> Solution:
    """Find the gain for an order with a limiter."""
    assert spec.limiter is not None
    return _solve(spec, analysis, loudness_model, shaping, spec.limiter, report)


def _range_lu(
    analysis: Analysis, loudness_model: LoudnessModel, report: OnProgress, shaping: ShapingSettings, spec: MasterSpec
) -> float:
    """Return the loudness range of an order, behind its limiter where it has one."""
    if spec.limiter is None or spec.integrated_lufs is None:
        return loudness_model.level(shaping, report).range_lu
    return _solve_shaped(analysis, loudness_model, report, shaping, spec).chosen.contrast_lu


def _searched(
    spec: MasterSpec,
    analysis: Analysis,
    loudness_model: LoudnessModel,
    shaping: ShapingSettings,
    limiter: LimiterSettings,
    report: OnProgress,
) -> Solution:
    first_db = _first_gain_db(spec, analysis)
    assert spec.integrated_lufs is not None
    reach_db = loudness_model.reach_db(shaping, limiter) - first_db
    room_db = ROOM_DB if reach_db < LEAST_ROOM_DB else min(reach_db, ROOM_DB + 2 * ESTIMATE_LU)
    while True:
        most_db = min(first_db + room_db, MAX_LIMITED_GAIN_DB)
        model = loudness_model.model(shaping, limiter, most_db, report)
        coarse = model.coarse()
        quick = coarse.evaluate if coarse is not model else None
        solution = solve(model.evaluate, spec.integrated_lufs, first_db, most_db, spec.caps, quick)
        refuse_silence(spec, solution.wanted.integrated_lufs)
        if solution.is_decided or most_db >= MAX_LIMITED_GAIN_DB or room_db > 4 * ROOM_DB:
            return solution
        room_db = max(2 * room_db, ROOM_DB)


def _with_clipper(spec: MasterSpec, solution: Solution, decisions: Decisions) -> Decisions:
    """Return the shape with a clipper for the tops of hits, where the person or an energetic intent wants one."""
    outcome = solution.chosen
    deepest_db = max(outcome.max_reduction_db, solution.wanted.max_reduction_db)
    by_hand = spec.preset.clip_db
    wanted_db = by_hand if by_hand is not None else (deepest_db - spec.ways.clip_from_db)
    depth_db = min(wanted_db, spec.caps.max_clip_db, deepest_db) * spec.strength
    if spec.is_off("clipper") or depth_db < 0.2:
        return decisions
    gain_db = solution.wanted.gain_db
    limiter = spec.limiter
    assert limiter is not None
    threshold = limiter.ceiling_dbtp - gain_db + deepest_db - depth_db
    settings = replace(decisions.settings, clipper=ClipperSettings(threshold_dbfs=round(threshold, 2)))
    why = "set by hand" if by_hand is not None else "a rounded top keeps the beginning of a hit, which a limiter lowers"
    move = MasterMove(
        stage="clipper",
        what=f"Rounded the tops of the hardest hits, by at most {depth_db:.1f} dB",
        amount_db=-round(depth_db, 2),
        why=why,
    )
    return replace(decisions, settings=settings, moves=(*decisions.moves, move))


def _like(spec: MasterSpec, analysis: Analysis) -> MasteringPlan:
    """Take the settings of another master as they are, but for the offset: each mix has its own."""
    from bridge.audio.kept.read import settings_in

    assert spec.request.like is not None
    found = settings_in(spec.request.like)
    chain = {name: found[name] for name in ("shaping", "gain_db", "limiter") if name in found}
    try:
        settings = msgspec.convert(chain, ChainSettings)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(f"The settings in {spec.request.like} cannot be used ({error}).") from error
    moves = []
    if settings.shaping.offsets:
        offsets = offsets_of(analysis)
        settings = replace(settings, shaping=replace(settings.shaping, offsets=offsets))
        moves = [offset_move(offsets)] if offsets else []
    # what comes out is what those settings make of this mix: no loudness is asked for
    shaped = spec.request.noise_shaping or found.get("dither") == "shaped"
    off = (*spec.request.off, "dither") if found.get("dither") == "none" else spec.request.off
    request = msgspec.structs.replace(spec.request, noise_shaping=shaped, off=off)
    spec = replace(spec, request=request, rate_hz=settings.shaping.rate_hz, integrated_lufs=None)
    if settings.limiter is not None:
        spec = spec.below(settings.limiter.ceiling_dbtp)
    move = MasterMove(stage="like", what="Took every setting from another master", amount_db=0.0, why="asked for")
    return MasteringPlan(spec, settings, None, None, (move, *moves), ())
