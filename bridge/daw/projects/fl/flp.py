"""FL Studio projects, read as a stream of events: the master, and the inserts that everything passes through.

A channel opens with event 64; 21 is its kind (0 sampler, 2 instrument, 4 audio clip, others make no sound), 22 the
insert it plays into, 196 its file. 224 holds a pattern's notes, 24 bytes each with the channel at 6; 233 what lies in
the playlist, each with 0x5000 at 4 and at 6 a channel, or from there on a pattern. 199 is FL Studio's version, 156 the
tempo in thousandths.
"""

from pathlib import Path

from msgspec import Struct

from bridge.daw.projects.fl.events import REMEDY, events, header
from bridge.daw.projects.fl.mixer import MASTER, MixerReader, as_text, chain_of, path_of
from bridge.daw.projects.saved import ProjectFormat, SavedProject, explain_os_error
from bridge.daw.projects.source_list import SourceList
from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip, layout_of, passed_by_all
from bridge.errors import DawError
from bridge.files import open_regular
from bridge.model import BusStrip

_KIND, _INSERT, _CHANNEL, _SLOT, _OUTPUT, _TEMPO = 21, 22, 64, 98, 147, 156
_TITLE, _FILE, _VERSION, _INTERNAL, _OWN, _INSERT_NAME = 194, 196, 199, 201, 203, 204
_DATA, _NOTES, _PARAMETERS, _PLAYLIST, _ROUTES, _FLAGS = 213, 224, 225, 233, 235, 236
_WANTED = frozenset({
    _KIND, _INSERT, _CHANNEL, _SLOT, _OUTPUT, _TEMPO, _FILE, _VERSION, _INTERNAL, _OWN, _INSERT_NAME, _DATA, _NOTES,
    _PARAMETERS, _PLAYLIST, _ROUTES, _FLAGS,
})  # fmt: skip
_SAMPLER, _INSTRUMENT, _AUDIO_CLIP = 0, 2, 4
_NOTE_BYTES = 24
_PATTERN_BASE = 0x5000
_ITEM_BYTES = (60, 32, 80, 88, 96)  # the first two were seen; of others the mark at 4 tells
_USUAL_BPM = 120.0


class _Channel(Struct):
    name: str = ""
    kind: int = -1
    insert: int = MASTER
    file: str = ""
    plays: bool = False
    first: int = 0
    last: int = 0
    length: int = 0

    @property
    def sounds(self) -> bool:
        return self.kind in {_SAMPLER, _INSTRUMENT, _AUDIO_CLIP}


def read_flp(path: Path) -> SavedProject:
    """Read the master insert of an FL Studio project, and the inserts before it that everything passes through.

    Whether a slot is switched off is not read (`SavedProject.switches_read`): every slot counts as on. The switch of
    an insert's whole chain and how much of a slot is heard are.

    Raises
    ------
    DawError
        The file cannot be read, is no FL Studio project, is damaged, or its mixer is not laid out as known.
    """
    reader = _Reader(path)
    try:
        with open_regular(path) as stream:
            reader.ticks = header(path, stream)
            for number, value in events(path, stream, _WANTED):
                reader.take(number, value)
    except OSError as error:
        raise explain_os_error(path, error) from error
    return reader.project()


