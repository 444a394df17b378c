"""Embedded metadata: what real writers leave in files, and what broken ones do."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.tag_text import id3_texts, vorbis_comments
from bridge.audio.tags import read_tags
from bridge.model import Tags

SOUND = np.zeros((1_000, 2))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("a.wav", ("title", "artist", "comment")),
        ("a.aiff", ("title", "artist", "comment")),
        ("a.flac", ("title", "artist", "comment")),
        ("a.ogg", ("title", "artist", "comment")),
    ],
)
def test_texts_of_another_writer(tmp_path: Path, name: str, fields: tuple[str, ...]) -> None:
    path = tmp_path / name
    with soundfile.SoundFile(path, "w", 44_100, 2) as file:
        file.title, file.artist, file.comment = "Second Wind", "Åse & Co", "mix 12"
        file.write(SOUND)
    texts = read_tags(path).texts
    assert {f: texts[f] for f in fields} == dict(
        zip(("title", "artist", "comment"), ("Second Wind", "Åse & Co", "mix 12"), strict=True)
    )


def bext(version: int = 2) -> bytes:
    """A Broadcast Audio Extension as EBU Tech 3285 lays it out."""
    body = b"Mix 12".ljust(256, b"\0") + b"REAPER".ljust(32, b"\0") + b"REF".ljust(32, b"\0")
    body += b"2026-11-22" + b"14-05-00" + struct.pack("<IIH", 5, 1, version) + bytes(64)
    body += struct.pack("<5h", -2300, 510, -110, -1820, -1990) + bytes(180)
    return body + b"A=PCM,F=48000,W=24\r\n\0"


def with_chunk(path: Path, name: bytes, data: bytes, *, first: bool = True) -> Path:
    soundfile.write(path, SOUND, 48_000, subtype="PCM_24")
    raw = path.read_bytes()
    chunk = name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
    raw = raw[:12] + chunk + raw[12:] if first else raw + chunk
    path.write_bytes(raw[:4] + struct.pack("<I", len(raw) - 8) + raw[8:])
    return path


@pytest.mark.parametrize("first", [True, False])
def test_broadcast_wave(tmp_path: Path, first: bool) -> None:
    found = read_tags(with_chunk(tmp_path / "a.wav", b"bext", bext(), first=first)).broadcast
    assert found is not None
    assert (found.description, found.originator, found.date) == ("Mix 12", "REAPER", "2026-11-22")
    assert found.time_reference_frames == 5 + 2**32
    assert found.integrated_lufs == -23.0
    assert found.range_lu == pytest.approx(5.1)
    assert found.true_peak_dbtp == pytest.approx(-1.1)
    assert found.coding_history.startswith("A=PCM")


def test_old_broadcast_wave_has_no_loudness(tmp_path: Path) -> None:
    found = read_tags(with_chunk(tmp_path / "a.wav", b"bext", bext(1))).broadcast
    assert found is not None
    assert found.integrated_lufs is None


def id3(frames: dict[str, bytes], version: int = 4) -> bytes:
    def size(n: int) -> bytes:
        return bytes((n >> s) & 0x7F for s in (21, 14, 7, 0)) if version == 4 else struct.pack(">I", n)

    body = b"".join(k.encode() + size(len(v)) + b"\0\0" + v for k, v in frames.items())
    length = bytes((len(body) >> s) & 0x7F for s in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, 0]) + length + body


@pytest.mark.parametrize("version", [3, 4])
def test_id3(tmp_path: Path, version: int) -> None:
    tag = id3(
        {
            "TIT2": b"\x01" + "Zweiter Atem".encode("utf-16"),
            "TPE1": b"\x03Nobody",
            "TXXX": b"\x00REPLAYGAIN_TRACK_GAIN\0-7.25 dB",
            "APIC": bytes(300),
        },
        version,
    )
    wanted = {"title": "Zweiter Atem", "artist": "Nobody", "replaygain_track_gain": "-7.25 dB"}
    assert id3_texts(tag) == wanted
    assert read_tags(with_chunk(tmp_path / "a.wav", b"id3 ", tag)).texts == wanted
    mp3 = tmp_path / "a.mp3"
    mp3.write_bytes(tag + bytes(500))
    assert read_tags(mp3).texts == wanted


def test_loudness_tags_of_flac(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, SOUND, 44_100)
    comment = b"REPLAYGAIN_TRACK_GAIN=-6.50 dB"
    block = struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment)) + comment
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[5:8], "big")  # after STREAMINFO
    path.write_bytes(raw[:start] + b"\x04" + len(block).to_bytes(3, "big") + block + raw[start:])
    assert read_tags(path).texts["replaygain_track_gain"] == "-6.50 dB"


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert read_tags(tmp_path / "missing.wav") == Tags()
    (tmp_path / "a.wav").write_bytes(b"")
    assert read_tags(tmp_path / "a.wav") == Tags()
    assert read_tags(tmp_path) == Tags()


@pytest.mark.slow
def test_damaged_tags_never_stop_anything(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    sources = [
        with_chunk(tmp_path / "a.wav", b"bext", bext()),
        with_chunk(tmp_path / "b.wav", b"id3 ", id3({"TIT2": b"\x00x"})),
    ]
    for name in ("c.flac", "d.ogg", "e.aiff"):
        with soundfile.SoundFile(tmp_path / name, "w", 44_100, 2) as file:
            file.title = "x" * 50
            file.write(SOUND)
        sources.append(tmp_path / name)
    target = tmp_path / "broken"
    for source in sources:
        raw = source.read_bytes()
        for _ in range(150):
            bad = bytearray(raw[: int(rng.integers(1, len(raw)))])
            for _ in range(int(rng.integers(0, 6))):
                bad[int(rng.integers(len(bad)))] = int(rng.integers(256))
            target.write_bytes(bad)
            assert isinstance(read_tags(target), Tags)
    for data in (b"", b"\xff" * 40, b"ID3\x04\0\0" + b"\xff" * 30):
        vorbis_comments(data)
        id3_texts(data)
