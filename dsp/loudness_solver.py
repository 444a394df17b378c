"""Finds the gain before the limiter that gives the loudness wanted, with few looks at the signal."""

from collections.abc import Callable
from dataclasses import dataclass

from dsp import checks

TOLERANCE_LU = 0.02  # ours: the promise is 0.05 LU; rounding and the meter's grid need their share
MAX_EVALUATIONS = 8
_LEAST_SLOPE = 0.1  # ours: a limiter that eats nine tenths of every dB gets ten times as much, not a hundred


@dataclass(frozen=True, slots=True)
class Solution:
    """The gain found, the loudness it gives, and how often the signal had to be looked at."""

    gain_db: float
    integrated_lufs: float
    evaluations: int
    found: bool


def solve(evaluate: Callable[[float], float], target_lufs: float, first_gain_db: float, most_db: float) -> Solution:
    """Return the gain in dB whose loudness is within 0.02 LU of the target (secant method on a rising curve).

    Parameters
    ----------
    evaluate : loudness in LUFS of the signal after a gain in dB and everything behind it.
    target_lufs : loudness wanted.
    first_gain_db : the gain that would do it if nothing behind it took any.
    most_db : highest gain allowed.

    The best gain seen is returned with ``found`` False when eight looks are not enough or ``most_db`` is reached.
    Raises ValueError for a target that is not finite.
    """
    checks.in_range("target_lufs", target_lufs, -70.0, 0.0, " LUFS")
    gain_db = min(first_gain_db, most_db)
    seen: list[tuple[float, float]] = []
    for count in range(1, MAX_EVALUATIONS + 1):
        lufs = evaluate(gain_db)
        seen.append((gain_db, lufs))
        if abs(lufs - target_lufs) <= TOLERANCE_LU:
            return Solution(gain_db, lufs, count, found=True)
        following = min(_next(seen, target_lufs), most_db)
        if following == gain_db:
            break
        gain_db = following
    gain_db, lufs = min(seen, key=lambda pair: abs(pair[1] - target_lufs))
    return Solution(gain_db, lufs, len(seen), found=False)


def _next(seen: list[tuple[float, float]], target_lufs: float) -> float:
    """Return the secant's next gain; its slope is between 0.1 and 1 because a limiter only takes."""
    gain_db, lufs = seen[-1]
    slope = 1.0
    if len(seen) > 1:
        before_db, before_lufs = seen[-2]
        if gain_db != before_db:
            slope = (lufs - before_lufs) / (gain_db - before_db)
    return gain_db + (target_lufs - lufs) / min(max(slope, _LEAST_SLOPE), 1.0)
