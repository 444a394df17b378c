"""Tags of files that masters are not written into: MP4 atoms, APE tags, the texts and markers of CAF.

Sources: MP4 as iTunes writes it; APE tag item keys, Hydrogenaudio wiki; Apple Core Audio Format Specification 1.0.
"""

import struct
from pathlib import Path
from typing import Any

from bridge.audio.containers.base import Window, sound_start
from bridge.audio.kept.names import kept_name
from bridge.audio.kept.opened import opened
from bridge.audio.kept.record import Kept, Picture, SongMarker
from bridge.audio.tag_names import BY_APE, BY_MP4
from bridge.audio.tag_text import decoded_text

_FREE_FORM = "----:com.apple.itunes:"
_MP4_MIME = {13: "image/jpeg", 14: "image/png"}
_FRONT_COVER = 3  # ID3v2.4.0, 4.14
_CAF_NAMES = {"composer": "composer", "comments": "comment", "track number": "tracknumber", "year": "date"}
_MOST_CAF_BYTES = 1 << 20


def read_mp4(path: Path, kept: Kept) -> None:
    """Add what the atoms of an MP4 file say."""
    from mutagen.mp4 import MP4

    with opened(path) as file:
        found = MP4(file)
    own_names = {atom.lower(): name for atom, name in BY_MP4.items()}
    for atom, values in (found.tags or {}).items():
        if atom == "covr":
            mimes = [_MP4_MIME.get(int(getattr(value, "imageformat", 0)), "image/jpeg") for value in values]
            pictures = zip(mimes, values, strict=True)
            kept.pictures = kept.pictures or [Picture(mime, _FRONT_COVER, bytes(value)) for mime, value in pictures]
            continue
        free = atom.lower().removeprefix(_FREE_FORM) if atom.lower().startswith(_FREE_FORM) else ""
        name = own_names.get(atom.lower()) or (kept_name(free) if free else "")
        if name and isinstance(values, list):
            kept.add_texts({name: [_mp4_text(value) for value in values]})
    chapters = list(found.chapters or ())
    kept.add_markers(SongMarker(round(one.start * kept.rate_hz), label=str(one.title)) for one in chapters)


def _mp4_text(value: Any) -> str:
    if isinstance(value, tuple):  # number, and of how many; 0 where it is not known
        return "/".join(str(part) for part in value if part)
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def read_ape(path: Path, kept: Kept) -> None:
    """Add what the APE tag of a file says."""
    from mutagen.apev2 import APEv2

    with opened(path) as file:
        found = APEv2(file)
    for key, value in found.items():
        if value.kind == 0:
            name = BY_APE.get(key.lower()) or kept_name(key)
            kept.add_texts({name: list(value)} if name else {})
        elif value.kind == 1 and key.lower() == "cover art (front)" and not kept.pictures:
            file_name, _, data = bytes(value.value).partition(b"\0")
            mime = "image/png" if file_name.lower().endswith(b".png") else "image/jpeg"
            kept.pictures = [Picture(mime, _FRONT_COVER, data)] if data else []


def read_caf(window: Window, kept: Kept) -> None:
    """Add the texts of a CAF file's ``info`` chunk and the markers of its ``mark`` chunk."""
    position = sound_start(window) + 8
    marks, strings = b"", b""
    while len(header := window.at(position, 12)) == 12:
        name, length = struct.unpack(">4sq", header)
        body = (
            window.at(position + 12, max(0, min(length, _MOST_CAF_BYTES)))
            if name in (b"info", b"mark", b"strg")
            else b""
        )
        if name == b"info":
            _caf_texts(body, kept)
        marks = body if name == b"mark" else marks
        strings = body if name == b"strg" else strings
        if length < 0:
            break
        position += 12 + length
    kept.add_markers(_caf_markers(marks, _caf_strings(strings)))


def _caf_texts(info: bytes, kept: Kept) -> None:
    parts = info[4:].split(b"\0")
    for key, value in zip(parts[::2], parts[1::2], strict=False):
        key_text = key.decode("utf-8", "replace").lower()
        name = _CAF_NAMES.get(key_text) or kept_name(key_text)
        kept.add_texts({name: [decoded_text(value)]} if name else {})


def _caf_strings(strg: bytes) -> dict[int, str]:
    count = int.from_bytes(strg[:4], "big")
    found, texts = {}, 4 + 12 * count
    for at in range(4, min(texts, len(strg) - 11), 12):
        number, offset = struct.unpack_from(">Iq", strg, at)
        found[number] = decoded_text(strg[texts + max(0, offset) :])
    return found


def _caf_markers(mark: bytes, strings: dict[int, str]) -> list[SongMarker]:
    """CAF 1.0, Marker Chunk: a marker has 28 bytes, its frame as a 64-bit float."""
    found = []
    for at in range(8, min(8 + 28 * int.from_bytes(mark[4:8], "big"), len(mark) - 27), 28):
        _, frame, number = struct.unpack_from(">IdI", mark, at)
        if 0.0 <= frame < 1e15:
            found.append(SongMarker(round(frame), label=strings.get(number, "")))
    return found
