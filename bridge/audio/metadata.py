"""What is written into a sound file beside the sound: Broadcast Wave metadata, text tags, loudness tags.

Read by hand and within bounds, from WAV, RF64, AIFF, FLAC, Ogg and MP3: every bounce passes here, and a
damaged or huge tag must neither stop an analysis nor slow it down. What is damaged is left out.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bridge.audio.tag_text import id3_texts, latin, vorbis_comments
from bridge.model import BroadcastWave, Tags

MOST_BYTES = 1 << 20  # ours: a cover picture may be larger; texts are not
MOST_CHUNKS = 1000

# RIFF INFO and AIFF text chunks under the names that Vorbis comments use
_INFO = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"ICMT": "comment",
    b"ICRD": "date",
    b"ISFT": "software",
    b"ICOP": "copyright",
    b"IGNR": "genre",
    b"ITRK": "tracknumber",
}
_AIFF = {b"NAME": "title", b"AUTH": "artist", b"(c) ": "copyright", b"ANNO": "comment"}


def read_tags(path: Path) -> Tags:
    """Return what is written into a file; nothing when it is not a known container or cannot be opened."""
    texts: dict[str, str] = {}
    broadcast: BroadcastWave | None = None
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
                broadcast = _wave(file, texts)
            elif head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
                _aiff(file, texts)
            elif head[:4] == b"fLaC":
                _flac(file, texts)
            elif head[:4] == b"OggS":
                file.seek(0)
                texts |= vorbis_comments(_ogg_comment(file))
            elif head[:3] == b"ID3":
                file.seek(0)
                texts |= id3_texts(file.read(MOST_BYTES))
    except OSError:
        return Tags()
    return Tags(texts=texts, broadcast=broadcast)


def _chunks(file: BinaryIO, order: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and (bounded) contents of the chunks of a RIFF or AIFF file, sound data left out."""
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        start = file.tell()
        wanted = name not in (b"data", b"SSND") and size <= MOST_BYTES
        yield name, file.read(size) if wanted else b""
        if size == 0xFFFFFFFF:  # RF64: the real size stands elsewhere; what follows the sound is not looked for
            return
        file.seek(start + size + (size & 1))


def _wave(file: BinaryIO, texts: dict[str, str]) -> BroadcastWave | None:
    broadcast = None
    for name, data in _chunks(file, "<"):
        if name == b"bext":
            broadcast = _bext(data)
        elif name == b"LIST" and data[:4] == b"INFO":
            texts |= _info(data[4:])
        elif name in (b"id3 ", b"ID3 "):
            texts |= id3_texts(data)
    return broadcast


def _info(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name in _INFO and (value := latin(data[at + 8 : at + 8 + size])):
            found[_INFO[name]] = value
        at += 8 + size + (size & 1)
    return found


def _bext(data: bytes) -> BroadcastWave | None:
    """Read a Broadcast Audio Extension chunk (EBU Tech 3285 v2, 2.3)."""
    if len(data) < 348:
        return None
    low, high, version = struct.unpack_from("<IIH", data, 338)
    loudness: tuple[float | None, ...] = (None,) * 5
    if version >= 2 and len(data) >= 422:
        # Hundredths; 0x7FFF says "not there" (EBU Tech 3285, supplement 6 leaves it to 0 in old writers).
        loudness = tuple(None if v in (0x7FFF, 0) else v / 100 for v in struct.unpack_from("<5h", data, 412))
    return BroadcastWave(
        version=version,
        description=latin(data[:256]),
        originator=latin(data[256:288]),
        originator_reference=latin(data[288:320]),
        date=latin(data[320:330]),
        time=latin(data[330:338]),
        time_reference_frames=low + (high << 32),
        integrated_lufs=loudness[0],
        range_lu=loudness[1],
        true_peak_dbtp=loudness[2],
        max_momentary_lufs=loudness[3],
        max_short_term_lufs=loudness[4],
        coding_history=latin(data[602 : 602 + 4096]),
    )


def _aiff(file: BinaryIO, texts: dict[str, str]) -> None:
    for name, data in _chunks(file, ">"):
        if name in _AIFF and (value := latin(data)):
            texts[_AIFF[name]] = value
        elif name in (b"ID3 ", b"id3 "):
            texts |= id3_texts(data)


def _flac(file: BinaryIO, texts: dict[str, str]) -> None:
    file.seek(4)
    for _ in range(MOST_CHUNKS):
        head = file.read(4)
        if len(head) < 4:
            return
        size = int.from_bytes(head[1:], "big")
        if head[0] & 0x7F == 4:  # VORBIS_COMMENT
            texts |= vorbis_comments(file.read(min(size, MOST_BYTES)))
            return
        if head[0] & 0x80:
            return
        file.seek(size, 1)


def _ogg_comment(file: BinaryIO) -> bytes:
    """Return the contents of the second packet of an Ogg stream: the comments of Vorbis and Opus."""
    packet, complete = b"", 0
    for _ in range(MOST_CHUNKS):
        head = file.read(27)
        if len(head) < 27 or head[:4] != b"OggS" or len(packet) > MOST_BYTES:
            return b""
        for lace in file.read(head[26]):
            part = file.read(lace)
            if complete == 1:
                packet += part
            if lace < 255:
                complete += 1
                if complete == 2:
                    return packet.removeprefix(b"\x03vorbis").removeprefix(b"OpusTags")
    return b""
