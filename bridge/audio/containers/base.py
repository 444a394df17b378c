"""What the readers of containers say: streams that a decoder can take, and what is wrong with a file."""

from dataclasses import dataclass
from typing import NamedTuple

from bridge.audio.containers.pieces import Piece, Readable
from bridge.model import Speakers

WINDOW_BYTES = 1 << 18  # ours: read at once while a container is walked

BOUNCE_AGAIN = "Bounce it again."


class ContainerError(Exception):
    """A file whose sound is not all there, or cannot be told apart; the message goes on from the file's name."""

    def __init__(self, reason: str, remedy: str = BOUNCE_AGAIN) -> None:
        super().__init__(reason)
        self.remedy = remedy


class Stream(NamedTuple):
    """One stream to decode: the bytes it is made of, none for the file as it stands, and how long it is.

    ``frames`` is counted from the container's own structure; None where only the decoder can tell.
    ``least_frames`` is lower where the container leaves open at which frame its sound begins; ``estimated`` where the
    decoder guesses a length of its own, which is too long.
    """

    pieces: tuple[Piece, ...] = ()
    frames: int | None = None
    least_frames: int | None = None
    estimated: bool = False

    def accepts(self, frames: int) -> bool:
        """Tell whether this is what a decoder may find that sees all of the stream."""
        if self.frames is None:
            return True
        least = self.frames if self.least_frames is None else self.least_frames
        return least <= frames <= self.frames or (self.estimated and frames >= self.frames)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container holds: one or more streams that follow each other, and where each channel belongs.

    ``speakers`` names the channels as they come out of the decoder, empty where the container does not say.
    ``mended`` decodes the same sound from a header of ours, for where the file's own is not understood.
    ``container`` and ``subtype`` replace the decoder's names where it is shown something else than the file.
    """

    streams: tuple[Stream, ...] = (Stream(),)
    speakers: Speakers = ()
    mended: tuple[Stream, ...] = ()
    container: str = ""
    subtype: str = ""


class Window:
    """Random access to a file in large steps; cheap for walks that mostly go forward."""

    def __init__(self, file: Readable, size: int) -> None:
        self._file = file
        self.size = size
        self._start = 0
        self._data = b""

    def at(self, position: int, count: int) -> bytes:
        """Return up to ``count`` bytes from a place, fewer at the end of the file, none outside it."""
        if not 0 <= position < self.size:  # also what no file can be as long as
            return b""
        inside = position - self._start
        if not 0 <= inside <= len(self._data) - count:
            self._file.seek(position)
            self._data = read_all(self._file, max(count, WINDOW_BYTES))
            self._start, inside = position, 0
        return self._data[inside : inside + count]

    def find(self, pattern: bytes, position: int, end: int) -> int:
        """Return the first place of a pattern that begins at or after ``position`` and ends by ``end``; -1 if none."""
        while 0 <= position < min(end, self.size):
            if not self._start <= position <= self._start + len(self._data) - len(pattern):
                self.at(position, min(WINDOW_BYTES, end - position))
            # Where it stands: a copy for each call would make many calls slow.
            stop = min(len(self._data), end - self._start)
            found = self._data.find(pattern, position - self._start, stop)
            if found >= 0:
                return self._start + found
            if self._start + stop >= min(end, self.size) or stop < len(pattern):
                return -1
            position = self._start + stop - len(pattern) + 1
        return -1


def read_all(file: Readable, count: int) -> bytes:
    """Return ``count`` bytes from where the file stands, fewer only at its end."""
    parts = []
    while count and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


ID3_HEADER_BYTES = 10


def id3_bytes(head: bytes) -> int:
    """Return how long the ID3v2 tag is that begins with these ten bytes; 0 when none does.

    Source: ID3 tag version 2.4.0, Main Structure, 3.1 and 3.4.
    """
    if len(head) < ID3_HEADER_BYTES or head[:3] != b"ID3" or max(head[3:5]) == 0xFF or max(head[6:10]) > 0x7F:
        return 0
    length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return length + (2 if head[5] & 0x10 else 1) * ID3_HEADER_BYTES


def sound_start(window: Window) -> int:
    """Return where a file begins behind the ID3v2 tags that stand in front of it."""
    position = 0
    while length := id3_bytes(window.at(position, ID3_HEADER_BYTES)):
        position += length
    return position


def tail_tags_start(window: Window, start: int) -> int:
    """Return where the tags at the end of a file begin (ID3v1, APE, Lyrics3); its size when there are none."""
    end = window.size
    for _ in range(4):  # each kind once
        before = end
        if end - start >= 128 and window.at(end - 128, 3) == b"TAG":
            end -= 128
        end = _before_ape(window, start, end)
        end = _before_lyrics(window, start, end)
        if end == before:
            break
    return end


def _before_ape(window: Window, start: int, end: int) -> int:
    """Return where an APE tag that ends here begins. Source: APE Tags Header, Hydrogenaudio wiki."""
    footer = window.at(end - 32, 32) if end - start >= 32 else b""
    if footer[:8] != b"APETAGEX":
        return end
    length = int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
    return end - length if 32 <= length <= end - start else end


def _before_lyrics(window: Window, start: int, end: int) -> int:
    """Return where a Lyrics3 v2 tag that ends here begins. Source: Lyrics3 v2.00, id3.org."""
    footer = window.at(end - 15, 15) if end - start >= 15 else b""
    if footer[6:] != b"LYRICS200" or not footer[:6].isdigit():
        return end
    length = int(footer[:6]) + 15
    return end - length if length <= end - start else end
