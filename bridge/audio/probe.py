"""Is a file's sound all there? Read from its structure and, where it does not tell at its start, from its end.

A DAW writes the header first with a size of zero (or all ones) and mends it at the end, so a header that promises more
than the file holds, or nothing at all, means *still being written*. A FLAC file is whole when its last frame is, an Ogg
file when its last page marks the end, an MP3 file when its last frame is and there are as many as its header says.
Cheap enough to be asked of every file that has come to rest; the reader looks closer, and has the last word.
"""

import functools
from pathlib import Path
from typing import Literal, NamedTuple

from bridge.audio.containers.apple import AppleHeader, read_aiff, read_caf
from bridge.audio.containers.base import ContainerError, Window, sound_start, tail_tags_start
from bridge.audio.containers.flac import check_flac_end
from bridge.audio.containers.mpeg import read_mpeg
from bridge.audio.containers.mpeg4 import check_mpeg4, mpeg4_kind
from bridge.audio.containers.mpeg_frames import parse_header
from bridge.audio.containers.ogg import check_ogg_end
from bridge.audio.containers.wave import WaveHeader, is_wave, read_wave

ProbeState = Literal["complete", "open", "incomplete", "blank", "alien"]

_MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"fLaC", b"OggS", b"caff", b"riff")
_HEADER_BYTES = 16
_BLANK_BYTES = 4096  # ours: a page; no kind of sound file begins with so many zeros
_BLOCK_BYTES = 512  # of st_blocks, whatever the drive's own are (POSIX, sys/stat.h)
_REMEMBERED = 64


class Probe(NamedTuple):
    """What the structure says, and in words why a file is not complete."""

    state: ProbeState
    reason: str = ""


def probe(path: Path) -> Probe:
    """Tell whether a file looks complete.

    Returns ``alien`` for what is not a sound file by its first bytes (the reader will say so in its own words),
    ``incomplete`` while the sound is not all there, ``open`` for one whose header leaves its end open for good or only
    for now: a stream, or what is still being written. ``blank`` is a file whose room is set aside and that nothing is
    written into yet: so begins what is copied, or fetched from a cloud. The answer is remembered for as long as the
    file does not change.

    Raises
    ------
    OSError
        The file cannot be opened or read.
    """
    status = path.stat()
    return _probe(path, status.st_size, status.st_mtime_ns, status.st_ino, getattr(status, "st_blocks", None))


@functools.lru_cache(maxsize=_REMEMBERED)
def _probe(path: Path, size: int, _changed_ns: int, _inode: int, blocks: int | None) -> Probe:
    if size == 0:
        return Probe("incomplete", "the file is empty")
    with path.open("rb", buffering=0) as file:
        try:
            found = _look(Window(file, size))
        except ContainerError as error:
            return Probe("incomplete", str(error).removeprefix("is not complete: "))
        is_empty = blocks is not None and blocks * _BLOCK_BYTES < size // 2
        if found.state == "alien" and is_empty and not any(Window(file, size).at(0, _BLANK_BYTES)):
            return Probe("blank", "nothing is written into it yet")
    return found


def _look(window: Window) -> Probe:
    start = sound_start(window)
    head = window.at(start, _HEADER_BYTES)
    if is_wave(head):
        return _judge(read_wave(window, start))
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _judge(read_aiff(window, start))
    if head[:4] == b"caff":
        return _judge(read_caf(window, start))
    if head[:4] == b"fLaC":
        check_flac_end(window, start)
    elif head[:4] == b"OggS":
        check_ogg_end(window, start)
    elif (kind := mpeg4_kind(window)) is not None:
        check_mpeg4(window, kind)
    elif start or parse_header(head[:4]):
        read_mpeg(window, start, tail_tags_start(window, start))
    elif len(head) < _HEADER_BYTES and any(magic.startswith(head[:4]) for magic in _MAGICS):
        return Probe("incomplete", f"only {window.size} bytes of the header are there")
    else:
        return Probe("alien", "the first bytes are not those of a sound file")
    return Probe("complete")


def _judge(header: WaveHeader | AppleHeader) -> Probe:
    if header.frames == 0:
        return Probe("incomplete", "there is no sound in it yet")
    if header.open_ended:
        return Probe("open", "the header does not say yet how long the sound is")
    return Probe("complete")
