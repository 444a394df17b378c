"""The queue of work: a row is a job, and unfinished rows go on at the next start."""

import os
import sqlite3
from collections.abc import Collection
from pathlib import Path

from bridge.errors import StoreError
from bridge.model import Job, JobState
from bridge.pathtext import to_text
from bridge.store.db import Database

# ours: a job whose worker died once is tried again (power cut, out of memory); twice, it is the file's fault.
MAX_ATTEMPTS = 2
NOTED_S = 24 * 3600.0  # ours: who has not read by the next day why a job failed looks at its bounce

# A job that was asked for again since is not what anybody waits for.
_NEWEST = "NOT EXISTS (SELECT 1 FROM jobs AS later WHERE later.dedup_key = jobs.dedup_key AND later.id > jobs.id)"


class Jobs:
    """Reads and writes jobs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self,
        kind: str,
        path: Path,
        params: str,
        dedup_key: str,
        bounce_id: int | None = None,
        *,
        again: bool = False,
    ) -> Job:
        """Queue a job; the same work asked for twice is the job that is there already.

        With `again`, a job that has ended does not count: the work is done anew.
        """
        with self._db.transaction() as connection:
            row = self._db.query_one("SELECT * FROM jobs WHERE dedup_key = ? ORDER BY id DESC LIMIT 1", (dedup_key,))
            if row is None or (again and row["state"] not in {"queued", "running"}):
                cursor = connection.execute(
                    "INSERT INTO jobs (kind, bounce_id, path, params, dedup_key, state, created_at)"
                    " VALUES (?, ?, ?, ?, ?, 'queued', ?)",
                    (kind, bounce_id, to_text(path), params, dedup_key, self._db.wall()),
                )
                row = self._db.query_one("SELECT * FROM jobs WHERE id = ?", (cursor.lastrowid,))
        if row is None:
            raise StoreError(f"{self._db.path}: a job was written and is not there; the store is damaged")
        return _job(row)

    def next_queued(self, behind: Collection[str] = (), away: Collection[Path] = ()) -> Job | None:
        """Return the oldest job that waits; kinds of jobs that are named wait ``behind`` all others.

        Jobs about files in folders that are ``away`` wait until those are back.
        """
        folders = [f"{to_text(folder)}{os.sep}" for folder in away]
        there = "".join(" AND substr(path, 1, ?) != ?" for _ in folders)
        named = [value for folder in folders for value in (len(folder), folder)]
        marks = ", ".join("?" * len(behind))
        for kinds, values in ((f" AND kind NOT IN ({marks})", (*behind, *named)), ("", (*named,))):
            # Not one query that sorts: with ten thousand jobs that would be done for each of them.
            row = self._db.query_one(
                f"SELECT * FROM jobs WHERE state = 'queued'{kinds}{there} ORDER BY id LIMIT 1",  # noqa: S608
                values,
            )
            if row is not None:
                return _job(row)
        return None

    def start(self, job_id: int) -> None:
        """Note that a job has been given to the worker."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = ? WHERE id = ?",
                (self._db.wall(), job_id),
            )

    def end(self, job_id: int, state: JobState, error: str = "", *, may_pass: bool = False) -> None:
        """Note how a job ended; ``may_pass``: what kept it from being done may be gone at the next start."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, error = ?, ended_at = ?, may_pass = ?, dismissed_at = NULL WHERE id = ?",
                (state, error, self._db.wall(), may_pass, job_id),
            )

    def noted(self) -> list[Job]:
        """Return the jobs that failed within a day, that nobody has dismissed or asked for again, oldest first."""
        return self._failed("dismissed_at IS NULL AND ended_at > ?", self._db.wall() - NOTED_S)

    def returning(self) -> list[Job]:
        """Return the failed jobs that are tried again by themselves: once, when why they failed may be gone."""
        return self._failed("may_pass AND returns = 0")

    def try_again(self, job_id: int, *, by_itself: bool = False) -> bool:
        """Queue a failed job again, as new; tell whether that could be."""
        with self._db.transaction() as connection:
            cursor = connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = 0, error = '', dismissed_at = NULL, may_pass = 0,"  # noqa: S608
                f" returns = ? WHERE id = ? AND state = 'failed' AND {_NEWEST}",
                (int(by_itself), job_id),
            )
        return cursor.rowcount > 0

    def note_return(self, job_id: int) -> None:
        """Note that the file of a failed job is looked at once more, by itself."""
        with self._db.transaction() as connection:
            connection.execute("UPDATE jobs SET returns = 1, dismissed_at = ? WHERE id = ?", (self._db.wall(), job_id))

    def dismiss(self, job_id: int) -> bool:
        """Note that somebody has read why a job failed; tell whether it had."""
        with self._db.transaction() as connection:
            cursor = connection.execute(
                "UPDATE jobs SET dismissed_at = ? WHERE id = ? AND state = 'failed'", (self._db.wall(), job_id)
            )
        return cursor.rowcount > 0

    def _failed(self, where: str, *values: object) -> list[Job]:
        rows = self._db.query(
            f"SELECT * FROM jobs WHERE state = 'failed' AND {where} AND {_NEWEST} ORDER BY id",  # noqa: S608
            values,
        )
        return [_job(row) for row in rows]

    def requeue(self, job_id: int) -> None:
        """Put a job back: its worker stopped through no fault of the job."""
        with self._db.transaction() as connection:
            connection.execute("UPDATE jobs SET state = 'queued' WHERE id = ?", (job_id,))

    def forgive(self, job_id: int) -> None:
        """Put a running job back without counting the attempt: the bridge was asked to stop."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = max(attempts - 1, 0) WHERE id = ?", (job_id,)
            )

    def recover(self) -> list[Job]:
        """After a crash of the bridge: put back what was running and return it.

        The bridge's own death is not the file's fault, so the attempt is not counted.
        """
        running = self.by_state("running")
        for job in running:
            self.forgive(job.id)
        return running

    def by_state(self, *states: JobState) -> list[Job]:
        """Return the jobs in any of these states, oldest first."""
        marks = ", ".join("?" * len(states))
        return [
            _job(row)
            for row in self._db.query(f"SELECT * FROM jobs WHERE state IN ({marks}) ORDER BY id", states)  # noqa: S608
        ]

    def count(self, state: JobState) -> int:
        """Return how many jobs are in a state."""
        row = self._db.query_one("SELECT count(*) AS n FROM jobs WHERE state = ?", (state,))
        return 0 if row is None else int(row["n"])

    def last_of(self, kind: str, bounce_id: int) -> Job | None:
        """Return the job of a kind that a bounce's page shows: one that waits or runs, else the one that ended last."""
        row = self._db.query_one(
            "SELECT * FROM jobs WHERE kind = ? AND bounce_id = ?"
            " ORDER BY state IN ('queued', 'running') DESC, coalesce(ended_at, created_at) DESC LIMIT 1",
            (kind, bounce_id),
        )
        return None if row is None else _job(row)

    def last_with_key(self, dedup_key: str) -> Job | None:
        """Return the newest job of this very work, ``None`` when it was never asked for."""
        row = self._db.query_one("SELECT * FROM jobs WHERE dedup_key = ? ORDER BY id DESC LIMIT 1", (dedup_key,))
        return None if row is None else _job(row)

    def by_id(self, job_id: int) -> Job | None:
        """Return one job."""
        row = self._db.query_one("SELECT * FROM jobs WHERE id = ?", (job_id,))
        return None if row is None else _job(row)


def _job(row: sqlite3.Row) -> Job:
    return Job(**{name: row[name] for name in Job.__struct_fields__})
