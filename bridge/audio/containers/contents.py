"""What a sound file holds, by its own structure: which streams, how long, which channel is which.

The decoder is asked for what stands here, and what it returns is held against it. docs/files.md says what is read.
"""

import itertools
from typing import IO

from bridge.audio.containers import layout
from bridge.audio.containers.apple import AppleHeader, read_aiff, read_caf
from bridge.audio.containers.base import ContainerError, Contents, Stream, Window, sound_start, tail_tags_start
from bridge.audio.containers.flac import FlacStream, read_flac
from bridge.audio.containers.mpeg import MpegStream, read_mpeg
from bridge.audio.containers.mpeg_frames import parse_header
from bridge.audio.containers.ogg import OPUS_RATE_HZ, OggStream, read_ogg
from bridge.audio.containers.pieces import Piece, Pieces, Span, joined
from bridge.audio.containers.wave import ALL_ONES, MP3, MPEG, check_explained, is_wave, mended_wave, read_wave
from bridge.text import clock

_MPEG_TAIL = bytes(1 << 13)  # behind layers I and II, whose length the decoder estimates: it is to estimate too much


def contents_of(file: IO[bytes], size: int) -> Contents:
    """Return what an open file of ``size`` bytes holds; for what we do not know, the file as it stands.

    Raises ContainerError where something is missing, damaged, or not to be read as one sound.
    """
    window = Window(file, size)
    start = sound_start(window)
    head = window.at(start, 16)
    if is_wave(head):
        return _wave(window, start)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _apple(read_aiff(window, start), "")
    if head[:4] == b"caff":
        return _apple(read_caf(window, start), "")
    if head[:4] == b"fLaC":
        return _flac(read_flac(window, start), start > 0)
    if head[:4] == b".snd":
        return _au(window, start)
    if head[:4] == b"OggS":
        return _ogg(file, read_ogg(window, start))
    if start or parse_header(head[:4]) or not head[:4].strip(b"\0"):
        found = read_mpeg(window, start, tail_tags_start(window, start))
        return _mpeg(found) if found else Contents()
    return Contents()


def _wave(window: Window, start: int) -> Contents:
    header = read_wave(window, start)
    check_explained(header)
    if header.code in (MPEG, MP3):
        return _mpeg(read_mpeg(window, header.data.start, header.data.start + header.data.length), header.kind)
    speakers = layout.from_mask(header.mask, header.channels) if header.mask else ()
    mended = (Stream(mended_wave(header), header.frames),)
    # decoders know neither BW64 nor bodies without padding, and take a size of 0 at its word
    plain = header.kind != "BW64" and header.padded and not (header.open_ended and header.kind != "RF64")
    if header.kind == "W64":
        plain = header.frames is None  # libsndfile takes the floats of a Wave64 file for integers
    streams = (Stream((), header.frames),) if plain else mended
    return Contents(streams, speakers, mended if header.kind != "W64" else (), header.kind)


def _au(window: Window, start: int) -> Contents:
    """Check that what an AU file promises is there. Source: Sun, audio file format (.snd): offset, size, encoding."""
    offset, length = (int.from_bytes(window.at(start + at, 4), "big") for at in (4, 8))
    if length != ALL_ONES and start + offset + length > window.size:
        raise ContainerError(
            f"is not complete: the header promises {start + offset + length} bytes, {window.size} are there"
        )
    return Contents()


def _apple(header: AppleHeader, container: str) -> Contents:
    speakers = layout.from_chan(header.layout, header.channels)
    mended = (Stream(header.mended, header.frames),)
    plain = header.padded and not header.open_ended
    return Contents((Stream((), header.frames),) if plain else mended, speakers, mended, container)


def _flac(streams: list[FlacStream], tagged: bool) -> Contents:
    _same([(s.rate_hz, s.channels, s.frames) for s in streams])
    mask = streams[0].mask
    speakers = layout.from_mask(mask, streams[0].channels) if mask else ()
    if len(streams) == 1 and streams[0].as_it_stands and not tagged:
        return Contents((Stream((), streams[0].frames),), speakers)
    return Contents(tuple(Stream(s.pieces, s.frames) for s in streams), speakers)


