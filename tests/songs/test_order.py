"""The order of bounces that came together: numbers in names, dates, never the alphabet."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.songs.naming import song_name
from bridge.songs.order import Dated, disagreement, in_order, place_among, running_kind

HOUR_S = 3600.0


def dated(stem: str, at: float, length_s: float = 200.0) -> Dated:
    return Dated(song_name(stem).numbers, at, length_s)


def landed(stems: list[str], dates: list[float]) -> list[str]:
    """Return names in the order of their places, as each finds it on landing in this order."""
    there: list[tuple[str, Dated]] = []
    for stem, at in zip(stems, dates, strict=True):
        new = dated(stem, at)
        there.append((stem, new._replace(sorts_at=place_among(new, [one for _, one in there]))))
    return [stem for stem, _ in sorted(there, key=lambda one: one[1].sorts_at)]


def test_v2_comes_before_v10() -> None:
    stems = ["River v1", "River v10", "River v2", "River v12", "River v11"]
    order = in_order([dated(stem, index) for index, stem in enumerate(stems)])
    assert [stems[index] for index in order] == ["River v1", "River v2", "River v10", "River v11", "River v12"]


def test_without_a_running_number_their_own_dates_decide_and_not_the_alphabet() -> None:
    stems = ["paper boats FINAL", "paper boats ROUGH", "paper boats demo", "paper boats louder"]
    order = in_order([dated(stem, at) for stem, at in zip(stems, (4 * HOUR_S, HOUR_S, 0.0, 9 * HOUR_S), strict=True)])
    assert [stems[index] for index in order] == [stems[2], stems[1], stems[0], stems[3]]


def test_a_number_that_only_some_have_does_not_run_through_them() -> None:
    assert running_kind([song_name(stem).numbers for stem in ("Tide v2", "Tide mix 3")]) == ""
    assert running_kind([song_name(stem).numbers for stem in ("Tide v2 mix 1", "Tide v3 mix 1")]) == "v"
    assert running_kind([song_name(stem).numbers for stem in ("Tide", "Tide-001", "Tide-002")]) == "copy"
    assert running_kind([song_name(stem).numbers for stem in ("Tide v2", "Tide v2 louder")]) == ""


@pytest.mark.slow
@given(st.permutations([1, 2, 3, 9, 10, 11]), st.floats(0.0, 30.0))
def test_files_copied_one_after_the_other_stand_by_their_numbers(numbers: list[int], gap_s: float) -> None:
    stems = [f"River v{number}" for number in numbers]
    dates = [1e9 + gap_s * index for index in range(len(stems))]
    if dates[-1] - dates[0] <= 200.0:
        assert landed(stems, dates) == sorted(stems, key=lambda stem: int(stem.split("v")[-1]))


@pytest.mark.slow
@given(st.permutations([1, 2, 3, 10]))
def test_dates_that_differ_by_more_than_a_song_are_believed(numbers: list[int]) -> None:
    stems = [f"River v{number}" for number in numbers]
    assert landed(stems, [1e9 + HOUR_S * index for index in range(len(stems))]) == stems


def test_where_names_and_dates_disagree_it_is_said() -> None:
    old = ("River v10", dated("River v10", 1e9))
    text = disagreement(dated("River v2", 1e9 + HOUR_S), [old], "River v2")
    assert text == (
        "By their names River v10 is the later one, by their dates River v2: they are sorted by their dates"
    )
    assert disagreement(dated("River v11", 1e9 + HOUR_S), [old], "River v11") == ""
    assert disagreement(dated("River v2", 1e9 + 60.0), [old], "River v2") == ""
    assert disagreement(dated("River louder", 1e9 + HOUR_S), [old], "River louder") == ""


def test_every_order_of_landing_gives_the_same_places_to_files_copied_at_once() -> None:
    stems = ["River v1", "River v2", "River v10"]
    for some in itertools.permutations(stems):
        assert landed(list(some), [1e9, 1e9, 1e9]) == stems


def test_a_mix_with_a_number_of_its_own_is_not_the_one_before_the_first_copy() -> None:
    dates = [1e9, 1e9 + HOUR_S, 1e9 + 2 * HOUR_S]
    assert landed(["Rain(1)", "Rain(2)", "Rain - Mix 2"], dates) == ["Rain(1)", "Rain(2)", "Rain - Mix 2"]
    together = [dated(stem, at) for stem, at in zip(["Rain(1)", "Rain(2)", "Rain - Mix 2"], dates, strict=True)]
    assert in_order(together) == [0, 1, 2]
    assert in_order([dated(stem, 1e9) for stem in ("Rain-002", "Rain", "Rain-001")]) == [1, 2, 0]
