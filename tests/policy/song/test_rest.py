from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.policy.song import rest

AT = 1_800_000_000.0  # 2027-01-15 08:00 UTC
HOUR = 3600.0


def test_the_rest_lasts_a_day_from_the_hand_off() -> None:
    found = rest.rest_of(AT, AT + 2 * HOUR)
    assert (found.until, found.left_s, found.is_over) == (AT + 24 * HOUR, 22 * HOUR, False)
    assert rest.words(found, AT + 2 * HOUR, UTC) == "Fresh ears are due tomorrow at 08:00 (22 hours to go)."
    over = rest.rest_of(AT, AT + 24 * HOUR)
    assert over.is_over
    assert rest.words(over, AT + 24 * HOUR, UTC).startswith("The song has rested.")


def test_a_bounce_made_now_hears_when_fresh_ears_would_be_due() -> None:
    assert rest.after_bounce(AT, 24 * HOUR, UTC) == "Handed off now, fresh ears are due tomorrow at 08:00."
    assert rest.after_bounce(AT, 0.0, UTC) == ""


@pytest.mark.slow
@given(st.floats(-1e9, 1e9), st.floats(0.0, 1e6))
def test_no_clock_makes_the_rest_longer_than_it_is(jump_s: float, rest_s: float) -> None:
    found = rest.rest_of(AT, AT + jump_s, rest_s)
    assert 0.0 <= found.left_s <= rest_s
    assert found.is_over == (found.left_s == 0.0)


def test_the_nudge_comes_once() -> None:
    resting, over = rest.rest_of(AT, AT + HOUR), rest.rest_of(AT, AT + 25 * HOUR)
    assert not rest.nudge_is_due(resting, None)
    assert rest.nudge_is_due(over, None)
    assert rest.nudge_is_due(over, AT - HOUR)  # said for an earlier bounce
    assert not rest.nudge_is_due(over, AT + 24 * HOUR)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 minute"), (90, "2 minutes"), (3600, "an hour"), (7200, "2 hours"), (86_400, "24 hours")],
)
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    assert rest.duration(seconds) == said


def test_moments_far_away_have_a_date() -> None:
    assert rest.moment(AT, AT, UTC) == "today at 08:00"
    assert rest.moment(AT, AT + 24 * HOUR, UTC) == "yesterday at 08:00"
    assert rest.moment(AT, AT - 240 * HOUR, UTC) == "on 2027-01-15 at 08:00"


@pytest.mark.parametrize("rest_s", [-1.0, float("nan")])
def test_a_rest_of_less_than_nothing_is_refused(rest_s: float) -> None:
    with pytest.raises(ValueError, match="must be 0 or more"):
        rest.rest_of(AT, AT, rest_s)
