"""What the jobs found: analyses and masters, and the history of what happened."""

from typing import Any, NamedTuple

import msgspec

from bridge.model import Bounce
from bridge.store.db import Database


class StoredAnalysis(NamedTuple):
    """One bounce's analysis as it was stored."""

    bounce_id: int
    verdict: str
    data: str
    report_path: str
    created_at: float


class StoredMaster(NamedTuple):
    """One master as it was stored."""

    bounce_id: int | None
    target: str
    path: str
    sha256: str
    data: str
    report_path: str
    created_at: float


class HistoryRow(NamedTuple):
    """One thing that happened."""

    at: float
    kind: str
    song_id: int | None
    bounce_id: int | None
    data: dict[str, Any]


class Results:
    """Reads and writes what the jobs found, and the log of events."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_analysis(self, bounce_id: int, job_id: int, verdict: str, data: str, report_path: str) -> None:
        """Keep a bounce's analysis; a newer one of the same bounce replaces it."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, ?, ?)",
                (bounce_id, job_id, verdict, data, report_path, self._db.wall()),
            )

    def analysis(self, bounce_id: int) -> StoredAnalysis | None:
        """Return a bounce's analysis, ``None`` when it has none yet."""
        row = self._db.query_one("SELECT * FROM analyses WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else StoredAnalysis(*(row[name] for name in StoredAnalysis._fields))

    def add_master(
        self,
        bounce_id: int | None,
        job_id: int | None,
        target: str,
        path: str,
        sha256: str,
        data: str,
        report_path: str = "",
    ) -> None:
        """Keep a master; the same file written again is the same master."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO masters"
                " (bounce_id, job_id, target, path, sha256, data, report_path, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (bounce_id, job_id, target, path, sha256, data, report_path, self._db.wall()),
            )

    def masters(self, bounce: Bounce) -> list[StoredMaster]:
        """Return a bounce's masters, oldest first."""
        return [
            StoredMaster(*(row[name] for name in StoredMaster._fields))
            for row in self._db.query("SELECT * FROM masters WHERE bounce_id = ? ORDER BY id", (bounce.id,))
        ]

    def masters_of_job(self, job_id: int) -> list[StoredMaster]:
        """Return the masters a job has made, oldest first."""
        return [
            StoredMaster(*(row[name] for name in StoredMaster._fields))
            for row in self._db.query("SELECT * FROM masters WHERE job_id = ? ORDER BY id", (job_id,))
        ]

    def masters_without_bounce(self) -> list[StoredMaster]:
        """Return the masters of files that are no bounces of ours, oldest first."""
        return [
            StoredMaster(*(row[name] for name in StoredMaster._fields))
            for row in self._db.query("SELECT * FROM masters WHERE bounce_id IS NULL ORDER BY id")
        ]

    def is_master(self, path: str, sha256: str) -> bool:
        """Tell whether a file is a master of ours, by its place or its content."""
        return self._db.query_one("SELECT 1 FROM masters WHERE path = ? OR sha256 = ?", (path, sha256)) is not None

    def bounce_of_master(self, path: str) -> int | None:
        """Return the bounce that the master at a path was made of, ``None`` when there is no such master."""
        row = self._db.query_one("SELECT bounce_id FROM masters WHERE path = ?", (path,))
        return None if row is None else row["bounce_id"]

    def log(self, kind: str, data: dict[str, Any], *, song_id: int | None = None, bounce_id: int | None = None) -> None:
        """Add a line to the history."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT INTO events (at, kind, song_id, bounce_id, data) VALUES (?, ?, ?, ?, ?)",
                (self._db.wall(), kind, song_id, bounce_id, msgspec.json.encode(data).decode()),
            )

    def history(self, *, song_id: int | None = None, kind: str | None = None, limit: int = 200) -> list[HistoryRow]:
        """Return the newest events, newest first, of one song or kind when asked."""
        rows = self._db.query(
            "SELECT at, kind, song_id, bounce_id, data FROM events"
            " WHERE (?1 IS NULL OR song_id = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY id DESC LIMIT ?3",
            (song_id, kind, limit),
        )
        return [
            HistoryRow(row["at"], row["kind"], row["song_id"], row["bounce_id"], msgspec.json.decode(row["data"]))
            for row in rows
        ]

    def set_runtime(self, key: str, data: Any) -> None:
        """Publish something the running bridge knows."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO runtime VALUES (?, ?, ?)",
                (key, msgspec.json.encode(data).decode(), self._db.wall()),
            )

    def runtime(self, key: str) -> tuple[Any, float] | None:
        """Return what a running bridge published and when, ``None`` when it never did."""
        row = self._db.query_one("SELECT data, updated_at FROM runtime WHERE key = ?", (key,))
        return None if row is None else (msgspec.json.decode(row["data"]), row["updated_at"])
