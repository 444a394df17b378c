"""Names in bytes: whatever a song is called, its file can be made, and the number in the name stays."""

import itertools
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.files import LONGEST_NAME_BYTES, cut, numbered, safe_name

# Words in every script, marks that join and turn, what Windows refuses, and bytes that are no text.
LETTERS = st.one_of(
    st.characters(),
    st.sampled_from([*'/\\:*?"<>|. \x00\n\x7f\x85', "\u202e", "\u2028", "é", "e\u0301", "👩‍👧", "\u200d", "\ufe0f"]),
    st.sampled_from([os.fsdecode(bytes([byte])) for byte in (0x80, 0xE9, 0xFF)]),
)
TEXTS = st.one_of(
    st.lists(LETTERS, max_size=400).map("".join),
    st.sampled_from(["con", "NUL", "Com1", "lpt9", "aux.x", "COM¹", "prn ", "CONIN$", "...", " ", "", "長" * 300]),
)
TAILS = st.one_of(
    st.sampled_from(["", ".wav", " – master b12 spotify 24-44.1.wav", " – bounce 3.html"]), TEXTS.map(lambda t: t[:40])
)
REFUSED = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')
WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)\d) *(\..*)?", re.IGNORECASE)


@pytest.mark.slow
@given(TEXTS, TAILS)
def test_every_name_is_one_that_every_system_takes(text: str, tail: str) -> None:
    name = safe_name(text, tail)
    assert 0 < len(os.fsencode(name)) <= LONGEST_NAME_BYTES - len(" (9999)")
    assert not REFUSED.search(name)
    assert name not in {".", ".."}
    assert name[0] not in " ."
    assert name[-1] not in " ."
    assert not WINDOWS_DEVICE.fullmatch(name)
    assert Path(name).name == name


@pytest.mark.slow
@given(TEXTS)
def test_what_tells_it_from_its_siblings_is_never_cut_off(text: str) -> None:
    tail = " – master b12 spotify 24-44.1.wav"
    assert safe_name(text, tail).endswith(tail)
    assert len(safe_name(text, tail)) > len(tail)


@pytest.mark.slow
@given(TEXTS, TAILS)
def test_a_name_made_safe_once_stays_as_it_is(text: str, tail: str) -> None:
    name = safe_name(text, tail)
    assert safe_name(name) == name


@pytest.mark.slow
@given(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40))
def test_a_plain_name_is_not_touched(text: str) -> None:
    if not WINDOWS_DEVICE.fullmatch(text):
        assert safe_name(text, ".wav") == f"{text}.wav"


@pytest.mark.slow
@given(TEXTS, st.integers(0, 300))
def test_a_cut_is_between_characters_and_fits(text: str, room_bytes: int) -> None:
    text = "".join(c for c in text if not "\ud800" <= c < "\udc80" and not "\udd00" <= c <= "\udfff")
    short = cut(text, room_bytes)
    assert text.startswith(short)
    assert len(os.fsencode(short)) <= room_bytes
    if len(os.fsencode(text)) <= room_bytes:
        assert short == text


@pytest.mark.parametrize(
    ("text", "room_bytes", "expected"),
    [
        ("Самогон", 7, "Сам"),
        ("abce\u0301", 4, "abc"),  # not an e that has lost its accent
        ("ab👩‍👧", 9, "ab"),  # not half a family
        ("\u0301" * 9, 5, "\u0301" * 2),  # nothing but accents: some of them rather than none
        ("abc", 0, ""),
    ],
)
def test_where_it_is_cut(text: str, room_bytes: int, expected: str) -> None:
    assert cut(text, room_bytes) == expected


@pytest.mark.parametrize("device", ["CON", "nul", "com1", "LPT9", "aux", "COM²"])
def test_devices_of_windows_are_no_names(device: str) -> None:
    assert safe_name(device, ".wav") == f"_{device}.wav"
    assert safe_name(f"{device}.take 2") == f"_{device}.take 2"
    assert safe_name(device, " – master b1.wav") == f"{device} – master b1.wav"  # a song may be called so


def test_a_tail_like_a_novel_leaves_room_for_the_name_and_keeps_its_ending() -> None:
    name = safe_name("Tide", " – master " + "very loud " * 40 + "24-44.1.wav")
    assert name.startswith("Tide – master very loud")
    assert name.endswith(".wav")


@pytest.mark.slow
@given(TEXTS, st.sampled_from(["", ".wav", ".html"]))
def test_numbered_names_fit_and_differ(text: str, ending: str) -> None:
    stem = safe_name(text, ending).removesuffix(ending)
    names = list(itertools.islice(numbered(stem, ending), 30))
    assert names[0] == stem + ending
    assert len(set(names)) == 30
    assert all(len(os.fsencode(name)) <= LONGEST_NAME_BYTES for name in names)
    assert all(name.startswith(stem) for name in names)


def test_a_name_that_fills_the_room_gives_way_to_its_number() -> None:
    names = list(itertools.islice(numbered("ä" * 125, ".wav"), 1200))
    assert [len(os.fsencode(name)) for name in (names[0], names[1], names[-1])] == [254, 254, 255]
    assert names[-1].endswith("ä (1200).wav")
