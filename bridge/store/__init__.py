"""The store: one SQLite file that remembers songs, bounces, jobs, results and what happened."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.bounces import Bounces, NewBounce, PlacedBounce
from bridge.store.care.backups import back_up, backups_of, daily_path
from bridge.store.care.check import problems_of
from bridge.store.care.repair import Repaired, repair
from bridge.store.care.shape import StoreShape, shape_of
from bridge.store.commands import Commands, StoredCommand
from bridge.store.db import Database
from bridge.store.display import DisplayTables, KnownReference
from bridge.store.history import History, HistoryRow
from bridge.store.jobs import MAX_ATTEMPTS, Jobs
from bridge.store.landing.tables import LandingTables, SongQuestion, StemSet
from bridge.store.mends import ChangedSinceError, Journal, Mend, Mends
from bridge.store.results import BounceSummary, OwedReport, Results, StoredAnalysis, StoredMaster
from bridge.store.runtime import Runtime
from bridge.store.schema import MIGRATIONS
from bridge.store.sessions import SessionTables
from bridge.store.song_names import SongNames
from bridge.store.song_state import SongStateTables

__all__ = [
    "MAX_ATTEMPTS",
    "BounceSummary",
    "ChangedSinceError",
    "HistoryRow",
    "Journal",
    "KnownReference",
    "Mend",
    "NewBounce",
    "OwedReport",
    "PlacedBounce",
    "Repaired",
    "SongQuestion",
    "StemSet",
    "Store",
    "StoreShape",
    "StoredAnalysis",
    "StoredCommand",
    "StoredMaster",
    "back_up",
    "backups_of",
    "daily_path",
    "problems_of",
    "repair_store",
    "shape_of",
]


class Store:
    """Everything the bridge remembers; use it from the thread that opened it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bounces = Bounces(database)
        self.jobs = Jobs(database)
        self.commands = Commands(database)
        self.results = Results(database)
        self.history = History(database)
        self.landings = LandingTables(database)
        self.runtime = Runtime(database)
        self.display = DisplayTables(database)
        self.song_state = SongStateTables(database)
        self.sessions = SessionTables(database)
        self.song_names = SongNames(database)
        self.mends = Mends(database)

    @classmethod
    def open(cls, path: Path, *, wall: Callable[[], float] = time.time, read_only: bool = False) -> "Store":
        """Open the store, making or updating it unless `read_only`; errors as in `Database.open`."""
        return cls(Database.open(path, wall=wall, read_only=read_only))

    def close(self) -> None:
        """Close it."""
        self.database.close()


def repair_store(path: Path, at: float, *, copy: Path | None = None, was_ours: bool = False) -> Repaired:
    """Put a sound store in the place of a damaged one; nobody of ours may have it open. See `care.repair.repair`."""
    return repair(path, _make_empty, at, copy=copy, was_ours=was_ours)


def _make_empty(path: Path, version: int) -> sqlite3.Connection:
    """Make an empty store of a version of ours (0: the newest), in which references are not enforced."""
    if version > MIGRATIONS[-1].number:
        raise StoreError(f"{path}: written by a newer Fresh Ears; update Fresh Ears")
    Database.open(path, wall=time.time, migrations=MIGRATIONS[:version] or MIGRATIONS).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection
