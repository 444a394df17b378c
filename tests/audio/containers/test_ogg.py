"""Ogg: every page is looked at, every stream of a chain is read."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.audio.reader import open_audio
from bridge.errors import AudioFileError
from tests.audio.odd_files import Sound, encoded, music, ogg_pages

pytestmark = pytest.mark.slow

Read = Callable[..., Sound]
Decode = Callable[..., Sound]
RATES = {".ogg": 44_100, ".opus": 48_000}


@pytest.mark.parametrize(
    ("suffix", "rate_hz", "channels"),
    [(".ogg", 44_100, 2), (".ogg", 8_000, 1), (".ogg", 96_000, 2), (".opus", 48_000, 2), (".opus", 48_000, 1)],
)
def test_a_plain_file_is_as_long_as_its_pages_say(
    tmp_path: Path, read: Read, by_ffmpeg: Decode, suffix: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / f"a{suffix}"
    encoded(path, music(3.1, rate_hz, channels), rate_hz)
    ours, theirs = read(path), by_ffmpeg(path, channels)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.parametrize("rate_hz", [8_000, 12_000, 16_000, 24_000])
def test_opus_at_lower_rates(tmp_path: Path, read: Read, rate_hz: int) -> None:
    path = tmp_path / "a.opus"
    sound = music(1.0123, rate_hz)
    encoded(path, sound, rate_hz)
    assert read(path).shape == sound.shape


@pytest.mark.parametrize("suffix", [".ogg", ".opus"])
@pytest.mark.parametrize("between", [b"", b"not a page"])
def test_a_chain_is_all_of_its_streams(tmp_path: Path, read: Read, suffix: str, between: bytes) -> None:
    rate_hz = RATES[suffix]
    parts = [
        encoded(tmp_path / f"{n}{suffix}", music(1.0 + n, rate_hz, seed=n), rate_hz, compression_level=0.2 * n)
        for n in range(3)
    ]
    path = tmp_path / f"chain{suffix}"
    path.write_bytes(between.join(parts))
    alone = np.concatenate([read(tmp_path / f"{n}{suffix}") for n in range(3)])
    np.testing.assert_array_equal(read(path), alone)
    assert len(alone) == 6 * rate_hz
    with open_audio(path) as reader:
        excerpts = list(reader.excerpts(8, 1000))
    assert len(excerpts) == 8
    assert all(0 < len(excerpt) <= 1000 for excerpt in excerpts)


def test_a_chain_that_changes_its_rate_or_its_format_is_refused(tmp_path: Path, read: Read) -> None:
    one = encoded(tmp_path / "a.ogg", music(1.0))
    path = tmp_path / "chain.ogg"
    path.write_bytes(one + encoded(tmp_path / "b.ogg", music(1.0, 48_000), 48_000))
    with pytest.raises(AudioFileError, match=r"changes from 44100 to 48000 Hz at 0:01\.0"):
        read(path)
    path.write_bytes(one + encoded(tmp_path / "c.ogg", music(1.0, channels=1)))
    with pytest.raises(AudioFileError, match=r"changes from 2 to 1 channels at 0:01\.0"):
        read(path)
    path.write_bytes(one + encoded(tmp_path / "d.opus", music(1.0, 48_000), 48_000))
    with pytest.raises(AudioFileError, match="changes its format"):
        read(path)


@pytest.mark.parametrize("suffix", [".ogg", ".opus"])
@pytest.mark.parametrize("behind", [b"", "another"])
def test_a_stream_without_its_end_is_refused(tmp_path: Path, read: Read, suffix: str, behind: bytes | str) -> None:
    data = encoded(tmp_path / f"a{suffix}", music(5.0, RATES[suffix]), RATES[suffix])
    pages = ogg_pages(data)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(b"".join(pages[:-1]) + (data if behind else b""))
    with pytest.raises(AudioFileError, match=r"is not complete: it breaks off at 0:0[0-4]\.\d, without the mark"):
        read(path)


@pytest.mark.parametrize("suffix", [".ogg", ".opus"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_file_cut_inside_a_page_is_refused(tmp_path: Path, read: Read, suffix: str, share: float) -> None:
    data = encoded(tmp_path / f"a{suffix}", music(5.0, RATES[suffix]), RATES[suffix])
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AudioFileError, match=r"is not complete: it breaks off at 0:0[0-4]\.\d"):
        read(path)


def test_a_missing_page_is_told_with_its_place(tmp_path: Path, read: Read) -> None:
    pages = ogg_pages(encoded(tmp_path / "a.ogg", music(6.0)))
    before_s = struct.unpack_from("<q", pages[len(pages) // 2 - 1], 6)[0] / 44_100
    del pages[len(pages) // 2]
    path = tmp_path / "gap.ogg"
    path.write_bytes(b"".join(pages))
    with pytest.raises(AudioFileError, match=rf"gap\.ogg lacks a part at 0:0{before_s:.1f}: pages of it are missing"):
        read(path)


@pytest.mark.parametrize("at", [40, -30])
def test_a_damaged_page_is_told_with_its_place(tmp_path: Path, read: Read, at: int) -> None:
    pages = ogg_pages(encoded(tmp_path / "a.ogg", music(6.0)))
    number = len(pages) // 2
    before_s = struct.unpack_from("<q", pages[number - 1], 6)[0] / 44_100
    page = bytearray(pages[number])
    page[at] ^= 0x10
    path = tmp_path / "damaged.ogg"
    path.write_bytes(b"".join([*pages[:number], bytes(page), *pages[number + 1 :]]))
    with pytest.raises(AudioFileError, match=rf"damaged\.ogg is damaged at 0:0{before_s:.1f}: a page"):
        read(path)


def test_sound_beside_another_stream_is_found(tmp_path: Path, read: Read) -> None:
    """As in a film: pages of two streams in turn, the sound's among them."""
    mine = ogg_pages(encoded(tmp_path / "a.ogg", music(3.0)))
    other = [_page(b"\x80theora" + bytes(30), 2, 0), *(_page(bytes(50 * n), 0, n) for n in range(1, 9))]
    other.append(_page(b"", 4, 9))
    both = [other[0], mine[0]]
    for n in range(max(len(mine), len(other)) - 1):
        both += other[1 + n : 2 + n] + mine[1 + n : 2 + n]
    path = tmp_path / "film.ogg"
    path.write_bytes(b"".join(both))
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.ogg"))


