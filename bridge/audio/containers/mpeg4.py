"""AAC and ALAC, which libsndfile does not know: is all of it there? MP4 files by boxes, ADTS streams by frames.

Sources: ISO/IEC 14496-12, 4.2 (boxes) and 8.1 to 8.5; ISO/IEC 13818-7, 6.2 (ADTS); Apple Core Audio Format 1.0.
"""

from typing import Literal

from bridge.audio.containers.base import ContainerError, Window, sound_start, tail_tags_start

Mpeg4 = Literal["MP4", "ADTS", "CAF"]

_BRANDS = (b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash", b"qt  ", b"3gp4")
_MOST_BOXES = 10_000  # ours: a bound against hostile files
_ADTS_HEADER_BYTES = 7
_CAF_CODECS = (b"alac", b"aac ")


def mpeg4_kind(window: Window) -> Mpeg4 | None:
    """Return which kind of file with AAC or ALAC this is, None for every other file."""
    head = window.at(0, 12)
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return "MP4"
    start = sound_start(window)
    if _frame_bytes(window, start) and _is_adts(window, start):
        return "ADTS"
    return "CAF" if _caf_codec(window, start) in _CAF_CODECS else None


def check_mpeg4(window: Window, kind: Mpeg4) -> None:
    """Raise ContainerError where a file breaks off. Of CAF the chunks have been walked already."""
    if kind == "MP4":
        _check_boxes(window)
    elif kind == "ADTS":
        _check_frames(window)


def caf_frames(window: Window) -> range | None:
    """Return how many frames may come out of a CAF file by its packet table; None where it has none.

    The table counts those that are to be heard; some programs count all of the last packet.
    """
    position = sound_start(window) + 8
    most_frames = int.from_bytes(window.at(position + 12 + 20, 4), "big")  # mFramesPerPacket
    for _ in range(_MOST_BOXES):
        header = window.at(position, 12)
        if len(header) < 12:
            break
        length = int.from_bytes(header[4:], "big", signed=True)
        if header[:4] == b"pakt":
            count = int.from_bytes(window.at(position + 20, 8), "big", signed=True)  # mNumberValidFrames
            return range(max(0, count - most_frames + 1), count + 1)
        if length < 0:
            break
        position += 12 + length
    return None


def _check_boxes(window: Window) -> None:
    position, names = 0, set()
    for _ in range(_MOST_BOXES):
        header = window.at(position, 16)
        if len(header) < 8:
            break
        size = int.from_bytes(header[:4], "big")
        if size == 1 and len(header) == 16:
            size = int.from_bytes(header[8:], "big")
        names.add(header[4:8])
        if size == 0:  # to the end of the file
            break
        if size < 8 or position + size > window.size:
            raise ContainerError(
                f"is not complete: the header promises {position + size} bytes, {window.size} are there"
            )
        position += size
    if b"moov" not in names:
        raise ContainerError("is not complete: what describes the sound is not there yet")


def _frame_bytes(window: Window, position: int) -> int:
    """Return the length of the ADTS frame that begins here, 0 where none does."""
    head = window.at(position, _ADTS_HEADER_BYTES)
    if len(head) < _ADTS_HEADER_BYTES or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length >= _ADTS_HEADER_BYTES else 0


def _is_adts(window: Window, start: int) -> bool:
    """Tell whether a second frame follows the first, or the file ends with or inside it."""
    following = start + _frame_bytes(window, start)
    return following >= tail_tags_start(window, start) or _frame_bytes(window, following) > 0


def _check_frames(window: Window) -> None:
    position = sound_start(window)
    end = tail_tags_start(window, position)
    while position < end:
        length = _frame_bytes(window, position)
        if length == 0 and not window.at(position, end - position).strip(b"\0"):
            return
        if length == 0 or position + length > end:
            raise ContainerError(f"is not complete: a frame breaks off at byte {position} of {window.size}")
        position += length


def _caf_codec(window: Window, start: int) -> bytes:
    """Return what a CAF file is coded as: the description is its first chunk."""
    head = window.at(start, 32)
    return head[28:32] if head[:4] == b"caff" and head[8:12] == b"desc" else b""
