"""A store with songs in it, and everything of it that mending may change, as plain rows."""

import sqlite3
from pathlib import Path
from typing import Any

from bridge.model import Bounce, Handoff, ModeChange
from bridge.songs.finding import SongFinder
from bridge.songs.mending import Mending
from bridge.songs.naming import song_key
from bridge.store import NewBounce
from tests.store.fresh import fresh_store

# What grows by itself: what was mended, and the history that tells of it.
_TABLES = (
    "songs", "bounces", "bounce_paths", "modes", "handoffs", "ticks", "overrides", "replies", "prints", "nudges",
    "masters", "jobs", "analyses", "song_aliases", "bounce_aliases", "seen_files", "stem_sets", "stem_files",
)  # fmt: skip


class Shelf:
    """Songs without files."""

    def __init__(self, root: Path) -> None:
        self.at = 1_700_000_000.0
        self.path = root / "freshears.db"
        self.store = fresh_store(self.path, wall=lambda: self.at)
        self.mending = Mending(self.store)
        self.finder = SongFinder(self.store)
        self._count = 0

    def bounce(
        self, song: str, name: str = "", *, folder: str = "/music", version: str = "", dry_of: int | None = None
    ) -> Bounce:
        """Record a bounce as one lands, with a sheet, a tick, a master and a line of history of its own."""
        self._count += 1
        self.at += 60.0
        path = Path(folder) / (name or f"{song} v{self._count}.wav")
        new = NewBounce(
            path, 1, int(self.at * 1e9), f"{self._count:064}", song, song_key(song), folder, "", "folder",
            version, dry_of is not None, dry_of,
        )  # fmt: skip
        bounce, is_new = self.store.bounces.record(new)
        assert is_new
        state = self.store.song_state
        state.add_handoff(bounce.id, Handoff(written_at=self.at))
        job = self.store.jobs.add("master", path, "{}", f"job {self._count}", bounce.id)
        self.store.results.add_master(bounce.id, job.id, "cd", f"{path}.master", "", "{}")
        self.store.history.add("bounce", {}, song_id=bounce.song_id, bounce_id=bounce.id)
        return bounce

    def say_mode(self, song_id: int, mode: str) -> None:
        self.at += 1.0
        change = ModeChange(mode=mode, source="person", why="", at=self.at)  # type: ignore[arg-type]
        self.store.song_state.add_mode(change, song_id=song_id)

    def rows(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything that mending may change, read by other means than those that changed it."""
        with sqlite3.connect(self.path) as other:
            found = {table: sorted(other.execute(f"SELECT * FROM {table}"), key=repr) for table in tables or _TABLES}
            found["events"] = sorted(other.execute("SELECT * FROM events WHERE kind NOT LIKE 'mend%'"), key=repr)
        other.close()
        return found

    def close(self) -> None:
        self.store.close()


def faults_of(path: Path) -> list[str]:
    """Return what is not right about a store, asked in plain SQL."""
    checks = {
        "refers to what is not there": "SELECT * FROM pragma_foreign_key_check",
        "is damaged": "SELECT * FROM pragma_integrity_check WHERE integrity_check != 'ok'",
        "two bounces of one number": "SELECT song_id FROM bounces GROUP BY song_id, version, is_dry, revision"
        " HAVING count(*) > 1",
        "a bounce in a song that was joined to another": "SELECT bounces.id FROM bounces JOIN songs"
        " ON songs.id = song_id WHERE merged_into IS NOT NULL",
        "joined to a song that was joined to another": "SELECT gone.id FROM songs AS gone JOIN songs AS kept"
        " ON kept.id = gone.merged_into WHERE kept.merged_into IS NOT NULL",
        "a name that leads to a song that was joined": "SELECT * FROM song_aliases JOIN songs ON songs.id = song_id"
        " WHERE merged_into IS NOT NULL",
        "what was said of a song that was joined": "SELECT song_id FROM modes JOIN songs ON songs.id = song_id"
        " WHERE merged_into IS NOT NULL",
        "a number that means two bounces": "SELECT song_id FROM (SELECT id AS bounce_id, song_id, version, is_dry,"
        " revision FROM bounces UNION SELECT bounce_id, song_id, version, is_dry, revision FROM bounce_aliases)"
        " GROUP BY song_id, version, is_dry, revision HAVING count(DISTINCT bounce_id) > 1",
        "a line of history elsewhere than its bounce": "SELECT events.id FROM events JOIN bounces"
        " ON bounces.id = bounce_id WHERE events.song_id != bounces.song_id",
        "two songs of one name in a folder": "SELECT folder, lower(name) FROM songs WHERE EXISTS (SELECT 1 FROM bounces"
        " WHERE song_id = songs.id AND forgotten_at IS NULL) GROUP BY folder, lower(name) HAVING count(*) > 1",
        "a song that has no bounce and was joined to none": "SELECT id FROM songs WHERE merged_into IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM bounces WHERE song_id = songs.id)",
    }
    with sqlite3.connect(path) as other:
        found = [f"{what}: {rows}" for what, sql in checks.items() if (rows := other.execute(sql).fetchall())]
    other.close()
    return found
