"""Markers and regions of a WAVE file: the chunk ``cue``, and their names in a LIST chunk of type adtl.

Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0, Cue-Points Chunk, Associated Data.
"""

import struct
from collections.abc import Sequence

from bridge.audio.kept.record import SongMarker
from bridge.audio.tag_text import decoded_text

_MOST_POINTS = 100_000  # ours: a bound against hostile files
_POINT = struct.Struct("<II4sIII")
_TEXT_FIXED_BYTES = 20  # of ltxt: number, length, purpose, country, language, dialect, code page
_REGION = b"rgn "


def markers_of(cue: bytes, adtl: Sequence[bytes], code_page: str = "") -> list[SongMarker]:
    """Return the markers of a ``cue`` chunk with what the adtl lists, each behind its type, say about them."""
    labels, notes, lengths = _names(adtl, code_page)
    found = []
    count = min(int.from_bytes(cue[:4], "little"), (len(cue) - 4) // _POINT.size, _MOST_POINTS)
    for index in range(count):
        number, position, _, _, _, offset = _POINT.unpack_from(cue, 4 + index * _POINT.size)
        # both say where; without a playlist the first is the place in the song, and some programs leave either at 0
        frame = offset or position
        found.append(SongMarker(frame, lengths.get(number, 0), labels.get(number, ""), notes.get(number, "")))
    return found


def _names(adtl: Sequence[bytes], code_page: str) -> tuple[dict[int, str], dict[int, str], dict[int, int]]:
    """Return labels, notes and lengths by the number of their cue point."""
    labels: dict[int, str] = {}
    notes: dict[int, str] = {}
    lengths: dict[int, int] = {}
    for data in adtl:
        at = 0
        while at + 12 <= len(data):
            code, size, number = struct.unpack_from("<4sII", data, at)
            body = data[at + 12 : at + 8 + size]
            if code == b"labl":
                labels[number] = decoded_text(body, code_page)
            elif code == b"note":
                notes[number] = decoded_text(body, code_page)
            elif code == b"ltxt" and len(body) >= _TEXT_FIXED_BYTES - 4:
                lengths[number] = int.from_bytes(body[:4], "little")
                text = decoded_text(body[_TEXT_FIXED_BYTES - 4 :], code_page)
                if text:
                    labels.setdefault(number, text)
            at += 8 + size
            at += 1 if size & 1 and data[at : at + 1] in (b"\0", b"") else 0
    return labels, notes, lengths


def cue_chunk(markers: Sequence[SongMarker]) -> bytes:
    """Return the body of a ``cue`` chunk; empty without markers."""
    points = [
        _POINT.pack(n, marker.frame, b"data", 0, 0, marker.frame) for n, marker in enumerate(_fitting(markers), 1)
    ]
    return struct.pack("<I", len(points)) + b"".join(points) if points else b""


def adtl_chunk(markers: Sequence[SongMarker]) -> bytes:
    """Return the body of the LIST chunk with the names and lengths of the markers, in UTF-8; empty for none."""
    names, notes, lengths = b"", b"", b""
    for number, marker in enumerate(_fitting(markers), 1):
        mark = struct.pack("<I", number)
        if marker.label:
            names += _inner(b"labl", mark + marker.label.encode("utf-8") + b"\0")
        if marker.note:
            notes += _inner(b"note", mark + marker.note.encode("utf-8") + b"\0")
        if marker.frames:
            lengths += _inner(b"ltxt", mark + struct.pack("<I4s4H", marker.frames, _REGION, 0, 0, 0, 0))
    # names first: libsndfile and ffmpeg read no further than to the first length
    body = names + notes + lengths
    return b"adtl" + body if body else b""


def _fitting(markers: Sequence[SongMarker]) -> list[SongMarker]:
    """Return the markers whose places 32 bits can say."""
    return [marker for marker in markers if marker.frame < 1 << 32 and marker.frames < 1 << 32]


def _inner(code: bytes, data: bytes) -> bytes:
    return code + struct.pack("<I", len(data)) + data + bytes(len(data) & 1)
