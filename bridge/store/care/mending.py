"""What belongs together in a store, restored: a row whose other half is lost is joined to what stands in for it.

Nothing is thrown away without a trace: what cannot be kept is written to a file beside the store.
"""

import json
import sqlite3
from pathlib import Path, PurePath
from typing import Any

Lost = list[dict[str, Any]]


def mend(connection: sqlite3.Connection, at: float) -> Lost:
    """Make all references lead somewhere, and let lost work be done again; return what could not be kept."""
    lost: Lost = []
    while broken := connection.execute("PRAGMA foreign_key_check").fetchall():
        table, rowid, parent, number = broken[0]
        (column, wanted) = _reference(connection, table, rowid, number)
        if parent == "songs" and table == "bounces":
            _stand_in_song(connection, rowid, wanted, at)
        elif parent == "jobs" and table == "analyses":
            _stand_in_job(connection, rowid, wanted, at)
        elif _may_be_empty(connection, table, column):
            connection.execute(f"UPDATE {table} SET {column} = NULL WHERE rowid = ?", (rowid,))  # noqa: S608
        else:
            lost.append(_taken_out(connection, table, rowid))
    # A file whose bounce is lost is looked at again; an examination whose result is lost is done again.
    connection.execute(
        "DELETE FROM seen_files WHERE outcome = 'bounce' AND path NOT IN (SELECT path FROM bounce_paths)"
    )
    connection.execute(
        "UPDATE jobs SET state = 'queued', attempts = 0 WHERE kind = 'analyse' AND state = 'done' AND params != '{}'"
        " AND bounce_id IS NOT NULL AND bounce_id NOT IN (SELECT bounce_id FROM analyses)"
        " AND id IN (SELECT max(id) FROM jobs GROUP BY dedup_key)"
    )
    return lost


def write_lost(lost: Lost, path: Path) -> None:
    """Write rows that could not be kept, one a line, for this user only."""
    text = "".join(json.dumps(row, ensure_ascii=True, default=repr) + "\n" for row in lost)
    path.write_text(text, encoding="ascii")
    path.chmod(0o600)


def _reference(connection: sqlite3.Connection, table: str, rowid: int, number: int) -> tuple[str, Any]:
    """Return the column that leads nowhere, and what it holds."""
    keys = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
    column = next(str(key[3]) for key in keys if key[0] == number)
    (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (rowid,)).fetchone()  # noqa: S608
    return column, value


def _may_be_empty(connection: sqlite3.Connection, table: str, column: str) -> bool:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return any(row[1] == column and not row[3] and not row[5] for row in columns)


def _stand_in_song(connection: sqlite3.Connection, bounce: int, song: int, at: float) -> None:
    """Make a song in the place of a lost one, named after its bounce's file."""
    (path,) = connection.execute("SELECT path FROM bounces WHERE rowid = ?", (bounce,)).fetchone()
    file = PurePath(path)
    connection.execute(
        "INSERT INTO songs (id, key, folder, name, created_at) VALUES (?, ?, ?, ?, ?)",
        (song, f"lost {song}: {file.stem.casefold()}", str(file.parent), file.stem, at),
    )


def _stand_in_job(connection: sqlite3.Connection, bounce: int, job: int, at: float) -> None:
    connection.execute(
        "INSERT INTO jobs (id, kind, bounce_id, path, params, dedup_key, state, created_at, ended_at)"
        " VALUES (?, 'analyse', ?, '', '{}', ?, 'done', ?, ?)",
        (job, bounce, f"lost:{job}", at, at),
    )


def _taken_out(connection: sqlite3.Connection, table: str, rowid: int) -> dict[str, Any]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608
    names = [part[0] for part in cursor.description]
    row = dict(zip(names, tuple(cursor.fetchone()), strict=True))
    connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))  # noqa: S608
    return {"table": table, **row}
