"""ID3: what is kept of a tag, and what is written into one.

Sources: ID3 tag version 2.4.0, Native Frames; ID3v2 Chapter Frame Addendum. mutagen brings 1, 2.2 and 2.3 to 2.4.
"""

import re
from collections.abc import Sequence
from typing import Any

from bridge.audio.kept.names import kept_name, without_totals
from bridge.audio.kept.record import MOST_MARKERS, Kept, Picture, SongMarker
from bridge.audio.tag_names import KEPT

SETTINGS = "FRESH_EARS_SETTINGS"
MOST_TAG_BYTES = (1 << 28) - (1 << 16)  # ID3v2.4.0, 3.1: the size has 28 bits; a little is left for the texts
_UTF_8 = 3
_NO_OFFSET = 0xFFFF_FFFF  # chapter addendum, 3.1: the times count
_ORDERED, _TOP_ORDERED = 1, 3  # chapter addendum, 3.2
_MOST_ENTRIES = 255  # the same: eight bits count them; more are tables in a table
_NO_LANGUAGE = "XXX"  # ID3v2.4.0, 3: not known
_A_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?")  # ID3v2.4.0 structure, 4: timestamps


def read_id3(id3: Any, kept: Kept) -> None:
    """Add what is in a tag of mutagen's to what is kept; markers count at ``kept.rate_hz``."""
    kept.add_texts({name: _texts(id3, frame) for name, frame in KEPT.items() if frame})
    for own in id3.getall("TXXX"):
        texts = [str(text) for text in own.text]
        if own.desc == SETTINGS:
            kept.settings = kept.settings or "".join(texts[:1])
        elif name := kept_name(own.desc):
            kept.add_texts({name: texts})
    if not kept.pictures:
        kept.pictures = [Picture(p.mime, int(p.type), p.data) for p in id3.getall("APIC") if p.data]
    kept.add_markers(_chapters(id3, kept.rate_hz))


def _texts(id3: Any, frame: str) -> list[str]:
    if frame == "USLT":
        return [str(found.text) for found in id3.getall(frame)]
    if frame == "COMM":
        return [str(text) for found in id3.getall(frame) if not found.desc for text in found.text]
    if frame == "TCON":
        return [str(genre) for found in id3.getall(frame) for genre in found.genres]
    return [str(text) for found in id3.getall(frame) for text in found.text]


def _chapters(id3: Any, rate_hz: int) -> list[SongMarker]:
    """A chapter that ends where the next one begins is a marker, one that ends elsewhere a region."""
    chapters = sorted(id3.getall("CHAP"), key=lambda chapter: chapter.start_time)
    starts = {chapter.start_time for chapter in chapters}
    found = []
    for chapter in chapters:
        start, end = (round(time * rate_hz / 1000) for time in (chapter.start_time, chapter.end_time))
        is_region = chapter is not chapters[-1] and chapter.end_time not in starts and end > start
        label = "".join(str(title) for title in chapter.sub_frames.getall("TIT2"))
        found.append(SongMarker(start, end - start if is_region else 0, label))
    return found


def fill_id3(id3: Any, kept: Kept, own_texts: dict[str, str], left_out: Sequence[Picture]) -> None:
    """Write what is kept, and texts of our own, into a tag of mutagen's; without the pictures that do not fit."""
    from mutagen import id3 as frames

    for name, values in without_totals(kept.texts).items():
        for frame in _frames(frames, name, values):
            id3.add(frame)
    for name, text in own_texts.items():
        if name == "encodedby":
            id3.add(frames.TENC(encoding=_UTF_8, text=[text]))
        else:
            id3.add(frames.TXXX(encoding=_UTF_8, desc=name, text=[text]))
    fitting = [picture for picture in kept.pictures if picture not in left_out]
    for number, picture in enumerate(fitting):
        description = str(number) if number else ""
        id3.add(frames.APIC(encoding=_UTF_8, mime=picture.mime, type=picture.kind, desc=description, data=picture.data))


def _frames(frames: Any, name: str, values: list[str]) -> list[Any]:
    frame = KEPT.get(name, "")
    if frame == "COMM":
        return [frames.COMM(encoding=_UTF_8, lang=_NO_LANGUAGE, desc="", text=values)]
    if frame == "USLT":
        return [frames.USLT(encoding=_UTF_8, lang=_NO_LANGUAGE, desc="", text="\n\n".join(values))]
    if frame in ("TDRC", "TDOR") and not all(map(_A_TIME.fullmatch, values)):
        # a date in words has no frame: it stays as it is, and its year can be found
        year = re.search(r"\b\d{4}\b", values[0])
        found = [getattr(frames, frame)(encoding=_UTF_8, text=[year[0]])] if year else []
        return [*found, frames.TXXX(encoding=_UTF_8, desc=name.upper(), text=values)]
    if frame:
        return [getattr(frames, frame)(encoding=_UTF_8, text=values)]
    return [frames.TXXX(encoding=_UTF_8, desc=name.upper(), text=values)]


def fill_chapters(id3: Any, markers: Sequence[SongMarker], rate_hz: int, frames_long: int) -> None:
    """Write markers into a tag as chapters, in milliseconds: each up to the next one, or as long as it is."""
    from mutagen import id3 as frames

    chosen = markers[:MOST_MARKERS]
    if not chosen:
        return
    names = [f"chp{number}" for number in range(len(chosen))]
    starts = [marker.frame for marker in chosen]
    for name, marker, following in zip(names, chosen, [*starts[1:], frames_long], strict=True):
        end = marker.frame + marker.frames if marker.frames else max(following, marker.frame)
        title = [frames.TIT2(encoding=_UTF_8, text=[marker.label])] if marker.label else []
        id3.add(
            frames.CHAP(
                element_id=name,
                start_time=round(marker.frame * 1000 / rate_hz),
                end_time=round(end * 1000 / rate_hz),
                start_offset=_NO_OFFSET,
                end_offset=_NO_OFFSET,
                sub_frames=title,
            )
        )
    tables = [names[at : at + _MOST_ENTRIES] for at in range(0, len(names), _MOST_ENTRIES)]
    if len(tables) > 1:
        for number, table in enumerate(tables):
            id3.add(frames.CTOC(element_id=f"toc{number}", flags=_ORDERED, child_element_ids=table, sub_frames=[]))
        names = [f"toc{number}" for number in range(len(tables))]
    id3.add(frames.CTOC(element_id="toc", flags=_TOP_ORDERED, child_element_ids=names, sub_frames=[]))


def tag_bytes(id3: Any) -> bytes:
    """Return a tag as it stands in a chunk of a WAVE or AIFF file."""
    import io

    file = io.BytesIO()
    id3.save(file, padding=lambda _: 0)
    return file.getvalue()
