"""What a FLAC file says about itself: comments, pictures, its cue sheet, and the chunks of the WAVE file it came from.

Sources: RFC 9639, 8; the chunks are kept as ``flac --keep-foreign-metadata`` keeps them, and can be put back by it.
"""

import struct
from typing import Any

from bridge.audio.kept.record import Kept, MasterFormat, at_rate

MOST_BLOCK_BYTES = (1 << 24) - 1  # RFC 9639, 8.1
_APPLICATION, _CUE_SHEET = 2, 5
_RIFF = b"riff"
_CD_SECTOR_FRAMES = 588  # RFC 9639, 8.7: at 44.1 kHz
# RFC 9639, 8.7: places and sizes of a cue sheet's fields
_FLAGS_AT, _IS_CD, _TRACKS_AT = 136, 0x80, 395
_TRACK_BYTES, _NUMBER_AT, _INDEXES_AT, _INDEX_BYTES = 36, 8, 35, 12
_LEAD_OUT = 255  # its number where the sheet is not that of a CD


def foreign_chunks(blocks: list[Any]) -> list[tuple[bytes, bytes]]:
    """Return name and body of the chunks that are kept in a file's blocks."""
    bodies = [block.data for block in blocks if block.code == _APPLICATION]
    return [
        (data[4:8], data[12 : 12 + int.from_bytes(data[8:12], "little")])
        for data in bodies
        if data[:4] == _RIFF and len(data) >= 12
    ]


def foreign_blocks(chunks: list[tuple[bytes, bytes]], master: MasterFormat) -> list[Any]:
    """Return the blocks that hold these chunks: with what a WAVE file of this sound has around it, so it can be made.

    None where such a file would be too long for its header.
    """
    align = master.channels * master.bits // 8
    sound = master.frames * align
    fmt = struct.pack("<HHIIHH", 1, master.channels, master.rate_hz, master.rate_hz * align, align, master.bits)
    parts = [b"fmt " + struct.pack("<I", len(fmt)) + fmt, b"data" + struct.pack("<I", sound & 0xFFFF_FFFF)]
    parts += [name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1) for name, body in chunks]
    size = 4 + sum(map(len, parts)) + sound + (sound & 1)
    if not chunks or size > 0xFFFF_FFFF or max(map(len, parts)) > MOST_BLOCK_BYTES - 4:
        return []
    head = b"RIFF" + struct.pack("<I", size) + b"WAVE"
    return [_block(_APPLICATION, _RIFF + part) for part in (head, *parts)]


def cue_sheet_of(blocks: list[Any]) -> bytes:
    """Return a file's cue sheet as it stands; empty where it has none."""
    return next((bytes(block.write()) for block in blocks if block.code == _CUE_SHEET), b"")


def cue_sheet_starts(sheet: bytes) -> list[int]:
    """Return at which frame each track of a cue sheet begins: its index 1. Not the lead-out, which has none."""
    starts = []
    for track in _tracks(sheet):
        offset = int.from_bytes(sheet[track : track + 8], "big")
        starts += [
            offset + int.from_bytes(sheet[i : i + 8], "big") for i in _indexes(sheet, track) if sheet[i + 8] == 1
        ]
    return starts


def _tracks(sheet: bytes) -> list[int]:
    """Return where each track of a cue sheet begins, as far as all of it is there."""
    found, at = [], _TRACKS_AT + 1
    for _ in range(sheet[_TRACKS_AT] if len(sheet) > _TRACKS_AT else 0):
        if at + _TRACK_BYTES > len(sheet) or at + _TRACK_BYTES + _INDEX_BYTES * sheet[at + _INDEXES_AT] > len(sheet):
            break
        found.append(at)
        at += _TRACK_BYTES + _INDEX_BYTES * sheet[at + _INDEXES_AT]
    return found


def _indexes(sheet: bytes, track: int) -> list[int]:
    return [track + _TRACK_BYTES + _INDEX_BYTES * number for number in range(sheet[track + _INDEXES_AT])]


def cue_sheet_block(sheet: bytes, from_hz: int, master: MasterFormat) -> Any:
    """Return the block of a mix's cue sheet with every place at the master's rate; None where it makes no sense.

    It stays that of a CD only where every place falls on one of a CD's sectors.
    """
    body, offsets, tracks = bytearray(sheet), [], _tracks(sheet)
    for track in tracks:
        start = int.from_bytes(sheet[track : track + 8], "big")
        moved = at_rate(start, from_hz, master.rate_hz)
        body[track : track + 8] = moved.to_bytes(8, "big")
        offsets.append(moved)
        for index in _indexes(sheet, track):
            place = at_rate(start + int.from_bytes(sheet[index : index + 8], "big"), from_hz, master.rate_hz)
            body[index : index + 8] = (place - moved).to_bytes(8, "big")
            offsets.append(place - moved)
    if not tracks:
        return None
    if master.rate_hz != 44_100 or any(offset % _CD_SECTOR_FRAMES for offset in offsets):
        body[_FLAGS_AT] &= ~_IS_CD & 0xFF
        body[tracks[-1] + _NUMBER_AT] = _LEAD_OUT
    return _block(_CUE_SHEET, bytes(body))


def put_blocks(found: Any, kept: Kept, chunks: list[tuple[bytes, bytes]], master: MasterFormat) -> None:
    """Add cue sheet and chunks to an open file of mutagen's."""
    sheet = cue_sheet_block(kept.cue_sheet, kept.rate_hz, master) if kept.cue_sheet else None
    found.metadata_blocks += [block for block in (sheet, *foreign_blocks(chunks, master)) if block is not None]


def _block(code: int, data: bytes) -> Any:
    from mutagen.flac import MetadataBlock

    block = MetadataBlock(data)
    block.code = code
    return block
