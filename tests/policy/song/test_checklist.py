import pytest

from bridge.errors import UsageError
from bridge.policy.song import checklist


def test_what_was_heard_where_and_when() -> None:
    ticks = [
        checklist.make_tick("CAR", "too much low end", 10.0),
        checklist.make_tick("kitchen radio", "", 20.0),
        checklist.make_tick("car", "better", 30.0),
    ]
    seen = {heard.place: (heard.heard_at, heard.note) for heard in checklist.overview(ticks)}
    assert list(seen) == [*checklist.DEFAULT_PLACES, "kitchen radio"]
    assert seen["car"] == (30.0, "better")
    assert seen["phone"] == (None, "")
    assert checklist.not_heard(ticks) == ("headphones", "phone", "small speaker", "mono", "quiet")
    assert checklist.words(ticks) == "Not heard yet: headphones, phone, small speaker, mono, quiet."


def test_nowhere_and_everywhere() -> None:
    assert checklist.words(()) == "Not heard anywhere but here yet."
    assert checklist.words(
        [checklist.make_tick(p, "", 1.0, ("bus", "bath")) for p in ("bus", "bath")], ("bus", "bath")
    ) == ("Heard everywhere you wanted to hear it.")


def test_bad_places_and_hostile_notes() -> None:
    with pytest.raises(UsageError, match="name the place"):
        checklist.make_tick("\u202e \x00", "", 1.0)
    tick = checklist.make_tick("c\u202ear" + "x" * 10_000, "\x1b[2Jfine\n\nhere", 1.0)
    assert len(tick.place) <= checklist.LONGEST_PLACE
    assert tick.note == "[2Jfine here"