def _ogg(file: IO[bytes], streams: list[OggStream]) -> Contents:
    codec = streams[0].codec if streams else ""
    if any(stream.codec != codec for stream in streams):
        raise ContainerError("changes its format from one part to the next", "Bounce to WAV, AIFF or FLAC.")
    if codec == "flac":
        return _ogg_flac(file, streams)
    if codec not in ("vorbis", "opus"):
        return Contents()
    found, parts = [], []
    for stream in streams:
        head = stream.first_packet
        channels = head[9] if codec == "opus" else head[11]
        rate_hz = _opus_rate_hz(head) if codec == "opus" else int.from_bytes(head[12:16], "little")
        step = OPUS_RATE_HZ // rate_hz if codec == "opus" else 1
        frames, least = -(-stream.frames // step), stream.least_frames // step
        found.append(Stream(joined(list(stream.pages)), frames, least))
        parts.append((rate_hz, channels, frames))
    _same(parts)
    in_vorbis_order = codec == "vorbis" or streams[0].first_packet[18] <= 1  # RFC 7845, 5.1.1: the mapping family
    return Contents(tuple(found), layout.VORBIS.get(parts[0][1], ()) if in_vorbis_order else ())


def _opus_rate_hz(head: bytes) -> int:
    """Return the rate that libsndfile decodes to: that of what was encoded, where Opus has it."""
    rate_hz = int.from_bytes(head[12:16], "little")
    return rate_hz if rate_hz in (8_000, 12_000, 16_000, 24_000) else OPUS_RATE_HZ


def _ogg_flac(file: IO[bytes], streams: list[OggStream]) -> Contents:
    """Take the FLAC stream out of its pages: it needs no Ogg, and its own frames count it."""
    found: list[FlacStream] = []
    for stream in streams:
        native = Pieces(file, stream.payloads)
        for inner in read_flac(Window(native, native.size), 0):
            pieces = tuple(outer for piece in inner.pieces for outer in _inside(stream.payloads, piece))
            found.append(inner._replace(pieces=pieces, as_it_stands=False))
    contents = _flac(found, tagged=True)
    return Contents(contents.streams, contents.speakers, container="OGG")


def _inside(outer: tuple[Span, ...], piece: Piece) -> tuple[Piece, ...]:
    """Return a piece of a file that is itself made of spans as pieces of the file those are in."""
    if isinstance(piece, bytes):
        return (piece,)
    found: list[Piece] = []
    before, start, end = 0, piece.start, piece.start + piece.length
    for span in outer:
        first, last = max(start, before), min(end, before + span.length)
        if first < last:
            found.append(Span(span.start + first - before, last - first))
        before += span.length
    return tuple(found)


def _mpeg(streams: list[MpegStream], container: str = "") -> Contents:
    if not streams:
        raise ContainerError("holds no frame of MPEG audio, although it says so")
    _same([(s.head.rate_hz, s.head.channels, s.length) for s in streams])
    found = []
    for stream in streams:
        if stream.head.layer == 3:
            found.append(Stream((stream.in_front, *stream.spans), stream.length))
        else:
            found.append(Stream((*stream.spans, _MPEG_TAIL), stream.length, estimated=True))
    layer = "I" * streams[0].head.layer
    return Contents(tuple(found), container=container, subtype=f"MPEG_LAYER_{layer}")


def _same(parts: list[tuple[int, int, int]]) -> None:
    """Raise ContainerError where the parts of a file, each (rate, channels, frames), are not one sound."""
    at_s = 0.0
    for before, after in itertools.pairwise(parts):
        at_s += before[2] / before[0]
        for what, one, other in (("Hz", before[0], after[0]), ("channels", before[1], after[1])):
            if one != other:
                raise ContainerError(
                    f"changes from {one} to {other} {what} at {clock(at_s, 1)}",
                    "Bounce it as one sound, or give its parts one by one.",
                )
