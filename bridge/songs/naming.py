"""Which song a bounce belongs to, read from its file name.

People number their bounces in a few habitual ways. Everything that only says *which* bounce this is
(a version, a mix number, a copy number, a date) is taken off the end; what remains is the song.
"""

import fnmatch
import re
from collections.abc import Mapping
from typing import NamedTuple


class SongName(NamedTuple):
    """The song a file name stands for, and the label that tells this bounce from its siblings."""

    song: str
    label: str


_SEPARATOR = r"[\s._\-–—]+"
# Prints with and without the master bus. Never after a space: "High and Dry" is a song.
_PRINT = r"dry|wet|no[\s_-]?bus|bus[\s_-]?off|bus[\s_-]?on|no[\s_-]?master(?:[\s_-]?fx)?"
_YEAR = r"(?:19|20)\d\d"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3])[.:\-_h]?[0-5]\d(?:[.:\-_m]?[0-5]\d)?"
_DATE = rf"(?:{_YEAR}[-._]?{_MONTH}[-._]?{_DAY}|{_DAY}[-._]{_MONTH}[-._]{_YEAR})"
_WORD = r"mixdown|premaster|bounce|render|export|rough|mix|demo|final|take|ver(?:sion)?|rev(?:ision)?"

# Each takes one label off the end. A separator must stand before words and numbers, so that "Remix" and
# "Blink182" keep their ends; a bare number after a space is left alone ("Song 2" may well be a title).
_SUFFIXES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\s*[(\[]\d{1,3}[)\]]$",  # Song (2)
        rf"{_SEPARATOR}copy(?:(?:{_SEPARATOR})?\d{{1,3}})?$",  # Song copy 2
        r"-\d{3}$",  # REAPER's Song-001
        rf"{_SEPARATOR}{_DATE}(?:[T\s._\-]+{_TIME})?$",  # Song 2026-11-22 14.05
        rf"{_SEPARATOR}[vr]\.?\d{{1,4}}(?:\.\d{{1,3}})?[a-z]?$",  # Song v3, Song r2, Song v1.2b
        rf"{_SEPARATOR}(?:{_WORD})(?:(?:{_SEPARATOR})?\d{{1,4}}[a-z]?)?$",  # Song_mix_12, Song final
        rf"\s*[(\[](?:{_WORD})(?:(?:{_SEPARATOR})?\d{{1,4}}[a-z]?)?[)\]]$",  # Song (mix 3)
        rf"\s*[(\[](?:{_PRINT})[)\]]$",  # Song v3 (dry)
        rf"[_\-](?:{_PRINT})$",  # Song_v3_wet
        rf"{_SEPARATOR}\d{{2,3}}(?:\.\d)?\s?k(?:hz)?$",  # Song 48k
        rf"{_SEPARATOR}(?:16|24|32)[\s_-]?b(?:it|its)?f?$",  # Song 24bit
    )
)
_EDGE = re.compile(r"^[\s._\-–—]+|[\s._\-–—]+$")


def song_name(stem: str, overrides: Mapping[str, str] | None = None) -> SongName:
    """Split a file name without its extension into song and label.

    Parameters
    ----------
    stem
        File name without folder and extension.
    overrides
        File name patterns (``*`` and ``?``, case-insensitive) that belong to a named song whatever
        their name says; the first that matches wins.

    Returns
    -------
    SongName
        ``song`` is never empty; ``label`` is what was taken off, empty when nothing was.
    """
    for pattern, song in (overrides or {}).items():
        if fnmatch.fnmatchcase(stem.casefold(), pattern.casefold()):
            return SongName(song, stem)
    name = stem
    while True:
        shorter = _without_suffix(name)
        if shorter == name:
            break
        name = shorter
    song = re.sub(r"[\s_]+", " ", _EDGE.sub("", name)) or stem.strip() or stem
    return SongName(song, _EDGE.sub("", stem[len(name) :]) if stem.startswith(name) else "")


def song_key(song: str) -> str:
    """Return the form under which two spellings of a song are one: case and separators do not count."""
    return re.sub(r"[\s._\-–—]+", " ", song).strip().casefold()


def _without_suffix(name: str) -> str:
    for pattern in _SUFFIXES:
        match = pattern.search(name)
        # What remains must still be a name: "Mix 3" and "2026-11-22" are songs, not labels of nothing.
        if match and _EDGE.sub("", name[: match.start()]):
            return name[: match.start()]
    return name
