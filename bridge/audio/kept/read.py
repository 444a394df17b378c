"""What a sound file says about itself beside its sound, to go with the song to its master.

Everything that is damaged is left out: a broken tag never stops a master.
"""

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bridge.audio.chunks import chunks_beside_sound, is_aiff
from bridge.audio.containers.base import ContainerError, Window, sound_start
from bridge.audio.containers.mpeg4 import mpeg4_kind
from bridge.audio.containers.wave import is_wave
from bridge.audio.kept import aiff, cue_points, flac, info
from bridge.audio.kept.id3 import SETTINGS, read_id3
from bridge.audio.kept.names import with_totals
from bridge.audio.kept.opened import opened
from bridge.audio.kept.other_tags import read_ape, read_caf, read_mp4
from bridge.audio.kept.record import Kept, Picture, SongMarker
from bridge.audio.kept.vorbis import read_comments
from bridge.audio.tag_names import BY_AIFF
from bridge.audio.tag_text import decoded_text
from bridge.audio.tags import read_tags
from bridge.errors import UsageError
from bridge.pathtext import to_path

log = logging.getLogger(__name__)

_Source = TypeVar("_Source", Path, bytes)
_MOST_CHUNK_BYTES = 1 << 28  # ours: a tag with artwork; what is larger is nothing a song says about itself
_MOST_SETTINGS = 100_000  # ours: a bound against hostile files


def read_kept(path: Path, rate_hz: int) -> Kept:
    """Return what goes with a song from mix to master; markers count at the rate the file is decoded at."""
    kept = Kept(rate_hz=rate_hz)
    _carefully(_read, path, kept)
    for name, text in read_tags(path).texts.items():  # what mutagen does not take: an odd frame, a date in words
        if name in _KEPT_BY_HAND:
            kept.add_texts({name: [text]})
    kept.texts = with_totals(kept.texts)
    return kept


_KEPT_BY_HAND = frozenset(BY_AIFF.values()) | {"date", "title", "artist", "album"}


def _carefully(read: Callable[[_Source, Kept], None], source: _Source, kept: Kept) -> None:
    import mutagen

    try:
        read(source, kept)
    except (mutagen.MutagenError, ContainerError, OSError):
        return
    except Exception:  # a library that trips over damaged tags says nothing about the sound
        log.info("what a file says about itself cannot be read", exc_info=True)


def _read(path: Path, kept: Kept) -> None:
    with path.open("rb") as file:
        window = Window(file, path.stat().st_size)
        start = sound_start(window)
        head, is_mp4 = window.at(start, 16), False
        if is_wave(head):
            _read_wave(window, kept, big=head[:4] == b"RIFX")
        elif is_aiff(head):
            _read_aiff(window, kept)
        elif head[:4] == b"caff":
            read_caf(window, kept)
        elif head[:4] == b"fLaC":
            _read_flac(path, kept)
        elif head[:4] == b"OggS":
            _read_ogg(path, kept)
        elif is_mp4 := mpeg4_kind(window) == "MP4":
            read_mp4(path, kept)
    if head[:4] not in (b"OggS", b"caff") and not is_mp4:
        # in front of anything, and behind an MP3; mutagen looks at both ends and knows version 1 as well
        _carefully(_read_id3_file, path, kept)
        _carefully(read_ape, path, kept)


def _read_id3_file(path: Path, kept: Kept) -> None:
    from mutagen.id3 import ID3

    with opened(path) as file:
        read_id3(ID3(file), kept)


def _body(window: Window, at: int, length: int) -> bytes:
    return window.at(at, min(length, window.size - at)) if length <= _MOST_CHUNK_BYTES else b""


def _read_wave(window: Window, kept: Kept, *, big: bool) -> None:
    # numbers in the chunks of a RIFX file are turned round as well: of those, texts alone are taken
    taken = (b"LIST", b"CSET", b"id3 ", b"ID3 ") if big else _OF_WAVE
    found = [(c.name, _body(window, c.start, c.length)) for c in chunks_beside_sound(window) if c.name in taken]
    _add_chunks(found, kept)


