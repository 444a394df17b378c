"""Ardour session files, read as a stream: the master's processors and nothing else kept in memory.

A session is XML. It is read with expat's events, so memory does not grow with the file; a session never declares
a document type, so one that does is refused, and with it every kind of entity.
The layout was seen in sessions of Ardour 7.3.
"""

import re
from pathlib import Path
from xml.parsers import expat

from bridge.daw.projects.saved import MAX_FX_COUNT, ProjectFormat, SavedProject, explain_os_error
from bridge.daw.projects.source_list import SourceList
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import FxSlot

# Processor types that are plug-ins, with the name people know; the others (amp, meter, main outs …) are Ardour's own.
_PLUGIN_KINDS = {
    "lv2": "LV2",
    "ladspa": "LADSPA",
    "luaproc": "Lua",
    "vst3": "VST3",
    "lxvst": "VST",
    "windows-vst": "VST",
    "mac-vst": "VST",
    "audiounit": "AU",
}
_MAX_TEXT = 1000  # ours: attribute text longer than this is cut; names are shorter
_BLOCK_BYTES = 256 * 1024
# Ardour writes a stereo import as two mono files, "Name%L.wav" and "Name%R.wav", and numbers the second import.
_HALF = re.compile(r"^(?P<name>.+?)(?:-\d{1,3})?%[LR]$")


def read_session(path: Path) -> SavedProject:
    """Read the master and monitor processors of an Ardour session in bounded memory.

    Raises
    ------
    DawError
        The file cannot be read, is no Ardour session, or is damaged; one line naming file, line and remedy.
    """
    reader = _SessionReader(path)
    try:
        with open_regular(path) as stream:
            while block := stream.read(_BLOCK_BYTES):
                reader.feed(block)
            return reader.finish()
    except OSError as error:
        raise explain_os_error(path, error) from error


class _SessionReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._empty = True
        self._depth = 0
        self._root: dict[str, str] = {}
        self._version = ""
        self._route_depth = 0  # depth of the open <Route>, 0 outside
        self._route_flags = ""
        self._route_chain: list[FxSlot] = []
        self._processor_depth = 0
        self._tracks = 0
        self._in_sources = False
        self._sources = SourceList()
        self._chains: dict[str, tuple[FxSlot, ...]] = {}
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        parser.buffer_text = False
        self._parser = parser

    def feed(self, block: bytes) -> None:
        self._empty = False
        self._parse(block, final=False)

    def finish(self) -> SavedProject:
        if self._empty:
            raise DawError(f"{self._path}: the file is empty; open the .ardour.bak beside it in Ardour")
        self._parse(b"", final=True)
        return SavedProject(
            daw="ardour",
            path=str(self._path),
            name=self._root.get("name", "") or self._path.stem,
            program_version=self._version,
            rate_hz=_rate(self._root.get("sample-rate", "")),
            track_count=self._tracks,
            master_chain=self._chains.get("MasterOut", ()),
            monitor_chain=self._chains.get("MonitorOut", ()),
            source_files=self._sources.files(self._audio_folder()),
            monitor_source=str(self._path) if "MonitorOut" in self._chains else "",
        )

    def _audio_folder(self) -> Path:
        """Return where the session keeps its own files: named after the session, whatever a snapshot is called."""
        folder = self._path.absolute().parent
        return folder / "interchange" / folder.name / "audiofiles"

    def _parse(self, block: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise DawError(
                f"{self._path}: damaged at line {error.lineno}: {what}; open the .ardour.bak beside it in Ardour"
            ) from error

    def _refuse(self, *_: object) -> None:
        raise DawError(f"{self._path}: declares a document type, which no Ardour session does; it is not read")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            if tag != "Session":
                raise DawError(f"{self._path}: not an Ardour session (it begins with <{tag[:40]}>)")
            self._root = {key: attributes[key][:_MAX_TEXT] for key in ("name", "sample-rate") if key in attributes}
        elif tag == "ProgramVersion" and self._depth == 2:
            self._version = attributes.get("created-with", attributes.get("modified-with", ""))[:_MAX_TEXT]
        elif self._depth == 2:
            self._in_sources = tag == "Sources"
        elif self._in_sources and self._depth == 3 and tag == "Source":
            self._source(attributes)
        elif tag == "Route" and not self._route_depth:
            self._route_depth, self._route_chain = self._depth, []
            self._route_flags = attributes.get("flags", "")  # before Ardour 5 they stood here
        elif self._route_depth and self._depth == self._route_depth + 1:
            self._in_route(tag, attributes)

    def _source(self, attributes: dict[str, str]) -> None:
        if attributes.get("type", "") != "audio":
            self._sources.spoil()
        else:
            origin = attributes.get("origin", "")  # the file it was copied from, where Ardour noted it
            self._sources.add(origin if Path(origin).is_absolute() else attributes.get("name", ""))

    def _in_route(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "PresentationInfo":
            self._route_flags = attributes.get("flags", self._route_flags)
        elif tag == "Processor" and (kind := _PLUGIN_KINDS.get(attributes.get("type", ""))):
            if len(self._route_chain) >= MAX_FX_COUNT:
                raise DawError(f"{self._path}: damaged: more than {MAX_FX_COUNT} processors on one route")
            self._route_chain.append(
                FxSlot(
                    name=attributes.get("name", "")[:_MAX_TEXT] or kind,
                    kind=kind,
                    enabled=attributes.get("active", "1").lower() in {"1", "yes", "true"},
                    slot_id=attributes.get("id", "")[:64],
                )
            )

    def _end(self, tag: str) -> None:
        if self._depth == self._route_depth and tag == "Route":
            flags = set(self._route_flags.split(","))
            for role in ("MasterOut", "MonitorOut"):
                if role in flags:
                    self._chains[role] = tuple(self._route_chain)
            self._tracks += bool(flags & {"AudioTrack", "MidiTrack"})
            self._route_depth = 0
        self._depth -= 1


def _rate(text: str) -> int | None:
    try:
        value = int(float(text))
    except ValueError:
        return None
    return value if value > 0 else None


def half_of(stem: str) -> str | None:
    """Return the name of the stereo file that a mono file in a session is one half of, None when it is none."""
    match = _HALF.match(stem)
    return match["name"] if match else None


FORMAT = ProjectFormat(
    daw="ardour",
    title="Ardour",
    suffixes=(".ardour",),
    read=lambda path, _: read_session(path),
    in_folder_of_its_name=True,
    export_folder="export",
    copy_of=half_of,
)
