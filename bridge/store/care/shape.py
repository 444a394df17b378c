"""The shape of a store: its version, its size, how many rows each table holds; nothing of what is in them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bridge.store.care.files import must_be_a_file


class StoreShape(NamedTuple):
    """What can be told of a store without telling anything of its owner."""

    version: int
    size_bytes: int
    rows: dict[str, int]  # by table


def shape_of(path: Path) -> StoreShape:
    """Return the shape of a store; nothing is changed, a bridge may be using it.

    Raises
    ------
    StoreError
        Something else than a file stands under its name.
    sqlite3.Error
        It is damaged (`problems_of` says how).
    """
    must_be_a_file(path)
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA busy_timeout = 10000")
        tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {}
        for table in sorted(tables):
            quoted = table.replace('"', '""')
            rows[table] = int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    return StoreShape(version, path.stat().st_size, rows)
