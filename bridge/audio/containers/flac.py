"""The frames of a FLAC file: how many samples it holds by its last frame, where its header does not say or errs.

Source: RFC 9639 (FLAC), sections 8 (metadata) and 9 (frames).
"""

import functools
from typing import NamedTuple

from bridge.audio.containers.base import ContainerError, Window, tail_tags_start
from bridge.audio.containers.pieces import Piece, Span
from bridge.text import clock

_MARK = b"fLaC"
_STREAMINFO_BYTES = 34
_TOTAL_AT = 21  # of the 36 bits that count the samples, from the mark on; the first byte shares four with others
_MOST_FRAME_BYTES = 1 << 24  # RFC 9639, 8.2: the field for the largest frame has 24 bits
_MOST_TAIL_BYTES = 1 << 22  # ours: bounds the search for the last frame
_LONGEST_HEADER_BYTES = 16
_LEAST_FRAME_BYTES = 8
_MASK_COMMENT = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK="  # RFC 9639, 8.6.2
_BLOCK_SIZES = {1: 192, **{n: 576 << n - 2 for n in range(2, 6)}, **{n: 256 << n - 8 for n in range(8, 16)}}


class FlacStream(NamedTuple):
    """One stream: the bytes that decode to all of it, and what it says of itself."""

    pieces: tuple[Piece, ...]
    frames: int
    rate_hz: int
    channels: int
    mask: int | None
    as_it_stands: bool  # its own header counts right


class _Info(NamedTuple):
    start: int
    sound: int  # where the first frame begins
    rate_hz: int
    channels: int
    total: int  # 0: not known
    block_frames: int
    largest: int  # of the frames, in bytes; 0: not known
    mask: int | None


class _Frame(NamedTuple):
    start: int
    first: int  # number of its first sample
    frames: int


def read_flac(window: Window, start: int) -> list[FlacStream]:
    """Return the streams that follow each other in a file, normally one.

    Raises ContainerError, with the time, for a stream that breaks off.
    """
    end = tail_tags_start(window, start)
    starts = [start]
    while (found := _next_mark(window, starts[-1] + 4, end)) >= 0:
        starts.append(found)
    return [_stream(window, a, b) for a, b in zip(starts, [*starts[1:], end], strict=True)]


def check_flac_end(window: Window, start: int) -> None:
    """Raise ContainerError, with the time, where the file breaks off; looks at its start and its end alone."""
    _stream(window, start, tail_tags_start(window, start))


def _next_mark(window: Window, position: int, end: int) -> int:
    """Return where another stream begins: its mark and a STREAMINFO block of its only size."""
    while (position := window.find(_MARK, position, end)) >= 0:
        header = window.at(position + 4, 4)
        if header[:1] in (b"\x00", b"\x80") and header[1:] == _STREAMINFO_BYTES.to_bytes(3, "big"):
            return position
        position += 1
    return -1


def _stream(window: Window, start: int, end: int) -> FlacStream:
    info = _info(window, start)
    last, is_whole = _last_frame(window, info, end)
    promise = f", its header promises {clock(info.total / info.rate_hz, 1)}" if info.total else ""
    if last is not None and not is_whole:
        raise ContainerError(f"is not complete: it breaks off at {clock(last.first / info.rate_hz, 1)}{promise}")
    frames = info.total if last is None else last.first + last.frames
    if frames < info.total or (last is None and info.sound < end):
        ends = clock(frames / info.rate_hz, 1) if last is not None else "its header"
        raise ContainerError(f"is not complete: it ends at {ends}{promise}")
    pieces: tuple[Piece, ...] = (Span(start, end - start),)
    if frames != info.total:
        head = window.at(start, _TOTAL_AT + 5)
        total = frames.to_bytes(5, "big")
        mended = head[:_TOTAL_AT] + bytes((head[_TOTAL_AT] & 0xF0 | total[0],)) + total[1:]
        pieces = (mended, Span(start + len(mended), end - start - len(mended)))
    return FlacStream(pieces, frames, info.rate_hz, info.channels, info.mask, frames == info.total)


