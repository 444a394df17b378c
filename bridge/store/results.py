"""What the jobs found: analyses and masters.

An analysis of an hour is megabytes of curves. Lists, panels and pages read its head, or the few numbers of a line.
"""

import sqlite3
from typing import NamedTuple

import msgspec
from msgspec import Struct

from bridge.model import Analysis, AnalysisHead, Bounce, MasterResult, Series, Verdict
from bridge.store.bounces import BOUNCE, bounce_of
from bridge.store.db import Database
from bridge.store.records import read

_MASTER = (
    "SELECT masters.*, bounces.revision, bounces.is_dry"
    " FROM masters LEFT JOIN bounces ON bounces.id = masters.bounce_id"
)


class StoredAnalysis(NamedTuple):
    """One bounce's analysis as it was stored, without its curves."""

    bounce_id: int
    verdict: Verdict
    head: AnalysisHead
    report_path: str  # empty as long as it has no report
    created_at: float


class OwedReport(NamedTuple):
    """An analysis that has no report yet: the job that made it, and the analysis as JSON."""

    bounce_id: int
    job_id: int
    data: str


class BounceSummary(Struct, frozen=True, kw_only=True):
    """A bounce with the few numbers a list shows of it; all ``None`` before it has been examined."""

    bounce: Bounce
    verdict: Verdict | None
    summary: str = ""  # nothing fills it any more; programs that read a song's numbers know the key
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    duration_s: float | None = None


class StoredMaster(Struct, frozen=True, kw_only=True):
    """One master with the few numbers a list shows of it."""

    id: int
    bounce_id: int | None
    revision: int | None  # of its bounce
    target: str
    path: str
    made_at: float
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    input: str = ""  # the file it was made of
    is_dry: bool = False  # of a print without the master bus


class MasterFile(NamedTuple):
    """A master's sound file."""

    path: str
    sha256: str


class _Loudness(Struct):
    short_term_lufs: Series


class _Curved(Struct):
    """The one curve of an Analysis that is looked at closely."""

    curves: _Loudness | None = None


class _After(Struct):
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None


class _Made(Struct):
    """The little of a MasterResult that a list shows."""

    after: _After
    input: str = ""


