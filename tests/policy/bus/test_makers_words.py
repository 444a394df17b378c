import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Purpose
from bridge.policy.bus.makers_words import Told, learn, purpose_of_makers_word
from bridge.policy.bus.plugins import PURPOSES, classify, parse_plugin_list
from tests.policy.bus.told import half, half_of

HALVES = ["list", "held_out"]
MEASURES: set[Purpose] = {"meter", "reference", "room-correction", "monitor"}


def test_the_halves_hold_600_names_once_each_and_nobody_chose_which_half() -> None:
    lines = {name: half(name) for name in HALVES}
    every = [line.name for lines_of_half in lines.values() for line in lines_of_half]
    assert len(every) >= 600
    assert len({name.casefold() for name in every}) == len(every)
    assert {line.purpose for one in lines.values() for line in one} <= set(PURPOSES)
    assert all(half_of(line.name) == name for name in HALVES for line in lines[name])


@pytest.mark.parametrize("name", HALVES)
def test_at_least_97_of_100_plug_ins_are_what_their_makers_say(name: str) -> None:
    lines = half(name)
    wrong = {line.name: (line.purpose, classify(line.name).purpose) for line in lines}
    wrong = {key: pair for key, pair in wrong.items() if pair[0] != pair[1]}
    assert len(wrong) <= 0.03 * len(lines), wrong


@pytest.mark.parametrize("name", HALVES)
def test_what_only_measures_or_compares_is_never_called_loudness_or_glue(name: str) -> None:
    quiet = [line.name for line in half(name) if line.purpose in MEASURES]
    assert len(quiet) > 10
    assert not [name for name in quiet if classify(name).purpose in {"loudness", "suite", "glue", "tone"}]


@pytest.mark.parametrize("name", HALVES)
def test_a_makers_word_tells_the_purpose_of_97_in_100(name: str) -> None:
    lines = half(name)
    wrong = {line.called: line.purpose for line in lines if purpose_of_makers_word(line.called) != line.purpose}
    assert len(wrong) <= 0.03 * len(lines), wrong


@pytest.mark.parametrize(
    ("called", "purpose"),
    [
        ("LimiterPlugin", "loudness"),
        ("lv2:AnalyserPlugin", "meter"),
        ("Look-ahead limiter", "loudness"),
        ("limiter meter", "meter"),
        ("tape echo", "space"),
        ("guitar amplifier", "saturation"),
        ("A/B comparison", "reference"),
        ("pitch shifter", "utility"),
        ("MIDIPlugin", None),
        ("a wonderful thing", None),
        ("", None),
    ],
)
def test_a_makers_word_tells_a_purpose_or_nothing(called: str, purpose: Purpose | None) -> None:
    assert purpose_of_makers_word(called) == purpose


def test_what_is_learnt_is_known_by_its_whole_name_and_nothing_else_changes() -> None:
    told = [Told("VST3: Breakwater (Harbour Audio)", "limiter"), Told("Superb Limiter", "limiter")]
    lesson = learn(told)
    assert (lesson.patterns, lesson.known, lesson.left_out) == ({"loudness": ("=breakwater",)}, 1, {})
    mine = parse_plugin_list("[any]\nloudness = ['=breakwater']", "mine.toml")
    assert classify("Breakwater 2", mine).purpose == "loudness"
    assert classify("Breakwater Hall", mine).purpose == classify("Breakwater Hall").purpose


def test_what_is_listed_otherwise_or_said_twice_otherwise_is_left_out_with_the_reason() -> None:
    told = [Told("Pro-L 2", "meter"), Told("Quux", "reverb"), Told("quux", "limiter"), Told("Corge", "nice")]
    lesson = learn(told)
    assert not lesson.patterns
    assert lesson.left_out == {
        "Pro-L 2": "its maker's 'meter' would be meter, but it is listed as loudness",
        "Corge": "'nice' tells no purpose",
        "quux": "by several makers, loudness and space",
    }


@pytest.mark.slow
@given(st.lists(st.builds(Told, st.text(max_size=30), st.text(max_size=30)), max_size=5))
def test_any_text_can_be_told(told: list[Told]) -> None:
    lesson = learn(told)
    assert lesson.known + sum(map(len, lesson.patterns.values())) <= len(told)