_OF_WAVE = (b"LIST", b"list", b"CSET", b"id3 ", b"ID3 ", b"bext", b"iXML", b"axml", b"chna", b"cue ")


def _add_chunks(chunks: list[tuple[bytes, bytes]], kept: Kept) -> None:
    """Add what the chunks of a WAVE file say; ID3 before INFO, which holds less."""
    by_name: dict[bytes, bytes] = {}
    for name, body in chunks:
        by_name.setdefault(name, body)
    code_page = info.code_page_of(by_name.get(b"CSET", b""))
    lists = [body for name, body in chunks if name in (b"LIST", b"list")]
    kept.broadcast = kept.broadcast or by_name.get(b"bext", b"")
    kept.ixml = kept.ixml or by_name.get(b"iXML", b"")
    if b"chna" not in by_name:  # with it, axml describes channels (ITU-R BS.2076), which a master may not have
        kept.axml = kept.axml or by_name.get(b"axml", b"")
    for name, body in chunks:
        if name in (b"id3 ", b"ID3 "):
            _carefully(_read_id3_bytes, body, kept)
    for body in lists:
        if body[:4] == b"INFO":
            kept.add_texts({name: [text] for name, text in info.info_texts(body[4:], code_page).items()})
    adtl = [body[4:] for body in lists if body[:4] == b"adtl"]
    kept.add_markers(cue_points.markers_of(by_name.get(b"cue ", b""), adtl, code_page))


def _read_id3_bytes(body: bytes, kept: Kept) -> None:
    from mutagen.id3 import ID3

    read_id3(ID3(io.BytesIO(body)), kept)


def _read_aiff(window: Window, kept: Kept) -> None:
    texts: dict[str, list[str]] = {}
    for chunk in chunks_beside_sound(window):
        body = _body(window, chunk.start, chunk.length) if chunk.name in _OF_AIFF else b""
        if chunk.name in (b"ID3 ", b"id3 "):
            _carefully(_read_id3_bytes, body, kept)
        elif chunk.name == b"MARK":
            kept.add_markers(aiff.markers_of(body))
        elif chunk.name in BY_AIFF:
            texts.setdefault(BY_AIFF[chunk.name], []).append(decoded_text(body))
    kept.add_texts(texts)


_OF_AIFF = (b"ID3 ", b"id3 ", b"MARK", *BY_AIFF)


def _read_flac(path: Path, kept: Kept) -> None:
    from mutagen.flac import FLAC

    with opened(path) as file:
        found: Any = FLAC(file)
    kept.pictures = [Picture(p.mime, int(p.type), p.data) for p in found.pictures]
    _add_chunks([chunk for chunk in flac.foreign_chunks(found.metadata_blocks) if chunk[0] in _IN_FLAC], kept)
    read_comments(found.tags or (), kept, SETTINGS)
    kept.cue_sheet = flac.cue_sheet_of(found.metadata_blocks)
    kept.add_markers(
        SongMarker(frame, label=f"Track {n}") for n, frame in enumerate(flac.cue_sheet_starts(kept.cue_sheet), 1)
    )


_IN_FLAC = (b"bext", b"iXML", b"axml", b"chna", b"cue ", b"LIST", b"CSET")


def _read_ogg(path: Path, kept: Kept) -> None:
    import mutagen

    with opened(path) as file:
        found: Any = mutagen.File(file)
    if found is not None and found.tags is not None:
        read_comments(found.tags, kept, SETTINGS)


def settings_in(path_text: str) -> dict[str, Any]:
    """Return the settings stored in a master. Raises UsageError when the file holds none."""
    path = to_path(path_text)
    if not path.is_file():
        raise UsageError(f"There is no master {path_text}. Name the file whose settings are wanted.")
    stored = read_kept(path, 1).settings
    if not stored or len(stored) > _MOST_SETTINGS:
        raise UsageError(
            f"{path.name} holds no settings: it is not a master made by Fresh Ears, was made without metadata, "
            "or its tags were removed."
        )
    try:
        return msgspec.json.decode(stored, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"{path.name}: its stored settings are damaged. Master it again.") from error
