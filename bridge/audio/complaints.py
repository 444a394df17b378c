"""What the MPEG decoder writes to the terminal by itself: kept from there, and taken as the sign of damage it is.

mpg123, inside libsndfile, answers a frame that it cannot make sense of with a line on the process's standard error and
with silence or noise in the sound; nothing else tells.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STANDARD_ERROR = 2
_ITS_OWN = b"libmpg123"
_DAMAGE = b"] error: "
_LOCK = threading.Lock()  # one descriptor for the whole process


class Complaints:
    """What was said while `complaints_kept` was in force."""

    def __init__(self) -> None:
        self.damage = ""


@contextmanager
def complaints_kept() -> Iterator[Complaints]:
    """Keep the decoder's own lines from the terminal; what others write there meanwhile comes out afterwards.

    Its errors are to be found in what is returned, once the block is left; its warnings are dropped.
    """
    said = Complaints()
    with _LOCK, tempfile.TemporaryFile(buffering=0) as kept:
        with suppress(OSError, ValueError, AttributeError):  # no terminal at all
            sys.stderr.flush()
        try:
            terminal = os.dup(_STANDARD_ERROR)
        except OSError:  # closed: nothing can be written there
            yield said
            return
        try:
            os.dup2(kept.fileno(), _STANDARD_ERROR)
            yield said
        finally:
            os.dup2(terminal, _STANDARD_ERROR)
            os.close(terminal)
            kept.seek(0)
            said.damage = _sorted_out(kept.read())


def _sorted_out(written: bytes) -> str:
    """Pass on what others have written; return the decoder's first error."""
    damage = ""
    others = []
    for line in written.splitlines(keepends=True):
        if _ITS_OWN not in line:
            others.append(line)
        elif _DAMAGE in line and not damage:
            damage = line.split(_DAMAGE, 1)[1].decode("ascii", "replace").strip().rstrip("!.")
    with suppress(OSError):
        os.write(_STANDARD_ERROR, b"".join(others))
    return damage
