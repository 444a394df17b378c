"""Files as they are written before anything is said in them, and without what libsndfile leaves room for."""

from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from bridge.audio.chunks import chunks_beside_sound
from bridge.audio.containers.base import Window
from bridge.audio.kept.read import read_kept
from bridge.audio.kept.record import Kept
from bridge.audio.kept.write import without_padding
from bridge.audio.writer import AudioWriter
from tests.audio.odd_files import music


def written(path: Path, subtype: str, frames: int = 48_000) -> Path:
    sound = np.resize(music(0.5, 48_000), (frames, 2))
    with AudioWriter(path, rate_hz=48_000, channels=2, subtype=subtype, frames=frames) as writer:
        writer.write(sound)
        without_padding(writer.close())
        return writer.publish()


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.flac", "PCM_24"), ("a.aiff", "PCM_24"), ("a.mp3", "MPEG_LAYER_III"), ("a.ogg", "VORBIS"), ("a.opus", "OPUS")],
)
def test_no_kind_of_file_says_anything_of_itself(tmp_path: Path, name: str, subtype: str) -> None:
    path = written(tmp_path / name, subtype, 4_800)
    assert read_kept(path, 48_000) == Kept(rate_hz=48_000)
    tags = mutagen.File(path).tags
    assert [name.lower() for name, _ in tags or ()] in ([], ["encoder"])


@pytest.mark.parametrize(
    ("subtype", "names", "header"),
    [
        ("PCM_16", [b"fmt "], 44),
        ("PCM_24", [b"fmt "], 44),
        ("FLOAT", [b"fmt ", b"fact"], 56),  # which samples that are no integers have to have
    ],
)
@pytest.mark.parametrize("frames", [1, 999, 70_000])
def test_a_wave_has_its_format_and_its_sound(
    tmp_path: Path, subtype: str, names: list[bytes], header: int, frames: int
) -> None:
    path = written(tmp_path / "a.wav", subtype, frames)
    size = path.stat().st_size
    with path.open("rb") as file:
        assert [chunk.name for chunk in chunks_beside_sound(Window(file, size))] == names
    width = {"PCM_16": 2, "PCM_24": 3, "FLOAT": 4}[subtype]
    assert size == header + frames * 2 * width
    data = path.read_bytes()
    assert int.from_bytes(data[4:8], "little") == size - 8
    soundfile.write(tmp_path / "b.wav", np.resize(music(0.5, 48_000), (frames, 2)), 48_000, subtype=subtype)
    np.testing.assert_array_equal(soundfile.read(path)[0], soundfile.read(tmp_path / "b.wav")[0])
