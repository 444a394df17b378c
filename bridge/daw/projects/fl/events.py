"""The events of an FL Studio project.

``FLhd`` with its six bytes, ``FLdt`` with the length, then one event after the other. An event is a number and its
value: one byte below 64, two below 128, four below 192, else a length in groups of seven bits and so many bytes. The
layout was seen in public projects of FL Studio 20.0 to 24.1.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bridge.errors import DawError

REMEDY = "open the latest one in FL Studio's Backup folder"
MOST_EVENTS = 1_000_000  # ours: public projects hold four thousand; one that plays for hours ten times as many
MOST_BYTES = 16 * 1024 * 1024  # ours: of one event that is looked at; the notes of a pattern are a hundredth of it
_MOST_IN_HEAD = 1024
_WIDTHS = (1, 2, 4)  # of the values of events below 64, 128 and 192


def header(path: Path, stream: BinaryIO) -> int:
    """Read up to the first event and return the ticks of a beat.

    Raises
    ------
    DawError
        It is no FL Studio project.
    """
    head = _exactly(path, stream, 8)
    size = int.from_bytes(head[4:], "little")
    if head[:4] != b"FLhd" or not 6 <= size <= _MOST_IN_HEAD:
        raise DawError(f"{path}: not an FL Studio project; give a .flp file")
    said = _exactly(path, stream, size)
    data = _exactly(path, stream, 8)
    if data[:4] != b"FLdt":
        raise DawError(f"{path}: damaged: its events do not begin where they should; {REMEDY}")
    return int.from_bytes(said[4:6], "little")


def events(path: Path, stream: BinaryIO, wanted: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the wanted events with their values, to the end of the file.

    Raises
    ------
    DawError
        The file ends inside an event, or holds more than any project does.
    """
    for _ in range(MOST_EVENTS):
        kind = stream.read(1)
        if not kind:
            return
        number = kind[0]
        size = _WIDTHS[number >> 6] if number < 192 else _length(path, stream)
        if number not in wanted:
            _pass(path, stream, size)
        elif size > MOST_BYTES:
            raise DawError(f"{path}: damaged: an event of {size} bytes; {REMEDY}")
        else:
            yield number, _exactly(path, stream, size)
    raise DawError(f"{path}: damaged: more than {MOST_EVENTS} events; {REMEDY}")


def _length(path: Path, stream: BinaryIO) -> int:
    length = 0
    for shift in range(0, 35, 7):
        byte = _exactly(path, stream, 1)[0]
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return length
    raise DawError(f"{path}: damaged: an event without an end; {REMEDY}")


def _exactly(path: Path, stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise DawError(f"{path}: damaged: it ends too early; {REMEDY}")
    return data


def _pass(path: Path, stream: BinaryIO, size: int) -> None:
    while size > 0:
        size -= len(_exactly(path, stream, min(size, 65536)))
