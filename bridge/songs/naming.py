"""Which song a bounce belongs to, read from its file name.

People number their bounces in a few habitual ways. Everything that only says *which* bounce this is (a version, a mix
number, a date), how it was made (tempo, key, bits) or which version of the song it is (instrumental, radio edit) is
taken off (`bridge.songs.labels`); what remains is the song.
"""

import fnmatch
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from bridge.songs.labels import (
    BETWEEN_LABELS,
    BRACKETED,
    BRACKETED_NUMBER,
    BRACKETED_WORDS,
    COUNTERS,
    DRY,
    LABELS,
    LEADING,
    NUMBERED_WORDS,
    UNTITLED,
    Label,
)

_EDGE = re.compile(r"^[\s._\-–—]+|[\s._\-–—]+$")
_SPACES = re.compile(r"[\s._\-–—]+")
_DIGITS = re.compile(r"\d+")
_NOTHING = "\ufffc"  # stands for a title where only labels are read
_SURELY_COUNTED = 3  # ours: nobody calls a piece "Love Song-003"; REAPER does
_LONGEST_NAME = 512  # ours: no file system holds a longer one; what comes over OSC may be longer
_MOST_LABELS = 32  # ours: no name has more; a bound for hostile ones


class NameNumber(NamedTuple):
    """A number in a name that says which bounce this is: numbers of one kind put bounces in order."""

    kind: str  # v, mix, master, take, date, copy ...
    text: str

    @property
    def order(self) -> tuple[tuple[int, ...], str]:
        """Return what to sort by: v2 before v10, v2 before v2b."""
        return tuple(int(part) for part in _DIGITS.findall(self.text)), self.text.lstrip("0123456789.-_ ").casefold()


class SongName(NamedTuple):
    """The song a file name stands for, and the label that tells this bounce from its siblings."""

    song: str
    label: str
    version: str = ""  # '' is the song itself
    numbers: tuple[NameNumber, ...] = ()
    is_dry: bool = False  # printed without the master bus


class _Taken(NamedTuple):
    """A label that was taken off the end: where the rest ends, and what the label says."""

    end: int
    versions: tuple[str, ...] = ()
    numbers: tuple[NameNumber, ...] = ()
    is_dry: bool = False


def song_name(stem: str, overrides: Mapping[str, str] | None = None, context: str = "") -> SongName:
    """Split a file name without its extension into song and label.

    Parameters
    ----------
    stem
        File name without folder and extension.
    overrides
        File name patterns (``*`` and ``?``, case-insensitive) that belong to a named song whatever
        their name says; the first that matches wins.
    context
        What the file is a bounce of as far as its project or folder says: the song where the name has no title of
        its own ("untitled", "mix 3"), and a number after it is the bounce's.

    Returns
    -------
    SongName
        ``song`` is never empty; ``label`` is what was taken off the end, empty when nothing was.
    """
    for pattern, song in (overrides or {}).items():
        if fnmatch.fnmatchcase(stem.casefold(), pattern.casefold()):
            return SongName(song, stem)
    name = unicodedata.normalize("NFC", stem)
    if len(name) > _LONGEST_NAME:
        return SongName(name.strip() or name, "")
    if context and (found := _of_context(name, context)) is not None:
        return found
    start, end = _begin(name), len(name.rstrip())
    taken: list[_Taken] = []
    while len(taken) < _MOST_LABELS and (label := _last_label(name[start:end])) is not None:
        taken.append(label)
        end = start + label.end
    song = _plain(name[start:end]) or name.strip() or name
    return _name(song, _EDGE.sub("", name[end:]), taken)


def song_key(song: str) -> str:
    """Return the form under which spellings of a song are one: case, separators, the coding of accents do not count."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", song)).strip().casefold()


def has_no_title(stem: str) -> bool:
    """Tell whether a name only says which bounce it is, not of what: "untitled", "final mix 3"."""
    return _only_labels(unicodedata.normalize("NFC", stem)) is not None


def _name(song: str, label: str, taken: list[_Taken]) -> SongName:
    versions = sorted({version for one in taken for version in one.versions})
    numbers = tuple(number for one in reversed(taken) for number in one.numbers)
    return SongName(song, label, " ".join(versions), numbers, any(one.is_dry for one in taken))


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", " ", _EDGE.sub("", text))


def _of_context(name: str, context: str) -> SongName | None:
    """Read a name without a title, or the context's own with a number; None when it has a title of its own."""
    if (labels := _only_labels(name)) is not None:
        return _name(context, "" if song_key(name) in UNTITLED else name.strip(), labels)
    number = re.fullmatch(r"(?P<title>.*\S)[\s_\-–—]+(?P<number>0\d\d|\d{1,2})", name.strip())
    if number is not None and song_key(number["title"]) in {song_key(context), *UNTITLED}:
        return SongName(context, number["number"], "", (NameNumber("copy", number["number"]),))
    return None


