"""The chunks of AIFF, AIFF-C and CAF files: where the sound is and how long, whatever the header leaves out.

Sources: Apple, Audio Interchange File Format 1.3 and AIFF-C draft of 1991; Apple Core Audio Format Specification 1.0.
"""

import struct
from typing import NamedTuple

from bridge.audio.containers.base import ContainerError, Window
from bridge.audio.containers.pieces import Piece, Span
from bridge.audio.containers.wave import ALL_ONES, MAX_CHUNKS, chunks

_MOST_HEADER_BYTES = 1 << 12  # ours: more than any description of the sound needs
# AIFF-C, Compression Types, and those Apple added: bytes of a sample, 0 where the bits in front say it
_AIFC_BYTES = {
    **dict.fromkeys((b"NONE", b"sowt", b"twos"), 0),
    **dict.fromkeys((b"raw ", b"ulaw", b"alaw", b"ULAW", b"ALAW"), 1),
    **dict.fromkeys((b"in24", b"42ni"), 3),
    **dict.fromkeys((b"in32", b"23ni", b"fl32", b"FL32"), 4),
    **dict.fromkeys((b"fl64", b"FL64"), 8),
}


class AppleHeader(NamedTuple):
    """What the header says, and the sound's place by the file's own length."""

    channels: int
    frames: int | None  # None where that only shows in decoding
    layout: bytes  # the body of the layout chunk
    open_ended: bool
    padded: bool
    mended: tuple[Piece, ...]  # the same sound behind a header that counts right


def read_aiff(window: Window, start: int) -> AppleHeader:
    """Walk the chunks of an AIFF file. Raises ContainerError where it ends before the sound it promises."""
    comm, layout, padded = b"", b"", True
    sound: tuple[Span, bool] | None = None
    for chunk, is_padded in chunks(window, start + 12, big=True):
        if chunk.name == b"COMM":
            comm = window.at(chunk.start, min(chunk.length, _MOST_HEADER_BYTES))
        elif chunk.name == b"CHAN":
            layout = window.at(chunk.start, min(chunk.length, _MOST_HEADER_BYTES))
        elif chunk.name == b"SSND":
            there = window.size - chunk.start
            is_open = chunk.length in (0, ALL_ONES) and there > 8
            length = there if is_open else chunk.length
            _check_there(chunk.start + length, window.size)
            sound = (Span(chunk.start, length), is_open)
            if is_open:
                break
        padded = padded and (is_padded or sound is not None)
        if comm and sound is not None and layout:
            break
    if sound is None or len(comm) < 18:
        raise ContainerError("is not complete: the header ends before the sound begins")
    span, is_open = sound
    # Signed in the format; read as WAVE has them, since nothing has fewer channels or bits than none.
    channels, _, bits = struct.unpack_from(">HIH", comm)
    kind = comm[18:22] if len(comm) >= 22 else b"NONE"
    width = _AIFC_BYTES.get(kind)
    align = channels * (width or (bits + 7) // 8) if width is not None else 0
    offset = int.from_bytes(window.at(span.start, 4), "big")
    length = max(0, span.length - 8 - offset)
    frames = length // align if align else None
    mended = _mended_aiff(window.at(start + 8, 4), comm, layout, Span(span.start + 8 + offset, length), frames)
    return AppleHeader(channels, frames, layout, is_open, padded, mended)


def _mended_aiff(kind: bytes, comm: bytes, layout: bytes, data: Span, frames: int | None) -> tuple[Piece, ...]:
    if frames is not None:
        comm = comm[:2] + min(frames, ALL_ONES).to_bytes(4, "big") + comm[6:]
    body = kind
    for name, content in ((b"COMM", comm), (b"CHAN", layout)):
        if content:
            body += name + len(content).to_bytes(4, "big") + content + bytes(len(content) & 1)
    body += b"SSND" + min(data.length + 8, ALL_ONES).to_bytes(4, "big") + bytes(8)
    return (b"FORM" + min(len(body) + data.length, ALL_ONES).to_bytes(4, "big") + body, data)


def read_caf(window: Window, start: int) -> AppleHeader:
    """Walk the chunks of a CAF file. Raises ContainerError where it ends before the sound it promises."""
    desc, layout = b"", b""
    position = start + 8
    for _ in range(MAX_CHUNKS):
        header = window.at(position, 12)
        if len(header) < 12:
            break
        name, length = struct.unpack(">4sq", header)
        body = position + 12
        if name == b"desc":
            desc = window.at(body, 32)
        elif name == b"chan":
            layout = window.at(body, max(0, min(length, _MOST_HEADER_BYTES)))
        elif name == b"data" and len(desc) == 32:
            return _caf(window, start, desc, layout, Span(body, length))
        if length < 0:
            break
        position = body + length
    raise ContainerError("is not complete: the header ends before the sound begins")


def _caf(window: Window, start: int, desc: bytes, layout: bytes, data: Span) -> AppleHeader:
    """A size of -1 reaches to the end of the file (CAF 1.0, Audio Data Chunk); 0 is what an unfinished file has."""
    there = window.size - data.start
    is_open = data.length < 0 or (data.length == 0 and there > 4)
    length = there if is_open else data.length
    _check_there(data.start + length, window.size)
    kind, _, packet_bytes, _, channels = struct.unpack_from(">4sIIII", desc, 8)
    plain = kind in (b"lpcm", b"ulaw", b"alaw") and packet_bytes
    frames = max(0, length - 4) // packet_bytes if plain else None
    head = Span(start, data.start - 8 - start)
    mended = (head, length.to_bytes(8, "big"), Span(data.start, length))
    return AppleHeader(channels, frames, layout, is_open, True, mended)


def _check_there(end: int, size: int) -> None:
    if end > size:
        raise ContainerError(f"is not complete: the header promises {end} bytes, {size} are there")
