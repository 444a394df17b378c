"""File names as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.songs.naming import song_key, song_name

ONE_SONG = [
    "Night Drive",
    "Night Drive v3",
    "Night Drive V12",
    "Night Drive_v3",
    "Night_Drive_v03",
    "night drive v1.2",
    "Night Drive v3b",
    "Night Drive ver 3",
    "Night Drive version 2",
    "Night Drive rev2",
    "Night Drive r7",
    "Night_Drive_mix_12",
    "Night Drive – mix 4",
    "Night Drive – bounce 4",
    "Night Drive – bounce 4 (dry)",
    "Night Drive – bounce 2026-11-30 14.05.12",
    "Night Drive - Mix4",
    "Night Drive mix",
    "Night Drive (2)",
    "Night Drive [3]",
    "Night Drive (mix 3)",
    "Night Drive-001",
    "Night Drive-017",
    "Night Drive copy",
    "Night Drive copy 2",
    "Night Drive final",
    "Night Drive FINAL 2",
    "Night Drive final v2",
    "Night Drive 2026-11-22",
    "Night Drive_20261122",
    "Night Drive 22.11.2026",
    "Night Drive 2026-11-22 14.05",
    "Night Drive 2026-11-22_14-05-33",
    "Night Drive v3 24bit 48k",
    "Night Drive_bounce_3",
    "Night Drive mixdown",
    "Night Drive_render-002",
    "Night Drive rough mix 2",
    "Night Drive v3 (2)",
]
TITLES_KEPT = [
    "Song 2",
    "99 Luftballons",
    "1999",
    "Blink182",
    "Remix",
    "Mix 3",
    "v3",
    "2026-11-22",
    "(2)",
    "Final Countdown",
    "Take Five",
    "Track 01",
    "Studio 54",
    "U2",
]


@pytest.mark.parametrize("stem", ONE_SONG)
def test_the_usual_habits_are_one_song(stem: str) -> None:
    assert song_key(song_name(stem).song) == "night drive"


@pytest.mark.parametrize("stem", TITLES_KEPT)
def test_titles_are_not_eaten(stem: str) -> None:
    assert song_name(stem).song == stem


def test_the_label_tells_siblings_apart() -> None:
    assert song_name("Night Drive v3").label == "v3"
    assert song_name("Night Drive_mix_12").label == "mix_12"
    assert song_name("Night Drive").label == ""


def test_an_override_wins() -> None:
    overrides = {"nightdrive_ALT*": "Night Drive"}
    assert song_name("NightDrive_alt_7", overrides).song == "Night Drive"
    assert song_name("Other v2", overrides).song == "Other"


@pytest.mark.parametrize(
    ("stem", "song", "version"),
    [
        ("Bass_bip", "Bass", ""),  # Logic Pro, bounce in place
        ("Ember_Stereo Out", "Ember", ""),  # Cubase, the channel in the naming scheme
        ("Ember_Stereo Out-01", "Ember", ""),
        ("Oak_Mx_03", "Oak", ""),
        ("Oak_INST_Mx_03", "Oak", "instrumental"),
        ("Oak_ACAP_Mx_03", "Oak", "a cappella"),
        ("Drift_808", "Drift 808", ""),  # a bass drum, not bounce 808
        ("Drift_809", "Drift", ""),
        ("Shout Out", "Shout Out", ""),
        ("Anna_Runaway_RuffMix03", "Anna Runaway", ""),
        ("Runaway (Ruff Mix 2)", "Runaway", ""),
        ("Runaway Stereo Mix", "Runaway", ""),
        ("Scratch mix 2", "Scratch", ""),
        ("Runaway_WIP3", "Runaway", ""),
        ("Runaway_16bit_44100Hz", "Runaway", ""),
        ("Runaway_48000_24", "Runaway", ""),
        ("Runaway 432hz", "Runaway 432hz", ""),
        ("Max", "Max", ""),
    ],
)
def test_what_daws_and_studios_add_is_no_title(stem: str, song: str, version: str) -> None:
    found = song_name(stem)
    assert (found.song, found.version) == (song, version)


@pytest.mark.parametrize("stem", ["session", "Stereo Out", "Output 1-2", "untitled"])
def test_what_daws_call_a_bounce_that_nobody_named_is_of_its_project(stem: str) -> None:
    assert song_name(stem, context="Willow").song == "Willow"
    assert song_name(stem).song == stem


@pytest.mark.slow
@given(st.text(min_size=1, max_size=80))
def test_every_name_yields_a_song(stem: str) -> None:
    name = song_name(stem)
    assert name.song
    assert len(name.song) <= len(unicodedata.normalize("NFC", stem))
