"""Songs, bounces and the files they were seen in."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from bridge.model import Bounce, Song
from bridge.pathtext import to_text
from bridge.store.db import Database

BOUNCE = "SELECT bounces.*, songs.name AS song FROM bounces JOIN songs ON songs.id = bounces.song_id"


class NewBounce(NamedTuple):
    """A finished file, ready to be recorded."""

    path: Path
    size_bytes: int
    mtime_ns: int
    sha256: str
    song: str
    song_key: str
    song_folder: str
    label: str
    source: str


class Bounces:
    """Reads and writes songs, bounces and seen files."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def record(self, new: NewBounce) -> tuple[Bounce, bool]:
        """Record a finished file; return its bounce and whether that bounce is new.

        A known content only adds a path: renames and copies are one bounce.
        """
        path = to_text(new.path)
        with self._db.transaction() as connection:
            row = self._db.query_one("SELECT id FROM bounces WHERE sha256 = ?", (new.sha256,))
            is_new = row is None
            bounce_id = self._insert(connection, new) if row is None else int(row["id"])
            connection.execute(
                "INSERT OR REPLACE INTO bounce_paths VALUES (?, ?, ?)", (path, bounce_id, self._db.wall())
            )
            connection.execute("UPDATE bounces SET path = ? WHERE id = ?", (path, bounce_id))
            self.mark_seen(new.path, new.size_bytes, new.mtime_ns, "bounce")
        return self.by_id(bounce_id), is_new

    def _insert(self, connection: sqlite3.Connection, new: NewBounce) -> int:
        connection.execute(
            "INSERT OR IGNORE INTO songs (key, folder, name, created_at) VALUES (?, ?, ?, ?)",
            (new.song_key, new.song_folder, new.song, self._db.wall()),
        )
        song = connection.execute(
            "SELECT id FROM songs WHERE folder = ? AND key = ?", (new.song_folder, new.song_key)
        ).fetchone()
        revision = connection.execute(
            "SELECT coalesce(max(revision), 0) + 1 FROM bounces WHERE song_id = ?", (song["id"],)
        ).fetchone()[0]
        cursor = connection.execute(
            "INSERT INTO bounces (song_id, revision, label, sha256, path, size_bytes, source, seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                song["id"],
                revision,
                new.label,
                new.sha256,
                to_text(new.path),
                new.size_bytes,
                new.source,
                self._db.wall(),
            ),
        )
        return int(cursor.lastrowid or 0)

    def mark_seen(self, path: Path, size_bytes: int, mtime_ns: int, outcome: str) -> None:
        """Note that a file in this state has been dealt with."""
        with self._db.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO seen_files VALUES (?, ?, ?, ?)",
                (to_text(path), size_bytes, mtime_ns, outcome),
            )

    def forget_seen(self, path: Path) -> None:
        """Let a file be looked at again, whatever became of it before."""
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM seen_files WHERE path = ?", (to_text(path),))

    def was_seen(self, path: Path, size_bytes: int, mtime_ns: int) -> bool:
        """Tell whether a file in this very state has been dealt with."""
        row = self._db.query_one("SELECT size_bytes, mtime_ns FROM seen_files WHERE path = ?", (to_text(path),))
        return row is not None and (row["size_bytes"], row["mtime_ns"]) == (size_bytes, mtime_ns)

    def has_baseline(self, folder: Path) -> bool:
        """Tell whether a folder has been watched before."""
        return self._db.query_one("SELECT 1 FROM folders WHERE path = ?", (to_text(folder),)) is not None

    def set_baseline(self, folder: Path) -> None:
        """Note that the older files of a folder have been dealt with."""
        with self._db.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO folders VALUES (?, ?)", (to_text(folder), self._db.wall()))

    def by_id(self, bounce_id: int) -> Bounce:
        """Return one bounce; ``KeyError`` when there is none."""
        found = self.find(bounce_id)
        if found is None:
            raise KeyError(bounce_id)
        return found

    def find(self, bounce_id: int) -> Bounce | None:
        """Return one bounce, ``None`` when there is none."""
        row = self._db.query_one(f"{BOUNCE} WHERE bounces.id = ?", (bounce_id,))
        return None if row is None else bounce_of(row)

    def by_sha256(self, sha256: str) -> Bounce | None:
        """Return the bounce with this content, ``None`` when it is unknown."""
        row = self._db.query_one(f"{BOUNCE} WHERE sha256 = ?", (sha256,))
        return None if row is None else bounce_of(row)

    def by_path(self, path: Path) -> Bounce | None:
        """Return the bounce last seen at a path, ``None`` when there is none."""
        row = self._db.query_one(
            f"{BOUNCE} JOIN bounce_paths ON bounce_paths.bounce_id = bounces.id WHERE bounce_paths.path = ?",
            (to_text(path),),
        )
        return None if row is None else bounce_of(row)

    def has_size(self, size_bytes: int) -> bool:
        """Tell whether some bounce has this size: only then can a file of this size be one."""
        return self._db.query_one("SELECT 1 FROM bounces WHERE size_bytes = ?", (size_bytes,)) is not None

    def paths_and_lengths(self) -> list[tuple[str, int, float]]:
        """Return (path, bounce, seconds) of every place an examined bounce was seen, newest first."""
        rows = self._db.query(
            "SELECT bounce_paths.path, bounce_paths.bounce_id, duration_s FROM bounce_paths"
            " JOIN bounce_summaries ON bounce_summaries.bounce_id = bounce_paths.bounce_id"
            " WHERE duration_s IS NOT NULL ORDER BY seen_at DESC"
        )
        return [(row["path"], row["bounce_id"], row["duration_s"]) for row in rows]

    def of_song(self, song_id: int) -> list[Bounce]:
        """Return a song's bounces, oldest first."""
        return [bounce_of(row) for row in self._db.query(f"{BOUNCE} WHERE song_id = ? ORDER BY revision", (song_id,))]

    def songs(self) -> list[Song]:
        """Return all songs, by name."""
        return [_song(row) for row in self._db.query("SELECT * FROM songs ORDER BY name COLLATE NOCASE, folder")]

    def song(self, song_id: int) -> Song | None:
        """Return one song, ``None`` when there is none."""
        row = self._db.query_one("SELECT * FROM songs WHERE id = ?", (song_id,))
        return None if row is None else _song(row)


def bounce_of(row: sqlite3.Row) -> Bounce:
    """Return a row of the query `BOUNCE` as a record."""
    return Bounce(**{name: row[name] for name in Bounce.__struct_fields__})


def _song(row: sqlite3.Row) -> Song:
    return Song(**{name: row[name] for name in Song.__struct_fields__})
