"""Is a file's header consistent with its length? Read from a few kilobytes, without decoding.

A DAW writes the header first with a size of zero (or all ones) and mends it at the end, so a header that
promises more than the file holds, or nothing at all, means *still being written*. Containers whose header
does not tell (FLAC, Ogg, MP3) are taken as complete once they stand still: the reader has the last word.
"""

import struct
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

ProbeState = Literal["complete", "incomplete", "alien"]

# EBU Tech 3306 (RF64), section 3: sizes of all ones stand in the ds64 chunk instead.
_ALL_ONES = 0xFFFF_FFFF
# Sony Wave64: the chunk names are GUIDs; "riff" begins the file.
_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
_MAX_CHUNKS = 4096  # ours: more chunks than any tool writes before the sound; a bound against hostile files


class Probe(NamedTuple):
    """What the header says, and in words why a file is not complete."""

    state: ProbeState
    reason: str = ""


def probe(path: Path) -> Probe:
    """Tell whether a file looks complete.

    Returns ``alien`` for what is not a sound file by its first bytes (the reader will say so in its own words),
    ``incomplete`` while the header promises more than there is.

    Raises
    ------
    OSError
        The file cannot be opened or read.
    """
    size = path.stat().st_size
    if size == 0:
        return Probe("incomplete", "the file is empty")
    with path.open("rb") as file:
        start = file.read(16)
        if start[:4] in {b"RIFF", b"RF64", b"BW64"} and start[8:12] == b"WAVE":
            return _probe_wave(file, size)
        if start[:4] == b"FORM" and start[8:12] in {b"AIFF", b"AIFC"}:
            return _probe_aiff(file, size)
        if start == _W64_RIFF:
            return _probe_w64(file, size)
        if start[:4] in {b"fLaC", b"OggS", b"caff"} or start[:3] == b"ID3" or _is_mpeg(start):
            return Probe("complete")
    if size < 16 and any(magic.startswith(start[:4]) for magic in (b"RIFF", b"RF64", b"BW64", b"FORM")):
        return Probe("incomplete", f"only {size} bytes of the header are there")
    return Probe("alien", "the first bytes are not those of a sound file")


def _is_mpeg(start: bytes) -> bool:
    return len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0


def _judge_data(end: int, size: int) -> Probe:
    if end > size:
        return Probe("incomplete", f"the header promises {end} bytes, {size} are there")
    return Probe("complete")


def _probe_wave(file: BinaryIO, size: int) -> Probe:
    """Walk the chunks of a WAVE file to its data (RIFF: Microsoft/IBM 1991; RF64: EBU Tech 3306)."""
    position = 12
    data_size_64: int | None = None
    for _ in range(_MAX_CHUNKS):
        if position > size:  # also what no file can be as long as
            break
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            break
        name, chunk_size = struct.unpack("<4sI", header)
        if name == b"ds64":
            body = file.read(16)
            if len(body) == 16:
                data_size_64 = struct.unpack("<QQ", body)[1]
        if name == b"data":
            if chunk_size == _ALL_ONES and data_size_64 is not None:
                chunk_size = data_size_64
            if chunk_size in {0, _ALL_ONES} and size > position + 8 + 4096:
                return Probe("incomplete", "the header does not say yet how long the sound is")
            return _judge_data(position + 8 + chunk_size, size)
        position += 8 + chunk_size + (chunk_size & 1)
    return Probe("incomplete", "the header ends before the sound begins")


def _probe_aiff(file: BinaryIO, size: int) -> Probe:
    """Walk the chunks of an AIFF file to its sound (Apple, AIFF 1.3, 1989)."""
    position = 12
    for _ in range(_MAX_CHUNKS):
        if position > size:  # also what no file can be as long as
            break
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            break
        name, chunk_size = struct.unpack(">4sI", header)
        if name == b"SSND":
            if chunk_size == 0 and size > position + 8 + 4096:
                return Probe("incomplete", "the header does not say yet how long the sound is")
            return _judge_data(position + 8 + chunk_size, size)
        position += 8 + chunk_size + (chunk_size & 1)
    return Probe("incomplete", "the header ends before the sound begins")


def _probe_w64(file: BinaryIO, size: int) -> Probe:
    """Walk the chunks of a Wave64 file; their sizes include the 24-byte chunk header and pad to 8."""
    position = 40
    for _ in range(_MAX_CHUNKS):
        if position > size:
            break
        file.seek(position)
        header = file.read(24)
        if len(header) < 24:
            break
        chunk_size = struct.unpack("<Q", header[16:])[0]
        if header[:16] == _W64_DATA:
            if chunk_size <= 24 and size > position + 24 + 4096:
                return Probe("incomplete", "the header does not say yet how long the sound is")
            return _judge_data(position + max(chunk_size, 24), size)
        if chunk_size < 24:
            break
        position += (chunk_size + 7) & ~7
    return Probe("incomplete", "the header ends before the sound begins")
