import pytest

from bridge.errors import UsageError
from bridge.model import Mode, ModeChange
from bridge.policy.song import modes


def test_every_song_begins_as_a_mix() -> None:
    assert modes.current(()).mode == "mixing"
    assert modes.current((modes.by_person("mastering", 5.0), modes.by_person("mixing", 1.0))).mode == "mixing"


@pytest.mark.parametrize("mode", modes.MODES)
def test_every_mode_says_what_it_is_and_asks_its_few_questions(mode: Mode) -> None:
    assert modes.MEANING[mode].endswith(".")
    assert 1 <= len(modes.QUESTIONS[mode]) <= 3
    assert all(question.text.endswith("?") for question in modes.QUESTIONS[mode])


def test_loudness_is_out_of_sight_in_mixing_only() -> None:
    assert [mode for mode in modes.MODES if modes.hides_loudness(mode)] == ["mixing"]


def test_modes_are_read_as_people_write_them() -> None:
    assert modes.parse_mode(" Mastering\n") == "mastering"
    with pytest.raises(UsageError, match="use one of mixing, resting, mastering, released"):
        modes.parse_mode("mastered")


@pytest.mark.parametrize(
    ("tracks", "own", "mode"),
    [
        (40, False, "mixing"),
        (8, False, "mixing"),
        (1, True, "mastering"),
        (3, True, "mastering"),
        (2, False, None),
        (5, True, None),
        (40, True, "mixing"),
        (None, True, None),
        (0, False, None),
    ],
)
def test_what_a_session_looks_like(tracks: int | None, own: bool, mode: Mode | None) -> None:
    found = modes.guess(tracks, held="bounce 3 of Tide" if own else "", at=1.0)
    assert (found.mode if found else None) == mode
    assert found is None or (found.source == "guess" and found.why)


def test_what_lies_in_a_session_says_more_than_its_number_of_tracks() -> None:
    album = modes.guess(10, layout="album", at=1.0)
    assert album is not None
    assert (album.mode, album.why) == ("mastering", "the session holds 10 songs one behind the other")
    alone = modes.guess(1, layout="one-mix", chain=("Pro-L 2",), at=1.0)
    assert alone is not None
    assert (alone.mode, alone.why) == ("mastering", "the session holds one imported mix with Pro-L 2 on its track")
    assert modes.guess(1, layout="one-mix", at=1.0) is None
    parts = modes.guess(
        3, layout="mix", at=1.0
    )  # a second part beside a lone one, which looked like a master, ends that
    assert parts is not None
    assert parts.mode == "mixing"
    assert modes.may_replace(alone, parts)
    held = modes.guess(3, layout="mix", held="bounce 3 of Tide", at=1.0)
    assert held is not None
    assert held.mode == "mastering"


def test_a_guess_never_overrules_a_person_or_a_bounce() -> None:
    looks_like = ModeChange(mode="mixing", source="guess", why="the session has 40 tracks", at=2.0)
    assert not modes.may_replace(modes.by_person("mastering", 1.0), looks_like)
    assert not modes.may_replace(modes.by_handoff(3, 1.0), looks_like)
    assert modes.may_replace(modes.guess(1, held="bounce 3 of Tide", at=1.0) or looks_like, looks_like)
    assert modes.may_replace(looks_like, modes.by_person("released", 3.0))
    assert not modes.may_replace(looks_like, modes.by_person("mixing", 3.0))


def test_the_way_of_a_song() -> None:
    assert modes.by_handoff(3, 1.0).mode == "resting"
    master = modes.by_master("resting", 2.0)
    assert master is not None
    assert master.mode == "mastering"
    assert modes.by_master("released", 2.0) is None
    back = modes.by_new_bounce("released", 4, 3.0)
    assert back is not None
    assert (back.mode, back.why) == ("mixing", "bounce 4 came out of the mix")
    assert modes.by_new_bounce("mixing", 4, 3.0) is None
    assert modes.by_new_bounce("mastering", 4, 3.0) is None
