"""Headers as they stand while a file is being written, and after."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.audio.probe import probe
from bridge.audio.reader import open_audio
from tests.audio.odd_files import ogg_pages

RNG = np.random.default_rng(1)
NOISE = RNG.uniform(-0.1, 0.1, (20_000, 2))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wav", {"subtype": "PCM_16"}),
        ("a.wav", {"subtype": "FLOAT"}),
        ("a.wav", {"format": "WAVEX", "subtype": "PCM_24"}),
        ("a.wav", {"format": "RF64", "subtype": "PCM_24"}),
        ("a.w64", {"subtype": "PCM_24"}),
        ("a.aiff", {"subtype": "PCM_24"}),
        ("a.flac", {"subtype": "PCM_24"}),
        ("a.ogg", {}),
        ("a.mp3", {}),
        ("a.caf", {"subtype": "PCM_16"}),
    ],
)
def test_whole_files_are_complete(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    path = tmp_path / name
    sf.write(path, NOISE, 44_100, **options)
    assert probe(path).state == "complete"


@pytest.mark.parametrize("name", ["a.wav", "a.w64", "a.aiff", "a.caf", "a.flac", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.75])
def test_a_file_shorter_than_its_header_says_is_incomplete(tmp_path: Path, name: str, share: float) -> None:
    whole = tmp_path / name
    sf.write(whole, NOISE, 44_100, subtype={".ogg": "VORBIS", ".mp3": "MPEG_LAYER_III"}.get(whole.suffix, "PCM_24"))
    data = whole.read_bytes()
    whole.write_bytes(data[: max(int(len(data) * share), 12)])
    result = probe(whole)
    assert result.state == "incomplete"
    assert result.reason


OPEN_ENDS = {  # where the size of the sound stands, and what is written there by what does not know it yet
    "RF64": (b"data", "<I", (0, 0xFFFF_FFFF)),
    "WAV": (b"data", "<I", (0, 0xFFFF_FFFF)),
    "AIFF": (b"SSND", ">I", (0, 0xFFFF_FFFF)),
    "CAF": (b"data", ">q", (0, -1)),
}


@pytest.mark.parametrize(("kind", "which"), [(kind, which) for kind in OPEN_ENDS for which in (0, 1)])
def test_a_size_the_daw_has_not_filled_in_yet_is_open(tmp_path: Path, kind: str, which: int) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, NOISE, 44_100, subtype="PCM_16", format=kind)
    data = bytearray(path.read_bytes())
    mark, form, sizes = OPEN_ENDS[kind]
    at = data.index(mark) + 4
    struct.pack_into(form, data, at, sizes[which])
    if kind == "RF64":
        struct.pack_into("<QQ", data, data.index(b"ds64") + 8, 0, 0)
    path.write_bytes(data)
    assert probe(path).state == "open"
    with open_audio(path) as reader:  # and all that is there is read, whoever asks
        assert reader.format.frames == len(NOISE)
    path.write_bytes(data[: at + struct.calcsize(form)])
    assert probe(path).state == "incomplete"  # a header without a sound is nothing yet


def test_an_empty_file_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.touch()
    assert probe(path).state == "incomplete"


@pytest.mark.parametrize("data", [b"Dear diary, today I mixed.", b"\x00" * 5000, b"MZ" + b"\x90" * 100])
def test_what_is_not_sound_is_alien(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    assert probe(path).state == "alien"


def test_a_hostile_chain_of_empty_chunks_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\xff\xff\xff\x7fWAVE" + b"junk\x00\x00\x00\x00" * 100_000)
    assert probe(path).state == "incomplete"


@pytest.mark.parametrize("kind", ["wav", "aiff"])
def test_a_header_with_no_sound_behind_it_yet_is_incomplete(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    sf.write(path, NOISE[:0], 44_100, subtype="PCM_16")
    result = probe(path)
    assert (result.state, result.reason) == ("incomplete", "there is no sound in it yet")


def test_half_a_flac_file_that_does_not_say_how_long_it_will_be_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    sf.write(path, NOISE, 44_100, subtype="PCM_24")
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:42] = bytes(20)
    path.write_bytes(data[: len(data) // 2])
    assert probe(path).state == "incomplete"
    path.write_bytes(data)
    assert probe(path).state == "complete"


def test_a_stream_of_ogg_that_is_still_going_on_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    sf.write(path, np.tile(NOISE, (8, 1)), 44_100)
    pages = ogg_pages(path.read_bytes())
    path.write_bytes(b"".join(pages[:-1]))
    assert probe(path).reason == "its last page does not mark the end"


def test_an_answer_holds_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, NOISE, 44_100, subtype="PCM_16")
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    assert probe(path).state == "incomplete"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda *_, **__: pytest.fail("looked again"))
        assert probe(path).state == "incomplete"
    path.write_bytes(whole)
    assert probe(path).state == "complete"


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.mp3", "a.m4a"])
def test_room_that_is_set_aside_is_blank_until_something_is_written(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(1_000_000)
    before = path.stat()
    assert probe(path).state == "blank"
    whole = tmp_path / "whole.wav"
    sf.write(whole, NOISE, 44_100, subtype="PCM_24")
    with path.open("r+b") as file:
        file.write(whole.read_bytes())
    os.truncate(path, whole.stat().st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert probe(path).state == "complete"


def test_a_file_with_holes_in_its_sound_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with sf.SoundFile(path, "w", 44_100, 2, subtype="PCM_24") as file:
        file.seek(999_999)
        file.write(np.zeros((1, 2)))
    assert path.stat().st_blocks * 512 < path.stat().st_size // 2
    assert probe(path).state == "complete"
