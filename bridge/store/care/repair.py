"""A damaged store repaired: what can be read goes into a new one, the damaged one is kept beside it, as it was."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bridge.errors import StoreError
from bridge.files.private import private_file, private_folder, tighten_file
from bridge.store.care.backups import backups_of
from bridge.store.care.mending import mend, write_lost
from bridge.store.care.salvage import salvage

_SIDES = ("-wal", "-shm")
_PAGE_BYTES = 4096  # of stores: what SQLite takes by itself
MakeEmpty = Callable[[Path, int], sqlite3.Connection]  # a new store of this version (0: the newest)


class Repaired(NamedTuple):
    """What a repair came to."""

    aside: Path | None  # where the damaged store is now; None when it was gone
    kept: int  # rows in the new store
    lost_rows: int  # rows that could be read and belonged nowhere; they are in the file beside the damaged store
    incomplete: tuple[str, ...]  # tables of which something could not be read
    backup: Path | None  # what that was filled up from

    @property
    def sentence(self) -> str:
        """Return it in one line for people."""
        kept = f"the store was repaired: {self.kept} rows kept"
        gaps = f"; something is lost in {', '.join(self.incomplete)}" if self.incomplete else ""
        filled = f" and was filled up from {self.backup.name}" if self.incomplete and self.backup else ""
        rows = f"; {self.lost_rows} rows that belong nowhere are written down" if self.lost_rows else ""
        aside = f"; the damaged one is {self.aside}" if self.aside else ""
        return kept + gaps + filled + rows + aside


def repair(
    path: Path, make_empty: MakeEmpty, at: float, *, copy: Path | None = None, was_ours: bool = False
) -> Repaired:
    """Put a sound store in the place of a damaged one; nobody of ours may have it open.

    Parameters
    ----------
    path
        Of the store, which may be gone.
    make_empty
        Makes a new store.
    at
        The time, in seconds since 1970.
    copy
        A sound copy of what was open when the store was taken away, used as it is.
    was_ours
        It was our store a moment ago; otherwise a file that is no database and has no backup is left alone.

    Raises
    ------
    StoreError
        There is nothing to repair it from, or no room; the damaged store is where it was.
    """
    path = path.resolve()
    try:
        with tempfile.TemporaryDirectory(prefix=".freshears-repair-", dir=path.parent) as folder:
            return _repair(path, Path(folder), make_empty, at, copy, was_ours=was_ours)
    except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: the store could not be repaired ({error}); make room on the disk") from error


def _repair(
    path: Path, folder: Path, make_empty: MakeEmpty, at: float, copy: Path | None, *, was_ours: bool
) -> Repaired:
    private_folder(folder)
    new, backup = folder / "new.db", next(iter(backups_of(path)), None)
    if copy is not None:
        os.replace(copy, new)  # noqa: PTH105
        found = Repaired(None, _count(new), 0, (), None)
        lost = []
    else:
        damaged = _copied(path, folder)
        if not was_ours and _is_anothers(damaged):
            raise StoreError(f"{path}: is another program's database; move it away, a new store is made")
        version = _version(damaged)
        if version is None and backup is not None:
            _graft_first_page(damaged, backup)
            version = _version(damaged)
        if version is None and backup is None and not was_ours and not _is_sqlite(damaged):
            raise StoreError(f"{path}: is no database, and there is no backup; move it away, a new store is made")
        with closing(make_empty(new, _shape(version, backup))) as fresh:
            fresh.execute("BEGIN")
            came = salvage(damaged, fresh, backup)
            lost = mend(fresh, at)
            fresh.execute("COMMIT")
        found = Repaired(None, _count(new), len(lost), came.incomplete, backup)
    aside = _set_aside(path, at)
    if lost and aside is not None:
        write_lost(lost, aside.with_name(f"{aside.name}-lost.jsonl"))
    for side in _SIDES:
        path.with_name(path.name + side).unlink(missing_ok=True)
    private_file(new)
    os.replace(new, path)  # noqa: PTH105 - Path.replace says the same less plainly
    return found._replace(aside=aside)


def _copied(path: Path, folder: Path) -> Path:
    """Copy a store with its log, so that looking at it changes nothing."""
    damaged = folder / "damaged.db"
    for side in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(path.with_name(path.name + side), damaged.with_name(damaged.name + side))
    damaged.touch()
    return damaged


def _is_anothers(damaged: Path) -> bool:
    """Tell whether a database can be read, and is none of ours."""
    try:
        with closing(sqlite3.connect(damaged)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            connection.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return bool(tables) and tables.isdisjoint({"migrations", "songs", "bounces"})


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _graft_first_page(damaged: Path, backup: Path) -> None:
    """Give a store whose first page is lost the one of its backup: the list of the tables, and where each begins."""
    with damaged.open("r+b") as broken, backup.open("rb") as sound:
        first = bytearray(sound.read(_PAGE_BYTES))
        size = broken.seek(0, os.SEEK_END)
        if size < 2 * _PAGE_BYTES or int.from_bytes(first[16:18], "big") != _PAGE_BYTES:
            return
        first[28:32] = (size // _PAGE_BYTES).to_bytes(4, "big")  # SQLite file format, 1.3.7: size in pages
        first[32:40] = bytes(8)  # 1.3.8: no pages are free; those of the backup may be in use
        broken.seek(0)
        broken.write(first)
    damaged.with_name(damaged.name + "-wal").unlink(missing_ok=True)  # it was no help: it may hold the same damage


def _version(damaged: Path) -> int | None:
    """Return the version of a damaged store's shape; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(damaged)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            written = connection.execute("SELECT max(number) FROM migrations").fetchone()[0] if tables else None
            return int(written) if isinstance(written, int) else None
    except (sqlite3.Error, ValueError):
        return None


def _shape(version: int | None, backup: Path | None) -> int:
    if version is None and backup is not None:
        version = _version(backup)
    return version or 0


def _count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in tables)  # noqa: S608


def _set_aside(path: Path, at: float) -> Path | None:
    """Give a damaged store and its log names of their own, under which they open together; None when it is gone."""
    if not path.exists():
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(at))
    for number in range(1, 1000):
        aside = path.with_name(f"{path.stem}.damaged-{stamp}{f'-{number}' if number > 1 else ''}{path.suffix}")
        if not any(aside.with_name(aside.name + side).exists() for side in ("", *_SIDES)):
            break
    for side in ("-wal", ""):
        with contextlib.suppress(FileNotFoundError):
            _keep(path.with_name(path.name + side), aside.with_name(aside.name + side))
    return aside


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside, follow_symlinks=False) if not path.is_symlink() else shutil.copyfile(path, aside)
    except OSError:  # a file system without links
        shutil.copyfile(path, aside)
    tighten_file(aside)
