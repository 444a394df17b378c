"""Projects, tracks and effects as the stand-in keeps them, and the sound they render."""

import itertools
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8000  # low, so that test renders are small

NUMERIC_RENDER = {
    "RENDER_SETTINGS": 64.0,
    "RENDER_BOUNDSFLAG": 2.0,
    "RENDER_CHANNELS": 1.0,
    "RENDER_SRATE": 22050.0,
    "RENDER_STARTPOS": 0.25,
    "RENDER_ENDPOS": 1.5,
    "RENDER_TAILFLAG": 0.0,
    "RENDER_TAILMS": 250.0,
    "RENDER_ADDTOPROJ": 1.0,
    "RENDER_DITHER": 3.0,
    "RENDER_NORMALIZE": 1.0,
    "RENDER_NORMALIZE_TARGET": 0.19952623,
    "RENDER_BRICKWALL": 0.89125094,
    "RENDER_FADEIN": 0.5,
    "RENDER_FADEOUT": 0.75,
    "RENDER_FADEINSHAPE": 1.0,
    "RENDER_FADEOUTSHAPE": 2.0,
    "RENDER_PADSTART": 0.1,
    "RENDER_PADEND": 0.2,
    "RENDER_TRIMSTART": 0.001,
    "RENDER_TRIMEND": 0.002,
}
STRING_RENDER = {
    "RENDER_FILE": "/somewhere/else",
    "RENDER_PATTERN": "$project-$date",
    "RENDER_FORMAT": "bDNwbQABAAA=",  # MP3: the person's own choice must come back
    "RENDER_FORMAT2": "evaw",
    "RENDER_EXTRAFILEDIR": "",
}

_guids = itertools.count(1)


@dataclass(eq=False)
class Fx:
    """One effect. ``gain`` is what it does to the sound, so that with and without it differ."""

    name: str  # with REAPER's prefix: "VST3: Pro-L 2 (FabFilter)"
    kind: str = "VST3"
    enabled: bool = True
    offline: bool = False
    wet: float = 1.0
    parallel: int = 0
    gain: float = 1.0
    renamed: str = ""
    children: list["Fx"] = field(default_factory=list)
    guid: str = field(default_factory=lambda: "{" + str(uuid.UUID(int=next(_guids))).upper() + "}")


@dataclass(eq=False)
class Source:
    """What a take plays: a file, or a part of another source."""

    file: str = ""  # empty: no file holds it (MIDI)
    parent: "Source | None" = None


@dataclass(eq=False)
class Take:
    """One take of an item."""

    source: Source | None


@dataclass(eq=False)
class Item:
    """An item on a track; one without a take is empty."""

    take: Take | None = None
    at_s: float = 0.0
    length_s: float = 2.0


def plays(*files: str) -> list[Item]:
    """Return one item for each file."""
    return [Item(Take(Source(file))) for file in files]


@dataclass(eq=False)
class Send:
    """A send of a track to another; ``source_channel`` -1 is MIDI alone."""

    to: "Track"
    source_channel: int = 0
    channel: int = 0


@dataclass(eq=False, repr=False)
class Track:
    """A track; the master is one too."""

    name: str = ""
    fx: list[Fx] = field(default_factory=list)
    monitor_fx: list[Fx] = field(default_factory=list)
    chain_enabled: bool = True
    items: list[Item] = field(default_factory=list)
    folder: int = 0  # 1 opens a folder, -n closes n of them
    main_send: bool = True
    sends: list[Send] = field(default_factory=list)
    hardware: int = 0  # how many hardware outputs
    instrument: bool = False
    muted: bool = False
    guid: str = field(default_factory=lambda: "{" + str(uuid.UUID(int=next(_guids))).upper() + "}")

    def __repr__(self) -> str:
        return f"userdata: {id(self):#x}"  # what Lua's tostring gives for REAPER's pointer

    def find(self, index: int) -> Fx | None:
        """Return the effect REAPER means by an index: top level, monitoring or inside a container."""
        if index >= 0x2000000:
            flat = [child for fx in self.fx for child in _descendants(fx)]
            at = index - 0x2000000
            return flat[at] if at < len(flat) else None
        source = self.monitor_fx if index >= 0x1000000 else self.fx
        at = index & 0xFFFFFF
        return source[at] if 0 <= at < len(source) else None

    def child_index(self, child: Fx) -> int:
        """Return the index by which an effect inside a container is addressed."""
        flat = [inner for fx in self.fx for inner in _descendants(fx)]
        return 0x2000000 + flat.index(child)


