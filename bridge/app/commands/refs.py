"""Who asks, and how songs, bounces and mixes are named in what is asked. Light to import."""

from typing import Literal, get_args

import msgspec
from msgspec import Struct

from bridge.model import DawName

FrontName = Literal["osc", "page", "command line"]
AskerKind = DawName | FrontName


class Asker(Struct, frozen=True):
    """Who asks: it decides which files may be named, and where a later outcome is sent."""

    kind: AskerKind
    port: int = 0  # UDP port that OSC answers go to
    row: int | None = None  # the command is on disk already, in this row

    @property
    def text(self) -> str:
        """Return the asker as the store keeps it."""
        return f"{self.kind}:{self.port}" if self.port else self.kind


def asker_of(text: str, row: int | None = None) -> Asker:
    """Read an asker as the store keeps it; ``ValueError`` when there is no such kind."""
    kind, _, port = text.partition(":")
    if kind not in get_args(DawName) + get_args(FrontName):
        raise ValueError(f"{text!r} is nobody who can ask")
    return Asker(msgspec.convert(kind, AskerKind), int(port or 0), row)


class OpenProject(Struct, frozen=True, tag="project"):
    """The project that a DAW shows, by its key (`bridge.policy.bus.guard_state.project_key`)."""

    key: str


class NumberedBounce(Struct, frozen=True, tag="numbered"):
    """A bounce as people name it: SONG or SONG:3 in their words, and its number; the newest without one."""

    song: str
    number: int | None = None


MixRef = int | str  # a bounce by its id, the full path of a sound file, or words: SONG, SONG:3
SongRef = int | str | OpenProject  # a song by its id, in a person's words, or the one of an open project
BounceRef = int | NumberedBounce | OpenProject


class CommandBase(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="ask"):
    """Base of all commands."""
