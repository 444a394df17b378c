"""Reading sound files: exactly, in blocks, and every failure as one line."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError


def write(path: Path, audio: np.ndarray, rate_hz: int = 44_100, subtype: str = "PCM_24") -> Path:
    soundfile.write(path, audio, rate_hz, subtype=subtype)
    return path


def read(path: Path, frames: int = 1000) -> np.ndarray:
    with open_audio(path) as reader:
        return np.concatenate([np.zeros((0, reader.format.channels), np.float32), *reader.blocks(frames)])


def ramp(frames: int = 5000, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (frames, channels))


@pytest.mark.parametrize(
    ("suffix", "subtype", "dtype"),
    [
        (".wav", "PCM_U8", np.float32),
        (".wav", "PCM_16", np.float32),
        (".wav", "PCM_24", np.float32),
        (".wav", "PCM_32", np.float64),
        (".wav", "FLOAT", np.float32),
        (".wav", "DOUBLE", np.float64),
        (".aiff", "PCM_24", np.float32),
        (".flac", "PCM_24", np.float32),
        (".w64", "PCM_24", np.float32),
        (".rf64", "PCM_16", np.float32),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_samples_are_exact(tmp_path: Path, suffix: str, subtype: str, dtype: type[np.floating], channels: int) -> None:
    path = write(tmp_path / f"a{suffix}", ramp(channels=channels), subtype=subtype)
    got = read(path)
    expected, _ = soundfile.read(path, dtype="float64", always_2d=True)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got.astype(np.float64), expected)


def test_blocks_are_contiguous_and_can_be_read_twice(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", ramp())) as reader:
        first = list(reader.blocks(999))
        assert [b.shape[0] for b in first] == [999] * 5 + [5]
        assert all(b.flags.c_contiguous for b in first)
        np.testing.assert_array_equal(np.concatenate(first), np.concatenate(list(reader.blocks())))
        with pytest.raises(ValueError, match="frames is 0"):
            next(reader.blocks(0))


def test_an_empty_but_valid_file_opens(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", ramp(0))) as reader:
        assert reader.format.frames == 0
        assert list(reader.blocks()) == []


def refused(path: Path, *words: str) -> None:
    with pytest.raises(AudioFileError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_refusals_name_file_and_remedy(tmp_path: Path) -> None:
    refused(tmp_path / "gone.wav", "gone.wav", "does not exist")
    (tmp_path / "folder.wav").mkdir()
    refused(tmp_path / "folder.wav", "folder.wav", "is a folder")
    (tmp_path / "empty.wav").touch()
    refused(tmp_path / "empty.wav", "empty.wav", "0 bytes")
    (tmp_path / "text.wav").write_text("this is not music\n" * 100)
    refused(tmp_path / "text.wav", "text.wav", "not a sound file")
    os.mkfifo(tmp_path / "pipe.wav")
    refused(tmp_path / "pipe.wav", "not a regular file")
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    refused(tmp_path / "loop.wav", "loop.wav")
    refused(tmp_path / "nul\0.wav")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav", ramp())

    def refuse(*_: object, **__: object) -> None:  # root may read everything: chmod would not do
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    refused(path, "may not be read")


@pytest.mark.parametrize("name", ["a 'b' \"c\".wav", "new\nline.wav", b"latin-\xe9.wav", "ü🎵.wav"])
def test_names_of_any_bytes(tmp_path: Path, name: str | bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    source = write(tmp_path / "source.wav", ramp())
    source.rename(path)
    assert read(path).shape == (5000, 2)
    path.write_bytes(b"")
    refused(path, "empty")


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".w64", ".rf64"])
@pytest.mark.parametrize("keep", [0.02, 0.5, 0.95])
def test_a_truncated_file_is_never_taken_for_a_shorter_one(tmp_path: Path, suffix: str, keep: float) -> None:
    path = write(tmp_path / f"a{suffix}", ramp(50_000))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    refused(path, f"a{suffix}")


def test_a_header_longer_than_the_data(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", ramp(), subtype="PCM_16")
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", 50_000)
    path.write_bytes(data)
    refused(path, "not complete", "promises")


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", ramp(50_000))
    with open_audio(path) as reader:
        blocks = reader.blocks(1000)
        next(blocks)
        write(tmp_path / "b.wav", ramp(60_000)).replace(path)
        with pytest.raises(AudioFileError, match="changed"):
            list(blocks)
    with open_audio(path) as reader:
        blocks = reader.blocks(1000)
        next(blocks)
        path.unlink()
        with pytest.raises(AudioFileError, match="vanished"):
            list(blocks)


def test_a_file_cut_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", ramp(500_000))
    with open_audio(path) as reader:
        blocks = reader.blocks(1000)
        next(blocks)
        os.truncate(path, 100_000)
        with pytest.raises(AudioFileError, match=r"a\.wav"):
            list(blocks)