def _descendants(fx: Fx) -> list[Fx]:
    return [inner for child in fx.children for inner in (child, *_descendants(child))]


@dataclass(eq=False)
class Marker:
    """A project marker."""

    number: int
    at_s: float
    name: str
    color: int


@dataclass(eq=False, repr=False)
class Project:
    """One project tab."""

    path: str = ""
    length_s: float = 2.0
    tracks: list[Track] = field(default_factory=lambda: [Track("Drums"), Track("Bass")])
    master: Track = field(default_factory=lambda: Track("MASTER"))
    markers: list[Marker] = field(default_factory=list)
    render_numbers: dict[str, float] = field(default_factory=lambda: dict(NUMERIC_RENDER))
    render_texts: dict[str, str] = field(default_factory=lambda: dict(STRING_RENDER))
    play_state: int = 0
    play_rate: float = 1.0
    soloed: bool = False
    selection_s: tuple[float, float] = (0.0, 0.0)
    master_muted: bool = False
    mono: bool = False
    cursor_s: float = 0.0
    view_s: float = 0.0
    changes: int = 1
    dirty: bool = False
    undo: list[str] = field(default_factory=list)
    saved_count: int = 0

    def __repr__(self) -> str:
        return f"userdata: {id(self):#x}"  # what Lua's tostring gives for REAPER's pointer

    @property
    def items(self) -> list[Item]:
        return [item for track in self.tracks for item in track.items]

    def targets(self) -> list[str]:
        """Return what a render would write now, derived from the settings as REAPER derives RENDER_TARGETS."""
        pattern = self.render_texts["RENDER_PATTERN"] or "untitled"
        name = pattern.replace("$project", Path(self.path).stem or "untitled").replace("$date", "2026-11-22")
        extension = ".wav" if self.render_texts["RENDER_FORMAT"].startswith("ZXZhd") else ".mp3"
        paths = [f"{self.render_texts['RENDER_FILE']}/{name}{extension}"]
        if self.render_texts["RENDER_FORMAT2"]:
            paths.append(f"{self.render_texts['RENDER_FILE']}/{name}.second.wav")
        return paths

    def sound(self) -> NDArray[np.float32]:
        """Return what the master mix sounds like: two partials through the master's enabled effects."""
        tail_s = self.render_numbers["RENDER_TAILMS"] / 1000 if self.render_numbers["RENDER_TAILFLAG"] else 0.0
        frames = int((self.length_s + tail_s) * RATE_HZ)
        time = np.arange(frames) / RATE_HZ
        mono = 0.2 * np.sin(2 * np.pi * 220 * time) + 0.1 * np.sin(2 * np.pi * 331 * time)
        mono[int(self.length_s * RATE_HZ) :] = 0
        # A folder is around everything in the tests that render.
        for strip in (*(track for track in self.tracks if track.folder > 0), self.master):
            for fx in strip.fx if strip.chain_enabled else ():
                if fx.enabled and not fx.offline:
                    mono = np.clip(mono * fx.gain, -1, 1)
        return np.repeat(mono[:, None], 2, axis=1).astype(np.float32)

    def memory(self) -> object:
        """Return everything that must be the same after an action as before it (undo and dirt aside)."""
        return (
            dict(self.render_numbers),
            dict(self.render_texts),
            [strip.chain_enabled for strip in (*self.tracks, self.master)],
            [(fx.name, fx.enabled, fx.offline, fx.wet) for fx in self.master.fx],
            [(m.at_s, m.name) for m in self.markers],
            len(self.tracks),
        )


def write_render(path: Path, sound: NDArray[np.float32], between: Callable[[], None], pieces: int = 4) -> None:
    """Write a float WAV as a DAW does: zero bytes first, then a header that is wrong until the end, then pieces."""
    data = sound.tobytes()
    frame_bytes = sound.shape[1] * 4

    def header(size: int) -> bytes:
        form = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 3, sound.shape[1], RATE_HZ,
                           RATE_HZ * frame_bytes, frame_bytes, 32)  # fmt: skip
        return form + struct.pack("<4sI", b"data", size)

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=0) as stream:
        between()
        stream.write(header(0))
        step = max(len(data) // pieces // frame_bytes * frame_bytes, frame_bytes)
        for start in range(0, len(data), step):
            between()
            stream.write(data[start : start + step])
        stream.seek(0)
        stream.write(header(len(data)))
