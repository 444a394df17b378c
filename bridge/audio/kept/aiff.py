"""What an AIFF file says about itself: text chunks and markers, read and written.

Source: Apple, Audio Interchange File Format 1.3, Marker Chunk, Text Chunks.
AIFF has no regions: a region is two markers.
"""

import struct
from collections.abc import Sequence

from bridge.audio.kept.record import SongMarker
from bridge.audio.tag_names import AIFF_OF
from bridge.audio.tag_text import decoded_text

_MOST_MARKERS = 0x7FFF  # of 16 bits with a sign
_LONGEST_LABEL_BYTES = 254  # with the byte that counts them an odd number: the next field begins at an even place
_END_OF = " (end)"  # ours: what the second marker of a region is called, and known again by


def markers_of(mark: bytes) -> list[SongMarker]:
    """Return the markers of a MARK chunk."""
    found: list[SongMarker] = []
    at = 2
    for _ in range(int.from_bytes(mark[:2], "big")):
        if at + 7 > len(mark):
            break
        _, frame, length = struct.unpack_from(">HIB", mark, at)
        label = decoded_text(mark[at + 7 : at + 7 + length])
        at += 7 + length + (length + 1 & 1)
        opened = next((n for n, one in enumerate(found) if label == one.label + _END_OF and not one.frames), None)
        if opened is not None and frame > found[opened].frame:
            found[opened] = SongMarker(found[opened].frame, frame - found[opened].frame, found[opened].label)
        else:
            found.append(SongMarker(frame, label=label))
    return found


def mark_chunk(markers: Sequence[SongMarker]) -> bytes:
    """Return the body of a MARK chunk; empty without markers."""
    places: list[tuple[int, str]] = []
    for marker in markers:
        places.append((marker.frame, marker.label))
        if marker.frames:
            places.append((marker.frame + marker.frames, marker.label + _END_OF))
    fitting = [(frame, label) for frame, label in places if frame < 1 << 32][:_MOST_MARKERS]
    fields = [struct.pack(">HI", n, frame) + _counted(label) for n, (frame, label) in enumerate(fitting, 1)]
    return struct.pack(">H", len(fields)) + b"".join(fields) if fields else b""


def _counted(text: str) -> bytes:
    """Return a text behind the byte that counts it, padded to an even length, cut between characters."""
    data = text.encode("utf-8")[:_LONGEST_LABEL_BYTES].decode("utf-8", "ignore").encode("utf-8")
    return bytes((len(data),)) + data + bytes(len(data) + 1 & 1)


def text_chunks(texts: dict[str, list[str]]) -> list[tuple[bytes, bytes]]:
    """Return the text chunks of those texts that AIFF has names for, in UTF-8: an annotation for each comment."""
    found: list[tuple[bytes, bytes]] = []
    for name, values in texts.items():
        code = AIFF_OF.get(name)
        if code == b"ANNO":
            found += [(code, value.encode("utf-8")) for value in values]
        elif code and values:
            found.append((code, "; ".join(values).encode("utf-8")))
    return found
