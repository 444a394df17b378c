"""The chunks of WAVE and AIFF files beside the sound, in front of it and behind: what a file says about itself.

They are walked as the reader of the sound walks them (`bridge.audio.containers`): long files, bodies without padding, a
tag in front. A damaged or huge one neither stops nor slows anything.
"""

from collections.abc import Iterator

from bridge.audio.containers.base import ContainerError, Window, sound_start
from bridge.audio.containers.wave import ALL_ONES, FileChunk, chunks, is_wave, padding, read_wave, w64_chunks

MOST_BYTES = 1 << 20  # ours: a cover picture may be larger; texts are not


def is_aiff(head: bytes) -> bool:
    """Return whether a file's first twelve bytes are those of an AIFF file."""
    return head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")


def chunks_beside_sound(window: Window) -> Iterator[FileChunk]:
    """Yield every chunk of a WAVE or AIFF file but the sound's; none of any other file.

    Of a file whose sound has no end in its header, those in front of it alone.
    """
    start = sound_start(window)
    head = window.at(start, 16)
    if is_wave(head):
        yield from _of_wave(window, start, wide=head[:4] == b"riff", big=head[:4] == b"RIFX")
    elif is_aiff(head):
        yield from _of_aiff(window, start)


def _of_wave(window: Window, start: int, *, wide: bool, big: bool) -> Iterator[FileChunk]:
    position: int | None = start + (40 if wide else 12)
    while position is not None:
        walk = w64_chunks(window, position) if wide else chunks(window, position, big=big)
        position = None
        for chunk, _ in walk:
            if chunk.name == b"data":
                position = _behind_sound(window, start, chunk, wide=wide)
                break
            yield chunk


def _behind_sound(window: Window, start: int, sound: FileChunk, *, wide: bool) -> int | None:
    """Return where the first chunk behind the sound begins; None where that cannot be told, or none does."""
    try:
        header = read_wave(window, start)
    except ContainerError:
        return None
    if header.open_ended or header.data.start != sound.start:
        return None
    length = header.data.length
    end = sound.start + length
    if wide:
        return start + (end - start + 7 & ~7)
    return end + (padding(window, end) if length & 1 else 0)


def _of_aiff(window: Window, start: int) -> Iterator[FileChunk]:
    for chunk, _ in chunks(window, start + 12, big=True):
        if chunk.name != b"SSND":
            yield chunk
        elif chunk.length in (0, ALL_ONES):
            return
