"""The tracks of a Live set: where their sound goes, what lies on them, their devices.

``DeviceChain/AudioOutputRouting/Target`` says where a track's sound goes: ``AudioOut/Master`` (``Main`` in Live 12),
``AudioOut/GroupTrack`` (the group of its ``TrackGroupId``), ``AudioOut/Track.7/TrackIn``, ``AudioOut/External/S0`` (the
hardware), ``AudioOut/None`` (to its sends alone). The sends stand in the mixer in the order of the return tracks. A
track that listens to another one's output (``AudioInputRouting``, monitoring on) gets its sound beside that way.
"""

import os
import re
from pathlib import Path, PurePosixPath

from msgspec import Struct

from bridge.daw.projects.live.devices import Device
from bridge.daw.projects.source_list import SourceList
from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip

MOST_FILES = 2  # ours: of two files on a track it is known that it plays more than one
_LEAST_SEND = 0.001  # ours: -60 dB; Live's own lowest is 0.0003 (-70 dB), and means that nothing is sent
_OUT_TO_TRACK = re.compile(r"AudioOut/Track\.(\d{1,9})/TrackIn")
_IN_FROM_TRACK = re.compile(r"AudioIn/Track\.(\d{1,9})/")
_MONITOR_IN = "0"  # MonitoringEnum: 0 in, 1 auto, 2 off
_DRIVE = re.compile(r"[A-Za-z]:")
_RECORDED = "Recorded"  # the folder in a project's Samples that Live records into


class LiveTrack(Struct):
    """One track while it is read."""

    tag: str
    track_id: str
    name: str = ""
    group_id: str = ""
    output: str = ""
    input: str = ""
    monitors: str = ""
    sends: list[float] = []
    devices: list[Device] = []
    sounds: bool = False  # of one of notes: whether an instrument plays them
    clips: int = 0
    files: list[str] = []
    recorded: bool = False
    plays_unknown: bool = False  # a file whose place here is not known
    first_beat: float = float("inf")
    last_beat: float = 0.0
    length_beats: float = 0.0

    def note_file(self, path: str) -> None:
        """Record a sound file that a clip plays."""
        self.plays_unknown |= not path or (bool(_DRIVE.match(path)) and os.name != "nt")
        if path not in self.files and len(self.files) < MOST_FILES:
            self.files.append(path)
        self.recorded |= _RECORDED in PurePosixPath(path.replace("\\", "/")).parts[-2:-1]

    def note_span(self, start: float, end: float) -> None:
        """Record where a clip of the arrangement lies, in beats."""
        if 0.0 <= start < end < 1e9:
            self.first_beat, self.last_beat = min(self.first_beat, start), max(self.last_beat, end)
            self.length_beats += end - start

    def content(self, beats_per_s: float) -> Content:
        """Return what it holds."""
        if self.tag == "MidiTrack":
            return "instrument" if self.sounds else "empty"
        if not self.clips:
            return "empty"
        is_one = len(self.files) == 1 and not self.recorded
        return "whole-file" if is_one and self.length_beats / beats_per_s >= LEAST_WHOLE_S else "material"


def strips_of(tracks: list[LiveTrack], beats_per_s: float) -> list[RoutedStrip]:
    """Return the tracks, groups and returns as strips; a set of more than any project has none."""
    if len(tracks) > MOST_STRIPS:
        return []
    places = {track.track_id: at for at, track in enumerate(tracks)}
    returns = [at for at, track in enumerate(tracks) if track.tag == "ReturnTrack"]
    taps: dict[int, list[int]] = {}
    for at, track in enumerate(tracks):
        found = _IN_FROM_TRACK.match(track.input)
        if found and track.monitors == _MONITOR_IN and found[1] in places:
            taps.setdefault(places[found[1]], []).append(at)
    return [_strip(at, track, places, returns, taps.get(at, []), beats_per_s) for at, track in enumerate(tracks)]


def _strip(
    at: int, track: LiveTrack, places: dict[str, int], returns: list[int], taps: list[int], beats_per_s: float
) -> RoutedStrip:
    sends = [to for to, amount in zip(returns, track.sends, strict=False) if amount > _LEAST_SEND and to != at]
    beside = tuple(dict.fromkeys((*sends, *taps)))
    to: tuple[int, ...] = ()
    if track.output == "AudioOut/GroupTrack":
        to = (places[track.group_id],) if track.group_id in places else ()
    elif found := _OUT_TO_TRACK.match(track.output):
        to = (places[found[1]],) if found[1] in places else ()
    elif track.output == "AudioOut/None":
        to, beside = beside, ()
    spans = (track.first_beat / beats_per_s, track.last_beat / beats_per_s)
    content = track.content(beats_per_s)
    return RoutedStrip(
        name=track.name,
        to=to,
        sends=beside,
        to_master=track.output in {"AudioOut/Master", "AudioOut/Main"},
        to_hardware=track.output.startswith("AudioOut/External"),
        content=content,
        span_s=spans if content == "whole-file" else (0.0, 0.0),
    )


def source_files(tracks: list[LiveTrack], folder: Path) -> tuple[str, ...]:
    """Return the sound files a set plays, when they are few and it plays nothing else."""
    sources = SourceList()
    for track in tracks:
        if track.sounds:
            sources.spoil()
        if track.clips and not track.files:
            sources.spoil()
        if len(track.files) >= MOST_FILES or track.plays_unknown:
            sources.spoil()
        for path in track.files:
            sources.add(path)
    return sources.files(folder)
