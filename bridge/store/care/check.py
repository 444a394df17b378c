"""Whether a store is sound: SQLite's own check, references, and what no store of ours may hold."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bridge.store.care.files import must_be_a_file
from bridge.store.care.salvage import broken_json

_MOST_LINES = 20  # ours: of a badly damaged store, as many as a person reads


def problems_of(path: Path) -> list[str]:
    """Return what is wrong with a store, each in one line; nothing is changed, a bridge may be using it.

    Raises
    ------
    StoreError
        Something else than a file stands under its name.
    """
    must_be_a_file(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 10000")
            return _problems(connection)
    except sqlite3.Error as error:
        return [str(error)]
    except UnicodeDecodeError:  # what SQLite says of noise may quote it
        return ["the database disk image is malformed"]


def _problems(connection: sqlite3.Connection) -> list[str]:
    found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST_LINES})")]
    if found != ["ok"]:
        return [line for text in found for line in text.splitlines() if line][:_MOST_LINES]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not {"migrations", "songs"} <= tables:
        return ["it is no store of Fresh Ears"]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    written = connection.execute("SELECT max(number) FROM migrations").fetchone()[0]
    lines = [] if version == written else [f"its version is {version}, and {written} is written in it"]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    lines += sorted({f"{table}: a row belongs to a row of {parent} that is lost" for table, _, parent, _ in broken})
    lines += broken_json(connection)
    return lines[:_MOST_LINES]
