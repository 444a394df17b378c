"""Finds the gain before the limiter: the loudness wanted, unless what must be kept of the song says stop earlier."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp import checks
from dsp.limited_loudness import Outcome

TOLERANCE_LU = 0.01  # ours: the promise is 0.05 LU; rounding, the model and the meter need their share
MAX_EVALUATIONS = 8
_LEAST_SLOPE = 0.1  # ours: a limiter that eats nine tenths of every dB gets ten times as much, not a hundred
_BISECTIONS = 6  # of at most a dozen dB: to a fifth of a dB, and the caps are no sharper than that


@dataclass(frozen=True, slots=True)
class Caps:
    """What a master must keep; the loudest gain inside all of them wins over the target."""

    min_contrast_slope: float = 0.0
    max_crest_loss_db: float = 100.0
    max_reduction_db: float = 100.0
    max_reduction_p95_db: float = 100.0

    def broken(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the names of the caps this outcome breaks."""
        broken = []
        if outcome.contrast_slope < self.min_contrast_slope:
            broken.append("min_contrast_slope")
        for name in ("crest_loss_db", "reduction_db", "reduction_p95_db"):
            value = outcome.max_reduction_db if name == "reduction_db" else getattr(outcome, name)
            if value > getattr(self, f"max_{name}"):
                broken.append(f"max_{name}")
        return tuple(broken)


@dataclass(frozen=True, slots=True)
class Solution:
    """The outcome chosen, the one the target asked for, which caps stood between them, and the looks it took."""

    chosen: Outcome
    wanted: Outcome
    broken: tuple[str, ...]
    evaluations: int
    reached: bool  # the target's loudness, to the tolerance


def solve(
    evaluate: Callable[[float], Outcome], target_lufs: float, first_gain_db: float, most_db: float, caps: Caps
) -> Solution:
    """Return the gain in dB whose loudness is the target's, or the highest below it that keeps inside the caps.

    Parameters
    ----------
    evaluate : what a gain in dB gives; loudness rises with the gain, contrast and peaks suffer with it.
    target_lufs : loudness wanted.
    first_gain_db : the gain that would do it if nothing behind it took any.
    most_db : highest gain allowed.
    caps : what must be kept.

    ``reached`` is False when a cap stood in the way or no gain up to ``most_db`` is loud enough.
    Raises ValueError for a target that is no level.
    """
    checks.in_range("target_lufs", target_lufs, -70.0, 0.0, " LUFS")
    seen: list[Outcome] = []
    gain_db = min(first_gain_db, most_db)
    while len(seen) < MAX_EVALUATIONS:
        seen.append(evaluate(gain_db))
        if abs(seen[-1].integrated_lufs - target_lufs) <= TOLERANCE_LU:
            break
        following = min(_next(seen, target_lufs), most_db)
        if abs(following - gain_db) < 1e-6:
            break
        gain_db = following
    wanted = min(seen, key=lambda outcome: abs(outcome.integrated_lufs - target_lufs))
    broken = caps.broken(wanted)
    if not broken:
        near = abs(wanted.integrated_lufs - target_lufs) <= 5 * TOLERANCE_LU
        return Solution(wanted, wanted, (), len(seen), near)
    chosen = _inside(evaluate, wanted, caps)
    return Solution(chosen, wanted, broken, len(seen) + _BISECTIONS + 1, reached=False)


def _next(seen: list[Outcome], target_lufs: float) -> float:
    """Return the secant's next gain; its slope is between 0.1 and 1 because a limiter only takes."""
    last = seen[-1]
    slope = 1.0
    if len(seen) > 1 and seen[-2].gain_db != last.gain_db:
        slope = (last.integrated_lufs - seen[-2].integrated_lufs) / (last.gain_db - seen[-2].gain_db)
    return last.gain_db + (target_lufs - last.integrated_lufs) / min(max(slope, _LEAST_SLOPE), 1.0)


def _inside(evaluate: Callable[[float], Outcome], wanted: Outcome, caps: Caps) -> Outcome:
    """Return the loudest outcome below the wanted one that breaks no cap."""
    high = wanted.gain_db
    # without any limiting nothing is broken: that far below, the highest peak is at the ceiling
    low = high - max(wanted.max_reduction_db, wanted.crest_loss_db) - 0.5
    best = evaluate(low)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        outcome = evaluate(middle)
        if caps.broken(outcome):
            high = middle
        else:
            low, best = middle, outcome
    return best
