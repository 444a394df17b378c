"""A real store in a folder, filled through its own methods, for whoever tests pages."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from msgspec import to_builtins
from msgspec.structs import replace

from bridge.model import (
    Analysis,
    Bounce,
    BounceDiff,
    BusItem,
    BusWarning,
    Display,
    Handoff,
    Job,
    JobState,
    MasterResult,
    Mode,
    ReferenceComparison,
)
from bridge.pathtext import to_path, to_text
from bridge.policy.findings.verdict import verdict_of
from bridge.settings.config import Config
from bridge.songs.actions import Action, PageReply
from bridge.songs.naming import song_key
from bridge.songs.service import SongService
from bridge.store import NewBounce
from bridge.text import json_text
from bridge.web.reader import PageReader
from tests.store.fresh import fresh_store

FOLDER = "/music"


class FilledStore:
    """A store with songs, and what a page asks of the bridge: ``asked``, answered with ``reply``.

    Its clock stands still at ``at``; every bounce lands an hour after the one before.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "store.db"
        self.at = 1.79e9
        self.config = Config()
        self.store = fresh_store(self.path, wall=lambda: self.at)
        self.songs = SongService(self.store, self.config, lambda: self.at)
        self.asked: list[Action] = []
        self.reply = PageReply(ok=True, message="Done.")
        self._kept = sqlite3.connect(":memory:")
        self._kept_at = self.at

    def close(self) -> None:
        self.store.close()
        self._kept.close()

    def reader(self) -> PageReader:
        return PageReader(self.path, self.config, wall=lambda: self.at)

    def ask(self, action: Action) -> PageReply:
        self.asked.append(action)
        return self.reply

    def keep(self) -> None:
        """Remember the store as it is now."""
        with sqlite3.connect(self.path) as live:
            live.backup(self._kept)
        live.close()
        self._kept_at = self.at

    def restore(self) -> None:
        """Make everything as it was when it was kept."""
        with sqlite3.connect(self.path) as live:
            self._kept.backup(live)
        live.close()
        self.at = self._kept_at
        self.asked.clear()
        self.reply = PageReply(ok=True, message="Done.")

    def add_bounce(
        self,
        song: str = "Second Wind",
        analysis: Analysis | None = None,
        *,
        path: str | None = None,
        drawn: Display | None = None,
        mode: Mode = "mastering",
        dry_of: int | None = None,
    ) -> Bounce:
        """Record a bounce as the folder's watcher does; a new song begins in ``mode``, in which loudness is shown."""
        self.at += 3600
        count = 1 + sum(len(self.store.bounces.of_song(known.id)) for known in self.store.bounces.songs())
        real = to_path(path or (analysis.file if analysis else f"{FOLDER}/{count}.wav"))
        size = real.stat().st_size if real.is_file() else 1000
        sha256 = analysis.sha256 if analysis else f"{count:064x}"
        new = NewBounce(real, size, 0, sha256, song, song_key(song), FOLDER, f"v{count}", "folder")
        new = new if dry_of is None else new._replace(is_dry=True, dry_of=dry_of)
        bounce, is_new = self.store.bounces.record(new)
        assert is_new, "two bounces of one content are one bounce"
        if not self.store.song_state.modes(song_id=bounce.song_id):
            self.songs.say_mode(bounce.song_id, mode)
        if analysis is not None:
            self.examine(bounce, analysis, drawn)
        return bounce

    def examine(self, bounce: Bounce, analysis: Analysis, drawn: Display | None = None) -> None:
        """Keep what was measured, as the worker's results are kept; ``drawn``: its own curves, unless others."""
        job = self.add_job("analyse", bounce, f"analyse:{bounce.id}", "done")
        verdict = verdict_of(analysis.findings).kind
        self.store.results.add_analysis(bounce.id, job.id, verdict, json_text(analysis))
        if analysis.curves is not None:
            self.draw(bounce.sha256, drawn or Display(curves=analysis.curves))

    def draw(self, sha256: str, drawn: Display) -> None:
        self.store.display.set_curves(sha256, json_text(drawn.curves))
        self.store.display.set_zooms(sha256, drawn.zooms)

    def add_job(self, kind: str, bounce: Bounce, key: str, state: JobState, error: str = "") -> Job:
        job = self.store.jobs.add(kind, to_path(bounce.path), "{}", key, bounce.id, again=True)
        if state != "queued":
            self.store.jobs.start(job.id)
        if state not in {"queued", "running"}:
            self.store.jobs.end(job.id, state, error)
        return job

    def add_master(self, bounce: Bounce, result: MasterResult) -> int:
        if result.drawn is not None:
            self.draw(result.output_sha256, result.drawn)
        self.store.results.add_master(
            bounce.id, None, result.target, result.output, result.output_sha256, json_text(replace(result, drawn=None))
        )
        return self.store.results.masters(bounce.id)[-1].id

    def compare(self, a_sha256: str, b_sha256: str, difference: BounceDiff) -> None:
        self.store.display.set_comparison(a_sha256, b_sha256, json_text(difference))

    def forget(self, table: str) -> None:
        """Empty a table, as if nobody had asked yet."""
        with self.store.database.transaction() as connection:
            connection.execute(f"DELETE FROM {table}")

    def name_references(self, bounce: Bounce, files: Sequence[Path]) -> None:
        """Write references on a bounce's sheet."""
        sheet = self.songs.sheet(bounce) or Handoff(written_at=self.at)
        self.write_sheet(bounce, replace(sheet, references=tuple(to_text(file) for file in files)))

    def hear_references(self, bounce: Bounce, found: ReferenceComparison) -> None:
        """Keep how a bounce differs from the references on its sheet, as found out about these."""
        sheet = self.songs.sheet(bounce)
        assert sheet is not None
        self.store.display.set_references(bounce.sha256, json_text(sheet.references), json_text(found))
        for file in found.references:
            assert file.format is not None
            self.store.display.add_reference(file.file, file.sha256, file.format)

    def write_sheet(self, bounce: Bounce, sheet: Handoff) -> None:
        """Keep a sheet without the files that are written beside a real one."""
        self.store.song_state.add_handoff(bounce.id, sheet)

    def set_bus(self, bounce: Bounce, *items: BusItem) -> None:
        self.store.sessions.set_bus(bounce.id, "/projects/Second Wind.rpp", items)

    def warn(self, *warnings: BusWarning) -> None:
        """Publish these warnings as a running bridge does."""
        self.store.runtime.publish("bridge", {"running": True, "warnings": to_builtins(warnings)})


def a_warning(
    warning_id: str = "w1",
    song_id: int | None = None,
    seen: str = "A limiter is on the master bus.",
    why: str = "It may hide the balance.",
) -> BusWarning:
    """Return a warning that can be answered."""
    return BusWarning(
        id=warning_id,
        project="/projects/Second Wind.rpp",
        kind="loudness",
        plugins=("Pro-L 2",),
        seen=seen,
        why=why,
        remedy="Take it off.",
        answers=("part-of-the-sound", "not-now"),
        song_id=song_id,
        raised_at=1.79e9,
    )
