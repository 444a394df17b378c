"""Studio One songs: the inserts of the main output, and of the channels that everything passes through.

A zip archive; ``metainfo.xml`` says the version, ``Devices/audiomixer.xml`` holds the mixer. Its attributes carry a
prefix that nothing declares. The layout was seen in one public song, of 7.2: ``ChannelGroup`` *AudioOutput* holds the
main output, each channel its ``Inserts`` and ``PostFaderInserts`` and, as ``Connection x:id="destination"``, the
channel it plays into. Whether an insert is switched off is not known to stand there. What lies on the tracks is not
read.
"""

from pathlib import Path

from msgspec import Struct

from bridge.daw.projects.saved import MAX_FX_COUNT, ProjectFormat, SavedProject, explain_os_error
from bridge.daw.projects.unpacked import Archive
from bridge.daw.projects.xml_walk import Element, XmlWalk, nested
from bridge.daw.routing import MOST_STRIPS, RoutedStrip, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import BusStrip, FxSlot

_MIXER, _ABOUT = "Devices/audiomixer.xml", "metainfo.xml"
_REMEDY = "open the latest one in its History folder"
_MAX_TEXT = 200
_MOST_EFFECTS = 64 * 1024  # ours: as in the other formats
_SOURCES = {"AudioTrack", "AudioSynth"}
_NO_STRIPS = {"AudioInput"}


class _Channel(Struct):
    group: str
    name: str
    uid: str = ""
    destination: str = ""
    inserts: list[FxSlot] = []


def read_studio_one(path: Path) -> SavedProject:
    """Read the inserts of a Studio One song's main output, and of the buses that everything passes through.

    Whether an insert is switched off is not read (`SavedProject.switches_read`): each counts as on.

    Raises
    ------
    DawError
        The file cannot be read, is no Studio One song, or is damaged; one line naming file and remedy.
    """
    reader = _Reader(path)
    try:
        with open_regular(path) as stream:
            archive = Archive(path, stream, _REMEDY)
            if not archive.holds(_MIXER):
                raise DawError(f"{path}: not a Studio One song: {_MIXER} is not in it; give a .song file")
            for name, walk in ((_ABOUT, reader.about), (_MIXER, reader.mixer)):
                if archive.holds(name):
                    for block in archive.blocks(name):
                        walk.feed(block)
                    walk.finish()
    except OSError as error:
        raise explain_os_error(path, error) from error
    return reader.project()


class _Reader:
    """Holds what was read of one song; `about` and `mixer` read its two files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = ""
        self._rate_hz: int | None = None
        self._group = ""
        self._channel = _Channel("", "")
        self._channels: list[_Channel] = []
        self._is_chain = False
        self._effects = 0
        about = nested("MetaInformation/Attribute", Element(self._about))
        self.about = XmlWalk(path, "Studio One", about, _REMEDY)
        insert = Element(inside={"Attributes": Element(self._device)})
        chain = Element(self._begin_chain, inside={"Attributes": insert})
        channel = Element(self._begin_channel, inside={
            "UID": Element(self._uid), "Connection": Element(self._connection), "Attributes": chain,
        })  # fmt: skip
        groups = Element(self._begin_group, any_other=channel)
        inside = {"ChannelGroup": groups, "Attributes": Element(inside={"ChannelGroup": groups})}
        self.mixer = XmlWalk(path, "Studio One", {"AudioMixer": Element(inside=inside)}, _REMEDY)

    def _about(self, _: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("id", ""), attributes.get("value", "")[:_MAX_TEXT]
        if key == "Document:Generator":
            self._version = value.removeprefix("Studio One/")
        elif key == "Media:SampleRate" and value.isascii() and value.isdigit() and len(value) < 8:
            self._rate_hz = int(value)

    def _begin_group(self, _: str, attributes: dict[str, str]) -> None:
        self._group = attributes.get("name", "")[:_MAX_TEXT]

    def _begin_channel(self, _: str, attributes: dict[str, str]) -> None:
        self._channel = _Channel(self._group, attributes.get("label", "")[:_MAX_TEXT])
        if len(self._channels) <= MOST_STRIPS and self._group not in _NO_STRIPS:
            self._channels.append(self._channel)

    def _uid(self, _: str, attributes: dict[str, str]) -> None:
        if attributes.get("x:id") == "uniqueID":
            self._channel.uid = attributes.get("uid", "")[:64]

    def _connection(self, _: str, attributes: dict[str, str]) -> None:
        if attributes.get("x:id") == "destination":
            self._channel.destination = attributes.get("objectID", "")[:128].partition("/")[0]

    def _begin_chain(self, _: str, attributes: dict[str, str]) -> None:
        self._is_chain = attributes.get("x:id") in {"Inserts", "PostFaderInserts"}

    def _device(self, _: str, attributes: dict[str, str]) -> None:
        """Take the name of an insert: ``Attributes name="FX01"`` holds it as ``x:id="deviceData"``."""
        if not self._is_chain or attributes.get("x:id") != "deviceData":
            return
        self._effects += 1
        if len(self._channel.inserts) >= MAX_FX_COUNT or self._effects > _MOST_EFFECTS:
            raise DawError(f"{self._path}: damaged: more inserts than any song has; {_REMEDY}")
        self._channel.inserts.append(FxSlot(name=attributes.get("name", "")[:_MAX_TEXT] or "plug-in", kind="plug-in"))

    def project(self) -> SavedProject:
        """Return what was read."""
        outputs = [channel for channel in self._channels if channel.group == "AudioOutput"]
        if not outputs:
            raise DawError(f"{self._path}: its mixer is not laid out as in Studio One 7, which is read; {_REMEDY}")
        others = [channel for channel in self._channels if channel.group != "AudioOutput"]
        strips = self._strips(others, outputs[0])
        return SavedProject(
            daw="studio-one",
            path=str(self._path),
            name=self._path.stem,
            program_version=self._version,
            rate_hz=self._rate_hz,
            track_count=sum(channel.group in _SOURCES for channel in others),
            switches_read=False,
            master_chain=tuple(outputs[0].inserts),
            buses=tuple(
                BusStrip(name=others[at].name, strip_id=others[at].uid, chain=tuple(others[at].inserts))
                for at in passed_by_all(strips)
            ),
        )

    def _strips(self, channels: list[_Channel], main: _Channel) -> list[RoutedStrip]:
        """Return the channels; every track and instrument counts as a source, since what lies on it is not read."""
        if len(channels) > MOST_STRIPS:
            return []
        places = {channel.uid: at for at, channel in enumerate(channels) if channel.uid}
        return [
            RoutedStrip(
                name=channel.name,
                to=(places[channel.destination],) if channel.destination in places else (),
                to_master=bool(main.uid) and channel.destination == main.uid,
                content="material" if channel.group in _SOURCES else "empty",
            )
            for channel in channels
        ]


FORMAT = ProjectFormat(
    daw="studio-one",
    title="Studio One",
    suffixes=(".song",),
    read=lambda path, _: read_studio_one(path),
    in_folder_of_its_name=False,
    export_folder="Mixdown",
)
