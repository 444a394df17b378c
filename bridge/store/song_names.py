"""Under which names bounces land in a song, and which numbers its bounces have and had."""

from collections.abc import Iterable
from typing import NamedTuple

from bridge.store.db import Database

# Numbers count within a version; a dry print may share its wet one's.
_SHOWN = (
    "(SELECT id AS bounce_id, song_id, version, is_dry, revision FROM bounces"
    " UNION ALL SELECT bounce_id, song_id, version, is_dry, revision FROM bounce_aliases)"
)


class FormerName(NamedTuple):
    """A name that a song was known by."""

    folder: str
    name: str  # or its folded form
    song_id: int  # what it means now
    under: int | None  # the song that was called so, where that is part of another one now


class SongNames:
    """Reads; what a person changes of it goes through a `Journal`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def key_of(self, song_id: int) -> str:
        """Return the folded name under which bounces landed in a song first; ``KeyError`` when there is none."""
        row = self._db.query_one("SELECT key FROM songs WHERE id = ?", (song_id,))
        if row is None:
            raise KeyError(song_id)
        return str(row["key"])

    def free_key(self, folder: str, key: str) -> str:
        """Return a key for a new song: its name, or one that no file has where another song began under that name."""
        taken = {row["key"] for row in self._db.query("SELECT key FROM songs WHERE folder = ?", (folder,))}
        return next(free for free in (key, *(f"{key}\x1f{n}" for n in range(len(taken) + 1))) if free not in taken)

    def is_alias(self, folder: str, key: str) -> bool:
        """Tell whether a name was given to a song besides its own."""
        return self._db.query_one("SELECT 1 FROM song_aliases WHERE folder = ? AND key = ?", (folder, key)) is not None

    def folders_of_key(self, song_id: int, key: str) -> list[str]:
        """Return the folders in which what is called like this lands in a song."""
        rows = self._db.query(
            "SELECT folder FROM song_aliases WHERE song_id = ? AND key = ?"
            " UNION SELECT folder FROM songs AS own WHERE id = ? AND key = ? AND NOT EXISTS"
            " (SELECT 1 FROM song_aliases WHERE folder = own.folder AND key = own.key)",
            (song_id, key) * 2,
        )
        return [row["folder"] for row in rows]

    def number_before(self, bounce_id: int, song_id: int, version: str) -> int | None:
        """Return the number a bounce was once shown under in a song's version, ``None`` when it was not."""
        row = self._db.query_one(
            "SELECT revision FROM bounce_aliases WHERE bounce_id = ? AND song_id = ? AND version = ?"
            " ORDER BY at DESC, revision DESC",
            (bounce_id, song_id, version),
        )
        return None if row is None else int(row["revision"])

    def is_taken(self, song_id: int, version: str, number: int, *, is_dry: bool, but: int) -> bool:
        """Tell whether another bounce has, or was shown under, a number; ``but`` is the one that asks."""
        row = self._db.query_one(
            f"SELECT 1 FROM {_SHOWN}"  # noqa: S608
            " WHERE song_id = ? AND version = ? AND revision = ? AND is_dry = ? AND bounce_id != ?",
            (song_id, version, number, is_dry, but),
        )
        return row is not None

    def before(self) -> list[FormerName]:
        """Return the names under which songs were known before they were renamed, or joined to others."""
        joined = self._db.query("SELECT folder, key, name, id, merged_into FROM songs WHERE merged_into IS NOT NULL")
        former = [FormerName(row["folder"], row["name"], row["merged_into"], row["id"]) for row in joined]
        aliases = self._db.query(
            "SELECT folder, key, song_id FROM song_aliases UNION ALL SELECT folder, key, id FROM songs AS own"
            " WHERE merged_into IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM song_aliases WHERE folder = own.folder AND key = own.key)"
        )
        return former + [FormerName(row["folder"], row["key"], row["song_id"], None) for row in aliases]

    def applied_rules(self) -> set[tuple[str, str]]:
        """Return the person's rules of names, as (pattern, song), that have been applied to what was there."""
        return {(row["pattern"], row["song"]) for row in self._db.query("SELECT pattern, song FROM applied_rules")}

    def note_applied(self, rules: Iterable[tuple[str, str]]) -> None:
        """Note that rules have been applied."""
        with self._db.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO applied_rules VALUES (?, ?, ?)",
                [(pattern, song, self._db.wall()) for pattern, song in rules],
            )

    def joined_to(self, song_id: int) -> int | None:
        """Return the song that a song is part of now, ``None`` when it is its own."""
        row = self._db.query_one("SELECT merged_into FROM songs WHERE id = ?", (song_id,))
        return None if row is None else row["merged_into"]
