"""Writing into a finished master what goes with the song: each kind of file what it can hold (docs/files.md)."""

import importlib
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bridge import __version__
from bridge.audio.chunks import chunks_beside_sound
from bridge.audio.containers.base import Window
from bridge.audio.kept import aiff
from bridge.audio.kept.broadcast import master_bext
from bridge.audio.kept.cue_points import adtl_chunk, cue_chunk
from bridge.audio.kept.flac import MOST_BLOCK_BYTES, put_blocks
from bridge.audio.kept.id3 import MOST_TAG_BYTES, SETTINGS, fill_chapters, fill_id3, tag_bytes
from bridge.audio.kept.info import info_chunk
from bridge.audio.kept.ixml import master_ixml
from bridge.audio.kept.names import without_totals
from bridge.audio.kept.record import MOST_MARKERS, Kept, MasterFormat, Picture
from bridge.audio.kept.vorbis import comments_of, picture_block, pictures_as_comments
from bridge.audio.kinds import BY_MASTER_ENDING
from bridge.errors import AudioFileError

_PICTURE_TEXT_BYTES = 1024  # ours: what stands around a picture's data, with room
_PADDING = (b"PAD ", b"JUNK")
_MOVED_BYTES = 1 << 18
_DS64_RIFF_SIZE_AT = 20  # EBU Tech 3306: behind RF64, its size, WAVE, ds64 and its size


def write_kept(
    path: Path, extension: str, kept: Kept, master: MasterFormat, settings: dict[str, Any], settings_hash: str
) -> tuple[str, ...]:
    """Write what is kept, the settings and what made the file into a closed sound file of this kind.

    Returns a sentence for what the file cannot hold. Raises AudioFileError.
    """
    import mutagen

    kind = BY_MASTER_ENDING.get(extension)
    if kind is None:
        return ()
    own_texts = {
        "encodedby": f"Fresh Ears {__version__}, settings {settings_hash[:16]}",
        SETTINGS: msgspec.json.encode(settings, order="sorted").decode(),
    }
    limit = MOST_BLOCK_BYTES if kind.container == "FLAC" else MOST_TAG_BYTES
    left_out = _too_large(kept.pictures, limit)
    try:
        if kind.container in ("WAV", "AIFF"):
            tag = _id3_chunk(kept, own_texts, left_out)
            if kind.container == "WAV":
                _append(
                    path,
                    [*_wave_chunks(kept, master), (b"LIST", info_chunk(without_totals(kept.texts))), (b"id3 ", tag)],
                )
            else:
                markers = aiff.mark_chunk(_markers(kept, master))
                _append(path, [*aiff.text_chunks(kept.texts), (b"MARK", markers), (b"ID3 ", tag)])
        elif kind.container == "MP3":
            _write_mp3(path, kept, own_texts, left_out, master)
        else:
            module, name = kind.mutagen
            _write_vorbis(getattr(importlib.import_module(module), name)(path), kept, own_texts, left_out, master)
    except (mutagen.MutagenError, OSError, ValueError, struct.error) as error:
        raise AudioFileError(
            f"What the mix says about itself cannot be written into the master ({error}). Leave it out: --no-metadata."
        ) from error
    return (*_picture_notes(left_out, extension, limit), *_marker_notes(kept, kind.container))


def _too_large(pictures: Sequence[Picture], limit: int) -> list[Picture]:
    """Return the pictures that do not fit: each by itself in FLAC, all together in a tag of ID3."""
    left_out, room = [], limit
    for picture in pictures:
        size = len(picture.data) + _PICTURE_TEXT_BYTES
        if size > room:
            left_out.append(picture)
        elif limit == MOST_TAG_BYTES:
            room -= size
    return left_out


def _picture_notes(left_out: Sequence[Picture], extension: str, limit: int) -> list[str]:
    holds = f"{extension.lstrip('.').upper()} holds {limit + 1 >> 20} MB at most"
    return [
        f"The mix's artwork ({len(picture.data) / 1e6:.1f} MB) is not in the master: {holds}. "
        "Make the picture smaller, or master to WAV."
        for picture in left_out
    ]


