"""Old against new: the interval says what it should, and a tree that is not the one asked for is refused."""

import random
from pathlib import Path

import pytest

from bench.old_and_new import MOST, Act, checked, interval


@pytest.mark.slow
def test_an_interval_holds_the_ratio_and_narrows_with_rounds() -> None:
    rng = random.Random(3)
    few = [1.2 * rng.lognormvariate(0.0, 0.2) for _ in range(15)]
    many = [1.2 * rng.lognormvariate(0.0, 0.2) for _ in range(300)]
    for ratios in (few, many):
        median, low, high = interval(ratios)
        assert low <= median <= high
        assert low < 1.2 < high
    assert interval(many)[2] - interval(many)[1] < interval(few)[2] - interval(few)[1]


def test_one_slow_round_of_a_busy_machine_decides_nothing() -> None:
    assert interval([1.0] * 14 + [9.0])[1:] == (1.0, 1.0)


def test_what_is_slower_beyond_doubt_is_said_to_be() -> None:
    act = Act("a master", lambda _tree, _folder: 0.0, old_s=[1.0] * 15, new_s=[1.2] * 15)
    assert act.row() == ["a master", "1.000", "1.200", "1.20 (1.20 to 1.20)", f"≥ 1.20: missed by {1.2 - MOST:.2f}"]


def test_the_trees_take_turns_to_go_first(tmp_path: Path) -> None:
    order: list[str] = []
    act = Act("x", lambda tree, _: order.append(str(tree)) or 1.0)
    for number in range(3):
        act.round(("old", "new"), number)  # type: ignore[arg-type]
    assert order == ["old", "new", "new", "old", "old", "new"]


def test_a_folder_without_the_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not what its processes import"):
        checked(tmp_path, tmp_path / "kept")
