"""What a cutter is told, and when nothing is."""

import pytest
from msgspec.structs import replace

from bridge.model import AudioFormat, Measurement
from bridge.policy.mastering.vinyl import advisories

MIX = AudioFormat(rate_hz=44_100, channels=2, frames=44_100 * 200, subtype="PCM_24", container="WAV", duration_s=200.0)
EASY = Measurement(
    side_below_120_db=-30.0,
    correlation_min=0.2,
    sibilance_share_db=-22.0,
    high_share_db=-18.0,
    correlation_min_at_s=9.0,
)


def test_an_easy_song_gets_no_advice() -> None:
    assert list(advisories(MIX, EASY, low_end_moved=True)) == []
    assert list(advisories(MIX, Measurement(), low_end_moved=True)) == []  # nothing measured: mono, or too short


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"side_below_120_db": -8.0}, "-8 dB of the low end"),
        ({"correlation_min": -0.4, "correlation_min_at_s": 62.0}, "correlation down to -0.40 at 1:02.0"),
        ({"sibilance_share_db": -11.0}, "between 5 and 10 kHz"),
        ({"high_share_db": -9.0}, "above 4 kHz"),
    ],
)
def test_each_has_its_number(changes: dict[str, float], words: str) -> None:
    (advice,) = advisories(MIX, replace(EASY, **changes), low_end_moved=True)
    assert words in advice


def test_a_long_side_is_named() -> None:
    (advice,) = advisories(replace(MIX, duration_s=25 * 60.0), EASY, low_end_moved=True)
    assert advice.startswith("25:00.0 is long for one side")


def test_a_low_end_that_stays_in_the_sides_is_not_said_to_be_in_the_middle() -> None:
    wide = replace(EASY, side_below_120_db=-8.0)
    told = [next(advisories(MIX, wide, low_end_moved=moved)) for moved in (True, False)]
    assert ["in the middle now" in text for text in told] == [True, False]
    assert "it was left there" in told[1]


@pytest.mark.parametrize(
    ("side_db", "words"),
    [(-3.0, "a needle may jump"), (-8.0, "cut more quietly"), (-19.0, "little, and harmless")],
)
def test_what_is_said_of_the_low_end_is_as_grave_as_it_is(side_db: float, words: str) -> None:
    (advice,) = advisories(MIX, replace(EASY, side_below_120_db=side_db), low_end_moved=True)
    assert words in advice
    assert ("needle" in advice) == (side_db == -3.0)
