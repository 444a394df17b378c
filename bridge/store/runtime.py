"""What the running bridge lets other processes see, a value a key."""

from typing import Any

import msgspec

from bridge.store.db import Database
from bridge.text import json_text


class Runtime:
    """Reads and writes what a bridge that runs has published."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def publish(self, key: str, data: Any) -> None:
        """Publish something the running bridge knows."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO runtime VALUES (?, ?, ?)",
                (key, json_text(data), self._db.wall()),
            )

    def forget(self) -> None:
        """Forget what was published: it was another computer's."""
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM runtime")

    def published(self, key: str) -> tuple[Any, float] | None:
        """Return what a running bridge published and when, ``None`` when it never did."""
        row = self._db.query_one("SELECT data, updated_at FROM runtime WHERE key = ?", (key,))
        return None if row is None else (msgspec.json.decode(row["data"]), row["updated_at"])
