"""A file put together from stretches of another and bytes of our own, for a decoder that reads it like any file."""

import io
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Readable(Protocol):
    """What is needed of a file."""

    def read(self, count: int, /) -> bytes:
        """Return up to ``count`` bytes from where the file stands."""

    def seek(self, offset: int, /) -> int:
        """Move to a place."""


class Span(NamedTuple):
    """A stretch of a file, in bytes."""

    start: int
    length: int


Piece = bytes | Span


class Pieces(io.RawIOBase):
    """A read-only file made of pieces; uses the position of the file that its spans are in."""

    def __init__(self, file: Readable, pieces: tuple[Piece, ...]) -> None:
        super().__init__()
        self._file = file
        self._pieces = [piece for piece in pieces if _length(piece)]
        self._ends = list(accumulate(_length(piece) for piece in self._pieces))
        self.size = self._ends[-1] if self._ends else 0
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place; return it, counted from the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._position

    def readinto(self, buffer: "Buffer") -> int:
        """Fill a buffer as far as the piece at the position goes; return how many bytes that was, 0 at the end."""
        view = memoryview(buffer).cast("B")
        if self._position >= self.size:
            return 0
        part = self._read_part(len(view))
        view[: len(part)] = part
        return len(part)

    def _read_part(self, wanted: int) -> bytes:
        """Read from the piece that holds the position."""
        index = bisect_right(self._ends, self._position)
        piece, end = self._pieces[index], self._ends[index]
        inside = self._position - (end - _length(piece))
        wanted = min(wanted, end - self._position)
        if isinstance(piece, bytes):
            part = piece[inside : inside + wanted]
        else:
            self._file.seek(piece.start + inside)
            part = self._file.read(wanted)
        self._position += len(part)
        return part


def joined(spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans with those that touch made one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].start + found[-1].length == span.start:
            found[-1] = Span(found[-1].start, found[-1].length + span.length)
        else:
            found.append(span)
    return tuple(found)


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.length
