import math
from dataclasses import dataclass, replace

import pytest

from dsp.mastering.limiter.model import LimitedOutcome
from dsp.mastering.limiter.solver import MAX_EVALUATIONS, broken_caps, solve


@dataclass(frozen=True)
class Caps:
    """Caps that nothing breaks, unless they are said."""

    max_contrast_loss_db: float = 100.0
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


@pytest.mark.parametrize("caps", [Caps(min_contrast_slope=0.93), Caps(max_contrast_loss_db=0.7)])
def test_a_cap_wins_over_the_target(caps: Caps) -> None:
    solution = solve(limited, -8.0, 12.0, 60.0, caps)
    assert not solution.reached
    assert len(solution.broken) == 1
    assert 0.93 <= solution.chosen.contrast_slope <= 0.9345  # just inside: 10 dB between sections
    assert solution.wanted.contrast_slope < 0.93


@pytest.mark.parametrize("caps", [Caps(min_contrast_slope=0.99), Caps(max_contrast_loss_db=0.1)])
def test_a_loss_of_contrast_that_nobody_hears_costs_no_level(caps: Caps) -> None:
    def even(gain_db: float) -> LimitedOutcome:
        return replace(limited(gain_db), contrast_before_lu=2.0)  # at most 0.4 dB can be lost here

    assert solve(even, -8.0, 12.0, 60.0, caps).reached
    assert not solve(limited, -8.0, 12.0, 60.0, caps).reached


def test_peaks_are_nobodys_punch_where_nothing_is_struck() -> None:
    caps = Caps(max_crest_loss_db=2.0, max_reduction_db=3.0)

    def sustained(gain_db: float) -> LimitedOutcome:
        return replace(limited(gain_db), hits_per_s=0.1)

    assert solve(sustained, -8.0, 12.0, 60.0, caps).reached
    assert solve(limited, -8.0, 12.0, 60.0, caps).broken == ("max_crest_loss_db", "max_reduction_db")


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


def test_a_slope_that_nobody_asked_for_is_never_broken() -> None:
    turned_over = outcome(4.0, -16.0, slope=-0.2)
    assert broken_caps(Caps(), turned_over) == ()
    assert broken_caps(Caps(min_contrast_slope=0.1), turned_over) == ("min_contrast_slope",)


def test_silence_gets_no_gain() -> None:
    solution = solve(lambda gain_db: outcome(gain_db, -math.inf), -14.0, 6.0, 40.0, Caps())
    assert (solution.reached, solution.broken, solution.evaluations) == (False, (), 1)
