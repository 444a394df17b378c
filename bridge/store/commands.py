"""Commands that outlive whoever asked: asked by another process, or waiting for a file or a first bounce."""

import sqlite3
from typing import Literal, NamedTuple

from bridge.store.db import Database

CommandState = Literal["asked", "waiting", "done", "refused"]

KEPT_S = 7 * 24 * 3600.0  # ours: who asked has long read what became of it


class StoredCommand(NamedTuple):
    """One command as it was stored."""

    id: int
    asker: str
    data: str  # the command as JSON
    waits_for: str
    place: str  # JSON
    state: str
    outcome: str  # JSON, empty while there is none
    asked_at: float


class Commands:
    """Reads and writes commands; the rows that are neither done nor refused go on at the next start."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self, asker: str, data: str, *, state: CommandState = "asked", waits_for: str = "", place: str = ""
    ) -> StoredCommand:
        """Keep a command; when this returns it is on disk."""
        with self._db.durable(), self._db.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO commands (asker, data, waits_for, place, state, asked_at) VALUES (?, ?, ?, ?, ?, ?)",
                (asker, data, waits_for, place, state, self._db.wall()),
            )
            row = self.by_id(int(cursor.lastrowid or 0))
        if row is None:
            raise KeyError("a command was written and is not there")
        return row

    def wait(self, command_id: int, waits_for: str, place: str = "") -> None:
        """Note what a command waits for."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE commands SET state = 'waiting', waits_for = ?, place = ? WHERE id = ?",
                (waits_for, place, command_id),
            )

    def end(self, command_id: int, state: CommandState, outcome: str) -> None:
        """Note what became of a command."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE commands SET state = ?, outcome = ?, ended_at = ? WHERE id = ?",
                (state, outcome, self._db.wall(), command_id),
            )

    def take_back(self, command_id: int, outcome: str) -> bool:
        """Refuse a command that has not been carried out; tell whether that was still possible."""
        with self._db.transaction() as connection:
            cursor = connection.execute(
                "UPDATE commands SET state = 'refused', outcome = ?, ended_at = ?"
                " WHERE id = ? AND state IN ('asked', 'waiting')",
                (outcome, self._db.wall(), command_id),
            )
        return cursor.rowcount > 0

    def asked(self) -> list[StoredCommand]:
        """Return what other processes ask, oldest first."""
        return self._rows("state = 'asked'")

    def waiting(self, waits_for: str | None = None) -> list[StoredCommand]:
        """Return the commands that wait, for one thing or for any, oldest first."""
        if waits_for is None:
            return self._rows("state = 'waiting'")
        return self._rows("state = 'waiting' AND waits_for = ?", waits_for)

    def count_open(self) -> int:
        """Return how many commands are neither done nor refused."""
        row = self._db.query_one("SELECT count(*) AS count FROM commands WHERE state IN ('asked', 'waiting')")
        return 0 if row is None else int(row["count"])

    def by_id(self, command_id: int) -> StoredCommand | None:
        """Return one command."""
        found = self._rows("id = ?", command_id)
        return found[0] if found else None

    def forget_old(self) -> None:
        """Remove what ended long ago."""
        with self._db.transaction() as connection:
            connection.execute(
                "DELETE FROM commands WHERE state IN ('done', 'refused') AND ended_at < ?", (self._db.wall() - KEPT_S,)
            )

    def _rows(self, where: str, *values: object) -> list[StoredCommand]:
        names = ", ".join(StoredCommand._fields)
        rows: list[sqlite3.Row] = self._db.query(
            f"SELECT {names} FROM commands WHERE {where} ORDER BY id",  # noqa: S608
            values,
        )
        return [StoredCommand(*row) for row in rows]
