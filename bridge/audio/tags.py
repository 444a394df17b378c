"""What is written into a sound file beside the sound: Broadcast Wave metadata, text tags, loudness tags.

Read by hand and within bounds, from WAV, RF64, AIFF, FLAC, Ogg and MP3: every bounce passes here, and a
damaged or huge tag must neither stop an analysis nor slow it down. What is damaged is left out.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from bridge.audio.bext import parse_bext
from bridge.audio.chunks import MOST_BYTES, MOST_CHUNKS, chunks, is_aiff, is_wave
from bridge.audio.tag_names import BY_AIFF, BY_INFO
from bridge.audio.tag_text import id3_texts, latin, vorbis_comments
from bridge.model import BroadcastWave, Tags


def read_tags(path: Path) -> Tags:
    """Return what is written into a file; nothing when it is not a known container or cannot be opened."""
    texts: dict[str, str] = {}
    broadcast: BroadcastWave | None = None
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if is_wave(head):
                broadcast = _wave(file, texts)
            elif is_aiff(head):
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


def _wave(file: BinaryIO, texts: dict[str, str]) -> BroadcastWave | None:
    broadcast = None
    for name, data in chunks(file, "<"):
        if name == b"bext":
            broadcast = parse_bext(data)
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
        if name in BY_INFO and (value := latin(data[at + 8 : at + 8 + size])):
            found[BY_INFO[name]] = value
        at += 8 + size + (size & 1)
    return found


def _aiff(file: BinaryIO, texts: dict[str, str]) -> None:
    for name, data in chunks(file, ">"):
        if name in BY_AIFF and (value := latin(data)):
            texts[BY_AIFF[name]] = value
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
