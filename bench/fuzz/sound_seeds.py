"""Small whole sound files of every kind that is read, with everything that programs write beside the sound."""

import base64
import io
import struct
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from mutagen import aiff, flac, id3, mp3, oggopus, oggvorbis, wave

RATE_HZ = 8_000
_FORMATS = (
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_U8"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("WAV", "ULAW"),
    ("WAV", "IMA_ADPCM"),
    ("WAVEX", "PCM_16"),
    ("RF64", "PCM_24"),
    ("W64", "PCM_16"),
    ("W64", "FLOAT"),
    ("AIFF", "PCM_16"),
    ("AIFF", "PCM_24"),
    ("AIFF", "FLOAT"),
    ("CAF", "PCM_16"),
    ("CAF", "ALAC_16"),
    ("AU", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
)
_NAMES = (
    "RIFF RF64 BW64 RIFX WAVE fmt_ data ds64 bext LIST INFO cue_ smpl iXML JUNK id3_ ID3_ FORM AIFF AIFC COMM SSND "
    "NAME caff desc pakt kuki chan free fLaC OggS TAG+ APETAGEX Xing Info VBRI LAME OpusHead OpusTags riff fact levl "
    "axml ftyp M4A_ wav2 umid"
)
WORDS = (
    *(name.replace("_", " ").encode() for name in _NAMES.split()),
    *(b"\x01vorbis", b"\x03vorbis", b"\xff\xfb\x90\x64", b"\xff" * 4, bytes(8), b"\x7f\xf0" + bytes(6)),
    b"ID3\4\0\0\0\0\x7f\x7f",
)


@cache
def seeds() -> list[bytes]:
    """Return the seeds, the same every time."""
    rng = np.random.default_rng(13)
    t = np.arange(RATE_HZ // 8) / RATE_HZ
    sound = np.stack([0.3 * np.sin(2 * np.pi * 220 * t), 0.2 * np.sin(2 * np.pi * 330 * t)], axis=1)
    sound += 0.01 * rng.normal(size=sound.shape)
    found = [_file(sound, *form) for form in _FORMATS] + [_file(sound[:, :1], *form) for form in _FORMATS[:2]]
    found.append(_file(np.repeat(sound, 3, axis=1), "WAVEX", "PCM_24"))
    found.append(_file(sound, "RF64", "PCM_16").replace(b"RF64", b"BW64", 1))
    found.append(_file(sound[:4], "WAV", "PCM_16"))
    found += [_with_chunks(found[0]), _joined(found)]
    return found + list(_tagged(sound))


def _file(sound: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", container: str, subtype: str) -> bytes:
    buffer = io.BytesIO()
    rate_hz = 48_000 if container in {"OGG", "MP3"} else RATE_HZ
    soundfile.write(buffer, sound, rate_hz, format=container, subtype=subtype)
    return buffer.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _with_chunks(data: bytes) -> bytes:
    """Return a WAVE file with what DAWs write into it."""
    bext = b"Mix".ljust(256, b"\0") + b"Studio".ljust(32, b"\0") * 2 + b"2024-05-0112:00:00" + bytes(8) + bytes(254)
    ixml = b'<?xml version="1.0"?><BWFXML><PROJECT>Tide</PROJECT></BWFXML>'
    info = b"INFO" + _chunk(b"INAM", b"Tide\0") + _chunk(b"IART", b"Nobody\0")
    cue = struct.pack("<I", 2) + b"".join(struct.pack("<II4sIII", n, n * 100, b"data", 0, 0, n * 100) for n in (1, 2))
    labels = b"adtl" + _chunk(b"labl", struct.pack("<I", 1) + b"Verse\0")
    more = b"".join(
        (
            _chunk(b"bext", bext),
            _chunk(b"iXML", ixml),
            _chunk(b"LIST", info),
            _chunk(b"cue ", cue),
            _chunk(b"LIST", labels),
        )
    )
    return data[:4] + struct.pack("<I", len(data) + len(more) - 8) + data[8:12] + more + data[12:]


def _joined(found: list[bytes]) -> bytes:
    oggs = [data for data in found if data[:4] == b"OggS"]
    return oggs[0] + oggs[0]


def _tagged(sound: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[bytes]:
    """Return files with texts and pictures, as taggers write them."""
    picture = flac.Picture()
    picture.mime, picture.type, picture.data = "image/png", 3, b"\x89PNG\r\n\x1a\n" + bytes(40)
    frames = [
        id3.TIT2(encoding=3, text="Tide"),
        id3.TPE1(encoding=1, text=["Nobody", "Somebody"]),
        id3.TDRC(encoding=0, text="2024"),
        id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=picture.data),
        id3.TSRC(encoding=0, text="QZ1232400001"),
        id3.TXXX(encoding=3, desc="FRESH_EARS_SETTINGS", text="{}"),
        id3.COMM(encoding=3, lang="eng", desc="", text="x"),
        id3.USLT(encoding=3, lang="eng", desc="", text="la"),
        id3.RVA2(desc="track", channel=1, gain=-3.0, peak=0.9),
        id3.CHAP(element_id="c", start_time=0, end_time=9, start_offset=0, end_offset=0, sub_frames=[]),
    ]
    found = []
    with tempfile.TemporaryDirectory(prefix="freshears-seeds-") as folder:
        kinds = (
            ("WAV", "PCM_16", ".wav", wave.WAVE),
            ("AIFF", "PCM_16", ".aiff", aiff.AIFF),
            ("MP3", "MPEG_LAYER_III", ".mp3", mp3.MP3),
            ("FLAC", "PCM_16", ".flac", flac.FLAC),
            ("OGG", "VORBIS", ".ogg", oggvorbis.OggVorbis),
            ("OGG", "OPUS", ".opus", oggopus.OggOpus),
        )
        for container, subtype, ending, kind in kinds:
            path = Path(folder) / f"a{ending}"
            path.write_bytes(_file(sound[:200], container, subtype))
            tagged = kind(path)
            if container in {"FLAC", "OGG"}:
                tagged["title"], tagged["artist"], tagged["isrc"] = "Tide", ["Nobody", "Somebody"], "QZ1232400001"
                tagged["metadata_block_picture"] = base64.b64encode(picture.write()).decode("ascii")
                if container == "FLAC":
                    tagged.add_picture(picture)
            else:
                tagged.add_tags() if tagged.tags is None else None
                for frame in frames:
                    tagged.tags.add(frame)
            tagged.save()
            found.append(path.read_bytes())
    return found


def _ogg_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


_TABLE = _ogg_table()


def with_right_checksums(data: bytes) -> bytes:
    """Return Ogg pages with checksums that fit (RFC 3533, 6): else every change inside a page is seen at once."""
    whole, at = bytearray(data), 0
    while (at := whole.find(b"OggS", at)) >= 0 and at + 27 <= len(whole):
        segments = whole[at + 26]
        end = min(at + 27 + segments + sum(whole[at + 27 : at + 27 + segments]), len(whole))
        whole[at + 22 : at + 26] = bytes(4)
        value = 0
        for byte in whole[at:end]:
            value = ((value << 8) & 0xFFFFFFFF) ^ _TABLE[(value >> 24) ^ byte]
        whole[at + 22 : at + 26] = value.to_bytes(4, "little")
        at = max(end, at + 4)
    return bytes(whole)
