"""Headers as they stand while a file is being written, and after."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.audio.probe import probe

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


@pytest.mark.parametrize("name", ["a.wav", "a.w64", "a.aiff"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_file_shorter_than_its_header_says_is_incomplete(tmp_path: Path, name: str, share: float) -> None:
    whole = tmp_path / name
    sf.write(whole, NOISE, 44_100, subtype="PCM_24")
    data = whole.read_bytes()
    whole.write_bytes(data[: max(int(len(data) * share), 12)])
    result = probe(whole)
    assert result.state == "incomplete"
    assert result.reason


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
def test_a_size_the_daw_has_not_filled_in_yet_is_incomplete(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, NOISE, 44_100, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", size)
    path.write_bytes(data)
    assert probe(path).state == "incomplete"


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
