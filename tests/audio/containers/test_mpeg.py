"""MP3: every frame is counted, with or without a header that says how many there are."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import APE, ID3V1, ID3V2, Sound, chunk, encoded, mp3_frames, music, wave

pytestmark = pytest.mark.slow

Read = Callable[..., Sound]
Decode = Callable[..., Sound]
CLOSE = 1e-5  # two decoders of one stream round differently


def mp3(folder: Path, sound: Sound, rate_hz: int = 44_100, mode: str = "VARIABLE", name: str = "a.mp3") -> bytes:
    return encoded(folder / name, sound, rate_hz, bitrate_mode=mode, compression_level=0.5)


def bare(data: bytes) -> bytes:
    """The same stream without the frame that counts the others, as a pipe or a radio sends it."""
    return b"".join(mp3_frames(data)[1:])


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
@pytest.mark.parametrize(("rate_hz", "channels"), [(44_100, 2), (48_000, 1), (32_000, 2), (22_050, 2), (8_000, 1)])
def test_a_stream_without_a_header_is_read_to_its_end(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, mode: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / "bare.mp3"
    path.write_bytes(bare(mp3(tmp_path, music(6.0, rate_hz, channels), rate_hz, mode)))
    ours, theirs = read(path), by_ffmpeg(path, channels)
    assert ours.shape == theirs.shape
    assert len(ours) >= 6.0 * rate_hz
    np.testing.assert_allclose(ours, theirs, atol=CLOSE)


@pytest.mark.parametrize("rate_hz", [44_100, 22_050])
def test_what_the_encoder_put_around_the_sound_is_taken_off(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, rate_hz: int
) -> None:
    sound = music(2.0, rate_hz)
    mp3(tmp_path, sound, rate_hz)
    ours = read(tmp_path / "a.mp3")
    assert len(ours) == len(sound)
    np.testing.assert_allclose(ours, by_ffmpeg(tmp_path / "a.mp3"), atol=CLOSE)


@pytest.mark.parametrize("step", [700, 10_000])
def test_the_size_of_the_blocks_changes_nothing(tmp_path: Path, read: Read, step: int) -> None:
    path = tmp_path / "bare.mp3"
    path.write_bytes(bare(mp3(tmp_path, music(3.0))))
    np.testing.assert_allclose(read(path, step), read(path), atol=1e-6)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ID3V2, b""),
        (ID3V2 + ID3V2, ID3V1),
        (b"", APE),
        (ID3V2, APE + ID3V1),
        (bytes(5000), b""),
        (b"", bytes(5000)),
        (b"", b"LYRICSBEGININD0000211000021LYRICS200" + ID3V1),
    ],
)
@pytest.mark.parametrize("with_header", [True, False])
def test_tags_and_zeros_around_the_frames_are_no_sound(
    tmp_path: Path, read: Read, before: bytes, after: bytes, with_header: bool
) -> None:
    data = mp3(tmp_path, music())
    data = data if with_header else bare(data)
    plain, path = tmp_path / "plain.mp3", tmp_path / "tagged.mp3"
    plain.write_bytes(data)
    path.write_bytes(before + data + after)
    np.testing.assert_array_equal(read(path), read(plain))


@pytest.mark.parametrize("first_bare", [True, False])
@pytest.mark.parametrize("second_bare", [True, False])
@pytest.mark.parametrize("between", [b"", ID3V1 + ID3V2])
def test_joined_files_are_all_of_their_parts(
    tmp_path: Path, read: Read, first_bare: bool, second_bare: bool, between: bytes
) -> None:
    one, other = mp3(tmp_path, music(seed=1), name="b.mp3"), mp3(tmp_path, music(2.0, seed=2), name="c.mp3")
    one = bare(one) if first_bare else one
    other = bare(other) if second_bare else other
    for name, data in (("1", one), ("2", other), ("joined", one + between + other)):
        (tmp_path / f"{name}.mp3").write_bytes(data)
    joined = read(tmp_path / "joined.mp3")
    parts = np.concatenate([read(tmp_path / "1.mp3"), read(tmp_path / "2.mp3")])
    assert joined.shape == parts.shape
    seam = len(read(tmp_path / "1.mp3"))
    apart = np.abs(joined - parts).max(axis=1) > CLOSE
    # two bare streams without anything between are one to every decoder: one filter state runs through
    assert not apart[: seam - 1200].any()
    assert not apart[seam + 2400 :].any()


def test_parts_of_different_rates_are_refused_with_the_place(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "joined.mp3"
    path.write_bytes(mp3(tmp_path, music(2.0)) + mp3(tmp_path, music(2.0, 48_000), 48_000))
    with pytest.raises(AudioFileError, match=r"joined\.mp3 changes from 44100 to 48000 Hz at 0:02\.0\. "):
        read(path)


@pytest.mark.parametrize("with_header", [True, False])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_cut_file_is_refused_with_the_place(tmp_path: Path, read: Read, with_header: bool, share: float) -> None:
    data = mp3(tmp_path, music(4.0), mode="CONSTANT")
    data = data if with_header else bare(data)
    length = int(len(data) * share)
    length += 1 + (length in np.cumsum([len(frame) for frame in mp3_frames(data)]))  # never between two frames
    path = tmp_path / "cut.mp3"
    path.write_bytes(data[:length])
    with pytest.raises(AudioFileError, match=rf"cut\.mp3 is not complete: .* at 0:0{4 * share:.0f}|at 0:0[0-3]\.\d"):
        read(path)


@pytest.mark.parametrize("missing", [1, 2, 30])
def test_a_file_that_lacks_whole_frames_is_refused(tmp_path: Path, read: Read, missing: int) -> None:
    path = tmp_path / "cut.mp3"
    path.write_bytes(b"".join(mp3_frames(mp3(tmp_path, music(4.0)))[:-missing]))
    with pytest.raises(AudioFileError, match=r"cut\.mp3 ends at 0:0[34]\.\d, its header promises 0:04\.0"):
        read(path)


def test_a_header_that_counts_itself_is_no_missing_frame(tmp_path: Path, read: Read) -> None:
    frames = mp3_frames(mp3(tmp_path, music()))
    at = frames[0].index(b"Xing") + 8
    count = int.from_bytes(frames[0][at : at + 4], "big") + 1
    path = tmp_path / "counts.mp3"
    path.write_bytes(frames[0][:at] + count.to_bytes(4, "big") + frames[0][at + 4 :] + b"".join(frames[1:]))
    assert len(read(path)) == len(read(tmp_path / "a.mp3"))


def test_a_vbri_header_is_no_sound(tmp_path: Path, read: Read) -> None:
    frames = mp3_frames(mp3(tmp_path, music()))
    vbri = frames[0][:36] + b"VBRI" + bytes(10) + (len(frames) - 1).to_bytes(4, "big")
    path, plain = tmp_path / "vbri.mp3", tmp_path / "plain.mp3"
    path.write_bytes(vbri.ljust(len(frames[0]), b"\0") + b"".join(frames[1:]))
    plain.write_bytes(b"".join(frames[1:]))
    np.testing.assert_array_equal(read(path), read(plain))
    path.write_bytes(vbri.ljust(len(frames[0]), b"\0") + b"".join(frames[1:-9]))
    with pytest.raises(AudioFileError, match="its header promises"):
        read(path)


def test_bytes_between_frames_are_skipped_only_where_a_header_says_that_no_frame_is_missing(
    tmp_path: Path, read: Read
) -> None:
    frames = mp3_frames(mp3(tmp_path, music(4.0), mode="CONSTANT"))
    junk = np.random.default_rng(3).integers(0, 255, 900, dtype=np.uint8).tobytes()  # never 255: no frame in it
    path = tmp_path / "junk.mp3"
    path.write_bytes(b"".join(frames[:40]) + junk + b"".join(frames[40:]))
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.mp3"))
    path.write_bytes(b"".join(frames[1:40]) + junk + b"".join(frames[40:]))
    with pytest.raises(AudioFileError, match=r"junk\.mp3 is damaged at 0:01\.0"):
        read(path)
    path.write_bytes(b"".join(frames[:40]) + junk + b"".join(frames[42:]))
    with pytest.raises(AudioFileError, match=r"its header promises 0:04\.0 and is damaged at 0:01\.0"):
        read(path)


def test_damage_inside_frames_is_told_with_its_place_and_not_on_the_terminal(
    tmp_path: Path, read: Read, capfd: pytest.CaptureFixture[str]
) -> None:
    frames = mp3_frames(mp3(tmp_path, music(4.0), mode="CONSTANT"))
    rng = np.random.default_rng(1)
    for n in range(60, 70):
        frames[n] = frames[n][:4] + rng.integers(0, 255, len(frames[n]) - 4, dtype=np.uint8).tobytes()
    path = tmp_path / "damaged.mp3"
    path.write_bytes(b"".join(frames))
    with pytest.raises(AudioFileError, match=r"damaged\.mp3 cannot be decoded after 0:01\.[5-8] \("):
        read(path)
    assert capfd.readouterr() == ("", "")


def test_a_header_that_contradicts_its_file_writes_nothing_on_the_terminal(
    tmp_path: Path, read: Read, capfd: pytest.CaptureFixture[str]
) -> None:
    frames = mp3_frames(mp3(tmp_path, music()))
    at = frames[0].index(b"Xing") + 12
    path = tmp_path / "size.mp3"
    path.write_bytes(frames[0][:at] + (1000).to_bytes(4, "big") + frames[0][at + 4 :] + b"".join(frames[1:]))
    assert len(read(path)) == len(read(tmp_path / "a.mp3"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("with_header", [True, False])
def test_mp3_in_a_wave_file(tmp_path: Path, read: Read, by_ffmpeg: Decode, with_header: bool) -> None:
    data = mp3(tmp_path, music())
    data = data if with_header else bare(data)
    form = chunk(b"fmt ", b"\x55\0\2\0\x44\xac\0\0\x80\x3e\0\0\1\0\0\0\x0c\0" + bytes(12))
    path, plain = tmp_path / "inside.wav", tmp_path / "plain.mp3"
    path.write_bytes(wave(form + chunk(b"data", data)))
    plain.write_bytes(data)
    np.testing.assert_array_equal(read(path), read(plain))
    with open_audio(path) as reader:
        assert (reader.format.container, reader.format.subtype) == ("WAV", "MPEG_LAYER_III")
    if not with_header:
        np.testing.assert_allclose(read(path), by_ffmpeg(path), atol=CLOSE)


def test_a_free_format_is_refused_by_name(tmp_path: Path, read: Read) -> None:
    frame = bytes((0xFF, 0xFB, 0x00, 0x40)) + bytes(1040)
    path = tmp_path / "free.mp3"
    path.write_bytes(frame * 50)
    with pytest.raises(AudioFileError, match=r"free\.mp3 has frames of a free format .* Bounce to WAV, AIFF or FLAC"):
        read(path)


def test_mp2_is_counted_too(tmp_path: Path, read: Read, by_ffmpeg: Decode, program: Callable[[str], str]) -> None:
    import subprocess

    encoded(tmp_path / "a.wav", music(3.0))
    path = tmp_path / "a.mp2"
    subprocess.run([program("ffmpeg"), "-v", "error", "-i", str(tmp_path / "a.wav"), str(path)], check=True)
    np.testing.assert_allclose(read(path), by_ffmpeg(path), atol=1e-4)
