"""A store damaged, taken away or replaced, under a running bridge or before it starts: repaired, gone on with."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.app.bridge import Bridge
from bridge.app.loop.daily_backup import AGAIN_S, FIRST_S, DailyBackup
from bridge.app.loop.rescue import MOST_REPAIRS, Rescue
from bridge.app.status import read_status
from bridge.errors import StoreDamagedError, StoreError
from bridge.model.events import Event, Started, StoreRepaired
from bridge.store import Store, problems_of
from tests.app.doors import QUIET
from tests.app.house import watching
from tests.store.care.damage import BOUNCES, Template, read_all
from tests.waiting import for_a_while, wait_for

from bridge.settings.home import Home, home  # isort: skip

AT = 1_000_000.0


class Running:
    """A bridge in a thread, over a store that is there already."""

    def __init__(self, where: Home, folder: Path) -> None:
        self.where = where
        self.told: list[Event] = []
        self.bridge = Bridge(watching(folder, **QUIET), where, (self.told.append,))
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.bridge.run()
        except StoreError as error:
            self.failure = error

    def heard(self, kind: type[Event], times: int = 1) -> None:
        wait_for(lambda: sum(isinstance(event, kind) for event in self.told) >= times, 20.0, str(kind))

    def end(self) -> None:
        self.bridge.stop()
        self.thread.join(20.0)
        assert not self.thread.is_alive()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def house(template: Template, tmp_path: Path) -> Iterator[Home]:
    where = home(str(tmp_path / "home"))
    made = template.in_folder(tmp_path / "home", with_backup=True)
    for side in ("", "-wal"):
        made.with_name(made.name + side).rename(where.store_path.with_name(where.store_path.name + side))
    (tmp_path / "home" / "Backups" / "s-2026-11-30.db").rename(
        tmp_path / "home" / "Backups" / "freshears-2026-11-01.db"
    )
    (tmp_path / "Bounces").mkdir()
    return where


def zeros(path: Path) -> None:
    """Overwrite the file in place, as a broken disk or a program gone wild does."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))


def another(path: Path) -> None:
    """Put an older store in its place, as a program that syncs folders does."""
    other = path.with_name("other.db")
    Store.open(other).close()
    other.replace(path)


DONE: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "replaced": another,
    "cut": lambda path: os.truncate(path, 0),
    "overwritten": zeros,
    "its log deleted": lambda path: path.with_name(f"{path.name}-wal").unlink(),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", DONE)
