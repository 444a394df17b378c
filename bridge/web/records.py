"""What the server and its pages share: names of sounds, warnings, the events that open pages receive."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from bridge.songs.actions import Action, PageReply

AudioKind = Literal["bounce", "master", "reference"]
Sound = tuple[AudioKind, int]
Choice = tuple[str, str]  # what is sent, what is shown


class StandingWarning(Struct, frozen=True, kw_only=True):
    """A warning that stands and can be answered."""

    id: str
    song_id: int | None
    title: str
    message: str
    answers: tuple[Choice, ...]


class AudioSlice(Struct, frozen=True, kw_only=True):
    """A stretch of a sound file: float32, little endian, interleaved."""

    rate_hz: int
    channels: int
    frames: int  # of the whole file
    start: int
    data: bytes


Ask = Callable[[Action], PageReply]


class Happened(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened, published to the pages that are open; ids say which pages it touches."""

    kind: Literal["progress", "changed", "state", "hello"]
    song_id: int | None = None
    bounce_id: int | None = None
    job_id: int | None = None
    stage: str = ""
    fraction: float | None = None
    message: str = ""
