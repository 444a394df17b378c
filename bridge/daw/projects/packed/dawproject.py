"""DAWproject files: what Bitwig, Studio One, Cubase and others write to hand a project on.

A zip archive whose ``project.xml`` follows the schema of bitwig/dawproject (Project.xsd, 1.0): channels name the next
one by ``destination``, a device its switch by ``Enabled``; what lies on a track stands in the ``Lanes`` that name it.
"""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bridge.daw.projects.saved import MAX_FX_COUNT, ProjectFormat, SavedProject, explain_os_error
from bridge.daw.projects.unpacked import Archive
from bridge.daw.projects.xml_walk import Element, XmlWalk, nested
from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip, layout_of, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import BusStrip, FxSlot

_REMEDY = "export it again"
_MAX_TEXT = 200
_MOST_EFFECTS = 64 * 1024  # ours: as in the other formats
_MOST_SWITCHES = 100_000  # ours: automated switches whose state is kept
_KINDS = {"Vst2Plugin": "VST", "Vst3Plugin": "VST3", "ClapPlugin": "CLAP", "AuPlugin": "AU"}
_USUAL_BPM = 120.0


class _Track(Struct):
    track_id: str
    name: str
    channel_id: str = ""
    role: str = ""
    destination: str = ""
    sends: list[tuple[str, bool]] = []  # where to, and whether anything is sent
    chain: list[tuple[FxSlot, str]] = []  # with the id of its switch
    has_notes: bool = False
    files: list[str] = []
    clips: int = 0
    length_s: float = 0.0
    span_s: tuple[float, float] = (0.0, 0.0)


def read_dawproject(path: Path) -> SavedProject:
    """Read the master of a DAWproject file, and the channels before it that everything passes through.

    Raises
    ------
    DawError
        The file cannot be read, is no DAWproject, or is damaged; one line naming file and remedy.
    """
    reader = _Reader(path)
    try:
        with open_regular(path) as stream:
            for block in Archive(path, stream, _REMEDY).blocks("project.xml"):
                reader.walk.feed(block)
            reader.walk.finish()
    except OSError as error:
        raise explain_os_error(path, error) from error
    return reader.project()


