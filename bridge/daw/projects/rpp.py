"""REAPER project files, read as a stream: the master chain, its render settings, and nothing else kept in memory.

An RPP file is a tree of lines: ``<NAME arguments`` opens a block, a lone ``>`` closes it, anything else is a line of
the block it stands in. Only the first character of a line matters for the structure; free text (notes, code) is
always prefixed by ``|`` and base64 has neither bracket. So a file of any size is skipped over at the cost of one
look at each line, and tokens are cut only where they are wanted: at the top level and inside the master chain.

The layout was learnt from files written by REAPER 6 and 7 that people published; no specification exists.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import structs

from bridge.daw.projects.saved import (
    MAX_FX_COUNT,
    ProjectFormat,
    RenderSettings,
    SavedProject,
    explain_os_error,
    inside_containers,
)
from bridge.daw.projects.source_list import SourceList
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import FxSlot

# ours: REAPER wraps base64 at 128 characters and names are shorter than this; longer lines are skipped, not kept.
MAX_LINE_BYTES = 64 * 1024
# ours: people nest two or three containers; a thousand is a damaged file.
MAX_DEPTH = 1024

_FX_BLOCKS = {"VST", "AU", "JS", "DX", "CLAP", "LV2", "VIDEO_EFFECT", "CONTAINER"}
# The prefix REAPER puts before a plug-in's name says more than the block's own name ("VST" holds VST2 and VST3).
_KINDS = {"VST": "VST", "VSTi": "VST", "VST3": "VST3", "VST3i": "VST3", "AU": "AU", "AUi": "AU", "AUv3": "AU",
          "AUv3i": "AU", "CLAP": "CLAP", "CLAPi": "CLAP", "JS": "JS", "DX": "DX", "DXi": "DX", "LV2": "LV2",
          "LV2i": "LV2"}  # fmt: skip
_NO_FILES = {b"MIDI", b"MIDIPOOL", b"CLICK", b"LTC"}  # sources made by REAPER itself
_BOUNDS = ("custom range", "project", "time selection", "regions", "selected items", "selected regions")
# The sink's four letters, as they stand (reversed) at the start of RENDER_CFG.
_SINKS = {
    "wave": "WAV",
    "flac": "FLAC",
    "aiff": "AIFF",
    "mp3l": "MP3",
    "oggv": "OGG",
    "OggS": "OPUS",
    "wvpk": "WAVPACK",
}


def read_rpp(path: Path) -> SavedProject:
    """Read the master chain and render settings of a REAPER project in bounded memory.

    Raises
    ------
    DawError
        The file cannot be read, is no REAPER project, or is damaged; one line naming file, line and remedy.
    """
    try:
        with open_regular(path) as stream:
            return _ProjectReader(path).read(stream)
    except OSError as error:
        raise explain_os_error(path, error) from error


def read_fx_file(path: Path) -> tuple[FxSlot, ...]:
    """Read a file that holds a bare chain: ``.RfxChain``, or the monitoring FX in ``reaper-hwoutfx.ini``.

    Raises
    ------
    DawError
        As `read_rpp`.
    """
    chain = _ChainReader(path)
    try:
        with open_regular(path) as stream:
            depth = 0
            for number, line in _lines(stream):
                mark = line[:1]
                if mark == b"<":
                    depth += 1
                    chain.opened(number, line, depth)
                elif line == b">":
                    chain.closed(number, depth)
                    depth -= 1
                    if depth < 0:
                        raise _damaged(path, number, "a block is closed that was never opened")
                elif depth == 0 or chain.wants_lines(depth):
                    chain.line(line)
            if depth:
                raise DawError(f"{path}: the file ends in the middle of a block; save it again from REAPER")
    except OSError as error:
        raise explain_os_error(path, error) from error
    return inside_containers(tuple(chain.slots))


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


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
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


def _text(line: bytes) -> str:
    """Decode a line: UTF-8 since REAPER 5, a Windows code page in older files."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _damaged(path: Path, number: int, what: str) -> DawError:
    return DawError(f"{path}: damaged at line {number}: {what}; open the .rpp-bak beside it or save it again in REAPER")


