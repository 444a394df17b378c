"""Names that look near to each other: two songs, or one written in two ways? Nothing is joined by this; it is asked."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from bridge.model import Song
from bridge.songs.naming import song_key
from bridge.songs.parts.names import is_part_of

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_DIGITS = re.compile(r"\d+")
NEAR = 0.82  # ours: "Weltschmerz" and "Weltschemrz" are nearer than that, "Night Drive" and "Night Dive" just so
_SHORTEST = 4  # ours: letters; "Tide" and "Time" are two words, not one misspelt


def is_near(one: str, other: str) -> bool:
    """Tell whether two names may mean one song: all but equal, one with more words, or with another number."""
    a, b = _plain(one), _plain(other)
    letters = _NOT_LETTERS.sub("", a), _NOT_LETTERS.sub("", b)
    if not all(letters):
        return False
    if letters[0] == letters[1] or _DIGITS.sub("#", a) == _DIGITS.sub("#", b):
        return True
    shorter, longer = sorted((a, b), key=len)
    if len(_NOT_LETTERS.sub("", shorter)) >= _SHORTEST and f" {shorter} " in f" {longer} ":
        return True
    if min(map(len, letters)) <= _SHORTEST:
        return False
    return SequenceMatcher(None, *letters, autojunk=False).ratio() >= NEAR


def _plain(name: str) -> str:
    """Return a folded name without accents: "Stroeme" and "Ströme" are nearer then."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", song_key(name)) if not unicodedata.combining(letter)
    )


def nearest_song(name: str, songs: Iterable[Song]) -> Song | None:
    """Return the song whose name is nearest to a new one, None when none is near."""
    key = song_key(name)
    near = [song for song in songs if is_near(name, song.name)]
    return max(near, key=lambda song: SequenceMatcher(None, key, song_key(song.name)).ratio(), default=None)


def question_about(song: str, near: str) -> str:
    """Return what is asked about a new song that may be one that is there, or a part of its mix."""
    return f"New song, or a stem of {near}?" if is_part_of(song, near) else f"New song, or {near}?"


def seen_of(song: str, near: str) -> str:
    """Return why it is asked, as a sentence."""
    return f"{song} looks {'like a part of it' if is_part_of(song, near) else 'near to it'}."


def answer_words(song: str, near: str) -> str:
    """Return the words that answer it, for a command: "stem, same, or new"."""
    *words, last = (answer for answer, _ in answers_about(song, near))
    return f"{', '.join(words)}, or {last}"


def answers_about(song: str, near: str) -> tuple[tuple[str, str], ...]:
    """Return the answers to it as (word, what a button says), the likeliest first."""
    same_or_new = (("same", f"It is {near}"), ("new", "A new song"))
    return (("stem", f"A stem of {near}"), *same_or_new) if is_part_of(song, near) else same_or_new
