"""One frame of MPEG audio: what its header says, the frame that counts the others, and one that is silent.

Sources: ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3 (frame headers); ISO/IEC 13818-3, 2.4.2.3 (lower rates); the Xing header
and its LAME extension, Mp3 Info Tag rev 1; VBRI, Fraunhofer IIS.
"""

from typing import NamedTuple

_BITRATES_1 = {  # MPEG 1, kbit/s by layer
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_BITRATES_2 = {  # MPEG 2 and 2.5
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    3: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # by version bits
_MONO = 0b11
_COUNT_BYTES = 60  # an Info header with frames alone, and its LAME extension
DECODER_DELAY_FRAMES = 529  # of the polyphase and hybrid filters, as LAME and every decoder that trims counts it


class FrameHeader(NamedTuple):
    """What four bytes at the start of a frame say."""

    version: int  # 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
    layer: int
    rate_hz: int
    channels: int
    length: int  # of the frame in bytes; 0 for a free format
    frames: int  # samples per channel
    side_bytes: int  # between this header and the sound, layer III
    kind: bytes  # what all frames of one stream have in common


class CountHeader(NamedTuple):
    """What a Xing, Info or VBRI header says of the stream behind it."""

    frames: int | None  # of the format
    length: int  # in bytes, with itself; 0 where it does not say
    delay: int  # LAME: frames of sound that the encoder put in front
    padding: int  # and behind


def parse_header(data: bytes) -> FrameHeader | None:
    """Return what a frame's first four bytes say; None when no frame begins so."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE0 != 0xE0:
        return None
    version, layer = data[1] >> 3 & 3, 4 - (data[1] >> 1 & 3)
    bitrate, rate = data[2] >> 4, data[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate == 15 or rate == 3:
        return None
    rate_hz = _RATES_HZ[version][rate]
    kbit = (_BITRATES_1 if version == 3 else _BITRATES_2)[layer][bitrate]
    frames = {1: 384, 2: 1152, 3: 1152 if version == 3 else 576}[layer]
    padding = data[2] >> 1 & 1
    slot = 4 if layer == 1 else 1  # bytes
    length = (kbit * 125 * frames // slot // rate_hz + padding) * slot
    channels = 1 if data[3] >> 6 == _MONO else 2
    side = {(3, 1): 17, (3, 2): 32}.get((version, channels), 9 if channels == 1 else 17)
    kind = bytes((data[1] & 0xFE, data[2] & 0x0C, channels))
    return FrameHeader(version, layer, rate_hz, channels, length if kbit else 0, frames, side, kind)


def count_header(data: bytes, head: FrameHeader) -> CountHeader | None:
    """Return frames, bytes, delay and padding from a frame that holds a header instead of sound; None for sound."""
    at = 4 + head.side_bytes
    for start in (at, at + 2):  # behind a checksum, where there is one
        if data[start : start + 4] in (b"Xing", b"Info"):
            return _xing(data, start)
    if data[36:40] == b"VBRI" and len(data) >= 54:
        return CountHeader(int.from_bytes(data[50:54], "big"), 0, 0, 0)
    return None


def _xing(data: bytes, start: int) -> CountHeader:
    flags = int.from_bytes(data[start + 4 : start + 8], "big")
    at = start + 8
    frames = None
    if flags & 1:
        frames = int.from_bytes(data[at : at + 4], "big")
    at += 4 * bool(flags & 1)
    length = int.from_bytes(data[at : at + 4], "big") if flags & 2 else 0
    at += 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    gapless = data[at + 21 : at + 24]
    if len(gapless) < 3 or not data[at]:
        return CountHeader(frames, length, 0, 0)
    return CountHeader(frames, length, gapless[0] << 4 | gapless[1] >> 4, (gapless[1] & 15) << 8 | gapless[2])


def refers_back(data: bytes, head: FrameHeader) -> int:
    """Return how many bytes before a layer III frame its sound begins (11172-3, 2.4.2.7, main_data_begin)."""
    at = 4 if data[1] & 1 else 6
    return data[at] << 1 | data[at + 1] >> 7 if head.version == 3 else data[at]


def counting_frames(head: FrameHeader, count: int, delay: int, padding: int) -> bytes:
    """Return what goes in front of a layer III stream, in place of its own header, to say how many frames follow.

    Behind a header that counts frames the decoder always takes off its own delay. A stream without delay and padding,
    which is to keep all that it decodes to, gets a frame of silence for that.
    """
    empty = _empty_frame(head)
    trimmed = bool(delay or padding)
    if not trimmed:
        count, delay, padding = count + 1, head.frames - DECODER_DELAY_FRAMES, DECODER_DELAY_FRAMES
    header = bytearray(empty)
    at = 4 + head.side_bytes
    header[at : at + 16] = b"Info" + (1).to_bytes(4, "big") + count.to_bytes(4, "big") + b"LAME"
    header[at + 33 : at + 36] = (delay << 12 | padding).to_bytes(3, "big")
    return bytes(header) if trimmed else bytes(header) + empty


def _empty_frame(head: FrameHeader) -> bytes:
    """Return a frame of this kind that decodes to silence, with room for a header inside."""
    first = 0xE0 | head.version << 3 | (4 - head.layer) << 1 | 1  # without a checksum
    rate = _RATES_HZ[head.version].index(head.rate_hz)
    for bitrate in range(1, 15):
        frame = bytes((0xFF, first, bitrate << 4 | rate << 2, 0xC0 if head.channels == 1 else 0))
        parsed = parse_header(frame)
        if parsed is not None and parsed.length >= 4 + head.side_bytes + _COUNT_BYTES:
            return frame + bytes(parsed.length - 4)
    raise AssertionError("unreachable: every rate of layer III has a frame of that size")
