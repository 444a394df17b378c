"""REAPER project files, read as a stream: the master chain, its render settings, and nothing else kept in memory.

An RPP file is a tree of lines: ``<NAME arguments`` opens a block, a lone ``>`` closes it, anything else is a line of
the block it stands in. Only the first character of a line matters for the structure; free text (notes, code) is
always prefixed by ``|`` and base64 has neither bracket. So a file of any size is skipped over at the cost of one
look at each line, and tokens are cut only where they are wanted: at the top level and inside the master chain.

The layout was learnt from files written by REAPER 6 and 7 that people published; no specification exists.
"""

from pathlib import Path, PureWindowsPath
from typing import BinaryIO

from msgspec import structs

from bridge.daw.projects.rpp_chain import MAX_LINE_BYTES, ChainReader, as_text, damaged, lines_of, tokens
from bridge.daw.projects.rpp_render import project_rate, render_settings
from bridge.daw.projects.rpp_tracks import TrackReader
from bridge.daw.projects.saved import ProjectFormat, SavedProject, explain_os_error, inside_containers
from bridge.daw.projects.source_list import SourceList
from bridge.daw.routing import layout_of, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import FxSlot

# ours: people nest two or three containers; a thousand is a damaged file.
MAX_DEPTH = 1024

MOST_QUEUED = 256  # ours: files that one render makes; a region matrix makes some dozens

_NO_FILES = {b"MIDI", b"MIDIPOOL", b"CLICK", b"LTC"}  # sources made by REAPER itself


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
    chain = ChainReader(path)
    try:
        with open_regular(path) as stream:
            depth = 0
            for number, line in lines_of(stream):
                mark = line[:1]
                if mark == b"<":
                    depth += 1
                    chain.opened(number, line, depth)
                elif line == b">":
                    chain.closed(number, depth)
                    depth -= 1
                    if depth < 0:
                        raise damaged(path, number, "a block is closed that was never opened")
                elif depth == 0 or chain.wants_lines(depth):
                    chain.line(line)
            if depth:
                raise DawError(f"{path}: the file ends in the middle of a block; save it again from REAPER")
    except OSError as error:
        raise explain_os_error(path, error) from error
    return inside_containers(tuple(chain.slots))


class _ProjectReader:
    """Walks one project file and keeps the few lines that matter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chain = ChainReader(path)
        self._tracks = TrackReader(path)
        self._version = ""
        self._top: dict[str, list[str]] = {}
        self._render_cfg = ""
        self._queued: list[str] = []
        self._queued_from = ""
        self._sources = SourceList()

    def read(self, stream: BinaryIO) -> SavedProject:
        self._header(stream)
        self._walk(stream)
        if not (self._version or self._top or self._tracks.count or self._chain.slots):
            raise DawError(f"{self._path}: holds no project (REAPER's version and all else is missing); save it again")
        strips = self._tracks.strips()
        return SavedProject(
            daw="reaper",
            path=str(self._path),
            name=self._name(),
            program_version=self._version,
            rate_hz=project_rate(self._top.get("SAMPLERATE", [])),
            track_count=self._tracks.count,
            master_chain_enabled=self._top.get("MASTER_FX", ["1"])[0] != "0",
            master_chain=inside_containers(tuple(self._chain.slots)),
            buses=tuple(map(self._tracks.bus_strip, passed_by_all(strips))),
            layout=layout_of(strips),
            render=render_settings(self._top, self._render_cfg),
            queued=tuple(self._queued),
            source_files=self._sources.files(self._path.absolute().parent),
        )

    def _name(self) -> str:
        """Return the project's name; a render that waits in REAPER's queue says whose copy it is."""
        own = self._path.name[: -len(self._path.suffix)] if self._path.suffix else self._path.name
        return PureWindowsPath(self._queued_from).stem or own if self._queued else own

    def _header(self, stream: BinaryIO) -> None:
        first = stream.readline(MAX_LINE_BYTES).removeprefix(b"\xef\xbb\xbf").strip()
        if not first and not stream.readline(1):
            raise DawError(f"{self._path}: the file is empty; open the .rpp-bak beside it in REAPER")
        words = tokens(as_text(first))
        if not words or words[0] != "<REAPER_PROJECT":
            raise DawError(f"{self._path}: not a REAPER project (it does not begin with <REAPER_PROJECT)")
        self._version = words[2] if len(words) > 2 else ""

    def _walk(self, stream: BinaryIO) -> None:
        """Follow the blocks to the end; plain lines are looked at only where they can matter."""
        depth, number = 1, 1
        block = b""  # what the block at the top is that is open: its first word
        in_source = 0  # depth of the source whose file comes next
        for number, line in lines_of(stream):
            mark = line[0]
            if mark == 60:  # <
                depth += 1
                if depth > MAX_DEPTH:
                    raise damaged(self._path, number + 1, f"more than {MAX_DEPTH} blocks inside each other")
                if line.startswith(b"<SOURCE ") and block != b"<MASTERFXLIST":
                    in_source = depth
                    if line[8:] in _NO_FILES:
                        self._sources.spoil()
                if depth == 2:
                    block = line.split(None, 1)[0]
                    if block == b"<TRACK":
                        self._tracks.begins(line)
                elif block == b"<TRACK":
                    self._tracks.opened(number + 1, line, depth - 2)
                elif block == b"<MASTERFXLIST":
                    self._chain.opened(number + 1, line, depth - 2)
            elif mark == 62 and len(line) == 1:  # >
                self._closed(number + 1, block, depth)
                depth -= 1
                if depth == 1:
                    block = b""
                elif depth == 0:
                    return
            elif depth == 1:
                self._top_line(line)
            else:
                self._line(line, block, depth)
                if in_source == depth and line.startswith(b"FILE "):
                    self._sources.add((tokens(as_text(line[5:])) or [""])[0])
        raise DawError(
            f"{self._path}: the file ends in the middle (after line {number + 1}); "
            "open the .rpp-bak beside it in REAPER and save it again"
        )

    def _closed(self, number: int, block: bytes, depth: int) -> None:
        if depth == 2:
            return
        if block == b"<TRACK":
            self._tracks.closed(number, depth - 2)
        elif block == b"<MASTERFXLIST":
            self._chain.closed(number, depth - 2)

    def _line(self, line: bytes, block: bytes, depth: int) -> None:
        if block == b"<TRACK":
            self._tracks.line(line, depth - 2)
        elif block == b"<MASTERFXLIST":
            if depth == 2 or self._chain.wants_lines(depth - 2):
                self._chain.line(line)
        elif block == b"<RENDER_CFG" and depth == 2 and not self._render_cfg:
            self._render_cfg = as_text(line)

    def _top_line(self, line: bytes) -> None:
        if line.startswith((b"RENDER_", b"SAMPLERATE ", b"MASTER_FX ")):
            words = tokens(as_text(line))
            if len(words) > 1:
                self._top[words[0]] = words[1:]
        elif line.startswith(b"QUEUED_RENDER_"):
            self._queue_line(as_text(line))

    def _queue_line(self, line: str) -> None:
        """Note what a copy in the render queue says: ``OUTFILE`` of each file, in quotes, and ``ORIGINAL_FILENAME``."""
        key, _, rest = line.removeprefix("QUEUED_RENDER_").partition(" ")
        if key == "OUTFILE" and len(self._queued) < MOST_QUEUED and (words := tokens(rest)):
            self._queued.append(words[0])
        elif key == "ORIGINAL_FILENAME":
            self._queued_from = rest.strip().strip('"')


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
