"""Vorbis comments, in FLAC, Ogg Vorbis and Opus: what is kept of them, and what is written into them.

Sources: Vorbis I specification, 5; xiph.org, VorbisComment (Chapter Extension); RFC 9639 (FLAC), 8.8.
"""

import base64
import re
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from bridge.audio.kept.names import kept_name
from bridge.audio.kept.record import MOST_MARKERS, Kept, Picture, SongMarker

_CHAPTER = re.compile(r"chapter(\d{3,})")
_TIME = re.compile(r"(\d+):(\d\d?):(\d\d?(?:[.,]\d+)?)")


def read_comments(comments: Iterable[tuple[str, str]], kept: Kept, settings_name: str) -> None:
    """Add what pairs of name and text say to what is kept; markers count at ``kept.rate_hz``."""
    texts: dict[str, list[str]] = {}
    chapters: dict[str, str] = {}
    for name, text in comments:
        name = name.lower()
        if name == settings_name.lower():
            kept.settings = kept.settings or text
        elif name == "metadata_block_picture":
            kept.pictures += _pictures(text)
        elif name.startswith("chapter"):
            chapters[name] = text
        elif known := kept_name(name):
            texts.setdefault(known, []).append(text)
    kept.add_texts(texts)
    kept.add_markers(_markers(chapters, kept.rate_hz))


def _markers(chapters: dict[str, str], rate_hz: int) -> list[SongMarker]:
    found = []
    for name, text in chapters.items():
        time = _TIME.fullmatch(text.strip())
        if _CHAPTER.fullmatch(name) and time:
            at_s = int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3].replace(",", "."))
            found.append(SongMarker(round(at_s * rate_hz), label=chapters.get(f"{name}name", "").strip()))
    return found


def _pictures(text: str) -> list[Picture]:
    from mutagen.flac import Picture as FlacPicture
    from mutagen.flac import error as flac_error

    try:
        block = FlacPicture(base64.b64decode(text))
    except (ValueError, flac_error, struct.error):  # also what is not ASCII at all
        return []
    return [Picture(block.mime, int(block.type), block.data)]


def comments_of(kept: Kept, own_texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return what is kept, and texts of our own, as pairs of name and text: markers as chapters, in milliseconds."""
    found = [(name.upper(), text) for name, values in kept.texts.items() for text in values]
    for number, marker in enumerate(kept.markers[:MOST_MARKERS], 1):
        found.append((f"CHAPTER{number:03}", _clock(round(marker.frame * 1000 / kept.rate_hz))))
        found.append((f"CHAPTER{number:03}NAME", marker.label or str(number)))
    return found + list(own_texts.items())


def _clock(at_ms: int) -> str:
    return f"{at_ms // 3_600_000:02}:{at_ms // 60_000 % 60:02}:{at_ms // 1000 % 60:02}.{at_ms % 1000:03}"


def picture_block(picture: Picture) -> Any:
    """Return a picture as mutagen's FLAC block."""
    from mutagen.flac import Picture as FlacPicture

    block = FlacPicture()
    block.mime, block.type, block.data = picture.mime, picture.kind, picture.data
    return block


def pictures_as_comments(pictures: Sequence[Picture]) -> list[str]:
    """Return pictures as Ogg files have them."""
    return [base64.b64encode(picture_block(picture).write()).decode("ascii") for picture in pictures]
