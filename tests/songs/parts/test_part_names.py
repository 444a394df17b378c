"""Parts of mixes by their names, and which of several that came together are parts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.songs.naming import song_name
from bridge.songs.parts.names import Arrived, PartName, is_one_mix, is_part_by_name, part_name, parts_among
from tests.songs.names_list import rows

# name → song and instrument
PARTS = {
    "Night Drive – Bass": ("Night Drive", "bass"), "Night Drive_drums": ("Night Drive", "drums"),
    "Night Drive (Vocals)": ("Night Drive", "vocals"), "Night_Drive_Lead_Vox": ("Night Drive", "lead vox"),
    "Night Drive v3 Bass": ("Night Drive", "bass"), "Night Drive-Bass-001": ("Night Drive", "bass"),
    "Night Drive FINAL_Kick In 24bit": ("Night Drive", "kick in"), "Night Drive 1-Kick": ("Night Drive", "kick"),
    "Night Drive 01 Kick": ("Night Drive", "kick"), "NightDrive_Insert 3 - Kick": ("NightDrive", "insert kick"),
    "Night Drive - Gtr 2": ("Night Drive", "gtr"), "Night Drive_Gtr1": ("Night Drive", "gtr"),
    "Night Drive - Bass (DI)": ("Night Drive", "bass di"), "Bass - Night Drive": ("Night Drive", "bass"),
    "Night Drive [stem] Hi-Hat": ("Night Drive", "stem hi hat"), "Tide - Drums - Kick": ("Tide", "drums kick"),
    "Heavy Bass - Kick": ("Heavy Bass", "kick"), "Song 2 Bass": ("Song 2", "bass"), "Tide 808": ("Tide", "808"),
    "Nachtfahrt – Schlagzeug": ("Nachtfahrt", "schlagzeug"), "Marea_Batería": ("Marea", "batería"),
    "Vocals bounce": ("", "vocals"), "Bass": ("", "bass"), "01 Snare Top": ("", "snare top"), "BVs": ("", "bvs"),
    "2026-11-27 Kick": ("", "kick"), "Drums_v2": ("", "drums"),
}  # fmt: skip
NO_PARTS = [
    "Night Drive", "Piano Man", "Drums of War", "Violin Concerto", "Night Drive (Instrumental)", "Come Clean", "Remix",
    "Night Drive no vocals", "Night Drive - minus drums", "Night Drive (Vocal Up)", "Bass Cover v2", "High and Dry",
    "Night Drive - Club", "Paper Boats (new drums)", "Quagmire (Official Audio)",
    "夜明け", "2026-11-27", "v3", "Master",
]  # fmt: skip


@pytest.mark.parametrize(("name", "right"), PARTS.items())
def test_what_parts_are_called_is_read(name: str, right: tuple[str, str]) -> None:
    found = part_name(name)
    assert found is not None
    assert (found.song, found.instrument) == right


@pytest.mark.parametrize("name", NO_PARTS)
def test_titles_and_other_mixes_are_no_parts(name: str) -> None:
    assert part_name(name) is None


def test_the_longest_title_that_is_a_song_counts() -> None:
    assert part_name("Come Clean Bass") == PartName("Come", "Clean Bass", "clean bass")
    assert part_name("Come Clean Bass", {"come clean"}.__contains__) == PartName("Come Clean", "Bass", "bass")
    assert part_name("Song_drums", {"song"}.__contains__) == PartName("Song", "drums", "drums")


def came(*names: str, length_s: float = 10.0) -> set[str]:
    """Return which of names that came together, equally long, are parts."""
    return named(*((name, length_s) for name in names))


def named(*files: tuple[str, float]) -> set[str]:
    found = parts_among([Arrived(name, length_s, part_name(name)) for name, length_s in files])
    return {files[index][0] for index in found}


def test_two_instruments_of_one_song_and_length_are_parts_and_their_mix_is_none() -> None:
    assert came("Tide", "Tide - Bass", "Tide - Drums") == {"Tide - Bass", "Tide - Drums"}
    assert came("Bass", "Drums bounce", "Tide") == {"Bass", "Drums bounce"}


def test_what_comes_alone_is_no_part() -> None:
    assert came("Bass") == set()
    assert came("Tide", "Tide - Bass") == set()
    assert came("Bass v1", "Bass v2", "Bass v10") == set()
    assert came("Tide - Gtr 1", "Tide - Gtr 2") == set()
    assert came("Tide_Insert 1", "Tide_Insert 2", "Tide_Insert 3") == set()
    assert came("Merk - Piano", "Merk - River", "Merk - Tide") == set()


def test_without_one_length_it_takes_three_of_a_song() -> None:
    assert named(("Tide - Bass", 9.0), ("Tide - Kick", 10.0)) == set()
    assert len(named(("Tide - Bass", 9.0), ("Tide - Kick", 10.0), ("Tide - Vox", 4.0))) == 3
    assert named(("Piano", 9.0), ("Violin", 10.0), ("Voices", 4.0), ("Harp", 7.0)) == set()  # pieces that are called so
    assert len(named(("Bass", 9.0), ("Kick", 9.0), ("Vox", 4.0), ("Keys", 7.0))) == 4  # two prove the others
    assert named(("Tide - Bass", 0.0), ("Tide - Kick", 0.0)) == set()  # their lengths are not known


def test_with_parts_what_is_called_as_nobodys_track_or_by_a_persons_name_is_one_too() -> None:
    parts = {"Tide_Bass", "Tide_Kick", "Tide_Insert 7", "Tide_Anna", "Tide_Other"}
    mixes = {"Tide", "Tide_Club Mix", "Tide_Master", "Tide (Instrumental)", "Tide_v2"}
    assert came(*parts, *mixes) == parts
    assert named(("Tide_Bass", 9.0), ("Tide_Kick", 9.0), ("Tide_Anna", 8.0)) == {"Tide_Bass", "Tide_Kick"}


def test_the_order_in_which_parts_come_does_not_count() -> None:
    names = ("Tide - Bass", "Tide - Kick", "Tide", "Tide - Anna")
    assert {frozenset(came(*some)) for some in itertools.permutations(names)} == {frozenset(names) - {"Tide"}}


def test_two_that_came_one_after_the_other_are_parts_of_one_mix_by_song_instrument_and_length() -> None:
    bass, kick = PartName("Tide", "Bass", "bass"), PartName("tide", "Kick", "kick")
    assert is_one_mix(bass, kick, (10.0, 10.02))
    assert not is_one_mix(bass, kick, (10.0, 10.1))
    assert not is_one_mix(bass, kick._replace(song="Ebb"), (10.0, 10.0))
    assert not is_one_mix(bass, bass._replace(part="Bass 2"), (10.0, 10.0))


def test_what_a_session_exports_is_its_song_unless_it_is_called_like_a_part_of_it() -> None:
    assert is_part_by_name("Tide - Bass", "Tide - Bass", "Tide")
    assert is_part_by_name("Vox", "Vox", "Tide")
    assert not is_part_by_name("Upright Bass v2", "Upright Bass", "Upright Bass")
    assert not is_part_by_name("mix 3", "Tide", "Tide")
    assert not is_part_by_name("Ebb - Bass", "Ebb - Bass", "Tide")


@pytest.mark.slow
def test_of_real_names_of_bounces_hardly_any_is_read_as_a_parts() -> None:
    bounces = [row for row in [*rows("list"), *rows("held_out")] if row.kind == "bounce"]
    parts = [(row.name, part_name(row.path.stem)) for row in bounces]
    read = [name for name, part in parts if part is not None and part.instrument]
    assert len(read) <= 0.015 * len(bounces), read


@pytest.mark.slow
@given(st.text(min_size=1, max_size=60))
def test_every_name_can_be_read(stem: str) -> None:
    part = part_name(stem)
    assert part is None or part.part
    if part is not None and part.song:
        assert song_name(part.song).song