class Results:
    """Reads and writes what the jobs found."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add_analysis(self, bounce_id: int, job_id: int, verdict: str, data: str) -> None:
        """Keep a bounce's analysis, as JSON, without a report; a newer one of the same bounce replaces it."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO analyses VALUES (?, ?, ?, ?, '', ?)",
                (bounce_id, job_id, verdict, data, self._db.wall()),
            )

    def set_report(self, bounce_id: int, job_id: int, report_path: str) -> None:
        """Note where the report of the analysis by a job is; nothing when a newer analysis has replaced it."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE analyses SET report_path = ? WHERE bounce_id = ? AND job_id = ?",
                (report_path, bounce_id, job_id),
            )

    def without_report(self) -> list[int]:
        """Return the bounces whose analysis has no report, oldest first."""
        return [
            row["bounce_id"]
            for row in self._db.query("SELECT bounce_id FROM analyses WHERE report_path = '' ORDER BY bounce_id")
        ]

    def owed_report(self, bounce_id: int) -> OwedReport | None:
        """Return what a bounce's report is made of, ``None`` when it has one or was not examined."""
        row = self._db.query_one(
            "SELECT job_id, data FROM analyses WHERE bounce_id = ? AND report_path = ''", (bounce_id,)
        )
        return None if row is None else OwedReport(bounce_id, row["job_id"], row["data"])

    def analysis(self, bounce_id: int) -> StoredAnalysis | None:
        """Return a bounce's analysis without its curves, ``None`` when it has none yet."""
        row = self._db.query_one("SELECT * FROM analyses WHERE bounce_id = ?", (bounce_id,))
        head = None if row is None else read(row["data"], AnalysisHead, f"the analysis of bounce {bounce_id}")
        if row is None or head is None:
            return None
        return StoredAnalysis(bounce_id, verdict_of(row["verdict"]), head, row["report_path"], row["created_at"])

    def whole_analysis(self, bounce_id: int) -> Analysis | None:
        """Return a bounce's analysis with every curve: megabytes for an hour of music."""
        return read(self._data(bounce_id), Analysis, f"the analysis of bounce {bounce_id}")

    def short_term_lufs(self, bounce_id: int) -> Series | None:
        """Return a bounce's short-term loudness with every value that was measured."""
        found = read(self._data(bounce_id), _Curved, f"the analysis of bounce {bounce_id}")
        return found.curves.short_term_lufs if found is not None and found.curves is not None else None

    def examined_before(self, bounce: Bounce) -> int | None:
        """Return the id of the latest bounce of the same song and version before one, dry prints left out.

        Only such as were examined; ``None`` when there is none.
        """
        row = self._db.query_one(
            "SELECT bounces.id FROM bounces JOIN analyses ON bounce_id = bounces.id"
            " WHERE song_id = ? AND version = ? AND NOT is_dry AND forgotten_at IS NULL AND bounces.id != ?"
            " AND (sorts_at, revision) < (SELECT sorts_at, revision FROM bounces WHERE id = ?)"
            " ORDER BY sorts_at DESC, revision DESC LIMIT 1",
            (bounce.song_id, bounce.version, bounce.id, bounce.id),
        )
        return None if row is None else int(row["id"])

    def _data(self, bounce_id: int) -> str | None:
        row = self._db.query_one("SELECT data FROM analyses WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else str(row["data"])

    def unexamined(self) -> list[int]:
        """Return the bounces that were never examined and that no job is about: what a repair of the store leaves."""
        rows = self._db.query(
            "SELECT id FROM bounces WHERE forgotten_at IS NULL AND id NOT IN (SELECT bounce_id FROM analyses)"
            " AND id NOT IN (SELECT bounce_id FROM jobs WHERE kind = 'analyse' AND bounce_id IS NOT NULL)"
        )
        return [int(row["id"]) for row in rows]

    def verdict(self, bounce_id: int) -> Verdict | None:
        """Return what a bounce was judged to be, ``None`` before it has been examined."""
        row = self._db.query_one("SELECT verdict FROM analyses WHERE bounce_id = ?", (bounce_id,))
        return None if row is None else verdict_of(row["verdict"])

    def summaries(self, song_id: int) -> list[BounceSummary]:
        """Return a song's bounces with the numbers of a list, oldest first."""
        rows = self._db.query(
            f"SELECT bounces.*, verdict, integrated_lufs, true_peak_dbtp, duration_s FROM ({BOUNCE}) AS bounces"  # noqa: S608
            " LEFT JOIN bounce_summaries ON bounce_summaries.bounce_id = bounces.id"
            " WHERE song_id = ? ORDER BY sorts_at, revision, is_dry, bounces.id",
            (song_id,),
        )
        return [_summary(row) for row in rows]

    def add_master(
        self,
        bounce_id: int | None,
        job_id: int | None,
        target: str,
        path: str,
        sha256: str,
        data: str,
    ) -> None:
        """Keep a master, its result as JSON; the same file written again is the same master."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO masters"
                " (bounce_id, job_id, target, path, sha256, data, report_path, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, '', ?)",
                (bounce_id, job_id, target, path, sha256, data, self._db.wall()),
            )

    def masters(self, bounce_id: int) -> list[StoredMaster]:
        """Return a bounce's masters, oldest first."""
        rows = self._db.query(f"{_MASTER} WHERE masters.bounce_id = ? ORDER BY masters.id", (bounce_id,))
        return [_master(row) for row in rows]

    def masters_of_song(self, song_id: int) -> list[StoredMaster]:
        """Return the masters of all bounces of a song, oldest first."""
        rows = self._db.query(
            f"{_MASTER} WHERE bounces.song_id = ? AND bounces.forgotten_at IS NULL ORDER BY masters.id", (song_id,)
        )
        return [_master(row) for row in rows]

    def masters_by_song(self) -> dict[int, int]:
        """Return how many masters each song has; a song without any is not named."""
        rows = self._db.query(
            "SELECT song_id, count(*) AS count FROM masters JOIN bounces ON bounces.id = bounce_id"
            " WHERE forgotten_at IS NULL GROUP BY song_id"
        )
        return {row["song_id"]: row["count"] for row in rows}

    def newest_master_path(self, bounce_id: int) -> str | None:
        """Return where a bounce's newest master is, ``None`` before the first one."""
        row = self._db.query_one("SELECT path FROM masters WHERE bounce_id = ? ORDER BY id DESC LIMIT 1", (bounce_id,))
        return None if row is None else str(row["path"])

    def master(self, master_id: int) -> StoredMaster | None:
        """Return one master."""
        row = self._db.query_one(f"{_MASTER} WHERE masters.id = ?", (master_id,))
        return None if row is None else _master(row)

    def master_file(self, master_id: int) -> MasterFile | None:
        """Return the sound file of a master."""
        row = self._db.query_one("SELECT path, sha256 FROM masters WHERE id = ?", (master_id,))
        return None if row is None else MasterFile(row["path"], row["sha256"])

    def master_result(self, master_id: int) -> MasterResult | None:
        """Return everything that is known of how a master was made."""
        row = self._db.query_one("SELECT data FROM masters WHERE id = ?", (master_id,))
        return None if row is None else read(row["data"], MasterResult, f"master {master_id}")

    def masters_of_job(self, job_id: int) -> list[StoredMaster]:
        """Return the masters a job has made, oldest first."""
        rows = self._db.query(f"{_MASTER} WHERE masters.job_id = ? ORDER BY masters.id", (job_id,))
        return [_master(row) for row in rows]

    def masters_without_bounce(self) -> list[StoredMaster]:
        """Return the masters of files that are no bounces of ours, oldest first."""
        return [
            _master(row) for row in self._db.query(f"{_MASTER} WHERE masters.bounce_id IS NULL ORDER BY masters.id")
        ]

    def is_master(self, path: str, sha256: str) -> bool:
        """Tell whether a file is a master of ours, by its place or its content."""
        return self._db.query_one("SELECT 1 FROM masters WHERE path = ? OR sha256 = ?", (path, sha256)) is not None

    def bounce_of_master(self, path: str) -> int | None:
        """Return the bounce that the master at a path was made of, ``None`` when there is no such master."""
        row = self._db.query_one("SELECT bounce_id FROM masters WHERE path = ?", (path,))
        return None if row is None else row["bounce_id"]


def verdict_of(text: str) -> Verdict:
    """Return a verdict as it was stored."""
    verdict: Verdict = msgspec.convert(text, Verdict)
    return verdict


def _summary(row: sqlite3.Row) -> BounceSummary:
    return BounceSummary(
        bounce=bounce_of(row),
        verdict=None if row["verdict"] is None else verdict_of(row["verdict"]),
        integrated_lufs=row["integrated_lufs"],
        true_peak_dbtp=row["true_peak_dbtp"],
        duration_s=row["duration_s"],
    )


def _master(row: sqlite3.Row) -> StoredMaster:
    made = read(row["data"], _Made, f"master {row['id']}")
    return StoredMaster(
        id=row["id"],
        bounce_id=row["bounce_id"],
        revision=row["revision"],
        is_dry=bool(row["is_dry"]),
        target=row["target"],
        path=row["path"],
        made_at=row["created_at"],
        input=made.input if made is not None else "",
        integrated_lufs=made.after.integrated_lufs if made is not None else None,
        true_peak_dbtp=made.after.true_peak_dbtp if made is not None else None,
    )
