"""AIFF and CAF: the length is the file's own, whatever the header says, forgets or has not said yet."""

import contextlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bridge.audio.probe import probe
from bridge.errors import AudioFileError
from tests.audio.odd_files import ID3V2, Sound, encoded, music

Read = Callable[..., Sound]


def with_size(data: bytes, name: bytes, size: int, width: int) -> bytes:
    at = data.index(name) + 4
    return data[:at] + (size & (1 << 8 * width) - 1).to_bytes(width, "big") + data[at + width :]


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
def test_an_aiff_file_whose_size_was_never_filled_in(tmp_path: Path, read: Read, subtype: str, size: int) -> None:
    data = encoded(tmp_path / "a.aiff", music(0.5), subtype=subtype)
    path = tmp_path / "open.aiff"
    path.write_bytes(with_size(data, b"SSND", size, 4))
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.aiff"))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("size", [-1, 0])
def test_a_caf_file_whose_size_was_never_filled_in(tmp_path: Path, read: Read, subtype: str, size: int) -> None:
    data = encoded(tmp_path / "a.caf", music(0.5), subtype=subtype)
    path = tmp_path / "open.caf"
    path.write_bytes(with_size(data, b"data", size, 8))
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.caf"))


@pytest.mark.parametrize("name", [b"NAME", b"ANNO", b"ID3 "])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_odd_chunks_in_aiff(tmp_path: Path, read: Read, name: bytes, padded: bool, subtype: str) -> None:
    data = encoded(tmp_path / "a.aiff", music(0.2), subtype=subtype)
    at = data.index(b"SSND")
    odd = name + struct.pack(">I", 5) + b"Odd 1" + b"\0" * padded
    path = tmp_path / "odd.aiff"
    path.write_bytes(data[:at] + odd + data[at:])
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.aiff"))


@pytest.mark.parametrize("suffix", [".aiff", ".caf"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_cut_file_is_refused(tmp_path: Path, read: Read, suffix: str, share: float) -> None:
    data = encoded(tmp_path / f"a{suffix}", music(0.5))
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AudioFileError, match=r"is not complete: the header promises \d+ bytes, \d+ are there"):
        read(path)


@pytest.mark.parametrize("suffix", [".aiff", ".caf"])
def test_a_header_that_ends_before_the_sound_is_incomplete(tmp_path: Path, read: Read, suffix: str) -> None:
    data = encoded(tmp_path / f"a{suffix}", music(0.5))
    path = tmp_path / f"head{suffix}"
    path.write_bytes(data[: data.index(b"SSND" if suffix == ".aiff" else b"data")])
    with pytest.raises(AudioFileError, match="the header ends before the sound begins"):
        read(path)


def test_a_tag_in_front_of_an_aiff_file(tmp_path: Path, read: Read) -> None:
    data = encoded(tmp_path / "a.aiff", music(0.5))
    path = tmp_path / "tagged.aiff"
    path.write_bytes(ID3V2 + data)
    np.testing.assert_array_equal(read(path), read(tmp_path / "a.aiff"))


def test_alac_in_caf_is_as_long_as_it_was(tmp_path: Path, read: Read) -> None:
    encoded(tmp_path / "a.caf", music(0.5), subtype="ALAC_24")
    encoded(tmp_path / "b.wav", music(0.5), subtype="PCM_24")
    np.testing.assert_array_equal(read(tmp_path / "a.caf"), read(tmp_path / "b.wav"))


@pytest.mark.parametrize(("channels", "bits"), [(-1, 16), (2, -1), (-32_768, -32_768), (-1, -1)])
@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_fewer_channels_or_bits_than_none_are_read_or_refused(
    tmp_path: Path, read: Read, subtype: str, channels: int, bits: int
) -> None:
    data = bytearray(encoded(tmp_path / "a.aiff", music(0.1), subtype=subtype))
    at = data.index(b"COMM") + 8
    data[at : at + 2], data[at + 6 : at + 8] = struct.pack(">h", channels), struct.pack(">h", bits)
    path = tmp_path / "negative.aiff"
    path.write_bytes(data)
    probe(path)
    with contextlib.suppress(AudioFileError):  # libsndfile makes sense of some
        assert np.isfinite(read(path)).all()
