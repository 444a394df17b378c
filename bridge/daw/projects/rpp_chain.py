"""The lines of REAPER's files, and a chain of effects read from them.

A chain stands the same way on the master, on a track, in a ``.RfxChain`` and in the file of the monitoring effects.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import structs

from bridge.daw.projects.saved import MAX_FX_COUNT
from bridge.errors import DawError
from bridge.model import FxSlot

# ours: REAPER wraps base64 at 128 characters and names are shorter than this; longer lines are skipped, not kept.
MAX_LINE_BYTES = 64 * 1024

_FX_BLOCKS = {"VST", "AU", "JS", "DX", "CLAP", "LV2", "VIDEO_EFFECT", "CONTAINER"}
# The prefix REAPER puts before a plug-in's name says more than the block's own name ("VST" holds VST2 and VST3).
_KINDS = {"VST": "VST", "VSTi": "VST", "VST3": "VST3", "VST3i": "VST3", "AU": "AU", "AUi": "AU", "AUv3": "AU",
          "AUv3i": "AU", "CLAP": "CLAP", "CLAPi": "CLAP", "JS": "JS", "DX": "DX", "DXi": "DX", "LV2": "LV2",
          "LV2i": "LV2"}  # fmt: skip


def tokens(line: str) -> list[str]:
    """Cut an RPP line into its tokens: separated by blanks, quoted by ``"``, ``'`` or a backtick.

    REAPER picks the quote that the text does not contain; a quote that is never closed reaches to the end of the line.
    """
    found: list[str] = []
    at, end = 0, len(line)
    while at < end:
        char = line[at]
        if char in " \t":
            at += 1
        elif char in "\"'`":
            close = line.find(char, at + 1)
            close = end if close < 0 else close
            found.append(line[at + 1 : close])
            at = close + 1
        else:
            close = at
            while close < end and line[close] not in " \t":
                close += 1
            found.append(line[at:close])
            at = close
    return found


def split_kind(name: str) -> tuple[str, str]:
    """Cut REAPER's prefix off a name: ``VST3: Pro-L 2 (FabFilter)`` → VST3, Pro-L 2 (FabFilter); "" without one."""
    prefix, colon, rest = name.partition(": ")
    return (_KINDS[prefix], rest) if colon and prefix in _KINDS else ("", name)


def lines_of(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (line number, stripped line); blank lines and the inside of over-long lines are left out."""
    readline: Callable[[int], bytes] = stream.readline
    number = 0
    while line := readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES and line[-1:] != b"\n":
            while (rest := readline(MAX_LINE_BYTES)) and rest[-1:] != b"\n":
                pass
            continue  # nothing we read is that long
        line = line.strip()
        if line:
            yield number, line


def as_text(line: bytes) -> str:
    """Decode a line: UTF-8 since REAPER 5, a Windows code page in older files."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def damaged(path: Path, number: int, what: str) -> DawError:
    """Return the error of a project that is damaged at a line, with the remedy."""
    return DawError(f"{path}: damaged at line {number}: {what}; open the .rpp-bak beside it or save it again in REAPER")


class ChainReader:
    """Collects the FX of one chain, containers included, from the lines inside it."""

    def __init__(self, path: Path) -> None:
        self.slots: list[FxSlot] = []
        self._path = path
        self._flags: tuple[bool, bool] = (True, False)  # enabled, offline: of the FX that comes next
        self._containers: list[tuple[int, str]] = []  # (depth of its block, name)
        self._current: int | None = None  # index of the FX whose FXID and WET come next
        self._open_fx: list[tuple[int, int]] = []  # (depth, index) of containers, whose FXID follows their end

    def wants_lines(self, depth: int) -> bool:
        """Return whether lines directly in the block of this depth belong to the chain (a container's do)."""
        return bool(self._containers) and self._containers[-1][0] == depth

    def opened(self, number: int, line: bytes, depth: int) -> None:
        """Record the opening line of a block; FX that are not directly in the chain or a container are ignored."""
        name = line[1:].split(None, 1)[0] if len(line) > 1 else b""
        in_container = self.wants_lines(depth - 1)
        if as_text(name) not in _FX_BLOCKS or not (in_container or depth == 1):
            return
        if len(self.slots) >= MAX_FX_COUNT:
            raise damaged(self._path, number, f"more than {MAX_FX_COUNT} effects in one chain")
        slot = _slot(tokens(as_text(line[1:])), self._flags, tuple(name for _, name in self._containers))
        self._flags = (True, False)
        self._current = len(self.slots)
        self.slots.append(slot)
        if name == b"CONTAINER":
            self._containers.append((depth, slot.name))
            self._open_fx.append((depth, self._current))

    def closed(self, number: int, depth: int) -> None:
        """Record the end of the block of this depth."""
        if self.wants_lines(depth):
            self._containers.pop()
            self._current = self._open_fx.pop()[1]  # the container's own FXID follows

    def line(self, line: bytes) -> None:
        """Handle a line that stands directly in the chain or in a container."""
        if line.startswith(b"BYPASS "):
            values = line.split()
            bypassed = len(values) > 1 and values[1] != b"0"
            self._flags = (not bypassed, len(values) > 2 and values[2] != b"0")
            self._current = None
        elif self._current is not None and line.startswith(b"FXID "):
            self._change(slot_id=as_text(line[5:].strip())[:64])
        elif self._current is not None and line.startswith(b"WET "):
            self._change(wet=_wetness(line))

    def _change(self, **changes: object) -> None:
        if self._current is not None:
            self.slots[self._current] = structs.replace(self.slots[self._current], **changes)


def _wetness(line: bytes) -> float | None:
    """Return the wet knob of a ``WET`` line, 0 to 1; None where it makes no sense (the second number is another's)."""
    try:
        value = float(line.split()[1])
    except (IndexError, ValueError):
        return None
    return value if 0.0 <= value <= 1.0 else None


def _slot(words: list[str], flags: tuple[bool, bool], container: tuple[str, ...]) -> FxSlot:
    """Make a slot from the opening line of an effect."""
    block = words[0]
    name = words[1] if len(words) > 1 else ""
    kind = "JS" if block == "JS" else {"VIDEO_EFFECT": "VIDEO", "CONTAINER": "CONTAINER"}.get(block, block)
    if block == "CONTAINER":
        name = words[2] if len(words) > 2 and words[2] else name or "Container"
    prefixed, name = split_kind(name)
    kind = prefixed or kind
    # ours: an effect the person renamed keeps its maker's name here, because only that says what it is for.
    return FxSlot(name=name or block, kind=kind, enabled=flags[0], offline=flags[1], container=container)
