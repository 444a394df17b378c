"""What goes with a song from the mix to its master, whatever kind of file either is."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

MOST_MARKERS = 999  # ours: chapters are numbered with three digits; a song has a dozen


@dataclass(frozen=True, slots=True)
class Picture:
    """Artwork as it was found."""

    mime: str
    kind: int  # ID3v2.4.0, 4.14: 3 is the front cover
    data: bytes


@dataclass(frozen=True, slots=True)
class SongMarker:
    """A place in the song, with a length: a region. In frames of the file it stands in."""

    frame: int
    frames: int = 0
    label: str = ""
    note: str = ""

    def at_rate(self, from_hz: int, to_hz: int) -> "SongMarker":
        """Return the same place and the same end at another rate, each at the nearest frame."""
        start = at_rate(self.frame, from_hz, to_hz)
        return replace(self, frame=start, frames=at_rate(self.frame + self.frames, from_hz, to_hz) - start)


class MasterFormat(NamedTuple):
    """What the master is, for texts that say so."""

    rate_hz: int
    channels: int
    bits: int  # of a sample; 0 where the encoding has none
    frames: int


@dataclass(slots=True)
class Kept:
    """What a file says about itself.

    ``texts`` by their Vorbis name in lower case. ``markers`` count at ``rate_hz``. ``broadcast``, ``ixml`` and ``axml``
    are the chunks ``bext`` (EBU Tech 3285), ``iXML`` and ``axml`` (EBU Tech 3285 supplement 5) of a WAVE file,
    ``cue_sheet`` the block of a FLAC file, as they stand there. ``settings`` is what we wrote into a master ourselves.
    """

    rate_hz: int = 0
    texts: dict[str, list[str]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    markers: tuple[SongMarker, ...] = ()
    broadcast: bytes = b""
    ixml: bytes = b""
    axml: bytes = b""
    cue_sheet: bytes = b""
    settings: str = ""

    def add_texts(self, found: dict[str, list[str]]) -> None:
        """Add texts that are not there yet."""
        for name, values in found.items():
            kept = [value for value in values if value.strip("\0 ")]
            if kept:
                self.texts.setdefault(name, kept)

    def add_markers(self, found: Iterable[SongMarker]) -> None:
        """Add markers where there are none yet."""
        if not self.markers:
            self.markers = tuple(sorted(found, key=lambda marker: marker.frame))


def at_rate(frame: int, from_hz: int, to_hz: int) -> int:
    """Return a frame's number at another rate, at the nearest frame, in whole numbers: exact for any length."""
    return (2 * frame * to_hz + from_hz) // (2 * from_hz)
