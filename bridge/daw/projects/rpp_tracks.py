"""The tracks of a REAPER project: how they are routed, what lies on them, and the chain of each.

Read from lines that stand directly in a ``<TRACK``: ``ISBUS kind change`` (how many folders open or close with it),
``MAINSEND on first-channel``, ``AUXRECV from mode volume pan mute mono phase from-channels to-channels …`` (-1 as the
channels sent from: MIDI alone), ``HWOUT``, ``FX on``; from its ``<ITEM`` blocks; and from its ``<FXCHAIN``.
"""

from pathlib import Path

from bridge.daw.projects.rpp_chain import ChainReader, as_text, damaged, tokens
from bridge.daw.projects.saved import inside_containers
from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip
from bridge.model import BusStrip

# ours: the largest public projects hold some thousands; more are a damaged file, and memory is bounded by it.
MOST_EFFECTS = 64 * 1024
_MADE_BY_REAPER = (b"<SOURCE MIDI", b"<SOURCE MIDIPOOL", b"<SOURCE CLICK", b"<SOURCE LTC", b"<SOURCE VIDEOEFFECT")
_INSTRUMENT = (b"VSTi:", b"VST3i:", b"AUi:", b"AUv3i:", b"CLAPi:", b"LV2i:", b"DXi:")


class _Track:
    """One track while it is read."""

    def __init__(self, path: Path, opening: bytes) -> None:
        words = tokens(as_text(opening[1:]))
        self.strip_id = words[1][:64] if len(words) > 1 else ""
        self.name = ""
        self.chain_enabled = True
        self.chain = ChainReader(path)
        self.folder_change = 0
        self.main_send = True
        self.to_hardware = False
        self.receives: list[tuple[int, bool]] = []  # (from which track, into its first channels)
        self.has_midi_receive = False
        self.has_instrument = False
        self.items = 0
        self.file = ""  # the first one it plays
        self.plays_more = False
        self.is_recorded = False  # or made by REAPER: no file that was brought in
        self.first_s, self.last_s, self.length_s = float("inf"), 0.0, 0.0

    def content(self) -> Content:
        imported = self.file and not (self.plays_more or self.is_recorded or self.has_instrument)
        if self.items and imported and self.length_s >= LEAST_WHOLE_S:
            return "whole-file"
        if self.has_instrument or self.has_midi_receive:
            return "instrument"
        return "material" if self.items else "empty"


