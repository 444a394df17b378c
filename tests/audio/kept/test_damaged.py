"""Damaged and hostile tags cost themselves and nothing else."""

import base64
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.flac import Picture
from mutagen.oggvorbis import OggVorbis

from bridge.audio.kept.id3 import SETTINGS
from bridge.audio.kept.read import read_kept, settings_in
from bridge.audio.kept.record import Kept, MasterFormat
from bridge.audio.kept.write import write_kept
from bridge.errors import UsageError
from tests.audio.kept.mixes import empty_master, full_mix

SOUND = np.zeros((1_000, 2))


def test_a_header_that_promises_four_gigabytes_of_format_claims_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    soundfile.write(path, SOUND, 48_000)
    data = bytearray(path.read_bytes())
    data[16:20] = b"\xff\xff\xff\xff"  # the size of the fmt chunk
    path.write_bytes(data)
    tracemalloc.start()
    try:
        assert read_kept(path, 48_000).texts == {}
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_a_picture_that_is_no_text_at_all_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "mix.ogg"
    soundfile.write(path, SOUND, 48_000)
    tagged = OggVorbis(path)
    tagged["title"], tagged["metadata_block_picture"] = "Tide", ["äöü", base64.b64encode(picture().write()).decode()]
    tagged.save()
    kept = read_kept(path, 48_000)
    assert kept.texts["title"] == ["Tide"]
    assert [found.data for found in kept.pictures] == [picture().data]


def picture() -> Picture:
    made = Picture()
    made.mime, made.type, made.data = "image/png", 3, b"\x89PNG"
    return made


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff", ".mp3", ".ogg"])
def test_damage_anywhere_never_stops_anything(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(7)
    whole = full_mix(tmp_path / "whole.wav")
    source = empty_master(tmp_path / f"a{ending}")
    write_kept(source, ending, read_kept(whole, 48_000), MasterFormat(44_100, 2, 16, 66_150), {}, "f" * 64)
    raw = (whole if ending == ".wav" else source).read_bytes()
    target = tmp_path / f"broken{ending}"
    for _ in range(6):
        bad = bytearray(raw[: int(rng.integers(len(raw) // 2, len(raw)))] if rng.integers(2) else raw)
        for _ in range(int(rng.integers(1, 30))):
            at = int(rng.integers(len(bad) - 6000, len(bad)) if ending in (".wav", ".aiff") else rng.integers(6000))
            bad[at] = int(rng.integers(256))
        target.write_bytes(bad)
        kept = read_kept(target, 44_100)
        # and what was understood can be written
        again = empty_master(tmp_path / "again.mp3")
        assert isinstance(write_kept(again, ".mp3", kept, MasterFormat(44_100, 2, 0, 66_150), {}, "f" * 64), tuple)
        assert isinstance(read_kept(again, 44_100), Kept)


@pytest.mark.parametrize("settings", ["[" * 50_000, '{"a":' * 10_000, "{", "[]"])
def test_settings_that_cannot_be_read_are_named(tmp_path: Path, settings: str) -> None:
    path = tmp_path / "master.ogg"
    soundfile.write(path, SOUND, 48_000)
    tagged = OggVorbis(path)
    tagged[SETTINGS] = settings
    tagged.save()
    with pytest.raises(UsageError, match=r"master\.ogg: its stored settings are damaged\. Master it again\."):
        settings_in(str(path))
