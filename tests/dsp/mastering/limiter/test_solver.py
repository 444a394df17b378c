import math
from dataclasses import dataclass

import pytest

from dsp.mastering.limiter.model import LimitedOutcome
from dsp.mastering.limiter.solver import MAX_EVALUATIONS, solve


@dataclass(frozen=True)
class Caps:
    """Caps that nothing breaks, unless they are said."""

    min_contrast_slope: float = 0.0
    max_crest_loss_db: float = 100.0
    max_reduction_db: float = 100.0
    max_reduction_p95_db: float = 100.0


def outcome(gain_db: float, lufs: float, slope: float = 1.0, reduction_db: float = 0.0) -> LimitedOutcome:
    return LimitedOutcome(gain_db, lufs, slope, 1.0, 10.0, 10.0 * slope, reduction_db, reduction_db, reduction_db / 2)


def limited(gain_db: float) -> LimitedOutcome:
    """A limiter that begins at 5 dB and takes more and more, flattening the song as it does."""
    over = max(0.0, gain_db - 5.0)
    lufs = -20.0 + gain_db if over == 0.0 else -15.0 + 9.0 * (1 - math.exp(-over / 9.0))
    return outcome(gain_db, lufs, 1.0 - 0.01 * over, over)


def test_without_limiting_one_look_is_enough() -> None:
    solution = solve(limited, -16.0, 4.0, 40.0, Caps())
    assert (solution.chosen.gain_db, solution.evaluations, solution.reached) == (4.0, 1, True)


@pytest.mark.parametrize("target_lufs", [-14.0, -11.0, -8.0])
def test_a_limiter_that_takes_more_and_more_needs_few_looks(target_lufs: float) -> None:
    solution = solve(limited, target_lufs, target_lufs + 20.0, 60.0, Caps())
    assert solution.reached
    assert solution.evaluations <= 6
    assert solution.chosen.integrated_lufs == pytest.approx(target_lufs, abs=0.01)


def test_a_cap_wins_over_the_target() -> None:
    solution = solve(limited, -8.0, 12.0, 60.0, Caps(min_contrast_slope=0.97))
    assert not solution.reached
    assert solution.broken == ("min_contrast_slope",)
    assert 0.97 <= solution.chosen.contrast_slope <= 0.9745  # just inside
    assert solution.wanted.contrast_slope < 0.97


@pytest.mark.parametrize(
    ("cap", "kept"),
    [
        ("max_crest_loss_db", "crest_loss_db"),
        ("max_reduction_db", "max_reduction_db"),
        ("max_reduction_p95_db", "reduction_p95_db"),
    ],
)
def test_every_cap_is_kept_and_used(cap: str, kept: str) -> None:
    solution = solve(limited, -8.0, 12.0, 60.0, Caps(**{cap: 2.0}))
    assert solution.broken == (cap,)
    assert getattr(solution.wanted, kept) > 2.0
    assert 1.9 <= getattr(solution.chosen, kept) <= 2.0


def test_what_cannot_be_reached_is_said() -> None:
    solution = solve(lambda g: outcome(g, min(-20.0 + g, -10.0)), -6.0, 14.0, 40.0, Caps())
    assert not solution.reached
    assert solution.chosen.integrated_lufs == -10.0
    assert solution.evaluations <= MAX_EVALUATIONS


def test_a_target_that_is_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="target_lufs"):
        solve(limited, math.inf, 0.0, 40.0, Caps())
