"""Finds the gain before the limiter: the loudness wanted, unless what must be kept of the song says stop earlier."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dsp.core import checks
from dsp.mastering.limiter.model import LimitedOutcome

TOLERANCE_LU = 0.01  # ours: the promise is 0.05 LU; rounding, the model and the meter need their share
MAX_EVALUATIONS = 8
_LEAST_SLOPE = 0.1  # ours: a limiter that eats nine tenths of every dB gets ten times as much, not a hundred
_COARSE_LU = 0.05
_BACK_DB = 0.05
LEAST_CONTRAST_LOSS_DB = 0.5  # ours: that two sections minutes apart have come nearer by less is heard by nobody
LEAST_HITS_PER_S = 0.2  # ours: a hit in five seconds; what has fewer has no punch to lose
_BISECTIONS = 8  # of at most a dozen dB: to a twentieth of a dB


class Caps(Protocol):
    """What a master must keep; the loudest gain inside all of them wins over the target. Decibels are positive."""

    @property
    def max_contrast_loss_db(self) -> float:
        """By how much loud and quiet sections may come nearer to each other."""

    @property
    def min_contrast_slope(self) -> float:
        """Of the distances between sections, what stays; 1.0: nothing flattened, 0.0: not asked for."""

    @property
    def max_crest_loss_db(self) -> float:
        """Crest factor lost."""

    @property
    def max_reduction_db(self) -> float:
        """Deepest reduction of the limiter."""

    @property
    def max_reduction_p95_db(self) -> float:
        """Reduction of the limiter during 95 % of the song."""


def broken_caps(caps: Caps, outcome: LimitedOutcome) -> tuple[str, ...]:
    """Return the names of the caps this outcome breaks.

    A loss of contrast that nobody hears breaks nothing, nor do peaks that are held back where nothing is struck.

    Parameters
    ----------
    caps : Caps
        What must be kept.
    outcome : LimitedOutcome
        What a gain gives.

    Returns
    -------
    tuple[str, ...]
        Names as in `Caps`, in its order; empty when all are kept.
    """
    flatter = outcome.contrast_loss_db > LEAST_CONTRAST_LOSS_DB
    struck = outcome.hits_per_s >= LEAST_HITS_PER_S
    broken = {
        "max_contrast_loss_db": flatter and outcome.contrast_loss_db > caps.max_contrast_loss_db,
        "min_contrast_slope": flatter
        and outcome.contrast_slope < caps.min_contrast_slope
        and caps.min_contrast_slope > 0,
        "max_crest_loss_db": struck and outcome.crest_loss_db > caps.max_crest_loss_db,
        "max_reduction_db": struck and outcome.max_reduction_db > caps.max_reduction_db,
        "max_reduction_p95_db": outcome.reduction_p95_db > caps.max_reduction_p95_db,
    }
    return tuple(name for name, is_broken in broken.items() if is_broken)


@dataclass(frozen=True, slots=True)
class Solution:
    """The outcome chosen, the one the target asked for, which caps stood between them, and the looks it took."""

    chosen: LimitedOutcome
    wanted: LimitedOutcome
    broken: tuple[str, ...]
    evaluations: int
    reached: bool  # the target's loudness, to the tolerance
    slope: float = 1.0  # LU that a dB more of gain gives about there

    @property
    def is_decided(self) -> bool:
        """Return whether the target or a cap decided, and not the highest gain."""
        return self.reached or bool(self.broken)


def solve(
    evaluate: Callable[[float], LimitedOutcome],
    target_lufs: float,
    first_gain_db: float,
    most_db: float,
    caps: Caps,
    coarse: Callable[[float], LimitedOutcome] | None = None,
) -> Solution:
    """Return the gain in dB whose loudness is the target's, or the highest below it that keeps inside the caps.

    ``reached`` is False when a cap stood in the way or no gain up to ``most_db`` is loud enough.
    Raises ValueError for a target that is no level.

    Parameters
    ----------
    evaluate : callable
        What a gain in dB gives; loudness rises with the gain, contrast and peaks suffer with it.
    target_lufs : float
        Loudness wanted.
    first_gain_db : float
        The gain that would do it if nothing behind it took any.
    most_db : float
        Highest gain allowed.
    caps : Caps
        What must be kept.
    coarse : callable or None
        A quicker, rougher ``evaluate`` that finds the way; the last word is always that of ``evaluate``.

    Returns
    -------
    Solution
        The gain in dB, what it gives, and whether that is the target.
    """
    checks.in_range("target_lufs", target_lufs, -70.0, 0.0, " LUFS")
    search = _Search(target_lufs, min(first_gain_db, most_db), most_db)
    if coarse is not None:
        search.run(coarse, _COARSE_LU)
        if broken_caps(caps, search.restart()):  # out of reach: one exact look says what would be lost
            search.run(evaluate, TOLERANCE_LU, 1)
    if not search.seen or not broken_caps(caps, search.seen[-1]):
        search.run(evaluate, TOLERANCE_LU)
    wanted = search.best()
    broken = broken_caps(caps, wanted)
    if not broken:
        near = abs(wanted.integrated_lufs - target_lufs) <= 5 * TOLERANCE_LU
        return Solution(wanted, wanted, (), search.looks, near, search.slope)
    chosen, looks = _inside(evaluate, coarse or evaluate, wanted, caps)
    return Solution(chosen, wanted, broken, search.looks + looks, reached=False)


class _Search:
    """The secant method on a rising curve; the slope stays between 0.1 and 1 because a limiter only takes."""

    def __init__(self, target_lufs: float, gain_db: float, most_db: float) -> None:
        self._target_lufs = target_lufs
        self._most_db = most_db
        self._gain_db = gain_db
        self.slope = 1.0
        self.seen: list[LimitedOutcome] = []
        self.looks = 0

    def best(self) -> LimitedOutcome:
        """Return what came nearest to the target."""
        return min(self.seen, key=lambda outcome: abs(outcome.integrated_lufs - self._target_lufs))

    def restart(self) -> LimitedOutcome:
        """Forget what was seen, but not where it led, which is returned."""
        best = self.best()
        self._gain_db = best.gain_db
        self.seen = []
        return best

    def run(
        self, evaluate: Callable[[float], LimitedOutcome], tolerance_lu: float, most_looks: int = MAX_EVALUATIONS
    ) -> None:
        """Look until the target is met, no gain is left, or often enough."""
        while len(self.seen) < most_looks:
            outcome = evaluate(self._gain_db)
            self.looks += 1
            if self.seen and self.seen[-1].gain_db != outcome.gain_db:
                rise = (outcome.integrated_lufs - self.seen[-1].integrated_lufs) / (
                    outcome.gain_db - self.seen[-1].gain_db
                )
                self.slope = min(max(rise, _LEAST_SLOPE), 1.0)
            self.seen.append(outcome)
            if outcome.integrated_lufs == -math.inf:  # no gain makes that any louder
                return
            missing_lu = self._target_lufs - outcome.integrated_lufs
            following = min(self._gain_db + missing_lu / self.slope, self._most_db)
            if abs(missing_lu) <= tolerance_lu or abs(following - self._gain_db) < 1e-6:
                return
            self._gain_db = following


def _inside(
    evaluate: Callable[[float], LimitedOutcome],
    coarse: Callable[[float], LimitedOutcome],
    wanted: LimitedOutcome,
    caps: Caps,
) -> tuple[LimitedOutcome, int]:
    """Return the loudest outcome below the wanted one that breaks no cap, and the looks it took."""
    high = wanted.gain_db
    # without any limiting nothing is broken: that far below, the highest peak is at the ceiling
    low = high - max(wanted.max_reduction_db, wanted.crest_loss_db) - 0.5
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if broken_caps(caps, coarse(middle)):
            high = middle
        else:
            low = middle
    best = evaluate(low)
    looks = _BISECTIONS + 1
    back_db = _BACK_DB
    while broken_caps(caps, best) and looks < 3 * _BISECTIONS:  # the coarse word was too good
        best = evaluate(best.gain_db - back_db)
        back_db *= 2
        looks += 1
    return best, looks
