"""The one place where output leaves the program: nothing in it drives a terminal, and writing it never fails.

`open_outlets` puts this in place of stdout and stderr, so that it holds for whatever prints: our commands, tables and
bars of rich, usage errors of typer, warnings, a traceback. Two layers, of which the upper one is what everybody sees:

`PlainOutlet`
    control characters, bytes that are no text and signs that turn the reading direction become visible.
`Outlet`
    what the encoding cannot write gets a stand-in; a closed pipe or a full disk ends the printing and not the work.
    Only the styles of `bridge.cli.printing.console` come in here.
"""

import errno
import io
import os
import sys
from typing import Any, TextIO

from bridge.cli.printing.stand_ins import HANDLER
from bridge.text import printable_lines

_CLOSED_PIPE = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
_UTF_8 = {"utf-8", "utf8"}


class Outlet(io.TextIOBase):
    """A text stream whose writing never fails; `lost` is why nothing is written any more, None while all is well."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self.lost: OSError | None = None
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)

    def write(self, text: str, /) -> int:
        """Write a text, escape sequences and all."""
        if not isinstance(text, str):
            raise TypeError(f"text is {type(text).__name__}; only str can be written")
        try:
            self._stream.write(text)
        except OSError as error:
            self._lose(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what is held back; a stream that has been closed meanwhile holds nothing."""
        if self._stream.closed:  # also when this goes away after it: Python flushes what it throws away
            return
        try:
            self._stream.flush()
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        """Go on without a reader: what is still held back, and all that follows, goes nowhere."""
        self.lost = self.lost or error
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):
            self._stream = io.StringIO()

    @property
    def pipe_closed(self) -> bool:
        """Tell whether the reader went away: it has read what it wanted, which is no trouble of ours."""
        return self.lost is not None and (isinstance(self.lost, BrokenPipeError) or self.lost.errno in _CLOSED_PIPE)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream."""
        return self._stream.encoding or "ascii"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What becomes of characters that the encoding cannot write."""
        return self._stream.errors

    def isatty(self) -> bool:
        """Tell whether a terminal is at the end."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the stream's file."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Tell that this is for writing."""
        return True


class PlainOutlet(Outlet):
    """An `Outlet` for text that may hold anything: names of files and songs, notes, messages of the system."""

    def __init__(self, below: Outlet) -> None:
        super().__init__(below)  # type: ignore[arg-type] # all of a TextIO that is used
        self.below = below

    def write(self, text: str, /) -> int:
        """Write a text, its control characters made visible."""
        return super().write(text if not isinstance(text, str) else printable_lines(text))

    @property
    def pipe_closed(self) -> bool:
        """Tell whether the reader went away."""
        return self.below.pipe_closed


def open_outlets() -> None:
    """Put outlets in the place of stdout and stderr; a stream that was not given to this process leads nowhere."""
    _fill_gaps()
    sys.stdout = _outlet(sys.stdout)
    sys.stderr = _outlet(sys.stderr)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")  # names on stdin may hold any bytes


def close_outlets() -> None:
    """Hand on what is held back; say on stderr when the output was lost, which only its reader knows otherwise."""
    sys.stdout.flush()
    lost = loss_of(sys.stdout)
    if lost is not None:
        why = lost.strerror or lost
        sys.stderr.write(f"freshears: the output could not be written ({why}); what was asked is done all the same\n")
    sys.stderr.flush()


def loss_of(stream: Any) -> OSError | None:
    """Return why what was printed was lost; None when it was not, or when its reader did not want any more."""
    below = stream.below if isinstance(stream, PlainOutlet) else stream
    return None if not isinstance(below, Outlet) or below.pipe_closed else below.lost


def reader_left(stream: Any) -> bool:
    """Tell whether a stream was a pipe whose reader went away."""
    return isinstance(stream, Outlet) and stream.pipe_closed


def styled(stream: TextIO) -> TextIO:
    """Return the stream below a `PlainOutlet`: for a console that makes its text plain itself and adds styles to it."""
    return stream.below if isinstance(stream, PlainOutlet) else stream  # type: ignore[return-value]


def writes_all(stream: TextIO) -> bool:
    """Tell whether the encoding of a stream can write every character."""
    return (stream.encoding or "ascii").lower() in _UTF_8


def _outlet(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, Outlet) else PlainOutlet(Outlet(stream))  # type: ignore[return-value]


def _fill_gaps() -> None:
    """Open what a parent closed (`>&-`): else the next file that is opened would be stdout."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        os.set_inheritable(number, True)
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