def _info(window: Window, start: int) -> _Info:
    """Read the metadata blocks up to the first frame."""
    data = window.at(start + 8, _STREAMINFO_BYTES)
    if len(data) < _STREAMINFO_BYTES:
        raise ContainerError("is not complete: it ends inside its header")
    packed = int.from_bytes(data[10:18], "big")
    mask = None
    position = start + 4
    while True:
        header = window.at(position, 4)
        if len(header) < 4:
            raise ContainerError("is not complete: it ends inside its header")
        length = int.from_bytes(header[1:], "big")
        if header[0] & 0x7F == 4:
            mask = _mask(window.at(position + 4, length))
        position += 4 + length
        if header[0] & 0x80:
            break
    return _Info(
        start,
        position,
        max(1, packed >> 44),
        (packed >> 41 & 7) + 1,
        packed & (1 << 36) - 1,
        int.from_bytes(data[2:4], "big"),
        int.from_bytes(data[7:10], "big"),
        mask,
    )


def _mask(comments: bytes) -> int | None:
    at = comments.upper().find(_MASK_COMMENT)
    if at < 4:
        return None
    length = int.from_bytes(comments[at - 4 : at], "little")
    try:
        return int(comments[at + len(_MASK_COMMENT) : at + length], 0)
    except ValueError:
        return None


def _last_frame(window: Window, info: _Info, end: int) -> tuple[_Frame | None, bool]:
    """Return the last frame that begins before the end, and whether all of it is there."""
    reach = min(info.largest or 1 << 16, _MOST_FRAME_BYTES) + _LONGEST_HEADER_BYTES
    begun, is_whole = None, False
    while True:
        start = max(info.sound, end - reach)
        data = window.at(start, end - start)
        at = len(data)
        while (at := data.rfind(b"\xff", 0, at)) >= 0:
            frame = _frame(data[at : at + _LONGEST_HEADER_BYTES], start + at, info)
            ends = _frame_ends(data[at:]) if frame is not None else []
            if frame is not None and len(data) - at in ends:
                return frame, True
            if begun is None and frame is not None:
                # whole, with something else behind it: zeros, or anything once all that is promised is there
                is_all = 0 < info.total <= frame.first + frame.frames
                begun, is_whole = frame, any(is_all or not data[at + place :].strip(b"\0") for place in ends)
        if start == info.sound or reach >= _MOST_TAIL_BYTES or (begun is not None and info.largest):
            return begun, is_whole
        reach *= 8


def _frame_ends(data: bytes) -> list[int]:
    """Return where a frame that begins here may end: where the checksum over it and over its own checksum is 0."""
    table, crc, found = _crc_table(16, 0x8005), 0, []
    for place, byte in enumerate(data, 1):
        crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ byte]
        if not crc and place >= _LEAST_FRAME_BYTES:
            found.append(place)
    return found


def _frame(data: bytes, start: int, info: _Info) -> _Frame | None:
    """Return what a frame's header says; None when these bytes are none. Source: RFC 9639, 9.1."""
    if len(data) < 6 or data[1] & 0xFE != 0xF8 or data[3] & 1:
        return None
    number, at = _coded_number(data)
    size, rate = data[2] >> 4, data[2] & 15
    if number is None or size == 0 or rate == 15:
        return None
    frames = _BLOCK_SIZES.get(size, 0)
    if size in (6, 7):
        width = size - 5
        frames = int.from_bytes(data[at : at + width], "big") + 1
        at += width
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if len(data) <= at or _crc_8(data[:at]) != data[at]:
        return None
    return _Frame(start, number if data[1] & 1 else number * info.block_frames, frames)


def _coded_number(data: bytes) -> tuple[int | None, int]:
    """Return the number that is coded like UTF-8 from the fifth byte on, and where it ends."""
    first = data[4]
    if first < 0x80:
        return first, 5
    more = 8 - (first ^ 0xFF).bit_length() - 1
    if not 1 <= more <= 6 or len(data) < 5 + more:
        return None, 5
    number = first & (1 << 6 - more) - 1
    for byte in data[5 : 5 + more]:
        if byte & 0xC0 != 0x80:
            return None, 5
        number = number << 6 | byte & 0x3F
    return number, 5 + more


def _crc_8(data: bytes) -> int:
    """Return the checksum of a header: polynomial 0x07, not reflected, from 0 (RFC 9639, 9.1.8)."""
    table, crc = _crc_table(8, 0x07), 0
    for byte in data:
        crc = table[crc ^ byte]
    return crc


@functools.cache
def _crc_table(bits: int, polynomial: int) -> list[int]:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for value in range(256):
        crc = value << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial) & mask if crc & top else crc << 1 & mask
        table.append(crc)
    return table
