"""Commands run in this process, writing to a real terminal, pipe or file in a given encoding."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bridge.cli import root

KINDS = ("terminal", "pipe", "file")
ENCODINGS = ("cp1252", "cp437", "ascii")


class Printed(NamedTuple):
    """How a command ended, and the bytes that came out."""

    code: object
    out: bytes
    err: bytes


class _Sink:
    """The far end of a stream."""

    def __init__(self, kind: str, encoding: str, folder: Path) -> None:
        self._kind, self._path = kind, folder / "printed"
        self._held = bytearray()
        self._reader: threading.Thread | None = None
        if kind == "file":
            near = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        else:
            self._far, near = _terminal() if kind == "terminal" else os.pipe()
            self._reader = threading.Thread(target=self._read)
            self._reader.start()
        raw = io.BufferedWriter(io.FileIO(near, "w"))
        self.stream = io.TextIOWrapper(raw, encoding=encoding, line_buffering=kind == "terminal")

    def _read(self) -> None:
        try:
            while held := os.read(self._far, 65536):
                self._held += held
        except OSError:  # Linux says EIO when the other end of a terminal is closed
            pass

    def close(self) -> bytes:
        self.stream.close()
        if self._reader is None:
            return self._path.read_bytes()
        self._reader.join()
        os.close(self._far)
        return bytes(self._held)


def _terminal() -> tuple[int, int]:
    import tty

    far, near = os.openpty()
    tty.setraw(near)  # line ends as they were written
    return far, near


def freshears_here(
    arguments: Sequence[str], *, kind: str = "pipe", encoding: str = "utf-8", folder: Path, stdin: bytes = b""
) -> Printed:
    """Run `freshears` in this process."""
    err_folder = folder / "err"
    err_folder.mkdir(exist_ok=True)
    out, err = _Sink(kind, encoding, folder), _Sink(kind, encoding, err_folder)
    code: object = 0
    try:
        with _standing_in(out.stream, err.stream, stdin, arguments):
            try:
                root.run()
            except SystemExit as end:
                code = end.code
    finally:
        printed = out.close(), err.close()
    return Printed(code or 0, *printed)


@contextmanager
def _standing_in(
    out: io.TextIOWrapper, err: io.TextIOWrapper, stdin: bytes, arguments: Sequence[str]
) -> Iterator[None]:
    kept = sys.stdin, sys.stdout, sys.stderr, sys.argv, signal.getsignal(signal.SIGINT)
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"), out, err
    sys.argv = ["freshears", *arguments]
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr, sys.argv = kept[:4]
        signal.signal(signal.SIGINT, kept[4])
