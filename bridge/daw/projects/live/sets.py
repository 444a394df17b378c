"""Ableton Live sets, read as a stream: the master, groups and returns, and what lies before them.

A set is XML in gzip. The layout was seen in public sets of Live 8.1 to 12.4: the master is ``MasterTrack``, since Live
12 ``MainTrack``; its devices lie in ``MasterChain/DeviceChain/Devices`` in Live 8, in ``DeviceChain/…`` since.
"""

import os
import re
from pathlib import Path

from bridge.daw.projects.live.devices import Device, DeviceReader, chain_of
from bridge.daw.projects.live.tracks import LiveTrack, source_files, strips_of
from bridge.daw.projects.saved import ProjectFormat, SavedProject, explain_os_error, inside_containers
from bridge.daw.projects.unpacked import gunzipped
from bridge.daw.projects.xml_walk import Element, XmlWalk, nested
from bridge.daw.routing import MOST_STRIPS, layout_of, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import BusStrip

OLDEST, NEWEST = 8, 12  # versions of Live whose sets were read
_REMEDY = "open the latest set in its Backup folder"
_MAX_TEXT = 200
_VERSION = re.compile(r"(\d{1,4})\.")
_MOST_EFFECTS = 64 * 1024  # ours: as in the other formats, it bounds the memory a file can claim
_MOST_SWITCHES = 100_000  # ours: automated switches whose state is kept
_USUAL_BPM = 120.0
# A file's path up to Live 10 begins at the set (1) or its project (3); the others at Live's libraries.
_FROM_THE_SET = {"1", "3"}


def read_live(path: Path) -> SavedProject:
    """Read the master of a Live set, and the groups and tracks before it that everything passes through.

    A switch that is automated counts as on when it is on at any time: a bounce is made through it then.

    Raises
    ------
    DawError
        The file cannot be read, is no set of Live 8 to 12, or is damaged; one line naming file and remedy.
    """
    reader = _Reader(path)
    try:
        with open_regular(path) as stream:
            for block in gunzipped(path, stream, _REMEDY):
                reader.walk.feed(block)
            reader.walk.finish()
    except OSError as error:
        raise explain_os_error(path, error) from error
    return reader.project()


