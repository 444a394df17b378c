"""WAVE files of every kind: the length is the file's own, whatever the header says, forgets or has not said yet."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.containers.base import Window
from bridge.audio.containers.wave import read_wave
from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import APE, ID3V1, ID3V2, Sound, chunk, encoded, fmt, music, pcm, wave

Read = Callable[..., Sound]
Decode = Callable[..., Sound]
ALL_ONES = 0xFFFF_FFFF


def ds64(length: int, frames: int) -> bytes:
    return chunk(b"ds64", struct.pack("<QQQI", 0, length, frames, 0))


def exact(sound: Sound, bits: int) -> Sound:
    """What integers of that many bits hold of a sound."""
    return np.round(sound * (2.0 ** (bits - 1) - 1)) / 2.0 ** (bits - 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
@pytest.mark.parametrize(("bits", "channels", "rate_hz"), [(16, 2, 44_100), (24, 1, 48_000), (32, 6, 96_000)])
def test_files_whose_size_stands_in_another_chunk(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, kind: bytes, bits: int, channels: int, rate_hz: int
) -> None:
    sound = music(0.5, rate_hz, channels)
    raw = pcm(sound, bits)
    parts = ds64(len(raw), len(sound)) + fmt(channels, bits, rate_hz) + b"data" + struct.pack("<I", ALL_ONES) + raw
    path = tmp_path / "long.wav"
    path.write_bytes(wave(parts, kind, ALL_ONES))
    np.testing.assert_array_equal(read(path), exact(sound, bits))
    np.testing.assert_array_equal(read(path), by_ffmpeg(path, channels))
    with open_audio(path) as reader:
        assert reader.format.container == kind.decode()


@pytest.mark.parametrize("code", [1, 3])
def test_floats_and_integers_of_64_bits_in_bw64(tmp_path: Path, read: Read, code: int) -> None:
    sound = music(0.2)
    raw = sound.astype("<f8" if code == 3 else "<f4").tobytes() if code == 3 else pcm(sound, 24)
    parts = ds64(len(raw), len(sound)) + fmt(2, 64 if code == 3 else 24, code=code) + chunk(b"data", raw)
    path = tmp_path / "a.wav"
    path.write_bytes(wave(parts, b"BW64"))
    np.testing.assert_array_equal(read(path), sound if code == 3 else exact(sound, 24))


@pytest.mark.slow
@pytest.mark.parametrize("name", [b"LIST", b"iXML", b"bext", b"junk"])
@pytest.mark.parametrize("length", [15, 19, 255])
@pytest.mark.parametrize("written", ["padded", "unpadded", "one less"])
@pytest.mark.parametrize("kind", [b"RIFF", b"BW64"])
def test_chunks_of_odd_length_with_and_without_padding(
    tmp_path: Path, read: Read, name: bytes, length: int, written: str, kind: bytes
) -> None:
    body = (b"INFOINAM\x03\0\0\0Odd" + b"x" * 255)[:length]
    odd = chunk(name, body, padded=written == "padded")
    odd = odd[:-1] if written == "one less" else odd
    sound = music(0.2)
    path = tmp_path / "odd.wav"
    path.write_bytes(wave(fmt(2, 16) + odd + odd + chunk(b"data", pcm(sound)), kind))
    np.testing.assert_array_equal(read(path), exact(sound, 16))


def test_an_odd_chunk_behind_the_sound_and_sound_of_odd_length(tmp_path: Path, read: Read) -> None:
    sound = exact(music(0.2, channels=1)[:4001], 24)
    for padded in (True, False):
        data = chunk(b"data", pcm(sound * 2**23 / (2**23 - 1), 24), padded=padded)
        path = tmp_path / f"odd-{padded}.wav"
        path.write_bytes(wave(fmt(1, 24) + data + chunk(b"LIST", b"INFOx", padded=padded) + chunk(b"bext", bytes(8))))
        np.testing.assert_array_equal(read(path), sound)


@pytest.mark.parametrize("size", [0, ALL_ONES])
@pytest.mark.parametrize(("bits", "channels"), [(16, 2), (24, 1), (32, 2)])
def test_a_size_that_was_never_filled_in_means_to_the_end(
    tmp_path: Path, read: Read, size: int, bits: int, channels: int
) -> None:
    sound = music(0.5, channels=channels)
    data = b"data" + struct.pack("<I", size) + pcm(sound, bits) + b"\x01"  # and a part of a frame
    path = tmp_path / "stream.wav"
    path.write_bytes(wave(fmt(channels, bits) + data, size=size))
    np.testing.assert_array_equal(read(path), exact(sound, bits))


@pytest.mark.slow
def test_what_ffmpeg_and_sox_write_into_a_pipe(tmp_path: Path, read: Read, program: Callable[[str], str]) -> None:
    import subprocess

    encoded(tmp_path / "a.wav", music(), subtype="PCM_16")
    for name, command in {
        "ffmpeg": [program("ffmpeg"), "-v", "error", "-i", str(tmp_path / "a.wav"), "-f", "wav", "-"],
        "sox": [program("sox"), str(tmp_path / "a.wav"), "-t", "wav", "-"],
    }.items():
        path = tmp_path / f"{name}.wav"
        path.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
        np.testing.assert_array_equal(read(path), read(tmp_path / "a.wav"))


def test_an_empty_file_with_chunks_behind_is_empty(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "empty.wav"
    path.write_bytes(wave(fmt(2, 16) + chunk(b"data", b"") + chunk(b"LIST", b"INFO")))
    assert len(read(path)) == 0


@pytest.mark.parametrize("behind", [bytes(50_000), ID3V1, APE, ID3V2 + bytes(3), chunk(b"abcd", bytes(50_000))])
@pytest.mark.parametrize("before", [b"", ID3V2])
def test_tags_zeros_and_chunks_around_the_sound_are_none(
    tmp_path: Path, read: Read, before: bytes, behind: bytes
) -> None:
    sound = music(0.5)
    path = tmp_path / "tagged.wav"
    path.write_bytes(before + wave(fmt(2, 16) + chunk(b"data", pcm(sound))) + behind)
    np.testing.assert_array_equal(read(path), exact(sound, 16))


def test_sound_that_goes_on_behind_the_size_in_the_header_is_never_left_out(tmp_path: Path, read: Read) -> None:
    raw = pcm(music(2.0))
    data = b"data" + struct.pack("<I", len(raw) // 2) + raw
    path = tmp_path / "half.wav"
    path.write_bytes(wave(fmt(2, 16) + data))
    with pytest.raises(AudioFileError, match=r"half\.wav ends at 0:01\.0 by its header, .* 0:01\.0 more of sound"):
        read(path)


def test_a_size_that_no_32_bits_hold_is_made_out_from_the_file(tmp_path: Path) -> None:
    length = (1 << 32) + 4 * 44_100
    start = wave(fmt(2, 16) + b"data" + struct.pack("<I", length & ALL_ONES), size=(length + 36) & ALL_ONES)
    path = tmp_path / "large.wav"
    path.write_bytes(start)
    with path.open("r+b") as file:
        file.truncate(len(start) + length)  # zeros that take no room
        found = read_wave(Window(file, len(start) + length), 0)
    assert found.frames == length // 4
    assert found.unexplained == 0
    with open_audio(path) as reader:
        assert reader.format.frames == length // 4


def test_a_header_that_ends_before_the_sound_is_incomplete(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "head.wav"
    path.write_bytes(wave(fmt(2, 16) + chunk(b"LIST", b"INFO")))
    with pytest.raises(AudioFileError, match=r"head\.wav is not complete: the header ends before the sound begins"):
        read(path)


@pytest.mark.parametrize("subtype", ["IMA_ADPCM", "MS_ADPCM", "ULAW", "ALAW", "GSM610"])
def test_other_codings_in_wave_files_are_read_as_libsndfile_reads_them(
    tmp_path: Path, read: Read, subtype: str
) -> None:
    import soundfile

    sound = music(1.0, channels=1)
    soundfile.write(tmp_path / "a.wav", sound, 44_100, subtype=subtype)
    expected = soundfile.read(tmp_path / "a.wav", always_2d=True)[0]
    np.testing.assert_allclose(read(tmp_path / "a.wav"), expected, atol=1e-7)
    assert len(expected) >= len(sound)


def test_big_endian_wave(tmp_path: Path, read: Read) -> None:
    sound = music(0.2)
    raw = pcm(sound, big=True)
    parts = b"fmt " + struct.pack(">IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16) + b"data" + struct.pack(">I", len(raw))
    path = tmp_path / "big.wav"
    path.write_bytes(b"RIFX" + struct.pack(">I", 4 + len(parts) + len(raw)) + b"WAVE" + parts + raw)
    np.testing.assert_array_equal(read(path), exact(sound, 16))


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_wave64_of_another_program_is_as_ffmpeg_decodes_it(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, program: Callable[[str], str], codec: str, channels: int
) -> None:
    soundfile.write(tmp_path / "a.wav", music(0.2, 48_000, channels), 48_000, subtype="DOUBLE")
    command = [program("ffmpeg"), "-v", "error", "-i", str(tmp_path / "a.wav"), "-c:a", codec, str(tmp_path / "a.w64")]
    subprocess.run(command, check=True)
    np.testing.assert_allclose(read(tmp_path / "a.w64"), by_ffmpeg(tmp_path / "a.w64", channels), atol=1e-9)


def test_a_kind_that_was_found_to_be_read_wrong_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.voc", music(0.2), 44_100, format="VOC", subtype="PCM_16")
    with pytest.raises(AudioFileError, match="is a file of the kind VOC, which is not read"):
        open_audio(tmp_path / "a.voc")


def test_an_au_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.au"
    soundfile.write(path, music(0.2), 44_100, format="AU", subtype="PCM_24")
    with open_audio(path) as reader:
        assert reader.format.frames == 8_820
    data = path.read_bytes()
    path.write_bytes(data[:-100])
    with pytest.raises(AudioFileError, match=r"a\.au is not complete: the header promises \d+ bytes, \d+ are there"):
        open_audio(path)
    path.write_bytes(data[:8] + b"\xff\xff\xff\xff" + data[12:])  # a stream
    with open_audio(path) as reader:
        assert reader.format.frames == 8_820


@pytest.mark.parametrize(("channels", "bits"), [(40_000, 16), (65_535, 24), (1_024, 65_528), (65_535, 65_535)])
def test_frames_larger_than_a_header_can_say_are_refused_in_a_line(tmp_path: Path, channels: int, bits: int) -> None:
    path = tmp_path / "wide.wav"
    body = chunk(b"fmt ", struct.pack("<HHIIHH", 1, channels, 44_100, 0, 0, bits)) + chunk(b"data", bytes(400))
    path.write_bytes(wave(body))
    with pytest.raises(AudioFileError, match=r"wide\.wav"), open_audio(path):
        pass