def test_whatever_is_done_to_its_store_a_running_bridge_repairs_it_and_goes_on(
    house: Home, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.app.bridge._STORE_LOOK_S", 0.1)
    # Pages that are overwritten are found when they are read next; the backup reads them all.
    monkeypatch.setattr("bridge.app.loop.daily_backup.FIRST_S", 3.0 if what == "overwritten" else 1000.0)
    running = Running(house, house.store_path.parent.parent / "Bounces")
    try:
        running.heard(Started)
        store = Store.open(house.store_path)
        store.song_state.set_nudged(1, 5.0)  # by a command, just now
        store.close()
        wait_for(lambda: read_status(house, watching(house.store_path.parent))["folders"], 10.0, "its status")
        for_a_while(0.5)  # it has looked once
        hear = len(running.bridge._bus._handlers)
        DONE[what](house.store_path)
        running.heard(StoreRepaired)
        running.heard(Started, 2)
        assert len(running.bridge._bus._handlers) == hear  # those of before hear nothing any more
    finally:
        running.end()
    assert running.failure is None
    assert problems_of(house.store_path) == []
    assert read_all(house.store_path) == BOUNCES
    if what not in {"cut", "overwritten"}:  # what was open is all there
        store = Store.open(house.store_path)
        assert store.song_state.nudged_at(1) == 5.0
        store.close()
    aside = list(house.store_path.parent.glob("freshears.damaged-*.db"))
    assert len(aside) == (0 if what == "deleted" else 1)


@pytest.mark.slow
def test_a_bridge_that_finds_its_store_damaged_repairs_it_and_starts(house: Home) -> None:
    data = bytearray(house.store_path.read_bytes())
    data[: 4096 * 3] = bytes(4096 * 3)
    house.store_path.write_bytes(data)
    house.store_path.with_name("freshears.db-wal").unlink()
    running = Running(house, house.store_path.parent.parent / "Bounces")
    try:
        running.heard(Started)
    finally:
        running.end()
    assert [type(event) for event in running.told][:1] == [StoreRepaired]
    assert read_all(house.store_path) == BOUNCES


@pytest.mark.slow
def test_a_store_that_breaks_again_and_again_ends_in_one_line(house: Home) -> None:
    told: list[Event] = []
    now_s = [0.0]
    rescue = Rescue(house, told.append, lambda: now_s[0], lambda: AT)
    damage = StoreDamagedError("the store is damaged")
    for _ in range(MOST_REPAIRS):
        rescue.repair(damage)
    with pytest.raises(StoreError, match="look at its disk"):
        rescue.repair(damage)
    now_s[0] += 3600.0
    rescue.repair(damage)
    assert len(told) == MOST_REPAIRS + 1
    assert read_all(house.store_path) == BOUNCES


def test_what_was_kept_before_a_kill_is_the_store_of_the_next_start(house: Home) -> None:
    told: list[Event] = []
    store = Store.open(house.store_path)
    store.database.must_be_in_place()
    house.store_path.unlink()
    Rescue(house, told.append).keep(store)
    store.close()
    Rescue(house, told.append, lambda: 0.0, lambda: AT).at_start()
    assert [type(event) for event in told] == [StoreRepaired]
    assert read_all(house.store_path) == BOUNCES
    Rescue(house, told.append, lambda: 0.0, lambda: AT).at_start()
    assert len(told) == 1


def test_a_backup_is_made_a_day_and_not_again(house: Home) -> None:
    made: list[str] = []
    at = [AT]
    daily = DailyBackup(house.store_path, lambda: 0.0, lambda: at[0], lambda path, day: made.append(day))
    for now_s in (0.0, FIRST_S - 1.0, FIRST_S, FIRST_S + 1.0):
        daily.tick(now_s)
        daily.join()
    assert len(made) == 1
    at[0] += 24 * 3600.0
    daily.tick(FIRST_S + 100.0)
    daily.join()
    assert len(set(made)) == 2


def test_without_room_it_is_tried_again_in_an_hour_and_damage_is_told(house: Home) -> None:
    outcomes: list[Exception] = [StoreError("no room"), StoreDamagedError("damaged")]

    def make(_path: Path, _day: str) -> None:
        raise outcomes.pop(0)

    daily = DailyBackup(house.store_path, lambda: 0.0, lambda: AT, make)
    daily.tick(FIRST_S)
    daily.join()
    for now_s in (FIRST_S + 60.0, FIRST_S + 60.0 + AGAIN_S - 1.0):
        daily.tick(now_s)
        daily.join()
        assert len(outcomes) == 1
    daily.tick(FIRST_S + 60.0 + AGAIN_S)
    daily.join()
    with pytest.raises(StoreDamagedError):
        daily.tick(1e6)


def test_status_says_that_nothing_is_safe(house: Home) -> None:
    from bridge.app.loop.locking import A_BRIDGE
    from bridge.filelock import FileLock

    config = watching(house.store_path.parent)
    assert read_status(house, config)["store_trouble"] == ""
    lock = FileLock(house.lock_path)
    assert lock.acquire(A_BRIDGE)
    lock.say("the disk is full")
    assert read_status(house, config)["store_trouble"] == "the disk is full"
    lock.release()


def test_another_program_may_read_it_meanwhile(house: Home) -> None:
    with closing(sqlite3.connect(house.store_path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM songs").fetchone()
        assert problems_of(house.store_path) == []


def test_what_the_store_cannot_take_is_told_beside_it_until_it_can(house: Home) -> None:
    from bridge.filelock import FileLock

    bridge = Bridge(watching(house.store_path.parent), house)
    bridge._lock = FileLock(house.lock_path)
    assert bridge._lock.acquire("freshears run")
    config = watching(house.store_path.parent)
    bridge._on_trouble(StoreError("the disk is full"))
    assert read_status(house, config)["store_trouble"] == "the disk is full"
    with pytest.raises(StoreDamagedError):
        bridge._on_trouble(StoreDamagedError("noise"))
    bridge._say_trouble("")
    assert read_status(house, config)["store_trouble"] == ""
    bridge._lock.release()
