"""Which song, and which bounce of it, a person means.

``Night Drive`` is the song and its newest bounce, ``Night Drive:3`` its bounce 3, and the path of a file the bounce
that was seen there. Case does not count, and a part of a name will do where no other song holds it.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bridge.errors import UsageError
from bridge.model import Bounce, Song
from bridge.pathtext import to_path, to_text
from bridge.policy.song.titles import is_main
from bridge.store import Store
from bridge.text import nearest, plain_text

_NUMBERED = re.compile(r"(.*\S)\s*:\s*(\d{1,9})", re.DOTALL)
_MOST_NAMED = 5  # ours: a line can hold no more


class Meant(NamedTuple):
    """A song, and the number of its bounce as far as one was named."""

    song: Song
    number: int | None = None
    bounce: Bounce | None = None  # it was named by its file


class SongFinder:
    """Finds what a person names.

    Parameters
    ----------
    store
        Where the songs are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def song(self, text: str) -> Song:
        """Return the song that is meant, also when one of its bounces is named.

        Raises
        ------
        UsageError
            There is none, or several; the message names those that are near.
        """
        return self.meant(text).song

    def bounce(self, text: str, number: int | None = None) -> Bounce:
        """Return the bounce that is meant: the newest of a song that is named without a number.

        Raises
        ------
        UsageError
            There is no such song or bounce, or two numbers were given that differ.
        """
        meant = self.meant(text)
        if meant.bounce is not None and number is None:
            return meant.bounce
        if None not in (number, meant.number) and number != meant.number:
            raise UsageError(f"{plain_text(text)!r} names bounce {meant.number}, and bounce {number} is asked for")
        return self.numbered(meant.song, meant.number if number is None else number)

    def numbered(self, song: Song, number: int | None = None) -> Bounce:
        """Return a bounce of a song, the newest without a number; raises UsageError when there is none."""
        bounces = self._store.bounces
        found = bounces.newest(song.id) if number is None else bounces.numbered(song.id, number)
        if found is not None:
            return found
        known = ", ".join(str(bounce.revision) for bounce in bounces.of_song(song.id) if is_main(bounce))
        raise UsageError(f"{plain_text(song.name)} has no bounce {number}; there are {known or 'none'}")

    def meant(self, text: str) -> Meant:
        """Return what a text names; raises UsageError as `song` does."""
        bounce = self._bounce_at(text)
        songs = self._store.bounces.songs()
        if bounce is not None:
            return Meant(next(song for song in songs if song.id == bounce.song_id), bounce=bounce)
        numbered = _NUMBERED.fullmatch(text.strip())
        readings = [(text, None), *([(numbered[1], int(numbered[2]))] if numbered else [])]
        for find in (_called, _holding):
            for name, number in readings:
                found = find(name, songs)
                if found:
                    return Meant(self._only(text, found), number)
        raise UsageError(_unknown(readings[-1][0], songs))

    def _only(self, text: str, found: Sequence[Song]) -> Song:
        if len(found) == 1:
            return found[0]
        names = ", ".join(self._unmistakable(song, found) for song in found[:_MOST_NAMED])
        more = " and more" if len(found) > _MOST_NAMED else ""
        raise UsageError(f"{plain_text(text)!r} could be several songs: {names}{more}; name one of them like that")

    def _unmistakable(self, song: Song, found: Sequence[Song]) -> str:
        """Return a name that only this song has: its own, or with its folder, or the file of its newest bounce."""
        if sum(_folded(other.name) == _folded(song.name) for other in found) == 1:
            return plain_text(song.name)
        if song.folder:
            return plain_text(to_text(to_path(song.folder) / song.name), 1000)
        return plain_text(self.numbered(song).path, 1000)

    def _bounce_at(self, text: str) -> Bounce | None:
        """Return the bounce a text names as a file, None when it is no path at all."""
        try:
            return self._store.bounces.by_path(Path(text).expanduser().absolute()) if text else None
        except (OSError, RuntimeError, ValueError):
            return None


def _called(text: str, songs: Sequence[Song]) -> list[Song]:
    """Return the songs of this name; one of several is named with its folder before it."""
    wanted = _folded(text)
    found = [song for song in songs if _folded(song.name) == wanted]
    return found or [song for song in songs if song.folder and _folded(f"{song.folder}/{song.name}") == wanted]


def _holding(text: str, songs: Sequence[Song]) -> list[Song]:
    """Return the songs whose name holds a text, or whose folder it is."""
    wanted = _folded(text)
    return [song for song in songs if wanted in _folded(song.name) or song.folder == text]


def _unknown(text: str, songs: Sequence[Song]) -> str:
    near = nearest(text, [song.name for song in songs])
    what = plain_text(text) or "no song"
    if not near:
        return f"{what}: there is no such song; freshears songs lists them"
    return f"{what}: there is no such song; did you mean {' or '.join(plain_text(name) for name in near)}?"


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("\\", "/").split())
