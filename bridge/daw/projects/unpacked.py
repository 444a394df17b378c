"""Packed projects, unpacked piece by piece and within bounds: gzip streams and members of zip archives."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bridge.errors import DawError

MAX_UNPACKED_BYTES = 512 * 1024 * 1024  # ours: the largest public set has 37 MB
# ours: public projects unpack to at most 36 times their size; a bomb to a thousand times.
MOST_TIMES = 100
_SMALL_BYTES = 16 * 1024 * 1024  # ours: what costs nothing may unpack to any number of times its size
_BLOCK_BYTES = 256 * 1024
_GZIP, _GZIP_AND_ITS_HEAD = b"\x1f\x8b", 31  # RFC 1952; the second is zlib's word for it
# ours: public projects have some hundred members.
_MOST_MEMBERS = 10_000
_STORED_OR_DEFLATED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class _Bound:
    """Counts what comes out against what went in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._total = 0

    def add(self, unpacked: int, packed: int) -> None:
        """Count what has come out, of so many bytes in all; raises `DawError` past the bound."""
        self._total += unpacked
        if self._total > min(MAX_UNPACKED_BYTES, _SMALL_BYTES + MOST_TIMES * packed):
            raise DawError(f"{self._path}: unpacks to {self._total >> 20} MB and more, which no project does")


def gunzipped(path: Path, stream: BinaryIO, remedy: str) -> Iterator[bytes]:
    """Yield a gzip stream's content in blocks, or that of one that is not packed.

    Raises
    ------
    DawError
        It is damaged, cut short, or a bomb.
    """
    packed = stream.read(_BLOCK_BYTES)
    if not packed.startswith(_GZIP):
        while packed:
            yield packed
            packed = stream.read(_BLOCK_BYTES)
        return
    bound, unpacker, taken = _Bound(path), zlib.decompressobj(_GZIP_AND_ITS_HEAD), len(packed)
    try:
        while packed:
            while packed and not unpacker.eof:
                block = unpacker.decompress(packed, _BLOCK_BYTES)
                packed = unpacker.unconsumed_tail
                bound.add(len(block), taken)
                yield block
            packed = stream.read(_BLOCK_BYTES) if not unpacker.eof else b""
            taken += len(packed)
    except zlib.error as error:
        raise DawError(f"{path}: damaged: it cannot be unpacked; {remedy}") from error
    if not unpacker.eof:
        raise DawError(f"{path}: damaged: it ends too early; {remedy}")
