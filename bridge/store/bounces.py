"""Songs, bounces and the files they were seen in."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bridge.model import Bounce, Song
from bridge.pathtext import to_path, to_text
from bridge.store.db import Database

_ANY = "SELECT bounces.*, songs.name AS song FROM {} AS bounces JOIN songs ON songs.id = bounces.song_id"
ANY_BOUNCE = _ANY.format("bounces")
BOUNCE = _ANY.format("(SELECT * FROM bounces WHERE forgotten_at IS NULL)")


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
    version: str = ""
    is_dry: bool = False
    dry_of: int | None = None  # number of the bounce whose dry print this is
    sorts_at: float | None = None  # its place among its siblings, where the file's date says nothing of it
    wet_of: int | None = None  # number of the dry print that this is the wet one of


class PlacedBounce(NamedTuple):
    """A bounce, its place in time, and its length in seconds, 0 while it is not known."""

    bounce: Bounce
    sorts_at: float
    length_s: float


# ours: file systems and archives that know no date write 1970 or 1980.
_FIRST_DATE_AT = 600_000_000.0
# A song's own bounces before those of its versions, and those before dry prints; then the latest.
_NEWEST = "ORDER BY is_dry, version != '', sorts_at DESC, revision DESC, bounces.id DESC"
_IN_ORDER = "ORDER BY sorts_at, revision, is_dry, bounces.id"


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
        song_id = self.song_id(new.song_key, new.song_folder)
        if song_id is None:
            made = connection.execute(
                "INSERT INTO songs (key, folder, name, created_at) VALUES (?, ?, ?, ?)",
                (new.song_key, new.song_folder, new.song, self._db.wall()),
            )
            song_id = int(made.lastrowid or 0)
        bounced_at = self._bounced_at(new.mtime_ns)
        row: dict[str, Any] = {
            "song_id": song_id,
            "version": new.version,
            "is_dry": new.is_dry,
            "revision": self._number(song_id, new),
            "label": new.label,
            "sha256": new.sha256,
            "path": to_text(new.path),
            "size_bytes": new.size_bytes,
            "source": new.source,
            "seen_at": self._db.wall(),
            "bounced_at": bounced_at,
            "sorts_at": bounced_at if new.sorts_at is None else new.sorts_at,
        }
        cursor = connection.execute(
            f"INSERT INTO bounces ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608
            tuple(row.values()),
        )
        return int(cursor.lastrowid or 0)

    def _bounced_at(self, mtime_ns: int) -> float:
        """Return a file's date; the present one where the file's says nothing, or lies in the future."""
        date_at, seen_at = mtime_ns / 1e9, self._db.wall()
        return date_at if _FIRST_DATE_AT <= date_at <= seen_at else seen_at

    def _number(self, song_id: int, new: NewBounce) -> int:
        """Return a new bounce's number: that of its other print, or one that nothing in its version was shown under."""
        pair = new.dry_of if new.is_dry else new.wet_of
        if pair is not None:
            taken = self._db.query_one(
                "SELECT 1 FROM bounces WHERE song_id = ? AND version = ? AND is_dry = ? AND revision = ?"
                " UNION SELECT 1 FROM bounce_aliases WHERE song_id = ? AND version = ? AND is_dry = ? AND revision = ?",
                (song_id, new.version, new.is_dry, pair) * 2,
            )
            if taken is None:
                return pair
        return self.next_number(song_id, new.version)

    def next_number(self, song_id: int, version: str = "") -> int:
        """Return the number of a song's next bounce: none that was shown before, of dry prints either."""
        last = self._db.query_one(
            "SELECT max(revision) AS last FROM (SELECT revision FROM bounces WHERE song_id = ? AND version = ?"
            " UNION ALL SELECT revision FROM bounce_aliases WHERE song_id = ? AND version = ?)",
            (song_id, version) * 2,
        )
        return int((last and last["last"]) or 0) + 1

    def song_id(self, key: str, folder: str) -> int | None:
        """Return the song that bounces of this name go to, ``None`` when there is none yet."""
        row = self._db.query_one(
            "SELECT song_id FROM song_aliases WHERE folder = ? AND key = ?"
            " UNION ALL SELECT id FROM songs WHERE folder = ? AND key = ?",
            (folder, key) * 2,
        )
        return None if row is None else int(row["song_id"])

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

    def mark_all_seen(self, files: Iterable[tuple[Path, int, int]], outcome: str) -> None:
        """Note that files, each with its size and date, have been dealt with."""
        with self._db.transaction() as connection:
            rows = ((to_text(path), size_bytes, mtime_ns, outcome) for path, size_bytes, mtime_ns in files)
            connection.executemany("INSERT OR REPLACE INTO seen_files VALUES (?, ?, ?, ?)", rows)

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

    def left_alone(self, folder: Path) -> list[Path]:
        """Return the files of a folder that were there before it was watched, and were left alone."""
        rows = self._db.query("SELECT path FROM seen_files WHERE outcome = 'baseline' ORDER BY path")
        return [path for row in rows if (path := to_path(row["path"])).is_relative_to(folder)]

    def by_id(self, bounce_id: int) -> Bounce:
        """Return one bounce, a forgotten one too; ``KeyError`` when there is none."""
        row = self._db.query_one(f"{ANY_BOUNCE} WHERE bounces.id = ?", (bounce_id,))
        if row is None:
            raise KeyError(bounce_id)
        return bounce_of(row)

    def find(self, bounce_id: int) -> Bounce | None:
        """Return one bounce, ``None`` when there is none, or when it is forgotten."""
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
            " JOIN bounces ON bounces.id = bounce_paths.bounce_id AND forgotten_at IS NULL"
            " WHERE duration_s IS NOT NULL ORDER BY bounce_paths.seen_at DESC"
        )
        return [(row["path"], row["bounce_id"], row["duration_s"]) for row in rows]

    def of_song(self, song_id: int, *, forgotten: bool = False) -> list[Bounce]:
        """Return a song's bounces by their dates, oldest first: of all versions, and dry prints too."""
        rows = self._db.query(f"{ANY_BOUNCE if forgotten else BOUNCE} WHERE song_id = ? {_IN_ORDER}", (song_id,))
        return [bounce_of(row) for row in rows]

    def has_other(self, song_id: int, bounce_id: int) -> bool:
        """Tell whether a song has a bounce beside this one."""
        sql = "SELECT 1 FROM bounces WHERE song_id = ? AND id != ? AND forgotten_at IS NULL LIMIT 1"
        return self._db.query_one(sql, (song_id, bounce_id)) is not None

    def forgotten_at_path(self, path: Path) -> Bounce | None:
        """Return the forgotten bounce last seen at a path, ``None`` when there is none."""
        row = self._db.query_one(
            f"{ANY_BOUNCE} JOIN bounce_paths ON bounce_paths.bounce_id = bounces.id"
            " WHERE bounce_paths.path = ? AND forgotten_at IS NOT NULL",
            (to_text(path),),
        )
        return None if row is None else bounce_of(row)

    def newest(self, song_id: int, version: str = "") -> Bounce | None:
        """Return a song's bounce of the latest date, ``None`` before the first one.

        A dry print is never meant, nor another version, as long as there is something else.
        """
        row = self._db.query_one(
            f"{BOUNCE} WHERE song_id = ? AND (? = '' OR version = ?) {_NEWEST}", (song_id, version, version)
        )
        return None if row is None else bounce_of(row)

    def numbered(self, song_id: int, revision: int, version: str = "", *, is_dry: bool = False) -> Bounce | None:
        """Return the bounce of a number, also of one it was once shown under; ``None`` when there is none."""
        asked = (song_id, version, is_dry, revision)
        row = self._db.query_one(
            f"{BOUNCE} WHERE song_id = ? AND version = ? AND is_dry = ? AND revision = ?", asked
        ) or self._db.query_one(
            f"{BOUNCE} JOIN bounce_aliases AS aliases ON aliases.bounce_id = bounces.id WHERE aliases.song_id = ?"
            " AND aliases.version = ? AND aliases.is_dry = ? AND aliases.revision = ? ORDER BY aliases.at DESC",
            asked,
        )
        return None if row is None else bounce_of(row)

    def versions(self, song_id: int) -> list[str]:
        """Return the versions there are of a song, the song itself ('') first."""
        rows = self._db.query(
            "SELECT DISTINCT version FROM bounces WHERE song_id = ? AND forgotten_at IS NULL ORDER BY version",
            (song_id,),
        )
        return [row["version"] for row in rows]

    def landed_last(self, song_id: int, version: str, most: int) -> list[PlacedBounce]:
        """Return the bounces of a song's version that landed last, with their places in time, the last first."""
        rows = self._db.query(
            f"SELECT bounces.*, coalesce(duration_s, 0.0) AS length_s FROM ({BOUNCE}) AS bounces"  # noqa: S608
            " LEFT JOIN bounce_summaries ON bounce_id = id WHERE song_id = ? AND version = ? ORDER BY id DESC LIMIT ?",
            (song_id, version, most),
        )
        return [PlacedBounce(bounce_of(row), row["sorts_at"], row["length_s"]) for row in rows]

    def songs_beside(self, song: Song, key: str, most: int) -> list[Song]:
        """Return other songs with bounces, kept in the same folder or called the same elsewhere, ``most`` of them."""
        rows = self._db.query(
            "SELECT * FROM songs WHERE id != ? AND (folder = ? OR key = ?)"
            " AND EXISTS (SELECT 1 FROM bounces WHERE song_id = songs.id AND forgotten_at IS NULL) LIMIT ?",
            (song.id, song.folder, key, most),
        )
        return [_song(row) for row in rows]

    def songs(self) -> list[Song]:
        """Return all songs that have bounces which are not forgotten, by name."""
        rows = self._db.query(
            "SELECT * FROM songs WHERE EXISTS (SELECT 1 FROM bounces WHERE song_id = songs.id AND forgotten_at IS NULL)"
            " ORDER BY name COLLATE NOCASE, folder"
        )
        return [_song(row) for row in rows]

    def song(self, song_id: int) -> Song | None:
        """Return one song, ``None`` when there is none."""
        row = self._db.query_one("SELECT * FROM songs WHERE id = ?", (song_id,))
        return None if row is None else _song(row)


def bounce_of(row: sqlite3.Row) -> Bounce:
    """Return a row of the query `BOUNCE` as a record."""
    return Bounce(**{name: row[name] for name in Bounce.__struct_fields__} | {"is_dry": bool(row["is_dry"])})


def _song(row: sqlite3.Row) -> Song:
    return Song(**{name: row[name] for name in Song.__struct_fields__})
