"""Three days in minutes: timers, rests, nudges, looks at the folders, restarts, a drive that goes and comes back."""

import json
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from bench.lanes.folders import same_fast_folder
from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.sounds import Sounds
from bench.soak.turned import Clock, TurnedBridge
from bridge.app.commands.records import Asker, NumberedBounce, Tick, WriteSheet
from bridge.model.events import Event, RestOver, StateChanged
from bridge.settings.config import Config
from bridge.settings.home import home
from bridge.store.care.backups import KEPT_DAYS, daily_path

HOUR_S = 3600.0
YEAR_S = 365.25 * 24 * HOUR_S
_STEP_S = 5.0
_REST_HOURS = 6.0
_NUDGE_LATE_S = 60.0
_BEGAN_AT = 1_750_000_000.0
_SONGS = ("Tide", "Wave", "Foam", "Spray")
_ASKER = Asker("command line")
_COUNTED = ("nudges", "restarts", "drives away", "clocks set back", "quiet hours")


class Ledger(msgspec.Struct):
    """What was done and what is due, over restarts."""

    at: float = _BEGAN_AT
    files: int = 0
    bounces: dict[str, int] = {}  # song → how many landed
    due: dict[str, float] = {}  # song → when the rest of its newest bounce is over
    told: dict[str, int] = {}  # song → how often that was said
    expected: dict[str, int] = {}


