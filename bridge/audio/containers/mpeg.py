"""The frames of an MPEG audio file (MP3, MP2): counted one by one, whatever its header says or leaves out."""

from dataclasses import dataclass, field

from bridge.audio.containers.base import ContainerError, Window, id3_bytes
from bridge.audio.containers.mpeg_frames import (
    DECODER_DELAY_FRAMES,
    CountHeader,
    FrameHeader,
    count_header,
    counting_frames,
    parse_header,
    refers_back,
)
from bridge.audio.containers.pieces import Span
from bridge.text import clock

_SURE_FRAMES = 3  # ours: so many in a row are no accident; random bytes make three in one of 10^7 places
_LOOK_BYTES = 60  # of a frame: enough to see whether it is a header


@dataclass(slots=True)
class MpegStream:
    """Frames that belong together, and what the header in front of them says."""

    head: FrameHeader
    spans: list[Span] = field(default_factory=list)
    count: int = 0  # frames of the format, each `head.frames` long
    said: CountHeader | None = None
    header_bytes: int = 0
    gaps_at_s: list[float] = field(default_factory=list)  # where bytes stand between frames that are none

    @property
    def promised(self) -> int | None:
        """Return how many frames its header promises; None where none does."""
        return self.said.frames if self.said is not None else None

    @property
    def trim(self) -> tuple[int, int]:
        """Return what comes off at the start and at the end, in frames of sound, as decoders take it off."""
        if self.said is None or not (self.said.delay or self.said.padding):
            return 0, 0
        return self.said.delay + DECODER_DELAY_FRAMES, max(0, self.said.padding - DECODER_DELAY_FRAMES)

    @property
    def in_front(self) -> bytes:
        """Return the bytes that make a decoder see how long it is; layer III only."""
        delay, padding = (self.said.delay, self.said.padding) if self.said is not None else (0, 0)
        return counting_frames(self.head, self.count, delay, padding)

    @property
    def length(self) -> int:
        """Return how many frames of sound are left."""
        return max(0, self.count * self.head.frames - sum(self.trim))


