"""What a file says about itself: title, artist, ISRC, artwork ... kept from mix to master, and the settings in it.

The settings are stored inside the master, so that an instrumental can be mastered the same way from the file alone.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bridge import __version__
from bridge.errors import UsageError
from bridge.pathtext import to_path

_ID3_FRAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "albumartist": "TPE2",
    "composer": "TCOM",
    "date": "TDRC",
    "genre": "TCON",
    "tracknumber": "TRCK",
    "discnumber": "TPOS",
    "isrc": "TSRC",
    "copyright": "TCOP",
    "language": "TLAN",
    "bpm": "TBPM",
}
_SETTINGS = "FRESH_EARS_SETTINGS"
_MAX_SETTINGS = 100_000  # ours: a bound against hostile files
_MAX_CHUNK = 1 << 20


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
    """Return what can be read; a file without tags, or with broken ones, has none."""
    import mutagen

    tags = KeptTags(bext=_bext(path))
    try:
        found = mutagen.File(path)
    except (mutagen.MutagenError, OSError, ValueError, EOFError, struct.error):
        return tags
    if found is None or found.tags is None:
        return tags
    if hasattr(found.tags, "getall"):
        _read_id3(found.tags, tags)
    else:
        _read_vorbis(found, tags)
    return tags


def _read_id3(id3: Any, tags: KeptTags) -> None:
    for name, frame in _ID3_FRAMES.items():
        texts = [str(text) for found in id3.getall(frame) for text in found.text]
        if texts:
            tags.texts[name] = texts
    for picture in id3.getall("APIC"):
        tags.pictures.append(Picture(picture.mime, int(picture.type), picture.data))
    for own in id3.getall(f"TXXX:{_SETTINGS}"):
        tags.texts[_SETTINGS.lower()] = [str(text) for text in own.text]


def _read_vorbis(found: Any, tags: KeptTags) -> None:
    import base64
    import binascii

    from mutagen.flac import Picture as FlacPicture
    from mutagen.flac import error as flac_error

    known = {*_ID3_FRAMES, _SETTINGS.lower()}
    for name, texts in found.tags.as_dict().items() if hasattr(found.tags, "as_dict") else ():
        if name.lower() in known:
            tags.texts[name.lower()] = [str(text) for text in texts]
    for picture in getattr(found, "pictures", []):
        tags.pictures.append(Picture(picture.mime, int(picture.type), picture.data))
    for text in found.tags.get("metadata_block_picture", []) if hasattr(found.tags, "get") else ():
        try:
            block = FlacPicture(base64.b64decode(text))
        except (binascii.Error, flac_error, struct.error):
            continue
        tags.pictures.append(Picture(block.mime, int(block.type), block.data))


def write_kept_tags(path: Path, extension: str, tags: KeptTags, settings: dict[str, Any], settings_hash: str) -> None:
    """Write tags, the settings and what made the file into a closed sound file of this kind.

    Files of other kinds, and WAVE files too long for the plain header, are left as they are.
    """
    from mutagen.aiff import AIFF
    from mutagen.flac import FLAC
    from mutagen.mp3 import MP3
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis
    from mutagen.wave import WAVE

    kinds = {".wav": WAVE, ".aif": AIFF, ".aiff": AIFF, ".mp3": MP3, ".flac": FLAC, ".ogg": OggVorbis, ".opus": OggOpus}
    if extension not in kinds or _is_rf64(path):
        return
    if extension == ".wav" and tags.bext:
        _append_bext(path, tags.bext)
    texts = {name: texts for name, texts in tags.texts.items() if name != _SETTINGS.lower()}
    texts["encodedby"] = [f"Fresh Ears {__version__}, settings {settings_hash[:16]}"]
    texts[_SETTINGS.lower()] = [msgspec.json.encode(settings, order="sorted").decode()]
    found = kinds[extension](path)
    if extension in {".flac", ".ogg", ".opus"}:
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
            frame = "TENC" if name == "encodedby" else _ID3_FRAMES[name]
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


def _bext(path: Path) -> bytes:
    """Return the bext chunk of a WAVE file, empty when there is none (EBU Tech 3285, 2.3)."""
    try:
        with path.open("rb") as file:
            header = file.read(12)
            if header[:4] not in (b"RIFF", b"RF64") or header[8:] != b"WAVE":
                return b""
            while len(head := file.read(8)) == 8:
                size = struct.unpack("<I", head[4:])[0]
                if head[:4] == b"bext":
                    return file.read(size) if size <= _MAX_CHUNK else b""
                file.seek(size + size % 2, 1)
    except OSError:
        return b""
    return b""


def _append_bext(path: Path, bext: bytes) -> None:
    """Append the chunk, its loudness fields emptied: they described the mix (EBU Tech 3285, version 2)."""
    body = bytearray(bext)
    if len(body) >= 422:  # 0x7FFF: not set (EBU Tech 3285, 2.3, LoudnessValue ... MaxShortTermLoudness)
        body[412:422] = struct.pack("<5h", *(0x7FFF,) * 5)
    with path.open("rb+") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(b"bext" + struct.pack("<I", len(body)) + bytes(body) + (b"\0" if len(body) % 2 else b""))
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
