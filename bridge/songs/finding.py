"""Which song, and which bounce of it, a person means.

``Night Drive`` is the song and its newest bounce, ``Night Drive:3`` its bounce 3, ``Night Drive:3 dry`` that without
the master bus, ``Night Drive (instrumental):2`` one of a version, and the path of a file the bounce that was seen
there. Case does not count, and a part of a name will do where no other song holds it. Names and numbers from before a
song was joined to another one go on meaning the same bounces.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bridge.errors import UsageError
from bridge.model import Bounce, Song
from bridge.pathtext import to_path, to_text
from bridge.policy.song.titles import number_title, version_title
from bridge.songs.naming import song_key
from bridge.store import Store
from bridge.text import nearest, plain_text

_NUMBERED = re.compile(r"(.*\S)\s*:\s*(\d{1,9})(\s+dry)?", re.DOTALL | re.IGNORECASE)
_VERSION = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]\s*", re.DOTALL)
_MOST_NAMED = 5  # ours: a line can hold no more


class Meant(NamedTuple):
    """A song, and the number of its bounce as far as one was named."""

    song: Song
    number: int | None = None
    bounce: Bounce | None = None  # it was named by its file
    version: str = ""
    is_dry: bool = False
    under: int | None = None  # the song that was named, which is part of ``song`` now


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
        return self._numbered(meant if number is None else meant._replace(number=number))

    def numbered(self, song: Song, number: int | None = None) -> Bounce:
        """Return a bounce of a song, the newest without a number; raises UsageError when there is none."""
        return self._numbered(Meant(song, number))

    def _numbered(self, meant: Meant) -> Bounce:
        bounces, song, number, version = self._store.bounces, meant.song, meant.number, meant.version
        if number is None:
            found = bounces.newest(song.id, version)
        else:
            found = bounces.numbered(meant.under or song.id, number, version, is_dry=meant.is_dry)
        if found is not None:
            return found
        siblings = [one for one in bounces.of_song(song.id) if (one.version, one.is_dry) == (version, meant.is_dry)]
        known = ", ".join(number_title(one) for one in siblings) or "none"
        title = plain_text(version_title(song.name, version))
        raise UsageError(f"{title} has no bounce {number}{' dry' if meant.is_dry else ''}; there are {known}")

    def meant(self, text: str) -> Meant:
        """Return what a text names; raises UsageError as `song` does."""
        bounce = self._bounce_at(text)
        songs = self._store.bounces.songs()
        if bounce is not None:
            return Meant(next(song for song in songs if song.id == bounce.song_id), bounce=bounce)
        numbered = _NUMBERED.fullmatch(text.strip())
        readings: list[tuple[str, int | None, bool]] = [(text, None, False)]
        if numbered:
            readings.append((numbered[1], int(numbered[2]), bool(numbered[3])))
        for find in (_called, self._versions, self._before, _holding, self._versions_holding):
            for name, number, is_dry in readings:
                found = find(name, songs)
                if found:
                    return self._only(text, found)._replace(number=number, is_dry=is_dry)
        raise UsageError(_unknown(readings[-1][0], songs))

    def _versions(self, text: str, songs: Sequence[Song], *, part: bool = False) -> list[Meant]:
        """Return the songs that have a version which is named behind them: ``Night Drive (instrumental)``."""
        named = _VERSION.fullmatch(text)
        if named is None:
            return []
        wanted = _folded(named[2])
        found = (_holding if part else _called)(named[1], songs)
        return [
            meant._replace(version=version)
            for meant in found
            for version in self._store.bounces.versions(meant.song.id)
            if version and _folded(version) == wanted
        ]

    def _versions_holding(self, text: str, songs: Sequence[Song]) -> list[Meant]:
        return self._versions(text, songs, part=True)

    def _before(self, text: str, songs: Sequence[Song]) -> list[Meant]:
        """Return the songs that were called like this before they were renamed, or joined to others."""
        by_id = {song.id: song for song in songs}
        wanted = {_folded(text), song_key(text)}
        return [
            Meant(by_id[one.song_id], under=one.under)
            for one in self._store.song_names.before()
            if one.song_id in by_id
            and wanted & {_folded(one.name), song_key(one.name), _folded(f"{one.folder}/{one.name}")} - {""}
        ]

    def _only(self, text: str, found: Sequence[Meant]) -> Meant:
        if len({meant.song.id for meant in found}) == 1:
            return found[0]
        songs = [meant.song for meant in found]
        names = ", ".join(self._unmistakable(song, songs) for song in songs[:_MOST_NAMED])
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


def _called(text: str, songs: Sequence[Song]) -> list[Meant]:
    """Return the songs of this name; one of several is named with its folder before it."""
    wanted = _folded(text)
    found = [Meant(song) for song in songs if _folded(song.name) == wanted]
    return found or [Meant(song) for song in songs if song.folder and _folded(f"{song.folder}/{song.name}") == wanted]


def _holding(text: str, songs: Sequence[Song]) -> list[Meant]:
    """Return the songs whose name holds a text, or whose folder it is."""
    wanted = _folded(text)
    return [Meant(song) for song in songs if wanted and (wanted in _folded(song.name) or song.folder == text)]


def _unknown(text: str, songs: Sequence[Song]) -> str:
    near = nearest(text, [song.name for song in songs])
    what = plain_text(text) or "no song"
    if not near:
        return f"{what}: there is no such song; freshears songs lists them"
    return f"{what}: there is no such song; did you mean {' or '.join(plain_text(name) for name in near)}?"


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("\\", "/").split())