class _Reader:
    """Holds what was read of one project."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.ticks = 0
        self._version = ""
        self._is_wide = True
        self._bpm = _USUAL_BPM
        self._channels: dict[int, _Channel] = {}
        self._channel = _Channel()
        self._mixer = MixerReader()

    def take(self, number: int, value: bytes) -> None:
        """Record an event."""
        if number == _VERSION:
            self._version = value[:32].decode("ascii", "replace").strip("\0")
            self._is_wide = self._at_least(11, 5)
        elif number == _TEMPO:
            bpm = int.from_bytes(value, "little") / 1000.0
            self._bpm = bpm if 1.0 <= bpm <= 10_000.0 else self._bpm
        elif number == _NOTES:
            for at in range(6, len(value) - 1, _NOTE_BYTES):
                self._play(int.from_bytes(value[at : at + 2], "little"))
        elif number == _PLAYLIST:
            self._lies(value)
        elif number == _FLAGS:
            self._mixer.begins(value)
        elif number == _INSERT_NAME:
            self._mixer.named(self._text(value))
        elif number == _PARAMETERS:
            self._mixer.parameters(value)
        elif self._mixer.inserts:
            self._in_insert(number, value)
        else:
            self._in_channel(number, value)

    def _in_insert(self, number: int, value: bytes) -> None:
        if number == _INTERNAL:
            self._mixer.plug_in(self._text(value))
        elif number == _OWN:
            self._mixer.called(self._text(value))
        elif number == _DATA:
            self._mixer.data(value)
        elif number == _SLOT:
            self._mixer.slot_ends(int.from_bytes(value, "little"))
        elif number == _ROUTES:
            self._mixer.routes(value)

    def _in_channel(self, number: int, value: bytes) -> None:
        if number == _CHANNEL:
            index = int.from_bytes(value, "little")
            self._channel = self._channels.setdefault(index, _Channel()) if self._has_room() else _Channel()
        elif number == _KIND:
            self._channel.kind = value[0]
        elif number == _INSERT:
            self._channel.insert = value[0] if value[0] < 0x80 else MASTER
        elif number == _OWN:
            self._channel.name = self._text(value)
        elif number == _FILE:
            self._channel.file = as_text(value, is_wide=self._is_wide)

    def _has_room(self) -> bool:
        return len(self._channels) < MOST_STRIPS

    def _at_least(self, major: int, minor: int) -> bool:
        parts = self._version.split(".")
        numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdigit()]
        return not numbers or numbers >= [major, minor]

    def _text(self, value: bytes) -> str:
        return as_text(value, is_wide=self._is_wide)

    def _play(self, index: int) -> None:
        if channel := self._channels.get(index):
            channel.plays = True

    def _lies(self, items: bytes) -> None:
        """Record where the audio clips lie; those of a layout that is not known all do."""
        mark = _PATTERN_BASE.to_bytes(2, "little")
        size = next(
            (n for n in _ITEM_BYTES if len(items) % n == 0 and all(items[at : at + 2] == mark
                                                                  for at in range(4, len(items), n))), None,
        )  # fmt: skip
        if size is None:
            for channel in self._channels.values():
                channel.plays = True
            return
        for at in range(0, len(items), size):
            position, length = (int.from_bytes(items[at + n : at + n + 4], "little") for n in (0, 8))
            clip = self._channels.get(int.from_bytes(items[at + 6 : at + 8], "little"))
            if clip is not None and clip.kind == _AUDIO_CLIP:
                clip.first = min(clip.first, position) if clip.plays else position
                clip.plays = True
                clip.last = max(clip.last, position + length)
                clip.length += length

    def project(self) -> SavedProject:
        """Return what was read."""
        if not self._mixer.is_as_known:
            by = f" of version {self._version}" if self._version else ""
            raise DawError(
                f"{self._path}: its mixer{by} is not laid out as in FL Studio 20 to 24, which are read; {REMEDY}"
            )
        inserts = self._mixer.inserts
        channels = [channel for channel in self._channels.values() if channel.sounds]
        strips = self._strips(channels)
        passed = (at for at in passed_by_all(strips) if at < len(inserts) - 1)
        return SavedProject(
            daw="fl-studio",
            path=str(self._path),
            name=self._path.stem,
            program_version=self._version,
            track_count=len(channels),
            switches_read=False,
            master_chain_enabled=inserts[MASTER].effects_on,
            master_chain=chain_of(inserts[MASTER], is_master=True),
            buses=tuple(
                BusStrip(
                    name=inserts[at + 1].name,
                    strip_id=str(at + 1),
                    chain_enabled=inserts[at + 1].effects_on,
                    chain=chain_of(inserts[at + 1]),
                )
                for at in passed
            ),
            layout=layout_of(strips[len(inserts) - 1 :]),
            source_files=self._sources(channels),
        )

    def _strips(self, channels: list[_Channel]) -> list[RoutedStrip]:
        """Return the inserts but for the master, then the channels that play into them."""
        inserts = self._mixer.inserts
        strips = [
            RoutedStrip(
                name=insert.name,
                to=tuple(to - 1 for to in insert.to if 0 < to < len(inserts) and to != at),
                to_master=MASTER in insert.to,
            )
            for at, insert in enumerate(inserts)
            if at != MASTER
        ]
        for channel in channels:
            to = (channel.insert - 1,) if 0 < channel.insert < len(inserts) else ()
            content = self._content(channel)
            spans = (self._seconds(channel.first), self._seconds(channel.last))
            span_s = spans if content == "whole-file" else (0.0, 0.0)
            strips.append(RoutedStrip(name=channel.name, to=to, to_master=not to, content=content, span_s=span_s))
        return strips

    def _content(self, channel: _Channel) -> Content:
        if not channel.plays:
            return "empty"
        if channel.kind != _AUDIO_CLIP:
            return "instrument"
        is_whole = channel.file and self._seconds(channel.length) >= LEAST_WHOLE_S
        return "whole-file" if is_whole else "material"

    def _seconds(self, ticks: int) -> float:
        return ticks / max(1, self.ticks) * 60.0 / self._bpm

    def _sources(self, channels: list[_Channel]) -> tuple[str, ...]:
        sources, folder = SourceList(), self._path.absolute().parent
        for channel in channels:
            file = path_of(channel.file, folder)
            if channel.plays and (channel.kind != _AUDIO_CLIP or not file):
                sources.spoil()
            elif channel.plays:
                sources.add(file)
        return sources.files(folder)


FORMAT = ProjectFormat(
    daw="fl-studio",
    title="FL Studio",
    suffixes=(".flp",),
    read=lambda path, _: read_flp(path),
    in_folder_of_its_name=False,
    export_folder="",
)
