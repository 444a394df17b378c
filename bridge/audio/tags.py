"""What is written into a sound file beside the sound: Broadcast Wave metadata, text tags, loudness tags.

Read by hand and within bounds, from WAV, RF64, AIFF, FLAC, Ogg and MP3: every bounce passes here, and a
damaged or huge tag must neither stop an analysis nor slow it down. What is damaged is left out.
"""

from pathlib import Path
from typing import BinaryIO

from bridge.audio.bext import parse_bext
from bridge.audio.chunks import MOST_BYTES, chunks_beside_sound, is_aiff
from bridge.audio.containers.base import Window, id3_bytes, sound_start
from bridge.audio.containers.wave import is_wave
from bridge.audio.kept.info import code_page_of, info_texts
from bridge.audio.tag_names import BY_AIFF
from bridge.audio.tag_text import MOST_CHARACTERS, id3_texts, latin, vorbis_comments
from bridge.model import BroadcastWave, Tags

_MOST_BLOCKS = 1000  # ours: of a FLAC file, pages of an Ogg file


def read_tags(path: Path) -> Tags:
    """Return what is written into a file; nothing when it is not a known container or cannot be opened."""
    texts: dict[str, str] = {}
    broadcast: BroadcastWave | None = None
    try:
        with path.open("rb") as file:
            window = Window(file, path.stat().st_size)
            if id3_bytes(window.at(0, 10)):
                texts |= id3_texts(window.at(0, MOST_BYTES))
            start = sound_start(window)
            head = window.at(start, 16)
            if is_wave(head):
                broadcast = _wave(window, texts)
            elif is_aiff(head):
                _aiff(window, texts)
            elif head[:4] == b"fLaC":
                _flac(file, start, texts)
            elif head[:4] == b"OggS":
                file.seek(start)
                texts |= vorbis_comments(_ogg_comment(file))
    except OSError:
        return Tags()
    return Tags(texts=texts, broadcast=broadcast)


def _wave(window: Window, texts: dict[str, str]) -> BroadcastWave | None:
    broadcast, code_page = None, ""
    for chunk in chunks_beside_sound(window):
        data = window.at(chunk.start, min(chunk.length, MOST_BYTES))
        if chunk.name == b"bext":
            broadcast = parse_bext(data)
        elif chunk.name == b"CSET":
            code_page = code_page_of(data)
        elif chunk.name == b"LIST" and data[:4] == b"INFO":
            texts |= {name: text[:MOST_CHARACTERS] for name, text in info_texts(data[4:], code_page).items()}
        elif chunk.name in (b"id3 ", b"ID3 "):
            texts |= id3_texts(data)
    return broadcast


def _aiff(window: Window, texts: dict[str, str]) -> None:
    for chunk in chunks_beside_sound(window):
        if chunk.name in BY_AIFF and (value := latin(window.at(chunk.start, min(chunk.length, MOST_BYTES)))):
            texts[BY_AIFF[chunk.name]] = value
        elif chunk.name in (b"ID3 ", b"id3 "):
            texts |= id3_texts(window.at(chunk.start, min(chunk.length, MOST_BYTES)))


def _flac(file: BinaryIO, start: int, texts: dict[str, str]) -> None:
    file.seek(start + 4)
    for _ in range(_MOST_BLOCKS):
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
    for _ in range(_MOST_BLOCKS):
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