class TrackReader:
    """Collects the tracks of one project from the lines of their blocks; depths count from the project's own block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tracks: list[_Track] = []
        self._effects = 0
        self._in_chain = False
        self._in_item = False
        self._position_s = 0.0
        self.count = 0

    def begins(self, opening: bytes) -> None:
        """Record the opening line of a track."""
        self.count += 1
        self._in_chain = self._in_item = False
        if self.count <= MOST_STRIPS:
            self._tracks.append(_Track(self._path, opening))

    def opened(self, number: int, line: bytes, depth: int) -> None:
        """Record the opening line of a block inside a track; 1 is the depth of those that stand directly in it."""
        if self.count > MOST_STRIPS:
            return
        track = self._tracks[-1]
        if depth == 1:
            self._in_chain = line == b"<FXCHAIN" or line.startswith(b"<FXCHAIN ")
            self._in_item = line == b"<ITEM" or line.startswith(b"<ITEM ")
            track.items += self._in_item
        elif self._in_chain:
            before = len(track.chain.slots)
            track.chain.opened(number, line, depth - 1)
            self._effects += len(track.chain.slots) - before
            if self._effects > MOST_EFFECTS:
                raise damaged(self._path, number, f"more than {MOST_EFFECTS} effects")
            if depth == 2 and len(track.chain.slots) > before:
                track.has_instrument |= any(mark in line for mark in _INSTRUMENT)
        elif self._in_item and line.startswith(_MADE_BY_REAPER):
            track.is_recorded = True

    def closed(self, number: int, depth: int) -> None:
        """Record the end of a block inside a track."""
        if self._in_chain and depth > 1 and self.count <= MOST_STRIPS:
            self._tracks[-1].chain.closed(number, depth - 1)
        if depth == 1:
            self._in_chain = self._in_item = False

    def line(self, line: bytes, depth: int) -> None:
        """Handle a line of a track (depth 0) or of a block inside it."""
        if self.count > MOST_STRIPS:
            return
        track = self._tracks[-1]
        if depth == 0:
            self._track_line(track, line)
        elif self._in_chain:
            if depth == 1 or track.chain.wants_lines(depth - 1):
                track.chain.line(line)
        elif self._in_item and depth == 1:
            self._item_line(track, line)
        elif self._in_item and line.startswith(b"FILE "):
            name = (tokens(as_text(line[5:])) or [""])[0]
            track.plays_more |= track.file not in {"", name}
            track.file = name

    def _track_line(self, track: _Track, line: bytes) -> None:
        key, _, rest = line.partition(b" ")
        if key == b"NAME" and not track.name:
            track.name = (tokens(as_text(rest)) or [""])[0][:200]
        elif key == b"FX":
            track.chain_enabled = rest.split()[:1] != [b"0"]
        elif key == b"ISBUS":
            track.folder_change = int(_number(rest.split(), 1))
        elif key == b"MAINSEND":
            track.main_send = _number(rest.split(), 0) != 0
        elif key == b"HWOUT":
            track.to_hardware = True
        elif key == b"AUXRECV":
            words = rest.split()
            if _number(words, 7) < 0:
                track.has_midi_receive = True
            elif len(track.receives) < MOST_STRIPS:
                track.receives.append((int(_number(words, 0)), (int(_number(words, 8)) & 1023) < 2))

    def _item_line(self, track: _Track, line: bytes) -> None:
        if line.startswith(b"POSITION "):
            self._position_s = _number(line.split(), 1)
        elif line.startswith(b"LENGTH "):
            length_s = max(0.0, _number(line.split(), 1))
            track.length_s += length_s
            track.first_s = min(track.first_s, self._position_s)
            track.last_s = max(track.last_s, self._position_s + length_s)
        elif line.startswith(b"RECPASS "):
            track.is_recorded = True

    def strips(self) -> list[RoutedStrip]:
        """Return the tracks as strips of a graph, in their order; none of a project of too many."""
        if self.count > MOST_STRIPS:
            return []
        into_first: list[list[int]] = [[] for _ in self._tracks]
        elsewhere: list[list[int]] = [[] for _ in self._tracks]  # into a side chain
        for at, track in enumerate(self._tracks):
            for source, is_first in track.receives:
                if 0 <= source < len(self._tracks) and source != at:
                    (into_first if is_first else elsewhere)[source].append(at)
        parents = folder_parents([track.folder_change for track in self._tracks])
        return [
            _strip(track, parent, into_first[at], elsewhere[at])
            for at, (track, parent) in enumerate(zip(self._tracks, parents, strict=True))
        ]

    def bus_strip(self, at: int) -> BusStrip:
        """Return a track as a strip of the bus."""
        track = self._tracks[at]
        return BusStrip(
            name=track.name or f"Track {at + 1}",
            strip_id=track.strip_id,
            chain_enabled=track.chain_enabled,
            chain=inside_containers(tuple(track.chain.slots)),
        )


def _strip(track: _Track, parent: int | None, into_first: list[int], elsewhere: list[int]) -> RoutedStrip:
    """Return a track as a strip: without a send to its parent or the master, its sends are its way out."""
    main = ([] if parent is None else [parent]) if track.main_send else into_first or elsewhere
    return RoutedStrip(
        name=track.name,
        to=tuple(main),
        sends=(*into_first, *elsewhere),
        to_master=track.main_send and parent is None,
        to_hardware=track.to_hardware and not track.main_send,
        content=track.content(),
        span_s=(min(track.first_s, track.last_s), track.last_s),
    )


def folder_parents(changes: list[int]) -> list[int | None]:
    """Return the folder each track lies in, None at the top, from how many folders open (1) or close (-n) with it."""
    parents: list[int | None] = []
    open_folders: list[int] = []
    for at, change in enumerate(changes):
        parents.append(open_folders[-1] if open_folders else None)
        if change > 0:
            open_folders.append(at)
        elif change < 0:
            del open_folders[max(0, len(open_folders) + change) :]
    return parents


def _number(words: list[bytes], at: int) -> float:
    """Return a number of a line; 0 where there is none, as REAPER reads what is missing."""
    try:
        value = float(words[at])
    except (IndexError, ValueError):
        return 0.0
    return value if abs(value) < 1e15 else 0.0
