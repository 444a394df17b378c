"""FLAC: as long as its last frame says, whatever stands in its header."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import ID3V1, ID3V2, Sound, encoded, music

Read = Callable[..., Sound]
Decode = Callable[..., Sound]


def without_length(data: bytes) -> bytes:
    """The same file with 0 for its length, which is how an encoder leaves it that writes into a pipe."""
    assert data[:4] == b"fLaC"
    return data[:21] + bytes((data[21] & 0xF0,)) + bytes(4) + data[26:]


@pytest.mark.slow
@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (96_000, 1), (8_000, 6), (192_000, 2)])
def test_an_unknown_length_is_counted(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, subtype: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / "unknown.flac"
    path.write_bytes(without_length(encoded(tmp_path / "a.flac", music(1.0, rate_hz, channels), rate_hz, subtype)))
    with open_audio(path) as reader:
        assert reader.format.frames == rate_hz
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.flac"))
    np.testing.assert_array_equal(read(path), by_ffmpeg(path, channels))


@pytest.mark.slow
def test_what_flac_and_ffmpeg_write_into_a_pipe(
    tmp_path: Path, read: Read, program: Callable[[str], str], by_flac: Callable[[Path, Path], Sound]
) -> None:
    import subprocess

    raw = (music() * 32767).astype("<i2").tobytes()
    raw_format = "--force-raw-format --endian=little --sign=signed --channels=2 --bps=16 --sample-rate=44100"
    raw_stream = "-v error -f s16le -ar 44100 -ac 2 -i - -f flac -"
    commands = {
        "flac": [program("flac"), "-s", "-c", *raw_format.split(), "-"],
        "ffmpeg": [program("ffmpeg"), *raw_stream.split()],
    }
    for name, command in commands.items():
        path = tmp_path / f"{name}.flac"
        path.write_bytes(subprocess.run(command, input=raw, capture_output=True, check=True).stdout)
        np.testing.assert_array_equal(read(path), np.frombuffer(raw, "<i2").reshape(-1, 2) / 32768)
        np.testing.assert_array_equal(read(path), by_flac(path, tmp_path))


@pytest.mark.parametrize("block_frames", [1000, 4608, 16_384])
def test_any_size_of_frames(tmp_path: Path, read: Read, program: Callable[[str], str], block_frames: int) -> None:
    import subprocess

    encoded(tmp_path / "a.wav", music(), subtype="PCM_16")
    path = tmp_path / "a.flac"
    size = f"--blocksize={block_frames}"
    subprocess.run([program("flac"), "-s", "--lax", size, str(tmp_path / "a.wav"), "-o", str(path)], check=True)
    path.write_bytes(without_length(path.read_bytes()))
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    ("known", "before", "after"),
    [
        (True, ID3V2, b""),
        (False, ID3V2, b""),
        (True, ID3V2, ID3V1),
        (False, b"", ID3V1),
        (True, b"", bytes(3000)),
        (False, b"", bytes(3000)),
        (True, b"", b"xyz" * 500),
    ],
)
def test_tags_of_other_kinds_around_it(tmp_path: Path, read: Read, known: bool, before: bytes, after: bytes) -> None:
    data = encoded(tmp_path / "a.flac", music())
    path = tmp_path / "tagged.flac"
    path.write_bytes(before + (data if known else without_length(data)) + after)
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.flac"))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("share", [0.4, 0.7, 0.9])
def test_a_cut_file_is_refused_with_the_place(tmp_path: Path, read: Read, known: bool, share: float) -> None:
    data = encoded(tmp_path / "a.flac", music(4.0))
    path = tmp_path / "cut.flac"
    path.write_bytes((data if known else without_length(data))[: int(len(data) * share)])
    with pytest.raises(AudioFileError, match=r"cut\.flac is not complete: it breaks off at 0:0[1-4]\.\d") as caught:
        read(path)
    assert ("its header promises 0:04.0" in str(caught.value)) is known


def test_a_length_that_is_too_small_does_not_hide_the_rest(tmp_path: Path, read: Read) -> None:
    data = bytearray(encoded(tmp_path / "a.flac", music()))
    data[22:26] = (30_000).to_bytes(4, "big")
    path = tmp_path / "short.flac"
    path.write_bytes(data)
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.flac"))


@pytest.mark.parametrize("known", [True, False])
def test_joined_files_are_all_of_their_parts(tmp_path: Path, read: Read, known: bool) -> None:
    one, other = encoded(tmp_path / "a.flac", music(seed=1)), encoded(tmp_path / "b.flac", music(2.0, seed=2))
    path = tmp_path / "joined.flac"
    path.write_bytes(one + other if known else without_length(one) + without_length(other))
    parts = np.concatenate([read(tmp_path / "a.flac"), read(tmp_path / "b.flac")])
    np.testing.assert_array_equal(read(path), parts)


def test_damage_is_told_with_its_place(tmp_path: Path, read: Read) -> None:
    data = bytearray(encoded(tmp_path / "a.flac", np.random.default_rng(0).uniform(-1, 1, (44_100 * 6, 2))))
    data[len(data) * 3 // 4] ^= 0x55
    path = tmp_path / "damaged.flac"
    path.write_bytes(data)
    with pytest.raises(AudioFileError, match=r"damaged\.flac cannot be decoded after 0:04\.[3-5] \("):
        read(path)
