"""SQLite in WAL mode: one connection per thread, short transactions, numbered migrations.

Two processes (a running bridge and a command) may use the store at once; each write is one transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from bridge.errors import StoreDamagedError, StoreError
from bridge.files.private import private_file, private_folder, tighten_file
from bridge.store.care.backups import DAMAGED, back_up_before, copy_whole, is_damage
from bridge.store.care.files import StoreFiles, must_be_a_file
from bridge.store.schema import MIGRATIONS, Migration

# Wait this long for another process to finish its transaction.
BUSY_TIMEOUT_MS = 10_000
REMEDY = "`freshears doctor --store` repairs it"

# What a wrong statement raises, or a rule of the schema that was broken: no word on the store's state.
_OUR_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError, sqlite3.DataError)


class Database:
    """A connection to the store.

    Use `transaction` for writing, `query` for reading; both only from the thread that opened it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, wall: Callable[[], float]) -> None:
        self._connection = connection
        self.path = path
        self.wall = wall
        self._files = StoreFiles(path)

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
        StoreDamagedError
            It is damaged, and can be repaired.
        StoreError
            It cannot be opened, is no Fresh Ears store, or was written by a newer version (which is left untouched).
        """
        must_be_a_file(path)
        try:
            if read_only:
                _bring_up_to_date(path, wall, migrations)
                connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            else:
                _keep_private(path)
                connection = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.Error) and is_damage(error):
                raise StoreDamagedError(f"{path}: the store is damaged ({error}); {REMEDY}") from error
            raise StoreError(f"{path}: the store cannot be opened ({error})") from error
        connection.row_factory = sqlite3.Row
        database = cls(connection, path, wall)
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            database._refuse_others(migrations)
            if not read_only:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                database._migrate(migrations)
        except DAMAGED as error:
            connection.close()
            raise database._cannot(error) from error
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
        except _OUR_FAULT:
            raise
        except sqlite3.DatabaseError as error:
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
        self.query("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            self.query("PRAGMA synchronous = NORMAL")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # a full disk has rolled it back already
            with suppress(sqlite3.DatabaseError):  # a damaged one cannot; what was raised first is told
                self._connection.execute("ROLLBACK")

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Return all rows of a reading statement."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except _OUR_FAULT:
            raise
        except DAMAGED as error:
            raise self._cannot(error) from error

    def query_one(self, sql: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Row | None:
        """Return the first row of a reading statement, ``None`` when there is none."""
        rows = self.query(sql, parameters)
        return rows[0] if rows else None

    def _cannot(self, error: sqlite3.DatabaseError | UnicodeDecodeError) -> StoreError:
        if is_damage(error):
            return StoreDamagedError(f"{self.path}: the store is damaged ({error}); {REMEDY}")
        return StoreError(f"{self.path}: the store cannot be used ({error}); make room on the disk or mend its rights")

    def must_be_in_place(self) -> None:
        """Raise `StoreDamagedError` when somebody has taken the store away, put another in its place or cut it."""
        self._files.must_be_as_it_was()

    def copy_to(self, path: Path) -> None:
        """Copy all there is into a file of its own: what is open here can be read even where its file is gone."""
        copy_whole(self._connection, path, spare_bytes=0)  # all that is left of it: it takes what room there is

    def state(self) -> tuple[int, int]:
        """Return what changes with every write, of this connection or another; equal: what was read still holds."""
        return self.data_version(), self._connection.total_changes

    def data_version(self) -> int:
        """Return a number that changes when *another* connection has written."""
        row = self.query_one("PRAGMA data_version")
        return 0 if row is None else int(row[0])

    def _refuse_others(self, migrations: tuple[Migration, ...]) -> None:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        tables = {str(row[0]) for row in self._connection.execute("SELECT name FROM sqlite_master")}
        if (tables or version) and not {"migrations", "songs"} <= tables:
            raise StoreError(f"{self.path}: is another program's database; move it away, a new store is made")
        written = self._connection.execute("SELECT max(number) FROM migrations").fetchone()[0] if tables else 0
        if written != version:
            raise StoreDamagedError(f"{self.path}: the store is damaged (its version is lost); {REMEDY}")
        newest = migrations[-1].number
        if version > newest:
            raise StoreError(
                f"{self.path}: written by a newer Fresh Ears (store version {version}, this one knows {newest}); "
                "update Fresh Ears; the store was not touched"
            )

    def _migrate(self, migrations: tuple[Migration, ...]) -> None:
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if 0 < version < migrations[-1].number:
            back_up_before(self._connection, self.path, version)
        # All in one transaction: a step that cannot be taken leaves the store as it was; the disk is waited for once.
        with self.transaction() as connection:
            # The version is read inside the transaction: two processes may start at once.
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            for migration in migrations:
                if migration.number > version:
                    self._take(connection, migration)

    def _take(self, connection: sqlite3.Connection, migration: Migration) -> None:
        for statement in _statements(migration.sql):
            connection.execute(statement)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT, applied_at REAL)"
        )
        connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", (migration.number, migration.name, self.wall()))
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
