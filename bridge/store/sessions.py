"""What is kept of projects in DAWs: what the guard knows, master buses of bounces, answers before the first bounce."""

from collections.abc import Sequence

import msgspec

from bridge.model import BusItem
from bridge.store.db import Database
from bridge.store.records import read
from bridge.store.song_state import StoredReply
from bridge.text import json_text


class SessionTables:
    """Reads and writes; a project is named by its key."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def set_guard(self, project: str, state: msgspec.Struct) -> None:
        """Keep what the guard remembers about a project."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO guards VALUES (?, ?, ?)",
                (project, json_text(state), self._db.wall()),
            )

    def guard(self, project: str) -> str | None:
        """Return what the guard remembers about a project as JSON text, None when it is new."""
        row = self._db.query_one("SELECT data FROM guards WHERE project = ?", (project,))
        return None if row is None else str(row["data"])

    def guards(self, begins: str) -> list[tuple[str, str]]:
        """Return (key, JSON text) of all that is remembered under keys that begin so."""
        rows = self._db.query(
            "SELECT project, data FROM guards WHERE substr(project, 1, ?) = ? ORDER BY project", (len(begins), begins)
        )
        return [(str(row["project"]), str(row["data"])) for row in rows]

    def set_bus(self, bounce_id: int, project: str, items: Sequence[BusItem]) -> None:
        """Keep what a bounce was made through."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO buses VALUES (?, ?, ?, ?)",
                (bounce_id, project, json_text(items), self._db.wall()),
            )

    def bus(self, bounce_id: int) -> tuple[BusItem, ...] | None:
        """Return what a bounce was made through, ``None`` when no DAW said so."""
        row = self._db.query_one("SELECT data FROM buses WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else read(row["data"], tuple[BusItem, ...], f"the master bus of bounce {bounce_id}")

    def project_of_bounce(self, bounce_id: int) -> str | None:
        """Return the project a bounce was made in, None when no DAW said so."""
        row = self._db.query_one("SELECT project FROM buses WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else str(row["project"])

    def song_of_project(self, project: str) -> int | None:
        """Return the song of the newest bounce that was made in a project, None before the first one."""
        row = self._db.query_one(
            "SELECT song_id FROM buses JOIN bounces ON bounces.id = bounce_id"
            " WHERE project = ? ORDER BY forgotten_at IS NOT NULL, at DESC, bounce_id DESC",
            (project,),
        )
        return None if row is None else int(row["song_id"])

    def projects_of_song(self, song_id: int) -> list[str]:
        """Return the projects that bounces of a song were made in, as far as a DAW said so."""
        rows = self._db.query(
            "SELECT DISTINCT project FROM buses JOIN bounces ON bounces.id = bounce_id WHERE song_id = ?", (song_id,)
        )
        return [row["project"] for row in rows]

    def rename_project(self, old: str, new: str) -> None:
        """Keep what was said inside a project under the path it has been saved to."""
        with self._db.transaction() as connection:
            for table in ("modes", "buses", "project_replies", "guards"):
                connection.execute(f"UPDATE {table} SET project = ? WHERE project = ?", (new, old))  # noqa: S608
            connection.execute(
                "UPDATE commands SET waits_for = ? WHERE waits_for = ?", (f"project:{new}", f"project:{old}")
            )

    def add_project_reply(self, project: str, mode: str, question: str, text: str, at: float) -> None:
        """Keep an answer given inside a project that has no song yet."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO project_replies (project, mode, question, text, at) VALUES (?, ?, ?, ?, ?)",
                (project, mode, question, text, at),
            )

    def project_replies(self, project: str) -> list[StoredReply]:
        """Return the answers given inside a project before its first bounce, oldest first."""
        rows = self._db.query(
            "SELECT mode, question, text, at FROM project_replies WHERE project = ? ORDER BY id", (project,)
        )
        return [StoredReply(row["mode"], row["question"], row["text"], row["at"]) for row in rows]
