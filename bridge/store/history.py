"""What happened, in order."""

from typing import Any, NamedTuple

import msgspec

from bridge.store.db import Database
from bridge.text import json_text


class HistoryRow(NamedTuple):
    """One thing that happened."""

    at: float
    kind: str
    song_id: int | None
    bounce_id: int | None
    data: dict[str, Any]


class History:
    """Adds to and reads the log of events; nothing in it is ever changed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, kind: str, data: dict[str, Any], *, song_id: int | None = None, bounce_id: int | None = None) -> None:
        """Add a line to the history."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO events (at, kind, song_id, bounce_id, data) VALUES (?, ?, ?, ?, ?)",
                (self._db.wall(), kind, song_id, bounce_id, json_text(data)),
            )

    def newest(self, *, song_id: int | None = None, kind: str | None = None, limit: int = 200) -> list[HistoryRow]:
        """Return the newest events, newest first, of one song or kind when asked."""
        rows = self._db.query(
            "SELECT at, kind, song_id, bounce_id, data FROM events"
            " WHERE (? IS NULL OR song_id = ?) AND (? IS NULL OR kind = ?) ORDER BY id DESC LIMIT ?",
            (song_id, song_id, kind, kind, limit),
        )
        return [
            HistoryRow(row["at"], row["kind"], row["song_id"], row["bounce_id"], msgspec.json.decode(row["data"]))
            for row in rows
        ]
