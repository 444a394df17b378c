"""The chunks of RIFF and AIFF files, read within bounds: a damaged or huge one must neither stop nor slow anything."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Literal

MOST_BYTES = 1 << 20  # ours: a cover picture may be larger; texts are not
MOST_CHUNKS = 1000
ALL_ONES = 0xFFFFFFFF  # EBU Tech 3306: the real size stands in the ds64 chunk


def is_wave(head: bytes) -> bool:
    """Return whether a file's first twelve bytes are those of a WAVE file, also of a long one (RF64, BW64)."""
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE"


def is_aiff(head: bytes) -> bool:
    """Return whether a file's first twelve bytes are those of an AIFF file."""
    return head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")


def chunks(file: BinaryIO, order: Literal["<", ">"]) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and contents of the chunks from here on; the sound, and what is longer than `MOST_BYTES`, empty.

    ``order`` is that of the sizes' bytes: ``<`` for RIFF, ``>`` for AIFF.
    """
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack(f"{order}4sI", head)
        start = file.tell()
        wanted = name not in (b"data", b"SSND") and size <= MOST_BYTES
        yield name, file.read(size) if wanted else b""
        if size == ALL_ONES:  # what follows the sound of an RF64 file is not looked for
            return
        file.seek(start + size + (size & 1))
