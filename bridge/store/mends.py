"""What a person mended, with everything that is needed to undo it.

A mend is one transaction. Every row it changes is noted with its values before and after; undoing puts the values
before back, and only where those after still stand: what has changed since is not overwritten.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bridge.errors import StoreError
from bridge.store.db import Database
from bridge.text import json_text

Values = dict[str, Any]

# How a row of each table that can be mended is named.
_KEYS: dict[str, tuple[str, ...]] = {
    "songs": ("id",),
    "bounces": ("id",),
    "modes": ("id",),
    "replies": ("id",),
    "events": ("id",),
    "song_aliases": ("folder", "key"),
    "bounce_aliases": ("song_id", "version", "is_dry", "revision", "bounce_id"),
    "song_questions": ("id",),
    "stem_sets": ("id",),
    "stem_files": ("path",),
}


class RowChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same change of one or more rows: from some values to others; ``None``: the row was not there."""

    table: str
    keys: tuple[Values, ...]
    before: Values | None = None
    after: Values | None = None


class Mend(NamedTuple):
    """One mend as it is kept."""

    id: int
    at: float
    kind: str
    song_id: int  # the song it is told with
    words: str
    undone_at: float | None


class ChangedSinceError(StoreError):
    """A mend cannot be undone: something it changed has been changed again."""

    def __init__(self, table: str, key: Values) -> None:
        super().__init__(f"{table} {key} has changed since")
        self.table = table
        self.key = key


class Journal:
    """Changes rows and notes how they were; belongs to one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.changes: list[RowChange] = []

    def insert(self, table: str, row: Values) -> int:
        """Add a row; return its number where it has one."""
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        cursor = self._connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own
            tuple(row.values()),
        )
        made = int(cursor.lastrowid or 0)
        key = {name: made if name == "id" else row[name] for name in _KEYS[table]}
        whole = _row(self._connection, table, key)
        self.changes.append(RowChange(table=table, keys=(key,), after=whole))
        return made

    def insert_unless_there(self, table: str, row: Values) -> None:
        """Add a row that is named by its values, unless it is there."""
        if _row(self._connection, table, {name: row[name] for name in _KEYS[table]}) is None:
            self.insert(table, row)

    def set(self, table: str, key: Values, values: Values) -> None:
        """Change a row that is there."""
        row = _row(self._connection, table, key)
        if row is None:
            raise KeyError(f"{table} {key}")
        before = {name: row[name] for name in values}
        if before == values:
            return
        _update(self._connection, table, key, values)
        last = self.changes[-1] if self.changes else None
        if last is not None and (last.table, last.before, last.after) == (table, before, values):
            self.changes[-1] = RowChange(table=table, keys=(*last.keys, key), before=before, after=values)
        else:
            self.changes.append(RowChange(table=table, keys=(key,), before=before, after=values))

    def set_of_stems(self, folder: str, key: str, song: str, at: float) -> int:
        """Return the set of a song's stems in a folder; a new one where there is none."""
        row = self._connection.execute(
            "SELECT id FROM stem_sets WHERE folder = ? AND key = ?", (folder, key)
        ).fetchone()
        if row is not None:
            return int(row["id"])
        return self.insert("stem_sets", {"folder": folder, "key": key, "song": song, "seen_at": at})

    def set_where(self, table: str, where: Values, values: Values) -> None:
        """Change all rows with some values."""
        for key in _keys_where(self._connection, table, where):
            self.set(table, key, values)


class Mends:
    """Keeps mends and undoes them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, journal: Journal, kind: str, song_id: int, words: str) -> int:
        """Keep what a journal has noted; return the mend's number."""
        with self._db.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO mends (at, kind, song_id, words, changes) VALUES (?, ?, ?, ?, ?)",
                (self._db.wall(), kind, song_id, words, json_text(journal.changes)),
            )
        return int(cursor.lastrowid or 0)

    def undo(self, mend_id: int) -> None:
        """Put back what a mend changed; part of a transaction.

        Raises
        ------
        ChangedSinceError
            Something of it has been changed again; nothing is put back.
        """
        with self._db.transaction() as connection:
            row = self._db.query_one("SELECT changes, song_id FROM mends WHERE id = ?", (mend_id,))
            changes = _changes(row) if row is not None else []
            self._check_later(mend_id, changes)
            for change in reversed(changes):
                for key in reversed(change.keys):
                    try:
                        _put_back(connection, change, key, row["song_id"] if row is not None else 0)
                    except sqlite3.IntegrityError as error:
                        raise ChangedSinceError(change.table, key) from error
            for change in changes:
                _check_songs(connection, change)
            connection.execute("UPDATE mends SET undone_at = ? WHERE id = ?", (self._db.wall(), mend_id))

    def _check_later(self, mend_id: int, changes: Sequence[RowChange]) -> None:
        """Refuse what a mend after this one changed, too, although what stands there is what this one put there.

        So is a song that this one made, where a mend after it took something out of that song, and would put it back.
        """
        rows = self._db.query("SELECT changes FROM mends WHERE id > ? AND undone_at IS NULL", (mend_id,))
        later = [change for row in rows for change in _changes(row)]
        made = {key["id"] for one in changes if one.table == "songs" and one.before is None for key in one.keys}
        for change in later:
            if (change.before or {}).get("song_id") in made:
                raise ChangedSinceError(change.table, change.keys[0])
        touched = {cell for change in later for cell in _cells(change)}
        for change in changes:
            if touched.intersection(_cells(change)):
                at = next(key for key in change.keys if touched.intersection(_cells(replace(change, keys=(key,)))))
                raise ChangedSinceError(change.table, at)

    def by_id(self, mend_id: int) -> Mend | None:
        """Return one mend."""
        return next(iter(self._mends("id = ?", mend_id)), None)

    def last(self) -> Mend | None:
        """Return the last mend that stands."""
        return next(iter(self._mends("undone_at IS NULL ORDER BY id DESC LIMIT 1")), None)

    def newest(self, *, song_id: int | None = None, limit: int = 100) -> list[Mend]:
        """Return the newest mends, undone ones too, of one song when asked; newest first."""
        if song_id is None:
            return self._mends("1 ORDER BY id DESC LIMIT ?", limit)
        return self._mends("song_id = ? ORDER BY id DESC LIMIT ?", song_id, limit)

    def after_touching(self, mend_id: int, table: str, key: Values) -> Mend | None:
        """Return the first mend after another one that stands and changed the same row, None when there is none."""
        for row in self._db.query(
            "SELECT id, changes FROM mends WHERE id > ? AND undone_at IS NULL ORDER BY id", (mend_id,)
        ):
            if any(change.table == table and key in change.keys for change in _changes(row)):
                return self.by_id(row["id"])
        return None

    def _mends(self, where: str, *values: object) -> list[Mend]:
        names = ", ".join(Mend._fields)
        return [Mend(*row) for row in self._db.query(f"SELECT {names} FROM mends WHERE {where}", values)]  # noqa: S608


