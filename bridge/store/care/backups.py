"""Copies of the store, beside it: one a day, kept for a week, and one before every change of its shape.

SQLite's own backup: a copy is one state of the store, whoever writes meanwhile. A copy takes its name when it is whole
and found to be sound; so a damaged store never pushes out the good copies of the week.
"""

import contextlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bridge.errors import StoreDamagedError, StoreError
from bridge.files.private import private_file, private_folder

# What SQLite says of noise may quote it; Python raises UnicodeDecodeError then, in the place of SQLite's own error.
DAMAGED = (sqlite3.DatabaseError, UnicodeDecodeError)
KEPT_DAYS = 7
KEPT_BEFORE = 3  # ours: of those before a change of shape
_SPARE_BYTES = 50_000_000  # ours: left free on the disk; the music comes first
_PART = ".part"
_ABANDONED_S = 3600.0


def backups_folder(store_path: Path) -> Path:
    """Return where the copies of a store lie."""
    return store_path.parent / "Backups"


def backups_of(store_path: Path) -> list[Path]:
    """Return the copies of a store there are, newest first."""
    found = []
    with contextlib.suppress(OSError):
        for path in backups_folder(store_path).glob(f"{store_path.stem}-*{store_path.suffix}"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]


def daily_path(store_path: Path, day: str) -> Path:
    """Return the name of the copy of a day, written as 2026-11-30."""
    return backups_folder(store_path) / f"{store_path.stem}-{day}{store_path.suffix}"


def back_up(store_path: Path, day: str) -> Path:
    """Make the copy of a day, from any thread, and let those older than a week go.

    Raises
    ------
    StoreDamagedError
        The store is damaged; no copy is kept.
    StoreError
        It cannot be read, or there is no room for a copy.
    """
    target = daily_path(store_path, day)
    try:
        with closing(sqlite3.connect(f"{store_path.absolute().as_uri()}?mode=ro", uri=True)) as source:
            copy_whole(source, target)
    except sqlite3.Error as error:
        raise StoreError(f"{store_path}: no backup could be made ({error})") from error
    _let_go(store_path, target, "[0-9]*", KEPT_DAYS)
    return target


def back_up_before(connection: sqlite3.Connection, store_path: Path, version: int) -> Path:
    """Keep a copy of a store as it is before its shape is changed; errors as in `back_up`."""
    target = backups_folder(store_path) / f"{store_path.stem}-before-{version + 1:03d}{store_path.suffix}"
    copy_whole(connection, target)
    _let_go(store_path, target, "before-*", KEPT_BEFORE)
    return target


def copy_whole(source: sqlite3.Connection, target: Path, spare_bytes: int = _SPARE_BYTES) -> None:
    """Copy a store into a file of this user's only, which is whole or not there; what stood there is replaced."""
    part = target.with_name(f".{target.name}.{os.getpid()}{_PART}")
    try:
        private_folder(target.parent)
        _must_have_room(source, target.parent, spare_bytes)
        part.unlink(missing_ok=True)
        private_file(part)
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            # A file of its own: a copy that is in WAL mode would make side files wherever it is looked at.
            copy.execute("PRAGMA journal_mode = DELETE")
            found = [row[0] for row in copy.execute("PRAGMA quick_check(1)")]
        if found != ["ok"]:
            raise StoreDamagedError(f"the store is damaged ({found[0] if found else 'unreadable'})")
        os.replace(part, target)  # noqa: PTH105 - Path.replace says the same less plainly
    except OSError as error:
        raise StoreError(f"{target}: the backup cannot be written ({error.strerror or error})") from error
    except DAMAGED as error:
        if is_damage(error):
            raise StoreDamagedError(f"the store is damaged ({error})") from error
        raise StoreError(f"{target}: the backup cannot be written ({error}); make room on the disk") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def is_damage(error: sqlite3.Error | UnicodeDecodeError) -> bool:
    """Tell whether an error says that a database is damaged, rather than locked or full."""
    if isinstance(error, UnicodeDecodeError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "decode to UTF-8" in str(error)
    short_read = sqlite3.SQLITE_IOERR_SHORT_READ
    no_table = code == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column"))
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or code == short_read or no_table


def _must_have_room(source: sqlite3.Connection, folder: Path, spare_bytes: int) -> None:
    pages, page_bytes = (int(source.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    if shutil.disk_usage(folder).free < pages * page_bytes + spare_bytes:
        raise StoreError(f"{folder}: no room for a backup of the store; make room on the disk")


def _let_go(store_path: Path, newest: Path, kind: str, most: int) -> None:
    """Remove what is older than the newest copies of a kind, and what a copying that was killed has left behind."""
    others = [path for path in newest.parent.glob(f"{store_path.stem}-{kind}{store_path.suffix}") if path != newest]
    with contextlib.suppress(OSError):
        for old in sorted(others)[: max(len(others) - (most - 1), 0)]:
            old.unlink()
        for left in newest.parent.glob(f".{store_path.stem}-*{_PART}"):
            if newest.stat().st_mtime - left.stat().st_mtime > _ABANDONED_S:
                left.unlink()