class _Reader:
    """Holds what was read of one set; `walk` reads it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = ""
        self._tempo_bpm = _USUAL_BPM
        self._tracks: list[LiveTrack] = []
        self._master: list[Device] = []
        self._track = LiveTrack("", "")
        self._start = self._end = 0.0
        self._file: list[str] = []  # its path in parts, "/" in front of a whole one
        self._is_in_set = True
        self._pointee = ""
        self._automated: dict[str, bool] = {}
        self._effects = 0
        self._has_master = False
        self._devices = DeviceReader()
        table = self._table()
        self.walk = XmlWalk(path, "Ableton Live", table, _REMEDY)

    def project(self) -> SavedProject:
        """Return what was read; every set has a master, a preset or a clip of Live's has none."""
        if not self._has_master:
            raise DawError(f"{self._path}: holds no whole set (a preset, or an empty file?); {_REMEDY}")
        beats_per_s = self._tempo_bpm / 60.0
        strips = strips_of(self._tracks, beats_per_s)
        return SavedProject(
            daw="live",
            path=str(self._path),
            name=self._path.stem,
            program_version=self._version,
            track_count=sum(track.tag in {"AudioTrack", "MidiTrack"} for track in self._tracks),
            master_chain=inside_containers(chain_of(self._master, self._automated)),
            buses=tuple(self._bus(self._tracks[at]) for at in passed_by_all(strips)),
            layout=layout_of([strip for strip, track in zip(strips, self._tracks, strict=False) if _is_source(track)]),
            source_files=source_files(self._tracks, self._path.absolute().parent),
        )

    def _bus(self, track: LiveTrack) -> BusStrip:
        return BusStrip(
            name=track.name or "(no name)",
            strip_id=track.track_id,
            chain=inside_containers(chain_of(track.devices, self._automated)),
        )

    def _table(self) -> dict[str, Element]:
        chain = self._chain_table(self._devices.elements)
        envelope = {
            **nested("EnvelopeTarget/PointeeId", Element(self._pointee_id)),
            **nested("Automation/Events", Element(inside={"BoolEvent": Element(self._bool_event)},
                                                  any_other=Element(self._other_event))),
        }  # fmt: skip
        inside = {
            "Name": Element(inside={"EffectiveName": Element(self._name), "UserName": Element(self._name)}),
            "TrackGroupId": Element(self._group),
            "DeviceChain": chain,
            "MasterChain": chain,
            **nested("AutomationEnvelopes/Envelopes/AutomationEnvelope", Element(inside=envelope)),
        }
        track = Element(self._begin_track, self._end_track, inside=inside)
        master = Element(self._begin_track, self._end_master, inside=inside)
        notes = {**inside, "DeviceChain": self._chain_table(Element(any_other=Element(self._device_of_notes)))}
        midi = Element(self._begin_track, self._end_track, inside=notes)
        tracks = Element(inside={"MidiTrack": midi}, any_other=track)
        live_set = Element(inside={"Tracks": tracks, "MasterTrack": master, "MainTrack": master})
        return {"Ableton": Element(self._begin, inside={"LiveSet": live_set})}

    def _chain_table(self, devices: Element) -> Element:
        reference = Element(self._begin_file, self._end_file, inside={
            "RelativePathType": Element(self._file_base),
            "Path": Element(self._file_path),
            "RelativePath": Element(inside={"RelativePathElement": Element(self._file_part)}),
            "Name": Element(self._file_name),
        })  # fmt: skip
        clip = Element(self._begin_clip, self._end_clip, inside={
            "CurrentStart": Element(self._clip_start),
            "CurrentEnd": Element(self._clip_end),
            "SampleRef": Element(inside={"FileRef": reference}),
        })  # fmt: skip
        clips = {"AudioClip": clip, "MidiClip": Element(self._midi_clip)}
        events = Element(inside=nested("ArrangerAutomation/Events", Element(inside=clips)))
        mixer = {
            **nested("Sends/TrackSendHolder/Send/Manual", Element(self._send)),
            **nested("Tempo/Manual", Element(self._tempo)),
        }
        sequencer = {
            "MonitoringEnum": Element(self._monitoring),
            "Sample": events,
            "ClipTimeable": events,
            **nested("ClipSlotList/ClipSlot/ClipSlot/Value", Element(inside=clips)),
        }
        return Element(inside={
            "AudioOutputRouting": Element(inside={"Target": Element(self._output)}),
            "AudioInputRouting": Element(inside={"Target": Element(self._input)}),
            "Mixer": Element(inside=mixer),
            "MainSequencer": Element(inside=sequencer),
            "DeviceChain": Element(inside={"Devices": devices}),
        })  # fmt: skip

    def _begin(self, _: str, attributes: dict[str, str]) -> None:
        self._version = attributes.get("Creator", "").removeprefix("Ableton Live ")[:_MAX_TEXT]
        for text in (attributes.get("MinorVersion", ""), self._version + "."):
            if found := _VERSION.match(text):
                version = int(found[1])
                if version > NEWEST:
                    raise DawError(
                        f"{self._path}: written by Live {version}, which is not read; sets of Live {OLDEST} to "
                        f"{NEWEST} are"
                    )
                return

    def _begin_track(self, tag: str, attributes: dict[str, str]) -> None:
        self._track = LiveTrack(tag, attributes.get("Id", "")[:32])
        self._devices.begin()

    def _end_track(self, _: str) -> None:
        self._keep_devices()
        if len(self._tracks) <= MOST_STRIPS:
            self._tracks.append(self._track)

    def _end_master(self, _: str) -> None:
        self._has_master = True
        self._keep_devices()
        self._master = self._track.devices

    def _keep_devices(self) -> None:
        self._track.devices = self._devices.chain
        self._effects += len(self._track.devices)
        if self._devices.is_full or self._effects > _MOST_EFFECTS:
            raise DawError(f"{self._path}: damaged: more devices than any set has; {_REMEDY}")

    def _name(self, _: str, attributes: dict[str, str]) -> None:
        self._track.name = self._track.name or attributes.get("Value", "")[:_MAX_TEXT]

    def _group(self, _: str, attributes: dict[str, str]) -> None:
        self._track.group_id = attributes.get("Value", "")[:32]

    def _output(self, _: str, attributes: dict[str, str]) -> None:
        self._track.output = attributes.get("Value", "")[:_MAX_TEXT]

    def _input(self, _: str, attributes: dict[str, str]) -> None:
        self._track.input = attributes.get("Value", "")[:_MAX_TEXT]

    def _monitoring(self, _: str, attributes: dict[str, str]) -> None:
        self._track.monitors = attributes.get("Value", "")[:8]

    def _send(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._track.sends) < MOST_STRIPS:
            self._track.sends.append(_number(attributes))

    def _tempo(self, _: str, attributes: dict[str, str]) -> None:
        value = _number(attributes)
        self._tempo_bpm = value if 1.0 <= value <= 10_000.0 else self._tempo_bpm

    def _pointee_id(self, _: str, attributes: dict[str, str]) -> None:
        self._pointee = attributes.get("Value", "")[:32]

    def _bool_event(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._automated) < _MOST_SWITCHES or self._pointee in self._automated:
            is_on = attributes.get("Value") != "false"
            self._automated[self._pointee] = is_on or self._automated.get(self._pointee, False)

    def _other_event(self, _: str, __: dict[str, str]) -> None:
        """Leave what is automated and no switch: it may be drawn with a hundred thousand points."""
        self.walk.skip_rest_of("Events")

    def _device_of_notes(self, tag: str, _: dict[str, str]) -> None:
        """Note that a track of notes sounds: it is no bus, so what its devices are called plays no part."""
        device = Device(tag[:_MAX_TEXT])
        self._track.sounds |= device.sounds
        if device.sounds:  # they stand behind everything else that is looked at
            self.walk.skip_rest_of("MidiTrack")

    def _midi_clip(self, _: str, __: dict[str, str]) -> None:
        self._track.clips += 1

    def _begin_clip(self, _: str, __: dict[str, str]) -> None:
        self._track.clips += 1
        self._start = self._end = 0.0

    def _clip_start(self, _: str, attributes: dict[str, str]) -> None:
        self._start = _number(attributes)

    def _clip_end(self, _: str, attributes: dict[str, str]) -> None:
        self._end = _number(attributes)

    def _end_clip(self, _: str) -> None:
        self._track.note_span(self._start, self._end)

    def _begin_file(self, _: str, __: dict[str, str]) -> None:
        self._file, self._is_in_set = [], True

    def _file_base(self, _: str, attributes: dict[str, str]) -> None:
        self._is_in_set = attributes.get("Value") in _FROM_THE_SET

    def _file_path(self, _: str, attributes: dict[str, str]) -> None:
        if attributes.get("Value"):
            self._file = ["/", attributes["Value"][:4096]]

    def _file_part(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._file) < 64 and self._file[:1] != ["/"]:
            self._file.append(attributes.get("Dir", "")[:_MAX_TEXT] or "..")

    def _file_name(self, _: str, attributes: dict[str, str]) -> None:
        if attributes.get("Value") and self._file[:1] != ["/"]:
            self._file.append(attributes["Value"][:_MAX_TEXT])

    def _end_file(self, _: str) -> None:
        if self._file[:1] == ["/"]:
            self._track.note_file(self._file[1])
        else:
            self._track.note_file(os.path.normpath("/".join(self._file)) if self._file and self._is_in_set else "")


def _is_source(track: LiveTrack) -> bool:
    return track.tag in {"AudioTrack", "MidiTrack"}


def _number(attributes: dict[str, str]) -> float:
    try:
        value = float(attributes.get("Value", ""))
    except ValueError:
        return 0.0
    return value if abs(value) < 1e12 else 0.0


FORMAT = ProjectFormat(
    daw="live",
    title="Ableton Live",
    suffixes=(".als",),
    read=lambda path, _: read_live(path),
    in_folder_of_its_name=False,
    export_folder="",
)