class _Walk:
    """One pass over the frames of a stretch of a file."""

    def __init__(self, window: Window, start: int, end: int) -> None:
        self._window = window
        self._end = end
        self._position = start
        self._known: dict[bytes, FrameHeader | None] = {}
        self.streams: list[MpegStream] = []

    def run(self) -> list[MpegStream]:
        head = self._sync(self._position)
        if head is None:
            return []
        self.streams.append(MpegStream(head))
        while self._position < self._end:
            if not self._take_frames() and not self._skip():
                break
        return self.streams

    @property
    def _at_s(self) -> float:
        return sum(stream.length / stream.head.rate_hz for stream in self.streams)

    def _header(self, position: int) -> FrameHeader | None:
        data = self._window.at(position, 4)
        if data not in self._known:
            self._known[data] = parse_header(data)
        return self._known[data]

    def _take_frames(self) -> bool:
        """Add the frames that follow each other from the position on to the last stream; False when there is none.

        Stops before the first that belongs to another stream.
        """
        stream, start, position, count = self.streams[-1], self._position, self._position, 0
        known, kind = self._known, stream.head.kind
        while position < self._end:
            data = self._window.at(position, _LOOK_BYTES)
            head = known[data[:4]] if data[:4] in known else self._header(position)
            is_stub = position + 4 > self._end and data[:1] == b"\xff"
            if not is_stub and (head is None or head.kind != kind):
                break
            if is_stub or head is None or position + head.length > self._end or not head.length:
                stream.count += count
                raise self._unusable(head)
            if head.layer == 3:
                if count_header(data, head) is not None:
                    if position == start:
                        self._begin(self._window.at(position, head.length), head)
                        return True
                    break
                if stream.count + count == stream.promised and not refers_back(data, head):
                    # it has all that its header promises, and the next frame refers to nothing before it
                    self.streams.append(MpegStream(head))
                    break
            count += 1
            position += head.length
        if count:
            stream.count += count
            stream.spans.append(Span(start, position - start))
        moved, self._position = position > start, position
        return moved or stream is not self.streams[-1]

    def _begin(self, data: bytes, head: FrameHeader) -> None:
        """Take the frame at the position for the header of the stream that it is in front of."""
        if self.streams[-1].count or self.streams[-1].said is not None:
            self.streams.append(MpegStream(head))
        self.streams[-1].said = count_header(data, head)
        self.streams[-1].header_bytes = head.length
        self._position += head.length

    def _unusable(self, head: FrameHeader | None) -> ContainerError:
        if head is None or head.length:
            return ContainerError(f"is not complete: it breaks off inside a frame at {clock(self._at_s, 1)}")
        return ContainerError(
            f"has frames of a free format at {clock(self._at_s, 1)}, which cannot be decoded",
            "Bounce to WAV, AIFF or FLAC.",
        )

    def _skip(self) -> bool:
        """Go to the next frame over a tag or over bytes that are no frame; False when nothing follows."""
        stream = self.streams[-1]
        length = id3_bytes(self._window.at(self._position, 10))
        head = self._window.at(self._position, 32)
        if head[:3] == b"TAG":
            length = 128
        elif head[:8] == b"APETAGEX" and len(head) == 32:
            length = int.from_bytes(head[12:16], "little") + 32
        if length:
            self._position += length
            if self._header(self._position) is None and not id3_bytes(self._window.at(self._position, 10)):
                return self._resume(stream, gap=False)
            return True
        return self._resume(stream, gap=True)

    def _resume(self, stream: MpegStream, *, gap: bool) -> bool:
        """Find the next frames, of this kind or another."""
        at_s, before = self._at_s, self._position
        head = self._sync(self._position)
        if head is None:
            return False
        if gap and self._position > before:
            stream.gaps_at_s.append(at_s)
        if head.kind != stream.head.kind:
            self.streams.append(MpegStream(head))
        return True

    def _sync(self, position: int) -> FrameHeader | None:
        """Go to the first place from which several frames follow each other; None when there is none."""
        while (position := self._window.find(b"\xff", position, self._end)) >= 0:
            head = self._header(position)
            if head is not None and self._is_sure(head, position):
                self._position = position
                return head
            position += 1
        return None

    def _is_sure(self, head: FrameHeader, position: int) -> bool:
        """Tell whether frames of one kind follow each other from here, to the end or far enough."""
        if head.length == 0:
            return self._is_free(head, position)
        for _ in range(_SURE_FRAMES):
            position += head.length
            if position >= self._end:
                return position == self._end
            following = self._header(position)
            if following is None or following.kind != head.kind or following.length == 0:
                return False
            head = following
        return True

    def _is_free(self, head: FrameHeader, position: int) -> bool:
        """Tell whether frames of a free format, all of one length, begin here."""
        length = 0
        for at in range(position + 24, min(position + 4096, self._end - 4)):
            following = self._header(at)
            if following is not None and following.kind == head.kind and following.length == 0:
                length = at - position
                break
        if not length:
            return False
        following = self._header(position + 2 * length) or self._header(position + 2 * length + 1)
        return following is not None and following.kind == head.kind and following.length == 0


def read_mpeg(window: Window, start: int, end: int) -> list[MpegStream]:
    """Return the streams between two places of a file, one after the other; empty when there is no frame.

    Raises ContainerError, with the time, where a stream breaks off or lacks what its header promises.
    """
    streams = [s for s in _Walk(window, start, end).run() if s.count or s.said is not None]
    done_s = 0.0
    for stream in streams:
        _check(stream, done_s)
        done_s += stream.length / stream.head.rate_hz
    return streams


def _check(stream: MpegStream, done_s: float) -> None:
    end_s = done_s + stream.length / stream.head.rate_hz
    if stream.said is None or stream.said.frames is None:
        if stream.gaps_at_s:
            raise ContainerError(
                f"is damaged at {clock(stream.gaps_at_s[0], 1)}: what stands there is no frame, and it does not say "
                "how many there should be"
            )
        return
    # some encoders count the header's own frame
    is_whole = sum(span.length for span in stream.spans) + stream.header_bytes >= stream.said.length
    missing = stream.said.frames - stream.count
    if missing > 1 or (missing == 1 and (stream.gaps_at_s or not is_whole)):
        promised_s = end_s + missing * stream.head.frames / stream.head.rate_hz
        where = f" and is damaged at {clock(stream.gaps_at_s[0], 1)}" if stream.gaps_at_s else ""
        raise ContainerError(f"ends at {clock(end_s, 1)}, its header promises {clock(promised_s, 1)}{where}")
