"""LMMS projects, read as a stream: the mixer's channels with their effects, and where the tracks go.

``.mmp`` is XML, ``.mmpz`` four bytes of length and the same in zlib. The mixer is ``fxmixer`` with ``fxchannel`` up to
LMMS 1.2, ``mixer`` with ``mixerchannel`` since 1.3; channel 0 is the master. A value that is automated stands in a
child element instead of an attribute. The layout was seen in the projects that come with LMMS 1.2 and in its source.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from msgspec import Struct
from msgspec.structs import replace

from bridge.daw.projects.saved import MAX_FX_COUNT, ProjectFormat, SavedProject, explain_os_error
from bridge.daw.routing import MOST_STRIPS, RoutedStrip, layout_of, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import BusStrip, FxSlot

MAX_UNPACKED_BYTES = 256 * 1024 * 1024  # ours: the largest that comes with LMMS is a hundredth of it
MAX_DEPTH = 1000  # ours: real projects are nested some twenty deep
_BLOCK_BYTES = 256 * 1024
_MAX_TEXT = 200
_CHANNELS = {"fxchannel", "mixerchannel"}
_SONGS = {"song", "songtemplate"}  # of the types in LMMS's DataFile; presets and clipboards are the others
# LMMS's names for its own effects that hold another plug-in: which one stands in the effect's key.
_HOLDERS = {"ladspaeffect": "LADSPA", "vsteffect": "VST", "lv2effect": "LV2"}


class _Channel(Struct):
    number: int
    name: str
    to: list[int] = []
    chain: list[FxSlot] = []
    chain_enabled: bool = True


class _Track(Struct):
    name: str
    channel: int = 0
    holds: bool = False


def read_lmms(path: Path) -> SavedProject:
    """Read the master channel of an LMMS project, and the channels before it that everything passes through.

    Raises
    ------
    DawError
        The file cannot be read, is no LMMS project, or is damaged; one line naming file and remedy.
    """
    reader = _Reader(path)
    try:
        with open_regular(path) as stream:
            for block in _unpacked(path, stream):
                reader.feed(block)
            return reader.finish()
    except zlib.error as error:
        raise DawError(f"{path}: damaged: it cannot be unpacked; save it again in LMMS") from error
    except OSError as error:
        raise explain_os_error(path, error) from error


def _unpacked(path: Path, stream: BinaryIO) -> Iterator[bytes]:
    """Yield the XML in pieces, whichever way it is kept."""
    if path.suffix.lower() != ".mmpz":
        while block := stream.read(_BLOCK_BYTES):
            yield block
        return
    stream.read(4)  # the length it says it has, which is not believed
    unpacker, total = zlib.decompressobj(), 0
    while packed := stream.read(_BLOCK_BYTES):
        while packed and not unpacker.eof:
            block = unpacker.decompress(packed, _BLOCK_BYTES)
            packed, total = unpacker.unconsumed_tail, total + len(block)
            if total > MAX_UNPACKED_BYTES:
                raise DawError(f"{path}: unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB, which no project does")
            yield block


class _Reader:
    """Follows the elements of one project and keeps the few that matter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[str] = []
        self._version = ""
        self._channels: dict[int, _Channel] = {}
        self._tracks: list[_Track] = []
        self._track_depths: list[tuple[int, _Track]] = []  # tracks lie inside each other
        self._channel: _Channel | None = None
        self._effect: FxSlot | None = None
        self._effects = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def feed(self, block: bytes) -> None:
        self._parse(block, final=False)

    def finish(self) -> SavedProject:
        self._parse(b"", final=True)
        master = self._channels.get(0)
        if master is None:  # every song that LMMS saves has it, an empty one, too
            raise DawError(f"{self._path}: holds no whole song (there is no mixer in it); save it again in LMMS")
        channels = [channel for number, channel in sorted(self._channels.items()) if number]
        strips = self._strips(channels)
        return SavedProject(
            daw="lmms",
            path=str(self._path),
            name=self._path.stem,
            program_version=self._version,
            track_count=len(self._tracks),
            master_chain_enabled=master.chain_enabled,
            master_chain=tuple(master.chain),
            buses=tuple(_bus(channels[at]) for at in passed_by_all(strips) if at < len(channels)),
            layout=layout_of(strips),
        )

    def _strips(self, channels: list[_Channel]) -> list[RoutedStrip]:
        """Return the mixer's channels, then the tracks that play into them."""
        place = {channel.number: at for at, channel in enumerate(channels)}
        strips = [
            RoutedStrip(
                name=channel.name,
                to=tuple(place[number] for number in channel.to if number in place),
                to_master=0 in channel.to,
            )
            for channel in channels
        ]
        for track in self._tracks:
            to = (place[track.channel],) if track.channel in place else ()
            content = RoutedStrip(name=track.name, to=to, to_master=not to)
            strips.append(replace(content, content="instrument") if track.holds else content)
        return strips

    def _parse(self, block: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise DawError(f"{self._path}: damaged at line {error.lineno}: {what}; save it again in LMMS") from error

    def _doctype(self, _name: str, _system: object, _public: object, has_subset: int) -> None:
        if has_subset:
            self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        raise DawError(f"{self._path}: declares entities, which no LMMS project does; it is not read")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open:
            if tag not in {"lmms-project", "multimedia-project"}:
                raise DawError(f"{self._path}: not an LMMS project (it begins with <{tag[:40]}>)")
            self._version = attributes.get("creatorversion", "")[:_MAX_TEXT]
            kind = attributes.get("type", "song")
            if kind not in _SONGS:
                raise DawError(f"{self._path}: not a song but LMMS's “{kind[:40]}”; give a song's .mmp or .mmpz file")
        self._open.append(tag)
        if len(self._open) > MAX_DEPTH:
            raise DawError(f"{self._path}: damaged: more than {MAX_DEPTH} elements inside each other")
        if tag in _CHANNELS:
            self._begin_channel(attributes)
        elif self._channel is not None:
            self._in_channel(self._channel, tag, attributes)
        elif tag == "track":
            track = _Track(attributes.get("name", "")[:_MAX_TEXT])
            self._track_depths.append((len(self._open), track))
            if attributes.get("type") in {"0", "2"} and len(self._tracks) < MOST_STRIPS:  # instruments and samples
                self._tracks.append(track)
        elif self._track_depths:
            self._in_track(self._track_depths[-1][1], tag, attributes)

    def _begin_channel(self, attributes: dict[str, str]) -> None:
        number = _whole(attributes.get("num", ""))
        self._channel = _Channel(number, attributes.get("name", "")[:_MAX_TEXT] or f"FX {number}")
        if 0 <= number < MOST_STRIPS:
            self._channels[number] = self._channel

    def _in_track(self, track: _Track, tag: str, attributes: dict[str, str]) -> None:
        if tag in {"instrumenttrack", "sampletrack"}:
            track.channel = _whole(attributes.get("mixch", attributes.get("fxch", "0")))
        elif tag in {"note", "sampletco", "sampleclip"}:
            track.holds = True

    def _in_channel(self, channel: _Channel, tag: str, attributes: dict[str, str]) -> None:
        parent = self._open[-2]
        if tag == "send":
            channel.to.append(_whole(attributes.get("channel", "")))
        elif tag == "fxchain":
            channel.chain_enabled = attributes.get("enabled", "1") != "0"
        elif tag == "effect":
            name = attributes.get("name", "")
            self._effect = FxSlot(
                name=name[:_MAX_TEXT] or "effect",
                kind=_HOLDERS.get(name, "builtin"),
                enabled=attributes.get("on", "1") != "0",
                wet=_wet(attributes.get("wet", "")),
            )
        elif self._effect is not None and parent == "effect" and tag in {"on", "wet"}:  # automated: its value at rest
            value = attributes.get("value", "")
            change = {"enabled": value != "0"} if tag == "on" else {"wet": _wet(value)}
            self._effect = replace(self._effect, **change)
        elif self._effect is not None and tag == "attribute" and self._effect.kind in _HOLDERS.values():
            self._name(self._effect, attributes)

    def _name(self, effect: FxSlot, attributes: dict[str, str]) -> None:
        """Take the name of the plug-in that an effect holds: its label, or for a VST its file."""
        value = attributes.get("value", "")[:_MAX_TEXT]
        if value and attributes.get("name") == "plugin":
            self._effect = replace(effect, name=value)
        elif value and attributes.get("name") == "file" and effect.kind == "VST":
            self._effect = replace(effect, name=PurePosixPath(PureWindowsPath(value).as_posix()).stem)

    def _end(self, tag: str) -> None:
        if tag == "effect" and self._effect is not None and self._channel is not None:
            self._effects += 1
            if len(self._channel.chain) >= MAX_FX_COUNT or self._effects > 16 * MAX_FX_COUNT:
                raise DawError(f"{self._path}: damaged: more than {MAX_FX_COUNT} effects in one chain")
            self._channel.chain.append(self._effect)
            self._effect = None
        elif tag in _CHANNELS:
            self._channel = None
        elif tag == "track" and self._track_depths and self._track_depths[-1][0] == len(self._open):
            self._track_depths.pop()
        self._open.pop()


def _bus(channel: _Channel) -> BusStrip:
    return BusStrip(
        name=channel.name,
        strip_id=str(channel.number),
        chain_enabled=channel.chain_enabled,
        chain=tuple(channel.chain),
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _wet(text: str) -> float | None:
    """Return how wet an effect is, 0 to 1; below 0 LMMS turns it over, which is as much of it."""
    try:
        value = abs(float(text))
    except ValueError:
        return None
    return value if value <= 1.0 else None


FORMAT = ProjectFormat(
    daw="lmms",
    title="LMMS",
    suffixes=(".mmpz",),
    also=(".mmp",),
    read=lambda path, _: read_lmms(path),
    in_folder_of_its_name=False,
    export_folder="",
)
