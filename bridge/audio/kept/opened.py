"""A file as mutagen may have it: it believes the sizes that stand in headers, and takes the memory first."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _NoLonger(io.BufferedReader):
    """A file asked for no more than it holds."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self._size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        return super().read(self._size if size is None else min(size, self._size))


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file for mutagen to read."""
    with path.open("rb", buffering=0) as raw, _NoLonger(raw) as file:
        yield file
