"""The pages of an Ogg file: every one is checked, and each stream of a chain becomes one to decode.

Sources: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), Vorbis I specification, section 4 and appendix A, Ogg mapping for FLAC.
"""

import struct
import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.audio.containers.base import ContainerError, Window, tail_tags_start
from bridge.audio.containers.pieces import Span
from bridge.text import clock

_HEADER = struct.Struct("<4sBBqIIIB")
_LONGEST_PAGE_BYTES = 27 + 255 + 255 * 255  # RFC 3533, 6
_BEGINS, _ENDS = 2, 4  # RFC 3533, 6, header type flag
OPUS_RATE_HZ = 48_000  # RFC 7845, 4: granule positions count at this rate whatever the input's was
_FIRST_FLAC_PACKET_SKIP = 9  # Ogg mapping for FLAC: what stands before the native "fLaC"
# Zlib's CRC is the reflected one: with the bits of every byte turned round it is Ogg's, turned round.
_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggStream(NamedTuple):
    """One stream of a chain."""

    codec: str  # vorbis, opus, flac; empty for what we do not know
    first_packet: bytes
    pages: tuple[Span, ...]
    payloads: tuple[Span, ...]  # without the pages' headers; only for FLAC, which needs no Ogg
    frames: int  # if it begins at 0
    least_frames: int  # wherever it begins


@dataclass(slots=True)
class _Logical:
    """A logical stream while its pages are collected."""

    codec: str
    first_packet: bytes
    rate_hz: int
    pages: list[Span] = field(default_factory=list)
    payloads: list[Span] = field(default_factory=list)
    sequence: int = 0
    first_granule: int = -1
    last_granule: int = 0
    ended: bool = False

    @property
    def skip(self) -> int:
        return struct.unpack_from("<H", self.first_packet, 10)[0] if self.codec == "opus" else 0

    @property
    def at_s(self) -> float:
        return max(0, self.last_granule - self.skip) / self.rate_hz if self.rate_hz else 0.0


class _Page(NamedTuple):
    span: Span
    flags: int
    granule: int
    serial: int
    sequence: int
    body: bytes


def read_ogg(window: Window, start: int) -> list[OggStream]:
    """Return the first sound stream of every link of the chain, in order.

    Raises ContainerError, with the time, for damaged, missing or cut pages.
    """
    found: list[OggStream] = []
    link: dict[int, _Logical] = {}
    heads = True  # still among the pages that begin a link
    done_s = 0.0
    position = start
    while (position := window.find(b"OggS", position, window.size)) >= 0:
        page = _page(window, position, done_s + _at_s(link))
        if page.flags & _BEGINS and not heads:
            done_s += _close(link, found, done_s)
            link = {}
        heads = bool(page.flags & _BEGINS)
        if heads:
            link[page.serial] = _begin(page.body)
        if page.serial in link:
            _add(link[page.serial], page, done_s)
        position += page.span.length
    _close(link, found, done_s)
    return found


def check_ogg_end(window: Window, start: int) -> None:
    """Raise ContainerError where the last page is not whole or does not mark the end; looks at the file's end alone."""
    end = tail_tags_start(window, start)
    first = max(start, end - _LONGEST_PAGE_BYTES)
    tail = window.at(first, end - first)
    at = tail.rfind(b"OggS")
    if at < 0:
        raise ContainerError("is not complete: no page stands at its end")
    if not _page(window, first + at, 0.0).flags & _ENDS:
        raise ContainerError("is not complete: its last page does not mark the end")


def _page(window: Window, position: int, at_s: float) -> _Page:
    head = window.at(position, _HEADER.size)
    if len(head) < _HEADER.size:
        raise _cut(at_s)
    _, _, flags, granule, serial, sequence, crc, segments = _HEADER.unpack(head)
    table = window.at(position + _HEADER.size, segments)
    start, length = position + _HEADER.size + segments, sum(table)
    body = window.at(start, length)
    if len(table) < segments or len(body) < length:
        raise _cut(at_s)
    if _crc(head[:22] + bytes(4) + head[26:] + table + body) != crc:
        raise ContainerError(f"is damaged at {clock(at_s, 1)}: a page of it is not what was written")
    return _Page(Span(position, _HEADER.size + segments + length), flags, granule, serial, sequence, body)


def _crc(page: bytes) -> int:
    """Return Ogg's checksum: polynomial 0x04C11DB7, not reflected, from 0 (RFC 3533, 6, CRC checksum)."""
    turned = zlib.crc32(page.translate(_TURNED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_TURNED), "big")


def _begin(body: bytes) -> _Logical:
    if body[:7] == b"\x01vorbis" and len(body) >= 30:
        return _Logical("vorbis", body, struct.unpack_from("<I", body, 12)[0])
    if body[:8] == b"OpusHead" and len(body) >= 19:
        return _Logical("opus", body, OPUS_RATE_HZ)
    if body[:5] == b"\x7fFLAC" and body[9:13] == b"fLaC" and len(body) >= 51:
        return _Logical("flac", body, int.from_bytes(body[27:30], "big") >> 4)
    return _Logical("", body, 0)


def _add(stream: _Logical, page: _Page, done_s: float) -> None:
    at_s = done_s + stream.at_s
    if page.sequence != stream.sequence:
        raise ContainerError(f"lacks a part at {clock(at_s, 1)}: pages of it are missing")
    if stream.ended and page.body:
        raise ContainerError(f"goes on behind the end it marks at {clock(at_s, 1)}")
    stream.sequence += 1
    stream.pages.append(page.span)
    if stream.codec == "flac":
        body = Span(page.span.start + page.span.length - len(page.body), len(page.body))
        skip = _FIRST_FLAC_PACKET_SKIP if page.flags & _BEGINS else 0
        stream.payloads.append(Span(body.start + skip, body.length - skip))
    if page.granule > 0:
        if stream.first_granule < 0:
            stream.first_granule = page.granule
        stream.last_granule = page.granule
    stream.ended = stream.ended or bool(page.flags & _ENDS)


def _at_s(link: dict[int, _Logical]) -> float:
    return max((stream.at_s for stream in link.values()), default=0.0)


def _close(link: dict[int, _Logical], found: list[OggStream], done_s: float) -> float:
    """Add the sound of a finished link to what was found; return its length in seconds."""
    if not link:
        return 0.0
    stream = next((one for one in link.values() if one.codec), next(iter(link.values())))
    if stream.codec and not stream.ended:
        raise _cut(done_s + stream.at_s)
    frames = max(0, stream.last_granule - stream.skip)
    # A stream taken from the middle of another begins at any number; all that is sure is that it holds what
    # comes behind its first page.
    least = max(0, stream.last_granule - max(0, stream.first_granule) - stream.skip)
    found.append(
        OggStream(stream.codec, stream.first_packet, tuple(stream.pages), tuple(stream.payloads), frames, least)
    )
    return stream.at_s


def _cut(at_s: float) -> ContainerError:
    return ContainerError(f"is not complete: it breaks off at {clock(at_s, 1)}, without the mark of an end")