def _only_labels(name: str) -> list[_Taken] | None:
    """Return the labels of a text that holds nothing else; None when something else is in it."""
    text = name.strip()
    if song_key(text) in UNTITLED:
        return []
    if re.fullmatch(r"untitled[\s_\-]*\d{1,3}", text, re.IGNORECASE):
        return [_Taken(0, (), (NameNumber("copy", _DIGITS.findall(text)[-1]),))]
    taken: list[_Taken] = []
    rest = f"{_NOTHING} - {text}"
    while len(taken) < _MOST_LABELS and (label := _last_label(rest)) is not None:
        taken.append(label)
        rest = rest[: label.end].rstrip()
    return taken if taken and _EDGE.sub("", rest) == _NOTHING else None


def _begin(name: str) -> int:
    """Return where the title begins: behind a track number, a date, a tempo."""
    for pattern in LEADING:
        match = pattern.match(name)
        rest = name[match.end() :] if match else ""
        if match and _EDGE.sub("", rest) and _only_labels(rest) is None:  # "2026-11-22 – bounce 12" is of that day
            return match.end()
    return len(name) - len(name.lstrip())


def _last_label(name: str) -> _Taken | None:
    """Return the label at the end of a name, None when it ends with its title."""
    taken = _bracketed(name) or _worded(name) or _counted(name)
    # What remains must still be a name: "Mix 3" and "2026-11-22" are songs, not labels of nothing.
    return taken if taken is not None and _EDGE.sub("", name[: taken.end]) else None


def _bracketed(name: str) -> _Taken | None:
    match = BRACKETED.search(name)
    if match is None:
        return None
    content = match["content"].strip()
    if BRACKETED_NUMBER.fullmatch(content):
        return _Taken(match.start(), (), (NameNumber("copy", content),))
    if BRACKETED_WORDS.fullmatch(content):
        return _Taken(match.start())
    inside: list[_Taken] = []
    for piece in [content] if _only_labels(content) is not None else BETWEEN_LABELS.split(content):
        found = _only_labels(piece) if song_key(piece) not in UNTITLED else None
        if found is None:
            return None
        inside += found
    return _Taken(
        match.start(),
        tuple(version for one in inside for version in one.versions),
        tuple(number for one in reversed(inside) for number in one.numbers),
        any(one.is_dry for one in inside),
    )


def _worded(name: str) -> _Taken | None:
    for label in LABELS:
        match = label.pattern.search(name)
        if match is None:
            continue
        rest = name[: match.start()]
        if label.is_soft and not _is_set_apart(rest, match["separator"], label):
            continue
        number = match.groupdict().get("number")
        numbers = (NameNumber(label.kind, number),) if number else ()
        return _Taken(match.start(), (label.version,) if label.version else (), numbers, label.kind == DRY)
    return None


def _is_set_apart(rest: str, separator: str, label: Label) -> bool:
    """Tell whether a soft label is one here: behind a dash or underscore that is not the name's space, or a label."""
    is_hard = bool(separator.strip(" .,"))
    if is_hard and (" " in separator or " " in rest.strip()):
        return True
    if is_hard and label.kind == DRY and not _SPACES.search(_EDGE.sub("", rest)):  # Tide_dry
        return True
    return bool(_EDGE.sub("", rest)) and _last_label(rest) is not None


def _counted(name: str) -> _Taken | None:
    for pattern in COUNTERS:
        match = pattern.search(name)
        if match is not None:
            rest = _plain(name[: match.start()])
            last = rest.split(" ")[-1].casefold()
            belongs = last in NUMBERED_WORDS and (" " not in rest or len(match["number"]) < _SURELY_COUNTED)
            if rest and not rest[-1].isdigit() and not belongs:
                return _Taken(match.start(), (), (NameNumber("copy", match["number"]),))
    return None
