"""SQLite in WAL mode: one connection per thread, short transactions, numbered migrations.

Two processes (a running bridge and a command) may use the store at once; each write is one transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bridge.errors import StoreError
from bridge.files.private import private_file, private_folder, tighten_file
from bridge.store.schema import MIGRATIONS, Migration

# Wait this long for another process to finish its transaction.
BUSY_TIMEOUT_MS = 10_000


class Database:
    """A connection to the store.

    Use `transaction` for writing, `query` for reading; both only from the thread that opened it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, wall: Callable[[], float]) -> None:
        self._connection = connection
        self.path = path
        self.wall = wall

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        wall: Callable[[], float],
        read_only: bool = False,
        migrations: tuple[Migration, ...] = MIGRATIONS,
    ) -> "Database":
        """Open (and make or bring up to date) the store at `path`.

        Raises
        ------
        StoreError
            It cannot be opened, is damaged, is no Fresh Ears store, or was written by a newer version
            (which is left untouched).
        """
        try:
            if read_only:
                _bring_up_to_date(path, wall, migrations)
                connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            else:
                _keep_private(path)
                connection = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: the store cannot be opened ({error})") from error
        connection.row_factory = sqlite3.Row
        database = cls(connection, path, wall)
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            database._refuse_newer(migrations)
            if not read_only:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                database._migrate(migrations)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise StoreError(
                f"{path}: the store is damaged or not ours ({error}); move it away, a new one is made at the next start"
            ) from error
        except StoreError:
            connection.close()
            raise
        return database

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction: all of it or nothing. Nested blocks join the outer one."""
        if self._connection.in_transaction:
            yield self._connection
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._roll_back()
                raise
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            raise self._cannot(error) from error

    @contextmanager
    def durable(self) -> Iterator[None]:
        """Put what is written inside on the disk itself before it counts as done: not even a power cut takes it back.

        Elsewhere a power cut (not a crash) may take the last moments back, which are then done anew.
        """
        if self._connection.in_transaction:  # the one around it decides
            yield
            return
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # a full disk has rolled it back already
            self._connection.execute("ROLLBACK")

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Return all rows of a reading statement."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            raise self._cannot(error) from error

    def query_one(self, sql: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Row | None:
        """Return the first row of a reading statement, ``None`` when there is none."""
        rows = self.query(sql, parameters)
        return rows[0] if rows else None

    def _cannot(self, error: sqlite3.OperationalError) -> StoreError:
        return StoreError(f"{self.path}: the store cannot be used ({error}); make room on the disk or mend its rights")

    def state(self) -> tuple[int, int]:
        """Return what changes with every write, of this connection or another; equal: what was read still holds."""
        return self.data_version(), self._connection.total_changes

    def data_version(self) -> int:
        """Return a number that changes when *another* connection has written."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def _refuse_newer(self, migrations: tuple[Migration, ...]) -> None:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        newest = migrations[-1].number
        if version > newest:
            raise StoreError(
                f"{self.path}: written by a newer Fresh Ears (store version {version}, this one knows {newest}); "
                "update Fresh Ears; the store was not touched"
            )

    def _migrate(self, migrations: tuple[Migration, ...]) -> None:
        for migration in migrations:
            # The version is read inside the transaction: two processes may start at once.
            with self.transaction() as connection:
                version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                if migration.number <= version:
                    continue
                for statement in _statements(migration.sql):
                    connection.execute(statement)
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT, applied_at REAL)"
                )
                connection.execute(
                    "INSERT INTO migrations VALUES (?, ?, ?)", (migration.number, migration.name, self.wall())
                )
                connection.execute(f"PRAGMA user_version = {migration.number}")


def _bring_up_to_date(path: Path, wall: Callable[[], float], migrations: tuple[Migration, ...]) -> None:
    """Migrate an older store before somebody reads it: what is read here stands in the newest tables."""
    if not path.exists():
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version < migrations[-1].number:
        Database.open(path, wall=wall, migrations=migrations).close()


def _keep_private(path: Path) -> None:
    """Make the store's folder and file for this user only; SQLite gives its side files the permissions of the file."""
    private_folder(path.parent)
    private_file(path)
    for side in ("-wal", "-shm"):
        tighten_file(path.with_name(path.name + side))


def _statements(sql: str) -> Iterator[str]:
    """Cut a script into statements (`executescript` would commit the transaction it runs in)."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise StoreError(f"migration ends in the middle of a statement: {statement.strip()[:80]}")
