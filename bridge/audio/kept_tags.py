"""What a file says about itself: title, artist, ISRC, artwork ... kept from mix to master, and the settings in it.

The settings are stored inside the master, so that an instrumental can be mastered the same way from the file alone.
"""

import importlib
import io
import logging
import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bridge import __version__
from bridge.audio.bext import append_bext, bext_bytes
from bridge.audio.kinds import BY_MASTER_ENDING
from bridge.audio.tag_names import KEPT
from bridge.audio.tags import read_tags
from bridge.errors import UsageError
from bridge.pathtext import to_path

log = logging.getLogger(__name__)

_SETTINGS = "FRESH_EARS_SETTINGS"
_MAX_SETTINGS = 100_000  # ours: a bound against hostile files


@dataclass(frozen=True, slots=True)
class Picture:
    """Artwork as it was found."""

    mime: str
    kind: int
    data: bytes


@dataclass(slots=True)
class KeptTags:
    """Texts by their Vorbis name in lower case, artwork, and a WAVE file's ``bext`` chunk (EBU Tech 3285)."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    bext: bytes = b""


def read_kept_tags(path: Path) -> KeptTags:
    """Return what goes with a song from mix to master; a file without tags, or with broken ones, has none.

    Artwork and texts with several values come from mutagen; what it does not look for (RIFF INFO, the text chunks of
    AIFF) is taken as `read_tags` finds it.
    """
    tags = KeptTags(bext=bext_bytes(path))
    _read_with_mutagen(path, tags)
    for name, text in read_tags(path).texts.items():
        if name in KEPT:
            tags.texts.setdefault(name, [text])
    return tags


def _read_with_mutagen(path: Path, tags: KeptTags) -> None:
    import mutagen

    try:
        with path.open("rb", buffering=0) as raw, _NoLonger(raw) as file:
            found = mutagen.File(file)
            if found is None or found.tags is None:
                return
            if hasattr(found.tags, "getall"):
                _read_id3(found.tags, tags)
            else:
                _read_vorbis(found, tags)
    except (mutagen.MutagenError, OSError):
        return
    except Exception:  # a library that trips over damaged tags says nothing about the sound
        log.info("the tags of %s cannot be read", path, exc_info=True)


class _NoLonger(io.BufferedReader):
    """A file asked for no more than it holds: mutagen believes the sizes in headers, and memory is taken first."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self._size = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        return super().read(self._size if size is None else min(size, self._size))


def _read_id3(id3: Any, tags: KeptTags) -> None:
    for name, frame in KEPT.items():
        texts = [str(text) for found in id3.getall(frame) for text in found.text]
        if texts:
            tags.texts[name] = texts
    for picture in id3.getall("APIC"):
        tags.pictures.append(Picture(picture.mime, int(picture.type), picture.data))
    for own in id3.getall(f"TXXX:{_SETTINGS}"):
        tags.texts[_SETTINGS.lower()] = [str(text) for text in own.text]


def _read_vorbis(found: Any, tags: KeptTags) -> None:
    import base64

    from mutagen.flac import Picture as FlacPicture
    from mutagen.flac import error as flac_error

    known = {*KEPT, _SETTINGS.lower()}
    for name, texts in found.tags.as_dict().items() if hasattr(found.tags, "as_dict") else ():
        if name.lower() in known:
            tags.texts[name.lower()] = [str(text) for text in texts]
    for picture in getattr(found, "pictures", []):
        tags.pictures.append(Picture(picture.mime, int(picture.type), picture.data))
    for text in found.tags.get("metadata_block_picture", []) if hasattr(found.tags, "get") else ():
        try:
            block = FlacPicture(base64.b64decode(text))
        except (ValueError, flac_error, struct.error):  # also what is not ASCII at all
            continue
        tags.pictures.append(Picture(block.mime, int(block.type), block.data))


def write_kept_tags(path: Path, extension: str, tags: KeptTags, settings: dict[str, Any], settings_hash: str) -> None:
    """Write tags, the settings and what made the file into a closed sound file of this kind.

    Files of other kinds, and WAVE files too long for the plain header, are left as they are.
    """
    kind = BY_MASTER_ENDING.get(extension)
    if kind is None or _is_rf64(path):
        return
    if kind.container == "WAV" and tags.bext:
        append_bext(path, tags.bext)
    texts = {name: texts for name, texts in tags.texts.items() if name != _SETTINGS.lower()}
    texts["encodedby"] = [f"Fresh Ears {__version__}, settings {settings_hash[:16]}"]
    texts[_SETTINGS.lower()] = [msgspec.json.encode(settings, order="sorted").decode()]
    module, name = kind.mutagen
    found = getattr(importlib.import_module(module), name)(path)
    if kind.tags == "vorbis":
        _write_vorbis(found, texts, tags.pictures)
    else:
        _write_id3(found, texts, tags.pictures)


def _write_id3(found: Any, texts: dict[str, list[str]], pictures: list[Picture]) -> None:
    from mutagen import id3

    if found.tags is None:
        found.add_tags()
    for name, values in texts.items():
        if name == _SETTINGS.lower():
            found.tags.add(id3.TXXX(encoding=3, desc=_SETTINGS, text=values))
        else:
            frame = "TENC" if name == "encodedby" else KEPT[name]
            found.tags.add(getattr(id3, frame)(encoding=3, text=values))
    for number, picture in enumerate(pictures):
        description = str(number) if number else ""
        found.tags.add(id3.APIC(encoding=3, mime=picture.mime, type=picture.kind, desc=description, data=picture.data))
    found.save()


def _write_vorbis(found: Any, texts: dict[str, list[str]], pictures: list[Picture]) -> None:
    import base64

    from mutagen.flac import FLAC
    from mutagen.flac import Picture as FlacPicture

    for name, values in texts.items():
        found[name] = values
    blocks = []
    for picture in pictures:
        block = FlacPicture()
        block.mime, block.type, block.data = picture.mime, picture.kind, picture.data
        blocks.append(block)
    if isinstance(found, FLAC):
        for block in blocks:
            found.add_picture(block)
    elif blocks:
        found["metadata_block_picture"] = [base64.b64encode(block.write()).decode("ascii") for block in blocks]
    found.save()


def settings_in(path_text: str) -> dict[str, Any]:
    """Return the settings stored in a master. Raises UsageError when the file holds none."""
    path = to_path(path_text)
    if not path.is_file():
        raise UsageError(f"There is no master {path_text}. Name the file whose settings are wanted.")
    stored = read_kept_tags(path).texts.get(_SETTINGS.lower(), [""])[0]
    if not stored or len(stored) > _MAX_SETTINGS:
        raise UsageError(
            f"{path.name} holds no settings: it is not a master made by Fresh Ears, or its tags were removed."
        )
    try:
        return msgspec.json.decode(stored, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise UsageError(f"{path.name}: its stored settings are damaged. Master it again.") from error


def _is_rf64(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"RF64"