def _changes(row: sqlite3.Row) -> list[RowChange]:
    return msgspec.json.decode(row["changes"], type=list[RowChange])


def _cells(change: RowChange) -> Iterator[tuple[Any, ...]]:
    """Yield what a change sets in rows that were there: table, row and column."""
    if change.before is not None:
        yield from ((change.table, *sorted(key.items()), name) for key in change.keys for name in change.before)


def _put_back(connection: sqlite3.Connection, change: RowChange, key: Values, song_id: int) -> None:
    row = _row(connection, change.table, key)
    if change.before is None:
        if change.table in {"stem_files", "stem_sets"}:
            _take_out(connection, change.table, key)
            return
        if row != change.after:
            raise ChangedSinceError(change.table, key)
        if change.table == "songs":
            if _exists(connection, "bounces WHERE song_id = ?", key["id"]):
                return  # a bounce has landed in it since: it stays a song
            _give_what_was_said(connection, key["id"], song_id)
        where, values = _where(key)
        connection.execute(f"DELETE FROM {change.table} WHERE {where}", values)  # noqa: S608
    elif change.after is None or row is None or any(row[name] != value for name, value in change.after.items()):
        raise ChangedSinceError(change.table, key)
    else:
        _update(connection, change.table, key, change.before)


def _check_songs(connection: sqlite3.Connection, change: RowChange) -> None:
    """Refuse to put anything into a song that was joined to another one since, and to leave a song without bounces.

    One that an undone mend made, and that only lived on for the bounces that have left it now, ends with them.
    """
    back, left = ((values or {}).get("song_id") for values in (change.before, change.after))
    if back is not None and _exists(connection, "songs WHERE id = ? AND merged_into IS NOT NULL", back):
        raise ChangedSinceError("songs", {"id": back})
    own = "songs WHERE id = ? AND merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM bounces WHERE song_id = songs.id)"
    if change.table != "bounces" or back is None or left is None or not _exists(connection, own, left):
        return
    if not _was_made_by_an_undone_mend(connection, {"id": left}):
        raise ChangedSinceError("songs", {"id": left})
    _give_what_was_said(connection, left, back)
    connection.execute("DELETE FROM songs WHERE id = ?", (left,))


def _exists(connection: sqlite3.Connection, what: str, *values: Any) -> bool:
    return connection.execute(f"SELECT 1 FROM {what}", values).fetchone() is not None  # noqa: S608


def _was_made_by_an_undone_mend(connection: sqlite3.Connection, song: Values) -> bool:
    undone = connection.execute("SELECT changes FROM mends WHERE undone_at IS NOT NULL")
    return any(
        change.table == "songs" and change.before is None and song in change.keys
        for row in undone
        for change in _changes(row)
    )


def _give_what_was_said(connection: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """Give what was said of a song that ceases to be to the one its bounces have gone back to."""
    for table in ("events", "modes", "replies", "song_aliases", "mends"):
        connection.execute(f"UPDATE {table} SET song_id = ? WHERE song_id = ?", (new_id, old_id))  # noqa: S608
    connection.execute("DELETE FROM bounce_aliases WHERE song_id = ?", (old_id,))
    connection.execute("DELETE FROM song_questions WHERE ? IN (song_id, near_id)", (old_id,))


def _take_out(connection: sqlite3.Connection, table: str, key: Values) -> None:
    """Take a part out of its set, also where it was exported anew since; sets that have none left are none."""
    if table == "stem_files":
        connection.execute("DELETE FROM stem_files WHERE path = ?", (key["path"],))
    connection.execute("DELETE FROM stem_sets WHERE id NOT IN (SELECT set_id FROM stem_files)")


def _row(connection: sqlite3.Connection, table: str, key: Values) -> Values | None:
    where, values = _where(key)
    row = connection.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchone()  # noqa: S608
    return None if row is None else {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row has no items


def _keys_where(connection: sqlite3.Connection, table: str, where: Values) -> list[Values]:
    words, values = _where(where)
    names = _KEYS[table]
    rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {words}", values).fetchall()  # noqa: S608
    return [{name: row[name] for name in names} for row in rows]


def _update(connection: sqlite3.Connection, table: str, key: Values, values: Values) -> None:
    where, named = _where(key)
    cells = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE {table} SET {cells} WHERE {where}", (*values.values(), *named))  # noqa: S608


def _where(key: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    return " AND ".join(f"{name} = ?" for name in key), tuple(key.values())
