"""Packed projects, unpacked piece by piece and within bounds: gzip streams and members of zip archives."""

import struct
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
_MOST_LISTED_BYTES = 4 * 1024 * 1024  # ours: public projects list some hundred members in some ten thousand
_END_BYTES, _LARGE_END_BYTES = 22, 76  # the second with what points to it
_LOCKED = 1  # APPNOTE 4.4.4, bit 0
_TAIL_BYTES = 128 * 1024  # a zip archive's end, with the longest comment it may have
_STORED_OR_DEFLATED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# What `zipfile` raises for archives that are damaged, encrypted, or made by something unknown.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OverflowError)


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


class Archive:
    """The members of a zip archive, each read in blocks within the same bounds.

    Raises
    ------
    DawError
        It is no archive, is damaged, or lists more than any project holds.
    """

    def __init__(self, path: Path, stream: BinaryIO, remedy: str) -> None:
        self._path = path
        self._remedy = remedy
        if _listed_bytes(stream) > _MOST_LISTED_BYTES:
            raise DawError(f"{path}: lists more files than any project holds; {remedy}")
        try:
            self._zip = zipfile.ZipFile(stream)
        except _ZIP_ERRORS as error:
            raise self._damaged(error) from error

    def holds(self, name: str) -> bool:
        """Tell whether there is a member of this name."""
        return name in self._zip.NameToInfo

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a member's content in blocks; raises `DawError` when it is missing, damaged or a bomb."""
        if not self.holds(name):
            raise DawError(f"{self._path}: damaged: {name} is not in it; {self._remedy}")
        member, bound = self._zip.getinfo(name), _Bound(self._path)
        if member.compress_type not in _STORED_OR_DEFLATED:
            raise DawError(f"{self._path}: {name} is packed in a way that is not read; {self._remedy}")
        if member.flag_bits & _LOCKED:
            raise DawError(f"{self._path}: {name} is locked with a password; {self._remedy}")
        try:
            with self._zip.open(member) as file:
                while block := file.read(_BLOCK_BYTES):
                    bound.add(len(block), member.compress_size)
                    yield block
        except _ZIP_ERRORS as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DawError:
        return DawError(f"{self._path}: damaged: {' '.join(str(error).split())[:80]}; {self._remedy}")


def _listed_bytes(stream: BinaryIO) -> int:
    """Return how many bytes the list of a zip archive's members takes, as its end says (APPNOTE 4.3.14 to 4.3.16).

    The end stands at the very end, or before a comment; of a large archive another record stands before it.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL_BYTES))
    tail = stream.read()
    stream.seek(0)
    said = 0
    for at in {len(tail) - _END_BYTES, tail.rfind(b"PK\x05\x06")}:
        if at < 0:
            continue
        listed = int.from_bytes(tail[at + 12 : at + 16], "little")
        large = at - _LARGE_END_BYTES
        if large >= 0 and tail[large : large + 4] == b"PK\x06\x06":
            listed = int.from_bytes(tail[large + 40 : large + 48], "little")
        said = max(said, min(listed, size)) if tail[at : at + 4] == b"PK\x05\x06" else said
    return said