class _ChainReader:
    """Collects the FX of one chain, containers included, from the lines inside it."""

    def __init__(self, path: Path) -> None:
        self.slots: list[FxSlot] = []
        self._path = path
        self._flags: tuple[bool, bool] = (True, False)  # enabled, offline: of the FX that comes next
        self._containers: list[tuple[int, str]] = []  # (depth of its block, name)
        self._depths: list[int] = []  # depth of the block of each open container
        self._current: int | None = None  # index of the FX whose FXID comes next
        self._open_fx: list[tuple[int, int]] = []  # (depth, index) of containers, whose FXID follows their end

    def wants_lines(self, depth: int) -> bool:
        """Return whether lines directly in the block of this depth belong to the chain (a container's do)."""
        return bool(self._containers) and self._containers[-1][0] == depth

    def opened(self, number: int, line: bytes, depth: int) -> None:
        """Record the opening line of a block; FX that are not directly in the chain or a container are ignored."""
        name = line[1:].split(None, 1)[0] if len(line) > 1 else b""
        in_container = self.wants_lines(depth - 1)
        if _text(name) not in _FX_BLOCKS or not (in_container or depth == 1):
            return
        if len(self.slots) >= MAX_FX_COUNT:
            raise _damaged(self._path, number, f"more than {MAX_FX_COUNT} effects in one chain")
        slot = _slot(tokens(_text(line[1:])), self._flags, tuple(name for _, name in self._containers))
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
        elif line.startswith(b"FXID ") and self._current is not None:
            slot = self.slots[self._current]
            self.slots[self._current] = FxSlot(
                name=slot.name, kind=slot.kind, enabled=slot.enabled, offline=slot.offline, wet=slot.wet,
                container=slot.container, slot_id=_text(line[5:].strip())[:64],
            )  # fmt: skip
            self._current = None


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


class _ProjectReader:
    """Walks one project file and keeps the few lines that matter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chain = _ChainReader(path)
        self._version = ""
        self._track_count = 0
        self._top: dict[str, list[str]] = {}
        self._render_cfg = ""
        self._sources = SourceList()

    def read(self, stream: BinaryIO) -> SavedProject:
        self._header(stream)
        self._walk(stream)
        return SavedProject(
            daw="reaper",
            path=str(self._path),
            name=self._path.name[: -len(self._path.suffix)] if self._path.suffix else self._path.name,
            program_version=self._version,
            rate_hz=_project_rate(self._top.get("SAMPLERATE", [])),
            track_count=self._track_count,
            master_chain_enabled=self._top.get("MASTER_FX", ["1"])[0] != "0",
            master_chain=inside_containers(tuple(self._chain.slots)),
            render=_render_settings(self._top, self._render_cfg),
            source_files=self._sources.files(self._path.absolute().parent),
        )

    def _header(self, stream: BinaryIO) -> None:
        first = stream.readline(MAX_LINE_BYTES).removeprefix(b"\xef\xbb\xbf").strip()
        if not first and not stream.readline(1):
            raise DawError(f"{self._path}: the file is empty; open the .rpp-bak beside it in REAPER")
        words = tokens(_text(first))
        if not words or words[0] != "<REAPER_PROJECT":
            raise DawError(f"{self._path}: not a REAPER project (it does not begin with <REAPER_PROJECT)")
        self._version = words[2] if len(words) > 2 else ""

    def _walk(self, stream: BinaryIO) -> None:
        """Follow the blocks to the end; plain lines are looked at only where they can matter."""
        depth, number, in_chain, in_cfg = 1, 1, False, False
        in_source = 0  # depth of the source whose file comes next
        for number, line in _lines(stream):
            mark = line[0]
            if mark == 60:  # <
                depth += 1
                if depth > MAX_DEPTH:
                    raise _damaged(self._path, number + 1, f"more than {MAX_DEPTH} blocks inside each other")
                if in_chain:
                    self._chain.opened(number + 1, line, depth - 2)
                elif line.startswith(b"<SOURCE "):
                    in_source = depth
                    if line[8:] in _NO_FILES:
                        self._sources.spoil()
                elif depth == 2:
                    in_chain = line.startswith(b"<MASTERFXLIST")
                    in_cfg = line == b"<RENDER_CFG"
                    self._track_count += line.startswith((b"<TRACK ", b"<TRACK\t")) or line == b"<TRACK"
            elif mark == 62 and len(line) == 1:  # >
                if in_chain:
                    self._chain.closed(number + 1, depth - 2)
                depth -= 1
                if depth == 1:
                    in_chain = in_cfg = False
                elif depth == 0:
                    return
            elif depth == 1:
                self._top_line(line)
            elif in_chain and (depth == 2 or self._chain.wants_lines(depth - 2)):
                self._chain.line(line)
            elif in_source == depth and line.startswith(b"FILE "):
                self._sources.add((tokens(_text(line[5:])) or [""])[0])
            elif in_cfg and depth == 2 and not self._render_cfg:
                self._render_cfg = _text(line)
        raise DawError(
            f"{self._path}: the file ends in the middle (after line {number + 1}); "
            "open the .rpp-bak beside it in REAPER and save it again"
        )

    def _top_line(self, line: bytes) -> None:
        if line.startswith((b"RENDER_", b"SAMPLERATE ", b"MASTER_FX ")):
            words = tokens(_text(line))
            if len(words) > 1:
                self._top[words[0]] = words[1:]


def _number(words: list[str], at: int) -> float | None:
    try:
        return float(words[at])
    except (IndexError, ValueError):
        return None


def _positive_int(words: list[str], at: int) -> int | None:
    value = _number(words, at)
    return int(value) if value is not None and 0 < value < 2**31 else None


def _project_rate(words: list[str]) -> int | None:
    """Return the project's rate; None when it follows the audio device (second value 0)."""
    return _positive_int(words, 0) if _number(words, 1) == 1 else None


