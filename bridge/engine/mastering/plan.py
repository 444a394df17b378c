"""The plan of a master: shaping, then the gain that reaches the target unless what must be kept says stop earlier."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from bridge import __version__
from bridge.engine.mastering.hearing import (
    ESTIMATE_LU,
    LEAST_ROOM_DB,
    ROOM_DB,
    CancelledCall,
    Estimate,
    Hearing,
    ProgressCall,
)
from bridge.engine.mastering.order import MAX_LOWERED_DB, Order
from bridge.engine.mastering.references import References, hear_references
from bridge.engine.mastering.shape import Shape, decide_shape
from bridge.errors import JobError, UsageError
from bridge.model import Analysis, MasterMove
from dsp.mastering.chain import MAX_GAIN_DB, ChainSettings, ShapingSettings
from dsp.mastering.clipper import ClipperSettings
from dsp.mastering.limiter.envelope import LimiterSettings
from dsp.mastering.limiter.limited_model import Outcome
from dsp.mastering.limiter.loudness_solver import Caps, Solution, solve

MAX_LIMITED_GAIN_DB = 40.0  # ours: more is a mix nobody has heard
_CLIP_FROM_DB = 3.0  # ours: hits held back less than this need no clipper


NOT_SHAPED = "Noise shaping was asked for and not used: it is for 16-bit files from 40 kHz on."


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done and what is expected of it; ``solution`` is None without a limiter or with given settings."""

    order: Order
    settings: ChainSettings
    expected_lufs: float | None  # None: whatever comes out
    solution: Solution | None
    moves: tuple[MasterMove, ...]
    warnings: tuple[str, ...]
    trimmed_db: float = 0.0  # turned down behind the limiter, for the sake of a decoder

    @property
    def outcome(self) -> Outcome | None:
        """Return what the limiter is expected to do."""
        return self.solution.chosen if self.solution is not None else None

    def builtins(self) -> dict[str, Any]:
        """Return everything that decides the bytes, besides the mix and the version."""
        settings: dict[str, Any] = msgspec.to_builtins(self.settings)
        dither = "none" if self.order.is_off("dither") else "shaped" if self.order.shaped_dither else "triangular"
        return settings | {"subtype": self.order.subtype, "dither": dither}

    def fingerprint(self) -> str:
        """Return the hash of settings and version: same hash and same mix, same bytes."""
        text = msgspec.json.encode(self.builtins() | {"version": __version__}, order="sorted")
        return hashlib.sha256(text).hexdigest()


def heard_beside(orders: Sequence[Order], mix: Estimate) -> dict[ShapingSettings, tuple[LimiterSettings, float]]:
    """Return what is worth hearing while the mix is examined: a model for each rate, hoping that nothing is shaped.

    Nothing is heard of silence.
    """
    wanted: dict[ShapingSettings, tuple[LimiterSettings, float]] = {}
    for order in orders:
        limiter = order.limiter
        if (
            limiter is None
            or order.integrated_lufs is None
            or order.request.like is not None
            or not math.isfinite(mix.lufs)
        ):
            continue
        shaping = ShapingSettings(rate_hz=order.rate_hz)
        enough_db = mix.gain_db(order.integrated_lufs, limiter.ceiling_dbtp)
        most_db = min(max(enough_db, -MAX_LOWERED_DB), MAX_LIMITED_GAIN_DB)
        known = wanted.get(shaping)
        if known is None or limiter.ceiling_dbtp - most_db < known[0].ceiling_dbtp - known[1]:
            wanted[shaping] = (limiter, most_db)
    return wanted


def make_plans(
    orders: Sequence[Order], analysis: Analysis, hearing: Hearing, report: ProgressCall, stop: CancelledCall
) -> tuple[Plan, ...]:
    """Plan all orders of one mix, listening to it as seldom as possible."""
    plans = []
    for order in orders:
        if order.request.like is not None:
            plans.append(_like(order))
            continue
        references = hear_references(order.request, analysis, report, stop)
        order = _follow_loudness(order, references)
        shape = decide_shape(order, analysis, references)
        warnings = references.warnings if references is not None else ()
        plans.append(_level(order, analysis, hearing, shape, warnings, report))
    if any(order.request.noise_shaping for order in orders) and not any(plan.order.shaped_dither for plan in plans):
        plans[0] = replace(plans[0], warnings=(*plans[0].warnings, NOT_SHAPED))
    return tuple(plans)


def _follow_loudness(order: Order, references: References | None) -> Order:
    if references is None or "loudness" not in order.request.match or order.request.integrated_lufs is not None:
        return order
    return replace(order, integrated_lufs=round(min(max(references.integrated_lufs, -24.0), -7.0), 1))


def _first_gain_db(order: Order, analysis: Analysis) -> float:
    assert order.integrated_lufs is not None
    assert analysis.measurement.integrated_lufs is not None  # refused before
    return order.integrated_lufs - analysis.measurement.integrated_lufs


def _level(
    order: Order, analysis: Analysis, hearing: Hearing, shape: Shape, warnings: tuple[str, ...], report: ProgressCall
) -> Plan:
    limiter = order.limiter
    if limiter is None or order.integrated_lufs is None:
        return _peak_level(order, hearing, shape, warnings, report)
    solution = _solve(order, analysis, hearing, shape.settings, limiter, report)
    clipped = _with_clipper(order, solution, shape)
    if clipped is not shape:
        shape = clipped
        solution = _solve(order, analysis, hearing, shape.settings, limiter, report)
    gain_db = round(solution.chosen.gain_db, 4)
    return Plan(
        order=order,
        settings=ChainSettings(shape.settings, gain_db, limiter),
        expected_lufs=order.integrated_lufs if solution.reached else solution.chosen.integrated_lufs,
        solution=solution,
        moves=shape.moves,
        warnings=warnings,
    )


