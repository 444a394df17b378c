"""Ardour session files, read as a stream: the routes with their processors, and nothing else kept in memory.

A session is XML. It is read with expat's events, so memory does not grow with the file; a session never declares
a document type, so one that does is refused, and with it every kind of entity.
The layout was seen in sessions of Ardour 7.3, and in public ones of Ardour 2 to 8.
"""

import re
from pathlib import Path
from xml.parsers import expat

from bridge.daw.projects.ardour_routes import Route, RouteGraph, bus_strip
from bridge.daw.projects.saved import MAX_FX_COUNT, ProjectFormat, SavedProject, explain_os_error
from bridge.daw.projects.source_list import SourceList
from bridge.daw.routing import layout_of, passed_by_all
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
_ROLES = ("MasterOut", "MonitorOut")
_BRACED = re.compile(r"\{([^{}]{1,1000})\}")
# Ardour's own unit of times since 7; a session says it at its end, where it is another (``superclocks-per-second``).
_DEFAULT_CLOCKS_PER_S = 282_240_000.0
MOST_OUTPUTS = 64  # ours: a strip with more connections than this is cut; nobody wires a mix so
MOST_EFFECTS = 64 * 1024  # ours: as in REAPER's projects, it bounds the memory a file can claim
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
        self._is_new_time = True
        self._route: Route | None = None
        self._path_in: list[str] = []  # tags that are open inside the route
        self._is_output = False  # of the route's own outputs
        self._processor: dict[str, str] = {}  # of Ardour 2: what the insert says that is open
        self._section = ""  # the child of the session that is open
        self._has_routes = False
        self._effects = 0
        self._sources = SourceList()
        self._graph = RouteGraph()
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
        if not (self._has_routes and "sample-rate" in self._root):  # a new session has both, a template has no rate
            raise DawError(f"{self._path}: holds no whole session (a template?); open the .ardour.bak beside it")
        strips, routes = self._graph.strips()
        chains = {role: tuple(route.chain) for role in _ROLES for route in self._graph.routes if route.has(role)}
        return SavedProject(
            daw="ardour",
            path=str(self._path),
            name=self._root.get("name", "") or self._path.stem,
            program_version=self._version,
            rate_hz=_rate(self._root.get("sample-rate", "")),
            track_count=sum(route.counts_as_track for route in self._graph.routes),
            master_chain=chains.get("MasterOut", ()),
            buses=tuple(bus_strip(routes[at]) for at in passed_by_all(strips)),
            layout=layout_of(strips),
            monitor_chain=chains.get("MonitorOut", ()),
            source_files=self._sources.files(self._audio_folder()),
            monitor_source=str(self._path) if "MonitorOut" in chains else "",
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
            self._begin(tag, attributes)
        elif self._route is not None:
            self._path_in.append(tag)
            self._in_route(self._route, tag, attributes)
        elif self._depth == 2:
            self._section = tag
            self._has_routes = self._has_routes or tag == "Routes"
            if tag == "TempoMap" and (clocks := _rate(attributes.get("superclocks-per-second", ""))):
                self._graph.set_rate(float(clocks))
            elif tag == "ProgramVersion":
                self._version = attributes.get("created-with", attributes.get("modified-with", ""))[:_MAX_TEXT]
        elif self._depth == 3:
            self._in_section(tag, attributes)
        elif self._depth == 4 and tag == "Region" and self._section == "Playlists":
            self._graph.add_region(attributes, self._is_new_time)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag != "Session":
            raise DawError(f"{self._path}: not an Ardour session (it begins with <{tag[:40]}>)")
        self._root = {key: attributes[key][:_MAX_TEXT] for key in ("name", "sample-rate") if key in attributes}
        self._is_new_time = _is_new_time(attributes.get("version", ""))
        self._graph.set_rate(
            _DEFAULT_CLOCKS_PER_S if self._is_new_time else float(_rate(self._root.get("sample-rate", "")) or 0)
        )

    def _in_section(self, tag: str, attributes: dict[str, str]) -> None:
        if self._section == "Sources" and tag == "Source":
            self._source(attributes)
            self._graph.add_source(attributes)
        elif self._section == "Playlists" and tag == "Playlist":
            self._graph.begin_playlist(attributes)
        elif self._section == "Routes" and tag == "Route":
            self._path_in = []
            self._route = Route(
                route_id=attributes.get("id", "")[:64],
                name=attributes.get("name", "")[:_MAX_TEXT],
                flags=attributes.get("flags", "")[:_MAX_TEXT],  # before Ardour 5 they stood here
                active=_is_yes(attributes.get("active", "1")),
                is_track="diskstream-id" in attributes or "mode" in attributes,  # Ardour 2; 3 and 4
                playlists=[attributes[key] for key in ("audio-playlist", "midi-playlist") if key in attributes],
            )

    def _source(self, attributes: dict[str, str]) -> None:
        if attributes.get("type", "") != "audio":
            self._sources.spoil()
        else:
            origin = attributes.get("origin", "")  # the file it was copied from, where Ardour noted it
            self._sources.add(origin if Path(origin).is_absolute() else attributes.get("name", ""))

    def _in_route(self, route: Route, tag: str, attributes: dict[str, str]) -> None:
        match self._path_in:
            case ["PresentationInfo"]:
                route.flags = attributes.get("flags", route.flags)[:_MAX_TEXT]
            case ["Diskstream"]:  # Ardour 3 and 4
                route.is_track = True
                route.playlists.append(attributes.get("playlist", "")[:_MAX_TEXT])
            case ["IO"]:
                self._is_output = attributes.get("direction") == "Output"
                if "outputs" in attributes:  # Ardour 2: names and connections stand in it
                    route.route_id = route.route_id or attributes.get("id", "")[:64]
                    route.name = route.name or attributes.get("name", "")[:_MAX_TEXT]
                    route.outputs += _BRACED.findall(attributes["outputs"])[:MOST_OUTPUTS]
            case ["IO", "Port", "Connection"] if self._is_output and len(route.outputs) < MOST_OUTPUTS:
                route.outputs.append(attributes.get("other", "")[:_MAX_TEXT])
            case ["Processor"]:
                if attributes.get("type") == "intsend" and len(route.targets) < MOST_OUTPUTS:
                    route.targets.append(attributes.get("target", "")[:64])
                self._processor_of(route, attributes)
            case ["Insert"]:  # Ardour 2: type, switch and name stand in three tags inside each other
                self._processor = {"type": attributes.get("type", "")}
            case ["Insert", "Redirect"]:
                self._processor["active"] = attributes.get("active", "yes")
            case ["Insert", "Redirect", "IO"]:
                self._processor_of(
                    route, {**self._processor, "name": attributes.get("name", ""), "id": attributes.get("id", "")}
                )

    def _processor_of(self, route: Route, attributes: dict[str, str]) -> None:
        kind = _PLUGIN_KINDS.get(attributes.get("type", ""))
        if kind is None:
            return
        self._effects += 1
        if len(route.chain) >= MAX_FX_COUNT or self._effects > MOST_EFFECTS:
            raise DawError(f"{self._path}: damaged: more than {MAX_FX_COUNT} processors on one route")
        route.chain.append(
            FxSlot(
                name=attributes.get("name", "")[:_MAX_TEXT] or kind,
                kind=kind,
                enabled=_is_yes(attributes.get("active", "1")),
                slot_id=attributes.get("id", "")[:64],
            )
        )

    def _end(self, tag: str) -> None:
        if self._route is not None and self._path_in:
            self._path_in.pop()
        elif self._route is not None:
            self._graph.add_route(self._route)
            self._route = None
        self._depth -= 1


def _is_yes(text: str) -> bool:
    return text.lower() in {"1", "yes", "true"}


def _is_new_time(version: str) -> bool:
    """Tell whether times are written as Ardour 7 and later write them."""
    return version.isdigit() and int(version) >= 7000


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
