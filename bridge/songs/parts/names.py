"""Parts of a mix by their names: "Night Drive – Bass", "Song_drums", "Vocals bounce"; and which of several are parts.

One name alone tells little: a song may be called "Bass". Several that came together tell a lot: one song's name, or
none, before different instruments, and sound of one length. Nothing becomes a part by its name alone.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from bridge.songs.naming import has_no_title, song_key, song_name
from bridge.songs.parts.words import BESIDE_INSTRUMENTS, INSTRUMENTS, OTHER_MIXES, UNNAMED_TRACKS

SAME_LENGTH_S = 0.03  # ours: one frame of an MP3 is 26 ms; what DAWs export together is equal to the sample
_ENOUGH_OF_A_SONG = 3  # ours: "Tide - Kick", "- Bass", "- Vox" are parts of Tide whatever their lengths
_TOKEN = re.compile(r"[^\s_.,;()\[\]{}\-–—]+")
_APART = re.compile(r"\s+[\-–—]+\s+|[_\s]*[(\[{]")  # what surely begins something else: a spaced dash, a bracket
_HARD = re.compile(r"[\-–—_(\[{]")
_EDGE = re.compile(r"^[\s._,\-–—(\[{]+|[\s._,\-–—(\[{)\]}]+$")
_UNNAMED = re.compile(r"(?:inserts?|tracks?|trk|audio|midi|inst|bus|buss|group|grp|aux)[\s_\-]*\d{1,3}$", re.IGNORECASE)
_RETURN = re.compile(r"(?<![^\W_])[A-L]$")  # Ableton Live's "Tide A-Reverb"
_WITHOUT = re.compile(r"(?<![^\W_])(?:no|minus|without|less|sans|ohne|sin)[\s_\-]*$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s_(){}\[\]]+")
_NUMBERED = re.compile(r"(?P<word>[^\W\d]+)\d{1,2}")


class PartName(NamedTuple):
    """A name that may be a part's: of which song, empty where it says none, and what the part is called."""

    song: str
    part: str
    instrument: str  # its words without numbers, folded; empty for a track that nobody named

    @property
    def key(self) -> str:
        """Return the song as what comes together shares it."""
        return song_key(self.song)


class Arrived(NamedTuple):
    """A file that came: its name, its length in seconds (0: not known), and what its name may be as a part."""

    stem: str
    length_s: float
    part: PartName | None


def part_name(stem: str, is_song: Callable[[str], bool] = lambda _: False) -> PartName | None:
    """Read a name as that of a part; ``None`` when it ends, and begins, with nothing that parts are called.

    Parameters
    ----------
    stem
        File name without folder and extension.
    is_song
        Tells whether a folded name is a song's: "High and Dry Bass" is of "High and Dry" where that is one.
    """
    name = song_name(stem)
    if name.version:
        return None
    text = unicodedata.normalize("NFC", stem).strip()
    if name.label:
        text = text[: text.rfind(name.label)]
    text = _EDGE.sub("", text)
    begin = _part_begin(text)
    if begin is None:
        return _at_the_beginning(text)
    if _WITHOUT.search(text[:begin]):  # "Night Drive no vocals" is another mix
        return None
    if (unnamed := _UNNAMED.search(_EDGE.sub("", text[:begin]))) is not None:  # FL Studio's "Tide_Insert 3 - Kick"
        begin = text.index(unnamed.group())
    if text[begin - 1 : begin] == "-" and (letter := _RETURN.search(text[: begin - 1])) is not None:
        begin = letter.start()
    for token in list(_TOKEN.finditer(text, begin)):  # a longer title, where that is one
        before = _EDGE.sub("", text[: token.start()])
        if before and is_song(song_key(song_name(before).song)) and _names_part(text[token.start() :]):
            return _made(song_name(before).song, text[token.start() :])
    return _made(_title(text[:begin]), text[begin:])


def parts_among(files: Sequence[Arrived]) -> dict[int, PartName]:
    """Return which of some files that came into one folder together are parts, by their place in ``files``."""
    families: dict[str, dict[int, PartName]] = defaultdict(dict)
    for index, file in enumerate(files):
        if file.part is not None:
            families[file.part.key][index] = file.part
    found: dict[int, PartName] = {}
    for key, family in families.items():
        sure = _sure(files, family, key)
        if sure:
            length_s = files[sure[0]].length_s
            alike = {index: part for index, part in family.items() if is_one_length(files[index].length_s, length_s)}
            found |= alike | {index: part for index, part in family.items() if part.instrument}
            found |= dict(_strangers(files, key, length_s)) if key else {}
    return found


def titles_before(stem: str) -> list[str]:
    """Return what may be the song in the name of a part whatever it is called: what stands before a dash, a bracket."""
    text = _EDGE.sub("", unicodedata.normalize("NFC", stem))
    titles = (_title(text[: apart.start()]) for apart in _HARD.finditer(text))
    return [title for title in dict.fromkeys(titles) if title]


def is_one_mix(one: PartName, other: PartName, lengths_s: tuple[float, float]) -> bool:
    """Tell whether two files are parts of one mix: one song, two instruments, one length."""
    are_two = bool(one.instrument and other.instrument) and one.instrument != other.instrument
    return one.key == other.key and are_two and is_one_length(*lengths_s)


def is_one_length(one_s: float, other_s: float) -> bool:
    """Tell whether two files are as long as each other, as parts of one mix are; no length is like none."""
    return min(one_s, other_s) > 0.0 and abs(one_s - other_s) <= SAME_LENGTH_S


