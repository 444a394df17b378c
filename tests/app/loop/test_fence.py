"""Whatever one part of the bridge raises, the others go on, the log has it, and whoever waits hears of it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bridge.app.bridge import Bridge
from bridge.app.commands.handler import CommandHandler
from bridge.app.commands.inbox import Inbox
from bridge.app.fronts.daw import DawFront
from bridge.app.fronts.page import PageCommand, PageFront
from bridge.app.identify import Identified
from bridge.app.intake import Intake
from bridge.app.job_queue import JobQueue
from bridge.app.loop.fence import MOST_OF_A_KIND, Fence
from bridge.app.report_writer import ReportWriter
from bridge.app.status_publisher import StatusPublisher
from bridge.daw.contract import AnswerGiven
from bridge.errors import StoreError
from bridge.model.events import Event, FileStuck, PartFailed, Started
from bridge.sessions.registry import SessionRegistry
from bridge.settings.home import home
from bridge.songs.actions import Action, PageReply
from bridge.songs.service import SongService
from bridge.store import Store
from bridge.watch.listing import FolderListing
from bridge.watch.settle import Stamp
from bridge.watch.watcher import FolderWatcher
from tests.app.house import watching
from tests.waiting import wait_for

Faults = list[tuple[str, Exception]]
PATIENCE_S = 30.0


class Running:
    """A bridge in a thread, and what it has published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Bounces"
        self.folder.mkdir()
        off = {"enabled": False}
        config = watching(self.folder, osc=off, page=off, ardour=off, reaper=off)
        self._changed = threading.Condition()
        self.told: list[Event] = []
        self.bridge = Bridge(config, home(str(folder / "home")), (self._hear,))
        self.thread = threading.Thread(target=self.bridge.run)

    def _hear(self, event: Event) -> None:
        with self._changed:
            self.told.append(event)
            self._changed.notify_all()

    def until(self, fits: Callable[[list[Event]], bool]) -> None:
        """Wait until what was published fits."""
        with self._changed:
            assert self._changed.wait_for(lambda: fits(self.told), PATIENCE_S), self.told

    def faults_of(self, part: str) -> list[PartFailed]:
        return [event for event in self.told if isinstance(event, PartFailed) and event.part == part]

    def answers(self) -> bool:
        """Tell whether an order from a page is still answered."""
        reply: Future[PageReply] = Future()
        self.bridge._arrivals.post(PageCommand(Action(kind="cancel", job_id=999), reply))
        return not reply.result(PATIENCE_S).ok  # there is no such job


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.bridge.stop()
    running.thread.join(PATIENCE_S)
    assert not running.thread.is_alive()


def raising(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("made for the test")


PARTS: tuple[tuple[str, type, str], ...] = (
    ("watching the folders", FolderListing, "look"),
    ("watching the folders", FolderWatcher, "tick"),
    ("files that are being written", Intake, "tick"),
    ("commands that wait", Inbox, "tick"),
    ("the jobs", JobQueue, "tick"),
    ("the reports", ReportWriter, "tick"),
    ("the DAWs' sessions", SessionRegistry, "tick"),
    ("the DAWs' windows", DawFront, "tick"),
    ("the rest's end", SongService, "nudges"),
    ("the status", StatusPublisher, "tick"),
)


@pytest.mark.slow
@pytest.mark.parametrize(("part", "owner", "method"), PARTS, ids=[f"{o.__name__}.{m}" for _, o, m in PARTS])
def test_a_part_that_raises_is_stopped_after_three_of_a_kind_and_the_bridge_goes_on(
    running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch, part: str, owner: type, method: str
) -> None:
    monkeypatch.setattr(owner, method, raising)
    monkeypatch.setattr("bridge.app.bridge._NUDGE_EVERY_S", 0.0)
    running.thread.start()
    running.until(lambda told: any(isinstance(event, PartFailed) and event.is_stopped for event in told))
    assert running.answers()
    found = running.faults_of(part)[-MOST_OF_A_KIND:]  # the watcher looks once when it starts, too
    assert [event.is_stopped for event in found] == [False] * (MOST_OF_A_KIND - 1) + [True]
    assert "ZeroDivisionError" in found[-1].reason
    assert {name for name, _ in faults} >= {part}


def test_what_fails_at_start_fails_alone(running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FolderWatcher, "tick", raising)
    monkeypatch.setattr("bridge.app.doors.make_adapters", raising)
    running.thread.start()
    running.until(lambda told: any(isinstance(event, Started) for event in told))
    assert running.answers()
    failed = {event.part for event in running.told if isinstance(event, PartFailed)}
    assert failed - {"saved projects"} == {"watching the folders", "the DAWs"}  # project folders are watched, too


def test_a_file_that_cannot_be_recorded_is_set_aside_and_told(
    running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Intake, "identified", raising)
    path = running.folder / "Song.wav"
    path.write_bytes(b"x")
    running.thread.start()
    found = path.stat()
    running.bridge._arrivals.post(Identified(path, Stamp(found.st_size, found.st_mtime_ns), "00", ""))
    running.until(lambda told: any(isinstance(event, FileStuck) for event in told))
    (stuck,) = [event for event in running.told if isinstance(event, FileStuck)]
    assert "a fault in Fresh Ears (ZeroDivisionError" in stuck.reason
    assert running.answers()


def test_an_order_that_raises_is_answered(running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = PageFront.handle
    monkeypatch.setattr(PageFront, "handle", raising)
    running.thread.start()
    reply: Future[PageReply] = Future()
    running.bridge._arrivals.post(PageCommand(Action(kind="cancel", job_id=1), reply))
    assert "a fault in Fresh Ears" in reply.result(PATIENCE_S).message
    monkeypatch.setattr(PageFront, "handle", kept)
    assert running.answers()


def test_many_arrivals_that_raise_stop_nothing(
    running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DawFront, "handle", raising)
    running.thread.start()
    for number in range(20):
        running.bridge._arrivals.post(
            AnswerGiven(daw="reaper", at=0.0, project_path="", key=str(number), answer="not-now")
        )
    running.until(lambda told: len([event for event in told if isinstance(event, PartFailed)]) >= 20)
    assert not any(event.is_stopped for event in running.told if isinstance(event, PartFailed))
    assert running.answers()


def test_a_listener_that_raises_keeps_events_from_nobody_else(
    running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.bridge._bus.subscribe(raising)
    after: list[Event] = []
    running.bridge._bus.subscribe(after.append)
    running.thread.start()
    wait_for(lambda: any(isinstance(event, Started) for event in after), PATIENCE_S, "the later listener hears of it")
    assert running.answers()


def test_a_store_in_trouble_is_no_fault() -> None:
    fence = Fence(lambda _: None)

    def full() -> None:
        raise StoreError("no space left")

    with pytest.raises(StoreError):
        fence.part("the jobs", full)
    assert fence.stopped == {}


def test_what_was_begun_in_the_store_is_rolled_back(
    running: Running, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(self: CommandHandler, *args: Any) -> Any:
        with self._song_service.store.database.transaction():
            self._song_service.store.history.add("half", {})
            raise ZeroDivisionError

    monkeypatch.setattr(CommandHandler, "handle", half)
    running.thread.start()
    reply: Future[PageReply] = Future()
    running.bridge._arrivals.post(PageCommand(Action(kind="cancel", job_id=1), reply))
    assert not reply.result(PATIENCE_S).ok
    running.bridge.stop()
    running.thread.join(PATIENCE_S)
    store = Store.open(running.bridge._home.store_path, read_only=True)
    try:
        assert store.history.newest(kind="half") == []
    finally:
        store.close()
