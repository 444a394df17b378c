"""How REAPER's tracks are wired, as the scripts say it, and the answer: which of them everything passes through."""

import re
from functools import lru_cache

from msgspec import Struct

from bridge.daw.projects.rpp_tracks import folder_parents
from bridge.daw.routing import LEAST_WHOLE_S, Content, RoutedStrip, layout_of, leaves_by_hardware, passed_by_all
from bridge.model import MOST_MUTED, Layout

_MAX_NAME_CHARS = 200
# REAPER's own names for what it records: "02-Guitar-241130_1405.wav", "01-241130_1405-02.wav".
_RECORDED = re.compile(r"(?:^|[/\\])\d{2}-(?:.*-)?\d{6}_\d{4}(?:-\d+)?\.\w+$")


class StateSend(Struct, frozen=True):
    """One send of a track that does not go to its folder or the master."""

    to: int  # position of the track, from 0; -1: not found
    channel: int = 0


class StateLongFile(Struct, frozen=True):
    """The one file on a track, when it is as long as a song."""

    file: str
    start_s: float
    length_s: float


class StateTrack(Struct, frozen=True):
    """One track as the scripts describe it."""

    folder: int = 0
    main: bool = True
    holds: str = ""
    fed: bool = False
    sends: tuple[StateSend, ...] = ()
    hardware: bool = False
    name: str = ""
    muted: str = ""  # its name, where it is muted and holds items or opens a folder
    long: StateLongFile | None = None


class StateWiring(Struct, frozen=True):
    """All tracks; ``key`` names this reading, so that an answer is not taken for another."""

    key: str = ""
    tracks: tuple[StateTrack, ...] = ()


class WiringAnswer(Struct, frozen=True):
    """What the wiring says: the numbers of the tracks everything passes through, from 1, and what the project is."""

    key: str = ""
    tracks: tuple[int, ...] = ()
    layout: Layout = ""
    hardware_only: bool = False
    muted: tuple[str, ...] = ()  # names of muted tracks that hold something


@lru_cache(maxsize=16)
def answer_to(wiring: StateWiring) -> WiringAnswer:
    """Return which tracks everything passes through; remembered, because a state is repeated every second."""
    strips = strips_of(wiring.tracks)
    passed = tuple(at + 1 for at in passed_by_all(strips))
    return WiringAnswer(wiring.key, passed, layout_of(strips), leaves_by_hardware(strips), muted_of(wiring.tracks))


def muted_of(tracks: tuple[StateTrack, ...]) -> tuple[str, ...]:
    """Return the names of the muted tracks whose sound is missing: a muted folder is named for what lies in it."""
    parents = folder_parents([track.folder for track in tracks])
    holds = [bool(track.holds) for track in tracks]
    for at in reversed(range(len(tracks))):
        parent = parents[at]
        if holds[at] and parent is not None:
            holds[parent] = True
    silent = [False] * len(tracks)
    names: list[str] = []
    for at, (track, parent) in enumerate(zip(tracks, parents, strict=True)):
        silent[at] = bool(track.muted) or (parent is not None and silent[parent])
        is_said = parent is not None and silent[parent]
        if track.muted and holds[at] and not is_said:
            names.append(track.muted[:_MAX_NAME_CHARS])
    return tuple(names[:MOST_MUTED])


def strips_of(tracks: tuple[StateTrack, ...]) -> list[RoutedStrip]:
    """Return the tracks as strips of a graph."""
    parents = folder_parents([track.folder for track in tracks])
    return [_strip(track, parent) for track, parent in zip(tracks, parents, strict=True)]


def _strip(track: StateTrack, parent: int | None) -> RoutedStrip:
    into_first = tuple(send.to for send in track.sends if (send.channel & 1023) < 2)
    main = (() if parent is None else (parent,)) if track.main else into_first or tuple(s.to for s in track.sends)
    long = track.long
    return RoutedStrip(
        name=track.name[:_MAX_NAME_CHARS],
        to=main,
        to_master=track.main and parent is None,
        to_hardware=track.hardware and not track.main,
        content=_content(track),
        is_fed=track.fed,
        span_s=(long.start_s, long.start_s + long.length_s) if long is not None else (0.0, 0.0),
    )


def _content(track: StateTrack) -> Content:
    if track.holds == "instrument":
        return "instrument"
    if track.holds != "items":
        return "empty"
    long = track.long
    is_brought = long is not None and long.file and not long.file.lower().endswith((".mid", ".midi", ".rpp"))
    if long is not None and is_brought and long.length_s >= LEAST_WHOLE_S and not _RECORDED.search(long.file):
        return "whole-file"
    return "material"