class _Reader:
    """Holds what was read of one project; `walk` reads it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = ""
        self._is_whole = False
        self._bpm = _USUAL_BPM
        self._tracks: list[_Track] = []
        self._by_id: dict[str, _Track] = {}
        self._in = _Track("", "")  # whose channel is open
        self._open: list[_Track] = []  # tracks inside each other
        self._lanes: list[_Track | None] = []  # whose lanes are open
        self._clips = 0  # inside each other
        self._unit = 1.0
        self._effects = 0
        self._automated: dict[str, bool] = {}
        self._target = ""
        self.walk = XmlWalk(path, "a program that hands projects on", self._table(), _REMEDY)

    def _table(self) -> dict[str, Element]:
        device = Element(self._device, inside={"Enabled": Element(self._enabled)})
        send = Element(self._send, inside={"Volume": Element(self._send_volume)})
        channel = Element(self._channel, inside={
            "Devices": Element(any_other=device), "Sends": Element(inside={"Send": send}),
        })  # fmt: skip
        track = Element(self._track, self._track_end, inside={"Channel": channel})
        track.inside["Track"] = track
        audio = Element(self._audio, inside={"File": Element(self._file)})
        clips = Element()
        clip = Element(self._clip, self._clip_end)
        inner = {
            "Clips": clips,
            "Notes": Element(self._notes),
            "Audio": audio,
            "Warps": Element(inside={"Audio": audio}),
        }
        clips.inside, clip.inside = {"Clip": clip}, inner
        points = Element(inside={"Target": Element(self._points_of), "BoolPoint": Element(self._point)})
        lanes = Element(self._lane, self._lane_end)
        lanes.inside = {**inner, "Lanes": lanes, "Points": points, "ClipSlot": Element(self._lane, self._lane_end)}
        lanes.inside["ClipSlot"].inside = {"Clip": clip}
        scenes = nested("Scene", Element(inside={"Lanes": lanes, "ClipSlot": lanes.inside["ClipSlot"]}))
        return {"Project": Element(inside={
            "Application": Element(self._application),
            **nested("Transport/Tempo", Element(self._tempo)),
            "Structure": Element(inside={"Track": track, "Channel": channel}),
            "Arrangement": Element(inside={"Lanes": lanes}),
            "Scenes": Element(inside=scenes),
        })}  # fmt: skip

    def _application(self, _: str, attributes: dict[str, str]) -> None:
        self._is_whole = True
        self._version = f"{attributes.get('name', '')} {attributes.get('version', '')}".strip()[:_MAX_TEXT]

    def _tempo(self, _: str, attributes: dict[str, str]) -> None:
        value = _number(attributes, "value")
        self._bpm = value if 1.0 <= value <= 10_000.0 else self._bpm

    def _track(self, _: str, attributes: dict[str, str]) -> None:
        track = _Track(attributes.get("id", "")[:64], attributes.get("name", "")[:_MAX_TEXT])
        self._open.append(track)
        if len(self._tracks) <= MOST_STRIPS:
            self._tracks.append(track)
            self._by_id[track.track_id] = track

    def _track_end(self, _: str) -> None:
        self._open.pop()

    def _channel(self, _: str, attributes: dict[str, str]) -> None:
        if not self._open:  # one that belongs to no track: the schema allows it
            self._tracks.append(_Track("", attributes.get("name", "")[:_MAX_TEXT]))
        track = self._open[-1] if self._open else self._tracks[-1]
        track.channel_id = attributes.get("id", "")[:64]
        track.role = attributes.get("role", "")
        track.destination = attributes.get("destination", "")[:64]
        self._in = track

    def _device(self, tag: str, attributes: dict[str, str]) -> None:
        self._effects += 1
        if len(self._in.chain) >= MAX_FX_COUNT or self._effects > _MOST_EFFECTS:
            raise DawError(f"{self._path}: damaged: more devices than any project has; {_REMEDY}")
        name = attributes.get("deviceName") or attributes.get("name") or tag
        is_loaded = attributes.get("loaded", "true") != "false"
        slot = FxSlot(name=name[:_MAX_TEXT], kind=_KINDS.get(tag, "builtin"), offline=not is_loaded)
        self._in.chain.append((slot, ""))

    def _enabled(self, _: str, attributes: dict[str, str]) -> None:
        slot, _id = self._in.chain[-1]
        is_on = attributes.get("value", "true") != "false"
        self._in.chain[-1] = replace(slot, enabled=is_on), attributes.get("id", "")[:64]

    def _send(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._in.sends) < MOST_STRIPS:
            self._in.sends.append((attributes.get("destination", "")[:64], True))

    def _send_volume(self, _: str, attributes: dict[str, str]) -> None:
        if self._in.sends:
            self._in.sends[-1] = self._in.sends[-1][0], _number(attributes, "value") > 0.0

    def _lane(self, _: str, attributes: dict[str, str]) -> None:
        if "track" in attributes:
            track = self._by_id.get(attributes["track"][:64])
        else:
            track = self._lanes[-1] if self._lanes else None
        self._lanes.append(track)
        self._unit = 1.0 if attributes.get("timeUnit") == "seconds" else 60.0 / self._bpm

    def _lane_end(self, _: str) -> None:
        self._lanes.pop()

    def _clip(self, _: str, attributes: dict[str, str]) -> None:
        self._clips += 1
        track = self._lanes[-1] if self._lanes else None
        if self._clips == 1 and track is not None:
            track.clips += 1
            start = _number(attributes, "time") * self._unit
            track.span_s = start, start + _number(attributes, "duration") * self._unit

    def _clip_end(self, _: str) -> None:
        self._clips -= 1

    def _notes(self, _: str, __: dict[str, str]) -> None:
        if self._lanes and self._lanes[-1] is not None:
            self._lanes[-1].has_notes = True

    def _audio(self, _: str, attributes: dict[str, str]) -> None:
        if self._lanes and self._lanes[-1] is not None:
            self._lanes[-1].length_s = max(self._lanes[-1].length_s, _number(attributes, "duration"))

    def _file(self, _: str, attributes: dict[str, str]) -> None:
        track, path = self._lanes[-1] if self._lanes else None, attributes.get("path", "")[:4096]
        if track is not None and path not in track.files and len(track.files) < 2:
            track.files.append(path)

    def _points_of(self, _: str, attributes: dict[str, str]) -> None:
        self._target = attributes.get("parameter", "")[:64]

    def _point(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._automated) < _MOST_SWITCHES or self._target in self._automated:
            is_on = attributes.get("value") != "false"
            self._automated[self._target] = is_on or self._automated.get(self._target, False)

    def project(self) -> SavedProject:
        """Return what was read."""
        if not self._is_whole:  # the schema asks for it, in an empty project, too
            raise DawError(f"{self._path}: not a whole project (it does not say what wrote it); {_REMEDY}")
        master = next((track for track in self._tracks if track.role == "master"), _Track("", ""))
        tracks = [track for track in self._tracks if track is not master and track.role != "vca"]
        strips = self._strips(tracks, master)
        return SavedProject(
            daw="dawproject",
            path=str(self._path),
            name=self._path.stem,
            program_version=self._version,
            track_count=sum(track.role in {"regular", ""} for track in tracks),
            master_chain=self._chain(master),
            buses=tuple(
                BusStrip(
                    name=tracks[at].name or "(no name)", strip_id=tracks[at].channel_id, chain=self._chain(tracks[at])
                )
                for at in passed_by_all(strips)
            ),
            layout=layout_of([strip for strip in strips if strip.content != "empty"]),
        )

    def _chain(self, track: _Track) -> tuple[FxSlot, ...]:
        return tuple(replace(slot, enabled=self._automated.get(at, slot.enabled)) for slot, at in track.chain)

    def _strips(self, tracks: list[_Track], master: _Track) -> list[RoutedStrip]:
        if len(tracks) > MOST_STRIPS:
            return []
        places = {track.channel_id: at for at, track in enumerate(tracks) if track.channel_id}
        return [
            RoutedStrip(
                name=track.name,
                to=(places[track.destination],) if track.destination in places else (),
                sends=tuple(places[to] for to, is_sent in track.sends if is_sent and to in places),
                to_master=bool(track.destination) and track.destination == master.channel_id,
                content=_content(track),
                span_s=track.span_s if _content(track) == "whole-file" else (0.0, 0.0),
            )
            for track in tracks
        ]


def _content(track: _Track) -> Content:
    if track.has_notes:
        return "instrument"
    if not track.clips:
        return "empty"
    is_whole = track.clips == 1 and len(track.files) == 1 and track.length_s >= LEAST_WHOLE_S
    return "whole-file" if is_whole else "material"


def _number(attributes: dict[str, str], name: str) -> float:
    try:
        value = float(attributes.get(name, ""))
    except ValueError:
        return 0.0
    return value if abs(value) < 1e12 else 0.0


FORMAT = ProjectFormat(
    daw="dawproject",
    title="DAWproject",
    suffixes=(".dawproject",),
    read=lambda path, _: read_dawproject(path),
    in_folder_of_its_name=False,
    export_folder="",
    is_handed_on=True,
)
