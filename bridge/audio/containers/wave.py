"""The chunks of WAVE files: RIFF, RF64, BW64 and Wave64; where the sound is, whatever the header leaves out.

Sources: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF); Microsoft,
WAVEFORMATEXTENSIBLE; EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64); Sony, Wave64 file format.
"""

import struct
from collections.abc import Iterator
from typing import Literal, NamedTuple

from bridge.audio.containers.base import ContainerError, Window
from bridge.audio.containers.pieces import Piece, Span
from bridge.text import clock

_MOST_ALIGN = 0xFFFF  # bytes of a frame, as the header can hold them
ALL_ONES = 0xFFFF_FFFF  # EBU Tech 3306, 3: the size stands in the ds64 chunk; without one: until the end of the file
MAX_CHUNKS = 4096  # ours: more than any tool writes; a bound against hostile files
PCM, FLOAT, ALAW, MULAW, MPEG, MP3, EXTENSIBLE = 1, 3, 6, 7, 0x50, 0x55, 0xFFFE
_COUNTED = {PCM, FLOAT, ALAW, MULAW}  # formats whose frames all have one size
W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # behind the four letters of every other name
_UNEXPLAINED_S = 0.1  # ours: with so much of what may be sound behind it, an end that a header names is doubted
_NAMES = frozenset(
    b"fmt |data|fact|LIST|list|bext|iXML|cue |smpl|inst|PEAK|JUNK|junk|PAD |pad |FLLR|ds64|axml|chna|bxml|sxml|"
    b"id3 |ID3 |_PMX|cart|levl|link|DISP|acid|strc|umid|minf|elm1|regn|plst|labl|note|ltxt|aXML|r64m|afsp|LGWV|"
    b"COMM|SSND|MARK|COMT|INST|NAME|AUTH|(c) |ANNO|MIDI|AESD|APPL|SAXL|FVER|CHAN|basc|trns|cate".split(b"|")
)


class FileChunk(NamedTuple):
    """One chunk: its name, and where its body is."""

    name: bytes
    start: int
    length: int


class WaveHeader(NamedTuple):
    """What the header says, and where the sound is by the file's own length."""

    kind: str  # WAV, RF64, BW64, W64
    big_endian: bool
    fmt: bytes  # the body of the fmt chunk
    code: int  # of the sample format, behind WAVE_FORMAT_EXTENSIBLE the one it wraps
    channels: int
    rate_hz: int
    align: int  # bytes of a frame
    mask: int | None
    data: Span
    open_ended: bool  # the header leaves the length open: a stream, or not finished
    padded: bool  # every chunk of odd length is padded, as it has to be
    unexplained: int  # bytes behind the sound that belong to no chunk and no tag

    @property
    def frames(self) -> int | None:
        """Return how many frames there are; None where that only shows in decoding."""
        return self.data.length // self.align if self.code in _COUNTED and self.align else None


