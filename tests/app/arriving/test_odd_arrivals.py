"""Files as programs and people really leave them: half written with long pauses, named in two codings, many at once."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.model.events import FileStuck
from tests.app.test_intake import NOW_AT, Batch

RATE_HZ = 44_100
KINDS = {"render.mp3": "MPEG_LAYER_III", "lossless.flac": "PCM_24", "vorb.ogg": "VORBIS", "slow.wav": "PCM_16"}


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(tmp_path)
    yield batch
    batch.close()


def whole(aside: Path, name: str, seed: int) -> bytes:
    """Return a sound file of two seconds."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    sound = 0.3 * np.sin(2 * np.pi * (200 + 17 * seed) * time_s) + 0.003 * rng.normal(0, 1, len(time_s))
    soundfile.write(aside / name, np.stack([sound, 0.8 * sound], 1), RATE_HZ, subtype=KINDS[name])
    return (aside / name).read_bytes()


def beginning(name: str, data: bytes) -> bytes:
    """Return what lies on the disk while a program still writes: half of it, or a header that promises nothing yet."""
    if name.endswith(".wav"):
        head = bytearray(data[:44])
        head[4:8] = head[40:44] = bytes(4)
        return bytes(head)
    half = bytearray(data[: len(data) // 2])
    if name.endswith(".flac"):  # total samples and MD5 are filled in at the end
        half[21] &= 0xF0
        half[22:42] = bytes(20)
    return bytes(half)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_what_is_still_being_written_is_no_bounce_and_no_complaint(batch: Batch, tmp_path: Path, name: str) -> None:
    data = whole(tmp_path, name, list(KINDS).index(name))
    path = batch.folder / name
    path.write_bytes(beginning(name, data))
    assert batch.settled() == []  # nothing comes for a minute
    assert not batch.told_of(FileStuck)
    path.write_bytes(data)
    assert [bounce.revision for bounce in batch.settled()] == [1]
    assert not batch.told_of(FileStuck)


@pytest.mark.slow
def test_a_name_is_one_however_its_accents_are_coded_and_brackets_are_part_of_a_title(batch: Batch) -> None:
    for number, name in enumerate(
        [
            unicodedata.normalize("NFC", "Café Nuit v1"),
            unicodedata.normalize("NFD", "Café Nuit v2"),
            *(f"Harbour [{what}]" for what in ("live", "acoustic", "red", "2024")),
            "[untitled]",
            "夜" * 80,
        ]
    ):
        path = batch.folder / f"{name}.wav"
        soundfile.write(os.fsencode(path), np.full((4_410, 2), 0.01 * (number + 1)), RATE_HZ, format="WAV")
        os.utime(path, (NOW_AT, NOW_AT))
    batch.settled()
    songs = {song.name: len(batch.store.bounces.of_song(song.id)) for song in batch.store.bounces.songs()}
    harbours = {f"Harbour [{what}]": 1 for what in ("live", "acoustic", "red", "2024")}
    assert songs == {"Café Nuit": 2, **harbours, "[untitled]": 1, "夜" * 80: 1}