def _render_settings(top: dict[str, list[str]], cfg: str) -> RenderSettings | None:
    if not any(key.startswith("RENDER_") for key in top) and not cfg:
        return None
    container, bit_depth = _sink(cfg)
    bounds = _number(top.get("RENDER_RANGE", []), 0)
    known = bounds is not None and 0 <= bounds < len(_BOUNDS)
    tail_on, tail_ms = (_number(top.get("RENDER_RANGE", []), at) for at in (3, 4))
    normalise = _number(top.get("RENDER_NORMALIZE", []), 0)
    dither = _number(top.get("RENDER_DITHER", []), 0)
    texts: dict[str, Any] = {key: top.get(f"RENDER_{key.upper()}", [""])[0] for key in ("file", "pattern")}
    return RenderSettings(
        **texts,
        container=container,
        bit_depth=bit_depth,
        rate_hz=_positive_int(top.get("RENDER_FMT", []), 2),
        channels=_positive_int(top.get("RENDER_FMT", []), 1),
        bounds=_BOUNDS[int(bounds)] if known and bounds is not None else "",
        tail_s=None if tail_ms is None else (tail_ms / 1000 if tail_on else 0.0),
        normalises=None if normalise is None else bool(int(normalise) & 1),
        dither=None if dither is None else bool(int(dither) & 1),
    )


def _sink(cfg: str) -> tuple[str, int | None]:
    """Return container and bit depth from the base64 of RENDER_CFG (the sink's letters reversed, then its bytes)."""
    try:
        data = base64.b64decode(cfg, validate=True)
    except (binascii.Error, ValueError):
        return "", None
    letters = data[3::-1].decode("ascii", errors="replace") if len(data) >= 4 else ""
    container = _SINKS.get(letters, letters.strip())
    depth = data[4] if container in {"WAV", "AIFF"} and len(data) > 4 and data[4] in {8, 16, 24, 32, 64} else None
    return container, depth


def _read_with_monitor(path: Path, monitor_file: Path | None) -> SavedProject:
    project = read_rpp(path)
    if monitor_file is None or not monitor_file.is_file():
        return project
    return structs.replace(project, monitor_chain=read_fx_file(monitor_file), monitor_source=str(monitor_file))


FORMAT = ProjectFormat(
    daw="reaper",
    title="REAPER",
    suffixes=(".rpp", ".rpp-bak", ".rpp-undo"),
    read=_read_with_monitor,
    in_folder_of_its_name=False,
    export_folder="Bounces",
)