def is_wave(head: bytes) -> bool:
    """Tell whether a file that begins so is a WAVE file of one of the four kinds."""
    return (head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE") or head[:16] == W64_RIFF


def read_wave(window: Window, start: int) -> WaveHeader:
    """Walk the chunks of a WAVE file.

    Raises ContainerError where it ends before the sound it promises.
    """
    magic = window.at(start, 4)
    wide = magic == b"riff"
    big = magic == b"RIFX"
    kind = {b"riff": "W64", b"RF64": "RF64", b"BW64": "BW64"}.get(magic, "WAV")
    fmt = b""
    sizes64: int | None = None
    padded = True
    for chunk, is_padded in w64_chunks(window, start + 40) if wide else chunks(window, start + 12, big=big):
        if chunk.name == b"ds64":
            body = window.at(chunk.start, 16)
            sizes64 = struct.unpack("<QQ", body)[1] if len(body) == 16 else None
        elif chunk.name == b"fmt ":
            fmt = window.at(chunk.start, min(chunk.length, 64))
        elif chunk.name == b"data":
            return _header(window, kind, fmt, _Sound(chunk, sizes64, start, big, padded))
        padded = padded and is_padded
    raise ContainerError("is not complete: the header ends before the sound begins")


class _Sound(NamedTuple):
    chunk: FileChunk
    sizes64: int | None
    start: int  # of the file behind its tags
    big: bool
    padded: bool


def _header(window: Window, kind: str, fmt: bytes, sound: _Sound) -> WaveHeader:
    if len(fmt) < 16:
        raise ContainerError("is not a sound file we can read (no format in front of the sound)", "Bounce it anew.")
    order = ">" if sound.big else "<"
    code, channels, rate_hz, _, align, bits = struct.unpack_from(f"{order}HHIIHH", fmt)
    mask = None
    if code == EXTENSIBLE and len(fmt) >= 26:
        mask, code = struct.unpack_from(f"{order}IH", fmt, 20)
    align = align or channels * ((bits + 7) // 8)
    if align > _MOST_ALIGN:
        raise ContainerError(f"is not a sound file we can read ({channels} channels of {bits} bits)", "Bounce it anew.")
    chunk = sound.chunk
    there = window.size - chunk.start
    length, is_open = _length(window, sound, kind, there)
    if length > there:
        raise ContainerError(
            f"is not complete: the header promises {chunk.start + length} bytes, {window.size} are there"
        )
    data = Span(chunk.start, length)
    unexplained = 0 if is_open else _unexplained(window, data, sound.big, kind)
    return WaveHeader(
        kind, sound.big, fmt, code, channels, rate_hz, align, mask, data, is_open, sound.padded, unexplained
    )


def _length(window: Window, sound: _Sound, kind: str, there: int) -> tuple[int, bool]:
    """Return how many bytes of sound there are, and whether the header leaves that open."""
    length = sound.chunk.length
    if kind == "W64":
        return (there, True) if length <= 0 < there else (length, False)
    if length == ALL_ONES and sound.sizes64 not in (None, 0, (1 << 64) - 1):
        return int(sound.sizes64 or 0), False
    if length == ALL_ONES:
        return there, True
    if length == 0 and there:
        following = Span(sound.chunk.start, 0)
        return (there, True) if _unexplained(window, following, sound.big, kind) else (0, False)
    if there > ALL_ONES:
        # more than 32 bits can say, written by a tool that does not mind: the largest length with these low bits
        riff = int.from_bytes(window.at(sound.start + 4, 4), "big" if sound.big else "little")
        if kind == "WAV" and riff == (window.size - sound.start - 8) & ALL_ONES:
            return length + ((there - length) >> 32 << 32), False
    return length, False


def chunks(window: Window, position: int, *, big: bool) -> Iterator[tuple[FileChunk, bool]]:
    """Yield the chunks of a RIFF or AIFF file, and whether each is padded to an even length.

    Source: Multimedia Programming Interface 1.0, RIFF: the body is padded, which some programs forget.
    """
    order: Literal["big", "little"] = "big" if big else "little"
    for _ in range(MAX_CHUNKS):
        header = window.at(position, 8)
        if len(header) < 8:
            return
        chunk = FileChunk(header[:4], position + 8, int.from_bytes(header[4:], order))
        position = chunk.start + chunk.length
        pad = padding(window, position) if chunk.length & 1 else 0
        yield chunk, pad == chunk.length & 1
        position += pad


def padding(window: Window, end: int) -> int:
    """Return how many bytes the next chunk begins behind a body of odd length: 1, as it has to be, or else 0 or -1.

    -1 is what a program leaves that counts a last zero which it does not write.
    """
    data = window.at(end - 1, 6)
    names = [data[at : at + 4] in _NAMES for at in (2, 1, 0)]
    return 1 - names.index(True) if True in names else 1


def w64_chunks(window: Window, position: int) -> Iterator[tuple[FileChunk, bool]]:
    """Yield the chunks of a Wave64 file: names of 16 bytes, sizes that include the header, padded to 8."""
    for _ in range(MAX_CHUNKS):
        header = window.at(position, 24)
        if len(header) < 24:
            return
        size = int.from_bytes(header[16:], "little")
        name = header[:4] if header[4:16] == _W64_TAIL else b""
        yield FileChunk(name, position + 24, size - 24), True
        if size < 24:
            return
        position += (size + 7) & ~7


def _unexplained(window: Window, data: Span, big: bool, kind: str) -> int:
    """Return how many bytes behind the sound belong to no chunk, tag or row of zeros."""
    end = data.start + data.length
    if kind == "W64" or end >= window.size:
        return 0
    position = end
    pad = padding(window, end) if data.length & 1 else 0
    for chunk, _ in chunks(window, end + pad, big=big):
        if chunk.name not in _NAMES and not (chunk.name.isascii() and chunk.name.decode("ascii").isprintable()):
            break
        if chunk.start + chunk.length > window.size:
            break
        position = chunk.start + chunk.length + (chunk.length & 1)
    rest = window.at(position, 16)
    if not rest or rest[:3] in (b"TAG", b"ID3") or rest[:8] == b"APETAGEX":
        return 0
    return window.size - position if _has_sound(window, position) else 0


def _has_sound(window: Window, position: int) -> bool:
    """Tell whether anything but zeros stands from here to the end."""
    while data := window.at(position, min(1 << 16, window.size - position)):
        if data.count(0) != len(data):
            return True
        position += len(data)
    return False


def check_explained(header: WaveHeader) -> None:
    """Raise ContainerError where what may be sound goes on behind the end that the header names."""
    if header.frames is None or not header.align or not header.rate_hz:
        return
    more_s = header.unexplained / header.align / header.rate_hz
    if more_s > _UNEXPLAINED_S:
        ends_s = header.frames / header.rate_hz
        raise ContainerError(
            f"ends at {clock(ends_s, 1)} by its header, and what may be {clock(more_s, 1)} more of sound follows"
        )


def mended_wave(header: WaveHeader) -> tuple[Piece, ...]:
    """Return the same sound behind a header of ours that every decoder reads: fmt and data, nothing else."""
    length = header.data.length - header.data.length % (header.align or 1)
    order = ">" if header.big_endian else "<"
    fmt = bytearray(header.fmt[: len(header.fmt) & ~1])
    struct.pack_into(f"{order}H", fmt, 12, header.align)
    body = b"WAVE"
    large = length > ALL_ONES - 4096 and not header.big_endian
    if large:
        body += b"ds64" + struct.pack("<IQQQI", 28, length + 128, length, length // (header.align or 1), 0)
    body += b"fmt " + struct.pack(f"{order}I", len(fmt)) + fmt
    body += b"data" + struct.pack(f"{order}I", ALL_ONES if large else length)
    name = b"RF64" if large else b"RIFX" if header.big_endian else b"RIFF"
    size = ALL_ONES if large else len(body) + length
    return (name + struct.pack(f"{order}I", size) + body, Span(header.data.start, length))
