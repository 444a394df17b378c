"""Folders are looked at when something happens there, and now and then; a drive that hangs costs its own folder."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from bridge.watch.folder import FolderRules
from bridge.watch.hands import HANGS_AFTER_S, FolderHands
from bridge.watch.listing import FolderListing, FolderLook
from bridge.watch.watcher import FolderWatcher
from tests.waiting import wait_for

RULES = FolderRules(("*.wav",))
PATIENCE_S = 30.0


class Watch:
    """A watcher, and what it has seen."""

    def __init__(self, *folders: Path, poll_s: float = 0.05) -> None:
        self.extra_s = 0.0
        self.hands = FolderHands(folders, self.clock)
        self.seen: SimpleQueue[FolderLook] = SimpleQueue()
        self.watcher = FolderWatcher(folders, RULES, self.hands, self.seen.put, poll_s, self.clock)
        self.watcher.tick()

    def clock(self) -> float:
        return time.monotonic() + self.extra_s

    def next(self, fits: Callable[[FolderLook], bool]) -> FolderLook:
        """Return what is seen next that fits."""

        def found() -> FolderLook | None:
            self.watcher.tick()
            try:
                seen = self.seen.get(timeout=0.02)
            except Empty:
                return None
            return seen if fits(seen) else None

        seen = wait_for(found, PATIENCE_S, "a look that fits")
        assert seen is not None
        return seen

    def close(self) -> None:
        self.watcher.stop()
        self.hands.stop()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    made: list[Watch] = []

    def make(*folders: Path, poll_s: float = 0.05) -> Watch:
        made.append(Watch(*folders, poll_s=poll_s))
        return made[-1]

    yield make
    for one in made:
        one.close()


def has(name: str) -> Callable[[FolderLook], bool]:
    return lambda seen: name in [candidate.path.name for candidate in seen.files]


def test_events_tell_of_files_also_after_the_folder_vanished_and_came_back(
    watch: Callable[..., Watch], tmp_path: Path
) -> None:
    folder = tmp_path / "Bounces"
    folder.mkdir()
    watching = watch(folder, poll_s=600.0)
    watching.next(lambda seen: seen.is_first)
    (folder / "a.wav").write_bytes(b"x")
    watching.next(has("a.wav"))
    (folder / "a.wav").unlink()
    folder.rmdir()
    watching.extra_s += 600.0
    watching.next(lambda seen: not seen.is_there)
    wait_for(lambda: watching.watcher.states() == {folder: "missing"}, PATIENCE_S, "it is missing", 0.01)
    folder.mkdir()
    watching.extra_s += 600.0
    watching.next(lambda seen: seen.is_there)
    wait_for(lambda: watching.watcher.states() == {folder: "there"}, PATIENCE_S, "it is back", 0.01)
    (folder / "b.wav").write_bytes(b"x")
    watching.next(has("b.wav"))


def test_a_drive_that_hangs_costs_its_own_folder_and_comes_back_by_itself(
    watch: Callable[..., Watch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, hung = tmp_path / "good", tmp_path / "hung"
    for folder in (good, hung):
        folder.mkdir()
    begun, free = threading.Event(), threading.Event()
    look = FolderListing.look

    def hanging(self: FolderListing, *args: object, **kwargs: bool) -> FolderLook:
        if self._folder == hung:
            begun.set()
            free.wait()
        return look(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(FolderListing, "look", hanging)
    try:
        watching = watch(good, hung)
        assert begun.wait(PATIENCE_S)
        assert watching.watcher.states() == {good: "there", hung: "there"}
        watching.extra_s += HANGS_AFTER_S + 1.0
        (good / "a.wav").write_bytes(b"x")
        watching.next(has("a.wav"))
        assert watching.watcher.states() == {good: "there", hung: "hangs"}
        (hung / "b.wav").write_bytes(b"x")
    finally:
        free.set()
    watching.next(has("b.wav"))
    wait_for(lambda: watching.watcher.states() == {good: "there", hung: "there"}, PATIENCE_S, "both are there", 0.01)


def test_what_goes_wrong_in_a_folders_thread_is_raised_in_the_bridges_own(
    watch: Callable[..., Watch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(*_: object, **__: object) -> FolderLook:
        raise ZeroDivisionError("made for the test")

    with monkeypatch.context() as patched:
        patched.setattr(FolderListing, "look", raising)
        watching = watch(tmp_path)

        def fault() -> bool:
            try:
                watching.watcher.tick()
            except ZeroDivisionError:
                return True
            return False

        wait_for(fault, PATIENCE_S, "the fault", 0.01)
    watching.next(lambda seen: seen.is_first)


@pytest.mark.slow
def test_commands_that_only_list_a_folder_do_not_load_what_watches_one() -> None:
    script = "import sys, bridge.app.client, bridge.cli.files; sys.exit('watchdog' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
