import math

import pytest

from dsp.loudness_solver import MAX_EVALUATIONS, solve


def test_without_a_limiter_one_look_is_enough() -> None:
    solution = solve(lambda gain_db: -20.0 + gain_db, -14.0, 6.0, 40.0)
    assert (solution.gain_db, solution.evaluations, solution.found) == (6.0, 1, True)


@pytest.mark.parametrize("target_lufs", [-16.0, -11.0, -8.0])
def test_a_limiter_that_takes_more_and_more_needs_few_looks(target_lufs: float) -> None:
    def limited(gain_db: float) -> float:
        return -20.0 + gain_db if gain_db < 5.0 else -15.0 + 9.0 * (1 - math.exp((5.0 - gain_db) / 9.0))

    solution = solve(limited, target_lufs, target_lufs + 20.0, 60.0)
    assert solution.found
    assert solution.evaluations <= 5
    assert solution.integrated_lufs == pytest.approx(target_lufs, abs=0.02)


def test_what_cannot_be_reached_is_said() -> None:
    solution = solve(lambda gain_db: min(-20.0 + gain_db, -10.0), -6.0, 14.0, 40.0)
    assert not solution.found
    assert solution.integrated_lufs == -10.0
    assert solution.evaluations <= MAX_EVALUATIONS


def test_a_target_that_is_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="target_lufs"):
        solve(lambda gain_db: gain_db, math.inf, 0.0, 40.0)