def _peak_level(order: Order, hearing: Hearing, shape: Shape, warnings: tuple[str, ...], report: ProgressCall) -> Plan:
    """Without a limiter the highest peak sets the level, unless the loudness asked for needs less."""
    level = hearing.level(shape.settings, report)
    gain_db = order.unrounded_ceiling_dbtp - level.true_peak_dbtp
    if order.integrated_lufs is not None:
        gain_db = min(gain_db, order.integrated_lufs - level.integrated_lufs)
    gain_db = round(min(max(gain_db, -MAX_GAIN_DB), MAX_GAIN_DB), 4)
    return Plan(
        order=order,
        settings=ChainSettings(shape.settings, gain_db, None),
        expected_lufs=level.integrated_lufs + gain_db,
        solution=None,
        moves=shape.moves,
        warnings=warnings,
    )


def _solve(
    order: Order,
    analysis: Analysis,
    hearing: Hearing,
    shaping: ShapingSettings,
    limiter: LimiterSettings,
    report: ProgressCall,
) -> Solution:
    """Find the gain, once for targets that ask the same of the same sound.

    The model is heard again with more room when the limiter takes more than expected.
    """
    assert order.integrated_lufs is not None
    caps = Caps(
        order.caps.min_contrast_slope,
        order.caps.max_crest_loss_db,
        order.caps.max_reduction_db,
        order.caps.max_reduction_p95_db,
    )
    asked = (shaping, limiter, order.integrated_lufs, caps)
    if asked not in hearing.solutions:
        hearing.solutions[asked] = _searched(order, analysis, hearing, shaping, limiter, caps, report)
    return hearing.solutions[asked]


def _searched(
    order: Order,
    analysis: Analysis,
    hearing: Hearing,
    shaping: ShapingSettings,
    limiter: LimiterSettings,
    caps: Caps,
    report: ProgressCall,
) -> Solution:
    first_db = _first_gain_db(order, analysis)
    assert order.integrated_lufs is not None
    reach_db = hearing.reach_db(shaping, limiter) - first_db
    room_db = ROOM_DB if reach_db < LEAST_ROOM_DB else min(reach_db, ROOM_DB + 2 * ESTIMATE_LU)
    while True:
        most_db = min(first_db + room_db, MAX_LIMITED_GAIN_DB)
        model = hearing.model(shaping, limiter, most_db, report)
        coarse = model.coarse()
        quick = coarse.evaluate if coarse is not model else None
        solution = solve(model.evaluate, order.integrated_lufs, first_db, most_db, caps, quick)
        if solution.reached or solution.broken:
            return solution
        if most_db >= MAX_LIMITED_GAIN_DB or room_db > 4 * ROOM_DB:
            raise JobError(
                f"{order.mix.name} cannot reach {order.integrated_lufs:g} LUFS: with {most_db:.1f} dB of gain it is at "
                f"{solution.wanted.integrated_lufs:.1f}. Ask for a quieter target."
            )
        room_db = max(2 * room_db, ROOM_DB)


def _with_clipper(order: Order, solution: Solution, shape: Shape) -> Shape:
    """Return the shape with a clipper for the tops of hits, where the person or an energetic intent wants one."""
    outcome = solution.chosen
    deepest_db = max(outcome.max_reduction_db, solution.wanted.max_reduction_db)
    by_hand = order.preset.clip_db
    wanted_db = by_hand if by_hand is not None else (deepest_db - _CLIP_FROM_DB if order.intent == "energetic" else 0.0)
    depth_db = min(wanted_db, order.caps.max_clip_db, deepest_db) * order.strength
    if order.is_off("clipper") or depth_db < 0.2:
        return shape
    gain_db = solution.wanted.gain_db
    limiter = order.limiter
    assert limiter is not None
    threshold = limiter.ceiling_dbtp - gain_db + deepest_db - depth_db
    settings = replace(shape.settings, clipper=ClipperSettings(threshold_dbfs=round(threshold, 2)))
    why = "set by hand" if by_hand is not None else "a rounded top keeps the beginning of a hit, which a limiter lowers"
    move = MasterMove(
        stage="clipper",
        what=f"Rounded the tops of the hardest hits, by at most {depth_db:.1f} dB",
        amount_db=-round(depth_db, 2),
        why=why,
    )
    return Shape(settings, (*shape.moves, move))


def _like(order: Order) -> Plan:
    """Take the settings of another master as they are."""
    from bridge.audio.tags import settings_in

    assert order.request.like is not None
    found = settings_in(order.request.like)
    chain = {name: found[name] for name in ("shaping", "gain_db", "limiter") if name in found}
    try:
        settings = msgspec.convert(chain, ChainSettings)
    except (msgspec.ValidationError, ValueError) as error:
        raise UsageError(f"The settings in {order.request.like} cannot be used ({error}).") from error
    # what comes out is what those settings make of this mix: no loudness is asked for
    shaped = order.request.noise_shaping or found.get("dither") == "shaped"
    off = (*order.request.off, "dither") if found.get("dither") == "none" else order.request.off
    request = msgspec.structs.replace(order.request, noise_shaping=shaped, off=off)
    order = replace(order, request=request, rate_hz=settings.shaping.rate_hz, integrated_lufs=None)
    if settings.limiter is not None:
        order = order.below(settings.limiter.ceiling_dbtp)
    move = MasterMove(stage="like", what="Took every setting from another master", amount_db=0.0, why="asked for")
    return Plan(order, settings, None, None, (move,), ())
