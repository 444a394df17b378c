"""Paths after a music folder was moved or renamed: every one that lies under the old folder, in one transaction.

Paths stand in many columns, some inside JSON. So every text in every table is looked at, and only what is the folder
itself or lies below it is changed: no word that a person wrote becomes another one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from bridge.errors import UsageError
from bridge.store.db import Database
from bridge.text import json_text

# What stands before a path where a column says what kind of thing is waited for, or names a job.
_BEFORE = ("", "file:", "project:", "master:file:")
# Rows of these are named by a path; where one of the new name is there already, it is the fresher one.
_NAMED_BY_PATH = frozenset(
    {
        "bounce_paths",
        "seen_files",
        "folders",
        "guards",
        "song_aliases",
        "reference_comparisons",
        "stem_files",
        "stem_sets",
    }
)


class Relocated(NamedTuple):
    """What a relocation changes."""

    bounces: tuple[str, ...]  # where they lie afterwards
    songs: int
    masters: int
    values: int  # all told


class Move(NamedTuple):
    """From one folder to another; both as text, without a separator at the end."""

    old: str
    new: str

    def of(self, text: str) -> str:
        """Return a path as it is after the move; what lies elsewhere stays as it is."""
        if text == self.old:
            return self.new
        for separator in ("/", "\\"):
            if text.startswith(self.old + separator):
                here = "\\" if "\\" in self.new and "/" not in self.new else "/"
                return self.new + here + text[len(self.old) + 1 :].replace(separator, here)
        return text

    def of_value(self, text: str) -> str:
        """Return a column's text after the move: a path, one behind a word of ours, or JSON that holds some."""
        for before in _BEFORE:
            if text.startswith(before) and (moved := self.of(text[len(before) :])) != text[len(before) :]:
                return before + moved
        start = next((index for index, character in enumerate(text) if character in "[{"), None)
        if start is None:
            return text
        with suppress(msgspec.DecodeError):
            found = msgspec.json.decode(text[start:])
            moved_json = self._of_json(found)
            return text if moved_json == found else text[:start] + json_text(moved_json)
        return text

    def _of_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, list):
            return [self._of_json(entry) for entry in value]
        if isinstance(value, dict):
            return {key: self._of_json(entry) for key, entry in value.items()}
        return value


def relocate(database: Database, old: str, new: str, *, dry_run: bool = False) -> Relocated:
    """Change every path under a folder; part of the transaction around it, if there is one. Nothing on disk is touched.

    With ``dry_run`` it is done and taken back: what is returned is what would be.

    Raises
    ------
    UsageError
        A song or a master would become two of one name; nothing is changed.
    """
    move = Move(old.rstrip("/\\"), new.rstrip("/\\"))
    with database.transaction() as connection:
        before = _bounce_paths(connection)
        songs, masters = _under(connection, "songs", "folder", move), _under(connection, "masters", "path", move)
        connection.execute("SAVEPOINT relocation")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        values = sum(_change(connection, table, column, move) for table, column in _text_columns(connection))
        bounces = tuple(sorted(_bounce_paths(connection) - before))
        if dry_run:
            connection.execute("ROLLBACK TO relocation")
        connection.execute("RELEASE relocation")
    return Relocated(bounces, songs, masters, values)


def paths_elsewhere(database: Database) -> tuple[str, ...]:
    """Return the folders in which bounces were last seen, each once."""
    rows = database.query("SELECT path FROM bounces ORDER BY path")
    return tuple(dict.fromkeys(_folder_of(row["path"]) for row in rows))


def _folder_of(path: str) -> str:
    return path[: max(path.rfind("/"), path.rfind("\\"))]


def _bounce_paths(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT path FROM bounces")}


def _under(connection: sqlite3.Connection, table: str, column: str, move: Move) -> int:
    rows = connection.execute(f"SELECT {column} FROM {table}")  # noqa: S608 - names of our own
    return sum(move.of(row[0]) != row[0] for row in rows)


def _text_columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        if table != "migrations":
            for column in connection.execute(f"PRAGMA table_info({table})").fetchall():
                if column[2] == "TEXT":
                    yield table, column[1]


def _change(connection: sqlite3.Connection, table: str, column: str, move: Move) -> int:
    """Change one column; return how many values became others."""
    as_json = json_text(move.old)[1:-1]
    # What was asked and is done stays as it was asked, this move itself included.
    only = " AND state = 'waiting'" if table == "commands" else ""
    rows = connection.execute(
        f"SELECT rowid, {column} FROM {table} WHERE (instr({column}, ?) OR instr({column}, ?)){only}",  # noqa: S608
        (move.old, as_json),
    ).fetchall()
    changed = [(move.of_value(row[1]), row[0]) for row in rows]
    changed = [pair for pair, row in zip(changed, rows, strict=True) if pair[0] != row[1]]
    for value, rowid in changed:
        try:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, rowid))  # noqa: S608
        except sqlite3.IntegrityError as error:
            if table not in _NAMED_BY_PATH:
                what = "a song" if table == "songs" else f"something in {table}"
                raise UsageError(
                    f"{value}: {what} of that name is known there already, so nothing is changed; "
                    "join the two songs first: freshears songs merge"
                ) from error
            if table == "stem_sets":
                _join_sets(connection, rowid, value)
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608
    return len(changed)


def _join_sets(connection: sqlite3.Connection, set_id: int, folder: str) -> None:
    """Give the parts of a set to the one of the same song that is in the new folder already."""
    connection.execute(
        "UPDATE stem_files SET set_id = (SELECT there.id FROM stem_sets AS there JOIN stem_sets AS own"
        " ON there.key = own.key WHERE own.id = ? AND there.folder = ?) WHERE set_id = ?",
        (set_id, folder, set_id),
    )