def _page(body: bytes, flags: int, sequence: int) -> bytes:
    """A page of another stream, its checksum made bit by bit as RFC 3533 defines it."""
    table = [255] * (len(body) // 255) + [len(body) % 255]
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, 0, 77, sequence, 0) + bytes((len(table), *table))
    crc = 0
    for byte in head + body:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C1_1DB7 if crc & 1 << 31 else crc << 1) & 0xFFFF_FFFF
    return head[:22] + struct.pack("<I", crc) + head[26:] + body


def test_flac_in_ogg(tmp_path: Path, read: Read, program: Callable[[str], str]) -> None:
    import subprocess

    encoded(tmp_path / "a.wav", music(2.0))
    path = tmp_path / "a.oga"
    command = [program("ffmpeg"), "-v", "error", "-i", str(tmp_path / "a.wav"), "-c:a", "flac", "-f", "ogg", str(path)]
    subprocess.run(command, check=True)
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.wav"))
    with open_audio(path) as reader:
        assert (reader.format.container, reader.format.subtype) == ("OGG", "PCM_24")
    data = path.read_bytes()
    path.write_bytes(data + data)
    np.testing.assert_array_equal(read(path), np.tile(read(tmp_path / "a.wav"), (2, 1)))
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(AudioFileError, match="is not complete"):
        read(path)