def is_part_by_name(stem: str, song: str, session: str) -> bool:
    """Tell whether a file that a session exported looks like a part of its song, and not like a bounce of it."""
    if song_key(song) == song_key(session):
        return False
    part = part_name(stem, {song_key(session)}.__contains__)
    return part is not None and bool(part.instrument) and part.key in {"", song_key(session)}


def looks_like_part(name: str) -> bool:
    """Tell whether a song is called like a part of a mix: "Vocals", "Tide – Bass"."""
    part = part_name(name)
    return part is not None and bool(part.instrument)


def is_part_of(part: str, song: str) -> bool:
    """Tell whether a song is called like a part of another one: "Tide – Bass", or "Bass" alone, of "Tide"."""
    named = part_name(part, {song_key(song)}.__contains__)
    return named is not None and bool(named.instrument) and named.key in {"", song_key(song)}


def _sure(files: Sequence[Arrived], family: dict[int, PartName], key: str) -> list[int]:
    """Return those of one song's possible parts that prove each other, none where they prove nothing."""
    named = [index for index, part in family.items() if part.instrument]
    # Without a song's name only their length holds them together: "Piano", "Violin", "Harp" may be three pieces.
    if key and len({family[index].instrument for index in named}) >= _ENOUGH_OF_A_SONG:
        return named
    for index in named:
        alike = [one for one in named if is_one_length(files[one].length_s, files[index].length_s)]
        if len({family[one].instrument for one in alike}) > 1:
            return alike
    return []


def _strangers(files: Sequence[Arrived], key: str, length_s: float) -> Iterator[tuple[int, PartName]]:
    """Yield what came with parts, of their song and length, under a name of no instrument: "Tide - Anna"."""
    for index, file in enumerate(files):
        if file.part is not None or not is_one_length(file.length_s, length_s):
            continue
        text = _EDGE.sub("", unicodedata.normalize("NFC", file.stem))
        for apart in _HARD.finditer(text):
            title, rest = _title(text[: apart.start()]), _EDGE.sub("", text[apart.end() :])
            words = {token.group().casefold() for token in _TOKEN.finditer(rest)}
            if song_key(title) == key and words and not words & OTHER_MIXES and not has_no_title(rest):
                yield index, PartName(title, rest, "")
                break


def _part_begin(text: str) -> int | None:
    """Return where the part begins in a name, ``None`` when it ends with its title."""
    begins = [0, *(match.end() for match in _APART.finditer(text))]
    part: int | None = None
    for begin in reversed(begins):  # whole pieces, from the end
        if not _is_of_parts(text[begin:]) or (begin == 0 and part is not None and _names_part(text[:part])):
            break
        part = begin
    if part is not None and _names_part(text[part:]):
        return part
    if text[begins[-1] - 1 : begins[-1]] in set("([{"):  # "(new drums)" is no part
        return None
    tokens = list(_TOKEN.finditer(text, begins[-1]))
    part = None
    for token in reversed(tokens):  # a piece that ends with words of parts
        if not _is_of_parts(token.group()):
            break
        is_number = token.group().isdigit()
        glued = text[token.end() : token.end() + 1] in {"-", "_"} or token.group().startswith("0")
        if is_number and part is not None and not glued:  # "Song 2 Bass" is of Song 2, "Tide 1-Bass" of Tide
            break
        part = token.start()
    return part if part is not None and _names_part(text[part:]) else None


def _at_the_beginning(text: str) -> PartName | None:
    """Read a name whose part stands first: "Bass - Night Drive"."""
    apart = re.search(r"\s+[\-–—]+\s+", text)
    if apart is None or not _is_of_parts(text[: apart.start()]) or not _instrument(text[: apart.start()]):
        return None
    return _made(_title(text[apart.end() :]), text[: apart.start()])


def _made(title: str, part: str) -> PartName:
    called = " ".join(_BETWEEN.sub(" ", part).split())
    return PartName(title, _EDGE.sub("", called), _instrument(part))


def _title(text: str) -> str:
    """Return the song's name in what stands before a part, empty when that names none: "01", "2026-11-27"."""
    text = _EDGE.sub("", text)
    if not text or not _TOKEN.search(text) or has_no_title(text) or not re.search(r"[^\W\d_]", text):
        return ""
    return song_name(text).song


def _is_of_parts(text: str) -> bool:
    """Tell whether a text holds nothing but what parts are called."""
    tokens = [_word(token.group()) for token in _TOKEN.finditer(text)]
    return bool(tokens) and all(
        token.isdigit() or token in INSTRUMENTS | BESIDE_INSTRUMENTS | UNNAMED_TRACKS for token in tokens
    )


def _names_part(text: str) -> bool:
    """Tell whether a text names a part: an instrument, or a track that nobody named."""
    tokens = {_word(token.group()) for token in _TOKEN.finditer(text)}
    return bool(tokens & (INSTRUMENTS | UNNAMED_TRACKS))


def _instrument(text: str) -> str:
    """Return the words of a part without its numbers, empty where no instrument is named."""
    tokens = [_word(token.group()) for token in _TOKEN.finditer(text)]
    words = [token for token in tokens if token in INSTRUMENTS or not token.isdigit()]
    return " ".join(words) if set(words) & INSTRUMENTS else ""


def _word(token: str) -> str:
    """Return a token as it stands in the tables: folded, without a number at its end."""
    folded = token.casefold()
    numbered = None if folded in INSTRUMENTS else _NUMBERED.fullmatch(folded)
    return numbered["word"] if numbered else folded