def _marker_notes(kept: Kept, container: str) -> list[str]:
    more = len(kept.markers) - MOST_MARKERS
    if container in ("WAV", "AIFF") or more <= 0:
        return []
    return [f"Of the mix's {len(kept.markers)} markers the first {MOST_MARKERS} are chapters of the master."]


def _markers(kept: Kept, master: MasterFormat) -> list[Any]:
    return [marker.at_rate(kept.rate_hz, master.rate_hz) for marker in kept.markers]


def _wave_chunks(kept: Kept, master: MasterFormat) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a WAVE file that hold more than texts."""
    markers = _markers(kept, master)
    return [
        (b"bext", master_bext(kept.broadcast, kept.rate_hz, master)),
        (b"iXML", master_ixml(kept.ixml, kept.rate_hz, master) if kept.ixml else b""),
        (b"axml", kept.axml),
        (b"cue ", cue_chunk(markers)),
        (b"LIST", adtl_chunk(markers)),
    ]


def _id3_chunk(kept: Kept, own_texts: dict[str, str], left_out: Sequence[Picture]) -> bytes:
    from mutagen.id3 import ID3

    tag = ID3()
    fill_id3(tag, kept, own_texts, left_out)
    return tag_bytes(tag)


def _append(path: Path, chunks: Sequence[tuple[bytes, bytes]]) -> None:
    """Append chunks to a WAVE, RF64 or AIFF file whose header counts right; empty ones are left out."""
    with path.open("rb+") as file:
        magic = file.read(4)
        order = ">" if magic == b"FORM" else "<"
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        for name, body in chunks:
            if body:
                file.write(name + struct.pack(f"{order}I", len(body)) + body + bytes(len(body) & 1))
        size = file.tell() - 8
        if magic == b"RF64":
            file.seek(_DS64_RIFF_SIZE_AT)
            file.write(struct.pack("<Q", size))
        else:
            file.seek(4)
            file.write(struct.pack(f"{order}I", size))


def without_padding(path: Path) -> None:
    """Take what is there for readers' convenience alone out of a closed WAVE file: the room in front of its sound."""
    with path.open("rb+") as file:
        window = Window(file, path.stat().st_size)
        first = next((chunk for chunk in chunks_beside_sound(window) if chunk.name in _PADDING), None)
        if first is None or window.at(0, 4) != b"RIFF":
            return
        to, position = first.start - 8, first.start + first.length + (first.length & 1)
        removed = position - to
        while block := window.at(position, _MOVED_BYTES):
            file.seek(to)
            file.write(block)
            to, position = to + len(block), position + len(block)
        file.truncate(to)
        file.seek(4)
        file.write(struct.pack("<I", window.size - removed - 8))


def _write_mp3(
    path: Path, kept: Kept, own_texts: dict[str, str], left_out: Sequence[Picture], master: MasterFormat
) -> None:
    from mutagen.id3 import ID3

    tag = ID3()
    fill_id3(tag, kept, own_texts, left_out)
    fill_chapters(tag, _markers(kept, master), master.rate_hz, master.frames)
    tag.save(path)


def _write_vorbis(
    found: Any, kept: Kept, own_texts: dict[str, str], left_out: Sequence[Picture], master: MasterFormat
) -> None:
    from mutagen.flac import FLAC

    for name, text in comments_of(kept, own_texts):
        found.tags.append((name, text))
    pictures = [picture for picture in kept.pictures if picture not in left_out]
    if isinstance(found, FLAC):
        for picture in pictures:
            found.add_picture(picture_block(picture))
        put_blocks(found, kept, [chunk for chunk in _wave_chunks(kept, master) if chunk[1]], master)
    elif pictures:
        found["metadata_block_picture"] = pictures_as_comments(pictures)
    found.save()