class World:
    """A home that is lived in, hour by hour."""

    def __init__(self, root: Path, rng: random.Random, sounds: Sounds, batch: Batch) -> None:
        self.root, self.rng, self.sounds, self.batch = root, rng, sounds, batch
        self.folder = root / "Bounces"
        self.folder.mkdir(exist_ok=True)
        self._ledger_path = root / "ledger.json"
        self.ledger = (
            msgspec.json.decode(self._ledger_path.read_bytes(), type=Ledger) if self._ledger_path.exists() else Ledger()
        )
        settings: dict[str, Any] = {
            "watch": {"folders": [str(self.folder)], "first_start": "all", "poll_s": 0.5},
            "osc": {"port": 0},
            "page": {"enabled": False},
            "reaper": {"enabled": False},
            "ardour": {"enabled": False},
            "rest": {"hours": _REST_HOURS},
        }
        self.config = msgspec.convert(settings, Config)
        self.clock = Clock(self.ledger.at)
        self.states = 0
        self.bridge = self._started()

    def _started(self) -> TurnedBridge:
        return TurnedBridge(self.config, home(str(self.root / "home")), self.clock, self._on_event)

    def close(self) -> None:
        self.bridge.close()
        self.ledger.at = self.clock.at
        self._ledger_path.write_bytes(msgspec.json.encode(self.ledger))

    def hour(self) -> None:
        """Live through an hour."""
        ends_at = self.clock.at + HOUR_S
        kind = self.rng.random()
        if kind < 0.45:
            self._land()
        elif kind < 0.65:
            self._hand_off()
        elif kind < 0.75:
            self._restart()
        elif kind < 0.85:
            self._drive_away()
        elif kind < 0.88:
            self._hear()
        elif kind < 0.93:
            with self.clock.set_back(self.rng.choice((HOUR_S, 20 * YEAR_S, _BEGAN_AT - 2 * HOUR_S))):
                self._land()
            self.batch.count("clocks set back")
        else:
            self._quiet_hour(ends_at)
        self.bridge.pass_time(max(0.0, ends_at - self.clock.at), _STEP_S)
        for song, due_at in list(self.ledger.due.items()):
            if self.clock.at > due_at + _NUDGE_LATE_S and self.ledger.told.get(song, 0) < self.ledger.expected[song]:
                self._fail("a rest that is over was not said", f"{song}: {self.clock.at - due_at:.0f} s late")
                self.ledger.due.pop(song)

    def _land(self) -> None:
        song = self.rng.choice(_SONGS)
        self.ledger.files += 1
        path = self.folder / f"{song} v{self.ledger.files}.wav"
        path.write_bytes(self.sounds.make(self.ledger.files, 0.4))
        self.ledger.bounces[song] = self.ledger.bounces.get(song, 0) + 1
        if song in self.ledger.due and self.ledger.told.get(song, 0) < self.ledger.expected.get(song, 0):
            self.ledger.expected[song] -= 1  # a new bounce: the rest of the one before is nobody's concern any more
            self.ledger.due.pop(song)
        began_at = self.clock.at
        self.bridge.until(lambda: path in self.bridge.core.intake.waiting(1000))
        self.bridge.pass_time(120.0, _STEP_S)
        if self._count("analyses") != self.ledger.files:
            self._fail("a bounce without a verdict", f"{path.name}, after {self.clock.at - began_at:.0f} s")

    def _hand_off(self) -> None:
        songs = [song for song in self.ledger.bounces if song not in self.ledger.due]
        if not songs:
            return
        song = self.rng.choice(songs)
        sheet = WriteSheet(bounce=NumberedBounce(song), intent="neutral", complete=True)
        if self._has_sheet(song):
            return
        self.bridge.core.handler.handle(sheet, _ASKER)
        self.ledger.due[song] = self.clock.at + _REST_HOURS * HOUR_S
        self.ledger.expected[song] = self.ledger.expected.get(song, 0) + 1

    def _has_sheet(self, song: str) -> bool:
        core = self.bridge.core
        found = core.song_service.song(song)
        return core.song_service.sheet(core.song_service.bounce(found)) is not None

    def _hear(self) -> None:
        if self.ledger.bounces:
            song = self.rng.choice(list(self.ledger.bounces))
            self.bridge.core.handler.handle(Tick(bounce=NumberedBounce(song), place="Car"), _ASKER)
            self.batch.count("ticks")

    def _restart(self) -> None:
        self.bridge.close()
        self.bridge = self._started()
        self.batch.count("restarts")

    def _drive_away(self) -> None:
        """Take the folder away for a quarter of an hour; nothing is lost, and what lies in it then is found."""
        away = self.folder.with_name("away")
        watcher = self.bridge.doors.watcher
        self.folder.rename(away)
        self.bridge.until(lambda: set(watcher.states().values()) != {"there"})
        self.bridge.pass_time(900.0, _STEP_S)
        away.rename(self.folder)
        self.bridge.until(lambda: set(watcher.states().values()) == {"there"})
        self.bridge.pass_time(60.0, _STEP_S)
        self.batch.count("drives away")

    def _quiet_hour(self, ends_at: float) -> None:
        """In an hour in which nothing happens nothing is said, and little is done."""
        self.bridge.pass_time(60.0, _STEP_S)
        before, began_s = self.states, time.process_time()
        turns = self.bridge.pass_time(ends_at - self.clock.at, _STEP_S)
        self.batch.peak("ms a turn in a quiet hour", 1000 * (time.process_time() - began_s) / max(1, turns))
        self.batch.count("quiet hours")
        if self.states != before:
            self._fail("a quiet hour in which something is said", f"{self.states - before} changes of state")

    def _on_event(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self.states += 1
        elif isinstance(event, RestOver):
            song = event.bounce.song
            self.ledger.told[song] = self.ledger.told.get(song, 0) + 1
            self.batch.count("nudges")
            due_at = self.ledger.due.pop(song, None)
            if due_at is None:
                self._fail("a nudge that nobody waited for", song)
            elif not due_at <= self.clock.at <= due_at + _NUDGE_LATE_S:
                self._fail("a nudge at the wrong time", f"{song}: {self.clock.at - due_at:+.0f} s")

    def _count(self, table: str) -> int:
        with closing(sqlite3.connect(f"file:{self.root / 'home' / 'freshears.db'}?mode=ro", uri=True)) as rows:
            return int(rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def _fail(self, kind: str, text: str) -> None:
        self.batch.failures.append(Failure(kind, text, json.dumps({"at": self.clock.at, "text": text}).encode()))

    def judge(self) -> None:
        """Look at what must hold at any time."""
        for table in ("bounces", "analyses"):
            if self._count(table) != self.ledger.files:
                self._fail(f"{table} lost or doubled", f"{self._count(table)} for {self.ledger.files} files")
        for song, count in self.ledger.told.items():
            if count > self.ledger.expected.get(song, 0):
                self._fail("a nudge said twice", f"{song}: {count} of {self.ledger.expected.get(song, 0)}")
        self._judge_backups()
        for fault in self.bridge.faults:
            self._fail("a fault behind the fence", fault)

    def _judge_backups(self) -> None:
        """There is one of every day that was lived for more than an hour, and of no more than a week."""
        store = self.root / "home" / "freshears.db"
        hours = range(int(_BEGAN_AT), int(self.clock.at - HOUR_S), int(HOUR_S))
        days = sorted({time.strftime("%Y-%m-%d", time.localtime(at)) for at in hours})[-KEPT_DAYS:]
        missing = [day for day in days if not daily_path(store, day).is_file()]
        if missing:
            self._fail("a day without a backup", f"{missing} of {days}")
        if len(list(daily_path(store, "x").parent.glob("*-*-*-*"))) > KEPT_DAYS:
            self._fail("backups of more than a week", str(days))


@contextmanager
def _opened(folder: Path) -> Iterator[Work]:
    sounds = Sounds()
    root = folder / "world"
    root.mkdir(exist_ok=True)
    me = psutil.Process()

    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        fast = same_fast_folder(root)
        shutil.rmtree(fast / "world", ignore_errors=True)  # of a batch that was stopped
        shutil.copytree(root, fast / "world", dirs_exist_ok=True)
        world = World(fast / "world", rng, sounds, batch)
        try:
            world.bridge.pass_time(60.0, _STEP_S)
            fds, threads = me.num_fds(), me.num_threads()
            for number in range(count):
                world.hour()
                batch.done += 1
                if number == count // 3:  # by now every thread there is has been needed
                    fds, threads = me.num_fds(), me.num_threads()
            world.bridge.pass_time(60.0, _STEP_S)
            world.judge()
            batch.peak("more files open", me.num_fds() - fds)
            batch.peak("more threads", me.num_threads() - threads)
            batch.peak("resident MB", me.memory_info().rss / 1e6)
        finally:
            world.close()
        shutil.rmtree(root)
        shutil.move(fast / "world", root)
        return batch

    yield work


def _result(state: State) -> str:
    sums = {name: f"{int(much):,}" for name, much in state.sums.items()}
    told = ", ".join(f"{sums.get(name, 0)} {name}" for name in _COUNTED)
    peaks = {name: f"{value:.1f}" for name, value in state.peaks.items()}
    return (
        f"{told}; nothing was said in quiet hours; a turn of the loop took at most "
        f"{peaks.get('ms a turn in a quiet hour', 0)} ms in them; at most {peaks.get('more files open', 0)} files and "
        f"{peaks.get('more threads', 0)} threads more at the end of a day than at its beginning"
    )


LANES = (
    Lane(
        "days",
        "Hours of a home that is lived in, clocks turned: bounces, sheets, rests, restarts, a drive that is away",
        72,
        12,
        1,
        _opened,
        _result,
    ),
)
