"""What a DAW says about the session that is open."""

from typing import Literal

from msgspec import Struct

# The DAWs that have an adapter or a reader of saved projects; stored with snapshots and exports.
DawName = Literal["ardour", "reaper", "lmms", "live", "fl-studio", "studio-one", "dawproject"]
Transport = Literal["stopped", "playing", "recording", "unknown"]


class FxSlot(Struct, frozen=True, kw_only=True):
    """One processor in a chain, as the DAW names it."""

    name: str
    kind: str = ""  # VST, VST3, AU, CLAP, JS, LV2, builtin ... as far as the DAW says
    enabled: bool = True
    offline: bool = False
    wet: float | None = None  # 0..1 where the DAW says it
    parallel: bool = False  # beside the effect before it, not behind it
    container: tuple[str, ...] = ()  # names of the containers it sits in, outermost first
    slot_id: str = ""  # the DAW's own stable id, where it has one
    from_template: bool = False  # the DAW puts it there by itself, and nobody has touched it


class BusStrip(Struct, frozen=True, kw_only=True):
    """A strip before the master that everything that makes the mix passes through, with what works on it."""

    name: str
    strip_id: str = ""  # the DAW's own stable id, where it has one
    chain_enabled: bool = True
    chain: tuple[FxSlot, ...] = ()


# What a session looks like by what lies in it: one imported mix, an album of mixes, the parts of a mix; "" for others.
Layout = Literal["", "one-mix", "album", "mix"]

# What a bounce would catch beside the processors on the bus; the last three are REAPER's own render window.
Hazard = Literal[
    "solo",
    "master-muted",
    "mono",
    "play-rate",
    "hardware-only",
    "subproject",
    "muted-tracks",
    "render-selection",
    "render-limits",
    "render-normalises",
]

MOST_MUTED = 20  # ours: more names than this tell nobody anything
MOST_SOURCE_FILES = 8  # ours: a session that plays more files than this is a mix; nobody needs their names


class SessionSnapshot(Struct, frozen=True, kw_only=True):
    """The whole state of one DAW session at one instant: a lost message repairs itself with the next one."""

    daw: DawName
    seen_at: float
    project_path: str  # empty: unsaved
    project_name: str
    track_count: int | None = None
    transport: Transport = "unknown"
    rendering: bool = False
    master_chain_enabled: bool = True
    master_chain: tuple[FxSlot, ...] = ()
    buses: tuple[BusStrip, ...] = ()  # before the master, in the order of the flow
    layout: Layout = ""
    hazards: tuple[Hazard, ...] = ()
    muted: tuple[str, ...] = ()  # names of muted tracks that hold something, the first few
    switches_read: bool = True  # False: it is not known whether an effect is switched off
    monitor_chain: tuple[FxSlot, ...] = ()
    project_id: str = ""  # how the DAW tells open projects apart while it runs, saved or not; empty: by path alone
    # Absolute paths of the sound files the session plays, said only when they are few (see `MOST_SOURCE_FILES`);
    # empty: not known, none, or more than that. A copy made by the DAW is said as its origin where that is known.
    source_files: tuple[str, ...] = ()
