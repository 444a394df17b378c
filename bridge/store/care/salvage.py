"""What can still be read of a damaged store, row by row, into a new one; what is lost there comes from a backup."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from bridge.store.care.backups import DAMAGED

_Row = tuple[Any, ...]
_MOST_READS = 2_000  # ours: of the rows between two damaged places; a store this broken is mostly lost
_MOST_IN_VAIN = 64  # ours: reads that find no row at all; the table's root is gone
_WIDEST = 2**40  # rows are numbered from 1; where both ends are damaged the last number is not known
# Kept as JSON, and read as such by everybody: a row whose JSON is broken is no row.
_JSON = {
    ("analyses", "data"),
    ("masters", "data"),
    ("events", "data"),
    ("runtime", "data"),
    ("handoffs", "data"),
    ("guards", "data"),
    ("buses", "data"),
    ("drawings", "curves"),
    ("comparisons", "data"),
    ("reference_comparisons", "data"),
    ("commands", "data"),
    ("jobs", "params"),
}


class Salvaged(NamedTuple):
    """What came over."""

    kept: int  # rows that were read
    from_backup: int  # rows that came from the backup
    incomplete: tuple[str, ...]  # tables of which something is lost


def salvage(damaged: Path, fresh: sqlite3.Connection, backup: Path | None) -> Salvaged:
    """Copy every row that can be read and makes sense into a new store; fill damaged tables from a backup.

    Parameters
    ----------
    damaged
        A *copy* of the damaged store, with its side files: looking at it changes it.
    fresh
        A new store, of the same shape or a newer one, without rows; references are not enforced in it.
    backup
        A sound copy of an earlier day, if there is one.
    """
    tables = [row[0] for row in fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables = [name for name in tables if not name.startswith("sqlite_") and name != "migrations"]
    kept, incomplete = 0, []
    with closing(_opened(damaged)) as source:
        for table in sorted(tables, key=lambda name: name == "bounce_summaries"):  # a trigger writes these
            count, is_whole = _copy_table(source, fresh, table)
            kept += count
            if not is_whole:
                incomplete.append(table)
    filled = _fill(fresh, incomplete, backup) if backup is not None and incomplete else 0
    return Salvaged(kept, filled, tuple(incomplete))


def broken_json(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the tables in which JSON is broken, with how many rows."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    for table, column in sorted(pair for pair in _JSON if pair[0] in tables):
        count = connection.execute(f"SELECT count(*) FROM {table} WHERE NOT json_valid({column})").fetchone()[0]  # noqa: S608
        if count:
            yield f"{table}: {count} rows cannot be understood"


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.text_factory = bytes  # what is no text says so row by row
    return connection


def _copy_table(source: sqlite3.Connection, fresh: sqlite3.Connection, table: str) -> tuple[int, bool]:
    """Copy a table; return how many rows came over, and whether all of them did."""
    kinds = {row[1]: str(row[2]) for row in fresh.execute(f"PRAGMA table_info({table})")}
    columns = _columns(source, table, list(kinds))
    count, is_whole = 0, True
    for row in _Reader(source, table, columns).rows():
        values = None if row is None else _sensible(table, columns, row, kinds)
        if values is None or not _put(fresh, table, columns, values):
            is_whole = False
        else:
            count += 1
    return count, is_whole


def _columns(source: sqlite3.Connection, table: str, known: list[str]) -> list[str]:
    """Return the columns both have; an older store has fewer."""
    try:
        there = {row[1].decode("utf-8", "replace") for row in source.execute(f"PRAGMA table_info({table})")}
    except DAMAGED:
        there = set()
    return [name for name in known if name in there] or known


class _Reader:
    """Reads the rows of a table round its damaged places: from both ends, then in ever smaller pieces."""

    def __init__(self, source: sqlite3.Connection, table: str, columns: Sequence[str]) -> None:
        self._source = source
        self._sql = f"SELECT rowid, {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ?"  # noqa: S608
        self._reads = 0
        self._found = 0

    def rows(self) -> Iterator[_Row | None]:
        """Yield the rows; None where some could not be read."""
        yield from self._between(1, 2**63 - 1)

    def _between(self, low: int, high: int) -> Iterator[_Row | None]:
        self._reads += 1
        first = yield from self._until_damage(low, high, "ASC")
        if first is None:
            return
        last = yield from self._until_damage(first + 1, high, "DESC")
        if last is None:
            return
        low, high = first + 1, min(last - 1, first + _WIDEST)
        in_vain = self._reads > _MOST_IN_VAIN and not self._found
        if low >= high or in_vain or self._reads > _MOST_READS:
            yield None
            return
        middle = (low + high) // 2
        yield from self._between(low, middle)
        yield from self._between(middle + 1, high)

    def _until_damage(self, low: int, high: int, order: str) -> Generator[_Row | None, None, int | None]:
        """Yield the rows of a range; return the last number before the damage, None when there is none."""
        at = low - 1 if order == "ASC" else high + 1
        try:
            for row in self._source.execute(f"{self._sql} ORDER BY rowid {order}", (low, high)):
                at = int(row[0])
                self._found += 1
                yield row[1:]
        except (*DAMAGED, OverflowError):
            return at
        return None


def _sensible(table: str, columns: Sequence[str], row: _Row, kinds: dict[str, str]) -> _Row | None:
    """Return a row as it is stored, None when noise has made something else of it."""
    values: list[Any] = []
    for name, value in zip(columns, row, strict=True):
        kind = kinds[name].upper()
        if value is None:
            values.append(None)
        elif kind == "TEXT":
            text = _text(value)
            if text is None or ((table, name) in _JSON and not _is_json(text)):
                return None
            values.append(text)
        elif isinstance(value, bytes) != (kind == "BLOB") or (kind == "INTEGER" and not isinstance(value, int)):
            return None
        else:
            values.append(value)
    return tuple(values)


def _text(value: object) -> str | None:
    try:
        return value.decode() if isinstance(value, bytes) else None
    except UnicodeDecodeError:
        return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _put(fresh: sqlite3.Connection, table: str, columns: Sequence[str], values: _Row, how: str = "ABORT") -> bool:
    marks = ", ".join("?" * len(columns))
    how = "REPLACE" if table == "bounce_summaries" else how  # a trigger wrote these already
    try:
        cursor = fresh.execute(f"INSERT OR {how} INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608
    except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError):  # a column that may not be empty
        return False
    return cursor.rowcount > 0


def _fill(fresh: sqlite3.Connection, tables: Sequence[str], backup: Path) -> int:
    """Put what an earlier day knew of damaged tables beside what could be read."""
    count = 0
    with closing(_opened(backup)) as source:
        for table in tables:
            kinds = {row[1]: str(row[2]) for row in fresh.execute(f"PRAGMA table_info({table})")}
            columns = _columns(source, table, list(kinds))
            for row in _Reader(source, table, columns).rows():
                values = None if row is None else _sensible(table, columns, row, kinds)
                count += values is not None and _put(fresh, table, columns, values, "IGNORE")
    return count
