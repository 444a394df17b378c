"""As dense as the references: the peak-to-loudness ratio they have, by peaks that end lower at the same loudness.

A limiter does the same to a song at -14 LUFS under a ceiling of -4 as at -11 under -1. So the ratio that is asked is a
loudness under the ceiling of the target, found inside the same caps as any other; gain and ceiling are then lowered
together until the loudness is that of the target. The sections keep their distance, as the caps want it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.engine.mastering.references.followed import FollowedReferences
from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis
from bridge.policy.mastering.intents import CAP_TITLES
from dsp.mastering.limiter.gain_curve import MIN_CEILING_DBTP
from dsp.mastering.limiter.solver import Solution

TOLERANCE_DB = 1.0  # what is promised of the ratio, or told
_LEAST_DB = 0.5  # ours: a ratio nearer than this is met
_LOUDEST_LUFS = 0.0  # ours: no song gets as dense as a tone, whose peaks may lie below its loudness
_MOST_RAISED_DB = 30.0  # ours: a mix further below its references is not made as dense as they are by its peaks


@dataclass(frozen=True, slots=True)
class Density:
    """The order with the ceiling that gives the ratio, and what is said about it."""

    spec: MasterSpec
    notes: tuple[str, ...] = ()


def follow_density(
    spec: MasterSpec, analysis: Analysis, references: FollowedReferences | None, solve: Callable[[MasterSpec], Solution]
) -> Density:
    """Return an order whose peaks stand above its loudness as those of the references do, or why not.

    ``solve`` finds the gain of an order; the one it is asked about is as much louder as the ratio is smaller.
    """
    if references is None or "dynamics" not in spec.request.match:
        return Density(spec)
    asked_db, own_db = references.plr_db, analysis.measurement.plr_db
    own_lufs, lufs = analysis.measurement.integrated_lufs, spec.integrated_lufs
    if spec.limiter is None or lufs is None or own_db is None or own_lufs is None:
        return Density(spec, _not_without_limiter(asked_db))
    most_db = spec.unrounded_ceiling_dbtp - lufs  # what the target's loudness leaves
    if asked_db > min(own_db, most_db) - _LEAST_DB:
        return Density(spec, _as_open_as_it_gets(asked_db, own_db, most_db, lufs))
    as_loud = min(spec.unrounded_ceiling_dbtp - asked_db, _LOUDEST_LUFS)
    if as_loud - own_lufs > _MOST_RAISED_DB:
        words = f"The references' peak to loudness of {asked_db:.1f} dB is not followed: the mix is far too quiet."
        return Density(spec, (words,))
    denser = spec.with_loudness(round(as_loud, 2))
    solution = solve(denser)
    reached_db = max(spec.unrounded_ceiling_dbtp - solution.chosen.integrated_lufs, asked_db)
    if reached_db >= most_db:
        return Density(spec, _held(reached_db, asked_db, solution))
    lowered = spec.below(max(lufs + reached_db, MIN_CEILING_DBTP))
    if not solve(lowered).is_decided:
        words = (
            f"The references' peak to loudness of {asked_db:.1f} dB is not followed: no gain makes the song so dense."
        )
        return Density(spec, (words,))
    if reached_db > asked_db + TOLERANCE_DB:
        return Density(lowered, _held(reached_db, asked_db, solution))
    ends = f"its peaks end at {lowered.ceiling_dbtp:.1f} dBTP for that"
    return Density(lowered, (f"Peak to loudness {reached_db:.1f} dB; the references have {asked_db:.1f}: {ends}.",))


def _not_without_limiter(asked_db: float) -> tuple[str, ...]:
    said = f"Whether it meets the references' peak to loudness of {asked_db:.1f} dB is left open"
    return (f"{said}: nothing holds peaks here.",)


def _as_open_as_it_gets(asked_db: float, own_db: float, most_db: float, lufs: float) -> tuple[str, ...]:
    """Say why a master stays denser than its references; nothing when it does not."""
    if asked_db <= min(own_db, most_db) + TOLERANCE_DB:
        return ()
    if most_db < own_db:
        said = f"{lufs:g} LUFS leave {most_db:.1f} dB from loudness to peak, the references have {asked_db:.1f}"
        return (f"{said}: a quieter target would keep more.",)
    said = f"The references are more open ({asked_db:.1f} dB from loudness to peak, the mix has {own_db:.1f})"
    return (f"{said}: that is for the mix.",)


def _held(reached_db: float, asked_db: float, solution: Solution) -> tuple[str, ...]:
    losses = [title for name, title in CAP_TITLES.items() if name in solution.broken]
    said = f"Peak to loudness {reached_db:.1f} dB, not the {asked_db:.1f} of the references"
    return (f"{said}: denser would have {losses[0]}." if losses else f"{said}.",)
