"""Vorbis comments, in FLAC, Ogg Vorbis and Opus: what is kept of them, and what is written into them.

Sources: Vorbis I specification, 5; xiph.org, VorbisComment (Chapter Extension); RFC 9639 (FLAC), 8.8. The Chapter
Extension knows a chapter's begin only. Its drafts of March 2012 had its end behind it (``begin-end``, ``begin-->end``),
and programs that keep regions write it as CHAPTERxxxEND (spfk-metadata): all are read, the last is written, and who
knows the extension only still finds the begin.
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
_TO = re.compile(r"\s*--?>?\s*")


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
        begin, *end = _TO.split(text.strip(), maxsplit=1)
        frame = _frame(begin, rate_hz)
        if not _CHAPTER.fullmatch(name) or frame is None:
            continue
        end_frame = _frame(end[0] if end else chapters.get(f"{name}end", ""), rate_hz) or frame
        label = chapters.get(f"{name}name", "").strip()
        found.append(SongMarker(frame, max(0, end_frame - frame), label=label))
    return found


def _frame(text: str, rate_hz: int) -> int | None:
    """Return the place that a time says, hours:minutes:seconds; ``None`` where it is none."""
    time = _TIME.fullmatch(text.strip())
    if time is None:
        return None
    return round((int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3].replace(",", "."))) * rate_hz)


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
        if marker.frames:
            end_frame = marker.frame + marker.frames
            found.append((f"CHAPTER{number:03}END", _clock(round(end_frame * 1000 / kept.rate_hz))))
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
