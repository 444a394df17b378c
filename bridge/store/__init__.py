"""The store: one SQLite file that remembers songs, bounces, jobs, results and what happened."""

import time
from collections.abc import Callable
from pathlib import Path

from bridge.store.bounces import Bounces, NewBounce
from bridge.store.commands import Commands, StoredCommand
from bridge.store.db import Database
from bridge.store.display import DisplayTables, KnownReference
from bridge.store.history import History, HistoryRow
from bridge.store.jobs import MAX_ATTEMPTS, Jobs
from bridge.store.results import BounceSummary, OwedReport, Results, StoredAnalysis, StoredMaster
from bridge.store.runtime import Runtime
from bridge.store.sessions import SessionTables
from bridge.store.song_state import SongStateTables

__all__ = [
    "MAX_ATTEMPTS",
    "BounceSummary",
    "HistoryRow",
    "KnownReference",
    "NewBounce",
    "OwedReport",
    "Store",
    "StoredAnalysis",
    "StoredCommand",
    "StoredMaster",
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
        self.runtime = Runtime(database)
        self.display = DisplayTables(database)
        self.song_state = SongStateTables(database)
        self.sessions = SessionTables(database)

    @classmethod
    def open(cls, path: Path, *, wall: Callable[[], float] = time.time, read_only: bool = False) -> "Store":
        """Open the store, making or updating it unless `read_only`; errors as in `Database.open`."""
        return cls(Database.open(path, wall=wall, read_only=read_only))

    def close(self) -> None:
        """Close it."""
        self.database.close()
