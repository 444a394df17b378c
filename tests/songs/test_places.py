"""What a file is a bounce of: measured on real names, and laws that hold for all of them."""

import unicodedata
from pathlib import PurePath, PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.songs.naming import song_key, song_name
from bridge.songs.near import is_near
from bridge.songs.places import place_of, project_folder
from tests.songs.names_list import Row, read, right, rows

LIST, HELD_OUT = rows("list"), rows("held_out")
ENOUGH = 0.98


def wrong(listed: list[Row]) -> list[Row]:
    return [row for row in listed if read(row) != right(row)]


def told(listed: list[Row]) -> str:
    lines = [f"{row.path}: {read(row)} instead of {right(row)}" for row in wrong(listed)]
    return "\n".join([f"{1 - len(lines) / len(listed):.1%} of {len(listed)} names are right", *lines])


def test_the_list_is_long_and_mostly_other_peoples() -> None:
    assert len(LIST) >= 400
    assert len(HELD_OUT) >= 100
    for listed in (LIST, HELD_OUT):
        assert sum(row.source != "habits" for row in listed) * 2 >= len(listed)
    assert not {row.path for row in LIST} & {row.path for row in HELD_OUT}


@pytest.mark.slow
def test_real_names_are_read_right() -> None:
    assert len(wrong(LIST)) <= (1 - ENOUGH) * len(LIST), told(LIST)


def test_names_that_no_rule_was_made_after_are_read_right() -> None:
    assert len(wrong(HELD_OUT)) <= (1 - ENOUGH) * len(HELD_OUT), told(HELD_OUT)


@pytest.mark.slow
def test_no_name_that_is_read_wrong_joins_another_song() -> None:
    known = {(project_folder(row.path.parent), right(row).song) for row in [*LIST, *HELD_OUT]}
    for row in wrong([*LIST, *HELD_OUT]):
        found = read(row)
        if found.song != right(row).song:
            assert (project_folder(row.path.parent), found.song) not in known, told([row])


def test_what_a_name_alone_cannot_tell_is_near_enough_to_be_asked_about() -> None:
    asked = [row for row in [*LIST, *HELD_OUT] if row.near]
    assert len(asked) >= 20
    silent = [row.name for row in asked if not is_near(read(row).song, row.near)]
    assert len(silent) <= 0.1 * len(asked), silent


SUFFIXES = (
    " v3", "_v03", " V12", " v2.1", " mix 4", "_mix12", " (mix 3)", " - Master", " MASTER", " final", "_FINAL",
    " FINAL final2", " ROUGH", "_ROUGH_27NOV", " rough mix", " louder", " LOUDER v9", " [24bit]", " 24bit 48k",
    " 44k16b", " 2026-11-27", " 2026-11-27 14.05", "_20261127", " 27.11.2026", " 27 Nov 2026", " 128bpm Am",
    " 128bpm", " (124 bpm, F# minor)", " copy", " copy 2", " (2)", "-001", " bounce 5", " – bounce 6 (dry)",
    " v3 (wet)", " demo", " mixdown", " (Mastered)", " -14LUFS", " (prod. K)", " (approved)",
)  # fmt: skip
VERSIONS = (
    (" (Instrumental)", "instrumental"), ("_mix2 (Instrumental)", "instrumental"), (" inst v4", "instrumental"),
    (" (Radio Edit)", "radio edit"), (" TV mix v2", "tv mix"), (" - a cappella", "a cappella"), (" (Clean)", "clean"),
    (" (Extended Mix)", "extended"),
)  # fmt: skip
WORDS = st.sampled_from(
    [
        "night",
        "drive",
        "paper",
        "boats",
        "harbour",
        "weltschmerz",
        "opening",
        "river",
        "lantern",
        "glass",
        "tide",
        "second",
        "wind",
        "slow",
        "burn",
        "tall",
        "grass",
        "café",
        "nuit",
        "winter",
        "song",
        "über",
        "wolken",
        "moon",
    ]
)
TITLES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@pytest.mark.slow
@given(TITLES, st.sampled_from(SUFFIXES), st.sampled_from(["", "01 - ", "07_", "3. "]))
def test_a_known_label_never_changes_the_song(title: str, suffix: str, prefix: str) -> None:
    found = song_name(f"{prefix}{title}{suffix}")
    assert (song_key(found.song), found.version) == (song_key(title), "")


@pytest.mark.slow
@given(TITLES, st.sampled_from(VERSIONS), st.sampled_from(["", *SUFFIXES[:6]]))
def test_a_version_is_a_version_of_the_same_song(title: str, version: tuple[str, str], more: str) -> None:
    found = song_name(f"{title}{version[0]}{more}")
    assert (song_key(found.song), found.version) == (song_key(title), version[1])


@pytest.mark.slow
@given(TITLES, TITLES, st.sampled_from(SUFFIXES), st.sampled_from(SUFFIXES))
def test_two_titles_never_join(one: str, other: str, first: str, second: str) -> None:
    assume(song_key(one) != song_key(other))
    assert song_key(song_name(one + first).song) != song_key(song_name(other + second).song)


@pytest.mark.slow
@given(st.text(min_size=1, max_size=60), st.sampled_from(["NFC", "NFD"]))
def test_how_accents_are_coded_does_not_count(stem: str, form: str) -> None:
    coded = unicodedata.normalize(form, stem)
    assume(coded)
    assert song_key(song_name(coded).song) == song_key(song_name(unicodedata.normalize("NFC", stem)).song)


@pytest.mark.parametrize(
    ("path", "song", "folder"),
    [
        ("/m/Projects/Weltschmerz/Renders/untitled.wav", "Weltschmerz", "/m/Projects/Weltschmerz"),
        ("/m/Projects/Weltschmerz/Audio Files/mix 3.wav", "Weltschmerz", "/m/Projects/Weltschmerz"),
        ("/m/Projects/Weltschmerz/Bounces/Final/Tide v2.wav", "Tide", "/m/Projects/Weltschmerz"),
        ("/m/Music/Bounces/untitled.wav", "untitled", "/m/Music/Bounces"),
        ("/m/Zeta_v3 Project/Exports/final mix.wav", "Zeta", "/m/Zeta_v3 Project"),
        ("/m/Sunset Project/Sunset 2.wav", "Sunset", "/m/Sunset Project"),
        ("/m/Song 2 Project/Song 2.wav", "Song 2", "/m/Song 2 Project"),
        ("/m/Untitled Project/Untitled 2.wav", "Untitled 2", "/m/Untitled Project"),
        ("/m/Willow/export/session.wav", "Willow", "/m/Willow"),
        ("untitled.wav", "untitled", "."),
    ],
)
def test_the_folder_above_a_folder_of_renders_counts(path: str, song: str, folder: str) -> None:
    place = place_of(PurePosixPath(path))
    assert (place.name.song, place.folder, place.is_stem) == (song, PurePosixPath(folder), False)


def test_the_project_a_daw_shows_counts_more_than_the_folder() -> None:
    place = place_of(PurePath("/m/Weltschmerz/Renders/untitled.wav"), project="Paper Boats v4")
    assert place.name.song == "Paper Boats"
    assert place_of(PurePath("/m/B/Paper Boats 3.wav"), project="Paper Boats v4").name.song == "Paper Boats"
    assert place_of(PurePath("/m/B/Tide 3.wav"), project="Paper Boats v4").name.song == "Tide 3"


def test_a_rule_of_the_persons_own_makes_a_bounce_of_a_part() -> None:
    assert place_of(PurePath("/m/Tide/Stems/Tide - Bass.wav")).is_stem
    ruled = place_of(PurePath("/m/Tide/Stems/Tide - Bass.wav"), {"Tide - Bass*": "Tide bass study"})
    assert (ruled.is_stem, ruled.name.song) == (False, "Tide bass study")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Weltschmerz", "Weltschemrz", True), ("Paper Boats", "PaperBoats", True), ("Song 2", "Song", True),
        ("indie time2", "indie time", True), ("Night Drive loud", "Night Drive", True), ("Tide", "Time", False),
        ("Night Drive", "Paper Boats", False), ("Harbour", "Harbour [live]", True), ("1979", "1980", False),
        ("U2", "U3", True), ("Ströme", "Stroeme", True),
        ("Café Nuit", "Cafe Nuit", True), ("夜明け", "夜", False), ("", "Tide", False),
    ],
)  # fmt: skip
def test_near_names_are_near(one: str, other: str, near: bool) -> None:
    assert (is_near(one, other), is_near(other, one)) == (near, near)
