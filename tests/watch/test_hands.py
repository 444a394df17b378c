"""A drive that hangs costs its own folder and nothing else, not even the end of the program."""

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.errors import DriveHangsError
from bridge.watch.hands import DaemonExecutor, FolderHands
from tests.app.bridge_process import ROOT
from tests.waiting import wait_for

PATIENCE_S = 30.0


def test_each_folder_is_read_by_a_thread_of_its_own(tmp_path: Path) -> None:
    good, hung = tmp_path / "good", tmp_path / "hung"
    hands = FolderHands((good, hung))
    free = threading.Event()
    try:
        stuck = hands.of(hung / "inside" / "Song.wav").submit(free.wait)
        assert hands.of(good / "Song.wav").submit(lambda: 5).result(PATIENCE_S) == 5
        assert hands.of(tmp_path / "elsewhere.wav").submit(lambda: 6).result(PATIENCE_S) == 6
        assert not stuck.done()
    finally:
        free.set()
        hands.stop()


def test_one_thing_after_the_other_and_what_one_raises_is_its_own() -> None:
    executor = DaemonExecutor("reading")
    done: list[int] = []
    failed = executor.submit(lambda: 1 // 0)
    futures = [executor.submit(done.append, number) for number in range(5)]
    futures[-1].result(PATIENCE_S)
    assert done == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        failed.result(PATIENCE_S)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="has ended"):
        executor.submit(done.append, 6)


def test_what_waits_is_not_begun_after_the_end() -> None:
    executor = DaemonExecutor("reading")
    free, begun = threading.Event(), threading.Event()
    done: list[int] = []
    first = executor.submit(lambda: (begun.set(), free.wait()))
    executor.submit(done.append, 1)
    assert begun.wait(PATIENCE_S)
    executor.shutdown()
    free.set()
    first.result(PATIENCE_S)
    assert done == []


def test_a_hung_thread_does_not_keep_the_program() -> None:
    program = (
        "import threading\nfrom bridge.watch.hands import DaemonExecutor\n"
        "begun = threading.Event()\nexecutor = DaemonExecutor('reading')\n"
        "executor.submit(lambda: (begun.set(), threading.Event().wait()))\nbegun.wait()\nexecutor.shutdown()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=PATIENCE_S)


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[threading.Event]:
    free = threading.Event()
    yield free
    free.set()


def test_a_drive_that_does_not_answer_is_waited_for_once(tmp_path: Path, hung: threading.Event) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    hands = FolderHands((good, bad))
    began_s = time.monotonic()
    for _ in range(20):
        with pytest.raises(DriveHangsError, match="bad: does not answer"):
            hands.ask(bad / "Song.wav", hung.wait)
    assert time.monotonic() - began_s < 5.0  # not twenty times as long as once
    assert hands.ask(good / "Song.wav", lambda: 5) == 5
    hung.set()
    wait_for(lambda: hands.of(bad, "asking").busy_s == 0.0, PATIENCE_S, "it is back", 0.01)
    assert hands.ask(bad / "Song.wav", lambda: 6) == 6
    hands.stop()


def test_a_place_outside_of_the_folders_that_hangs_does_not_stand_for_all_others(
    tmp_path: Path, hung: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.watch.hands.ANSWER_S", 1.0)  # a thread begins late where the cores are shared
    ticks = itertools.count(1.0, 1e-6)  # however late it begins: by its own clock it has only just begun
    hands = FolderHands((tmp_path / "watched",), clock=lambda: next(ticks))
    for _ in range(3):
        with pytest.raises(DriveHangsError):
            hands.ask(tmp_path / "elsewhere", hung.wait)
        assert hands.ask(tmp_path / "another", lambda: 5) == 5
    hands.stop()


def test_what_a_call_raises_is_raised_to_whoever_asks(tmp_path: Path) -> None:
    def times_out() -> None:
        raise TimeoutError("the drive's own")  # what a network drive may say

    hands = FolderHands(())
    with pytest.raises(TimeoutError, match="the drive's own"):
        hands.ask(tmp_path, times_out)
    hands.stop()


def test_what_is_to_be_written_on_a_drive_that_hangs_is_written_when_it_is_back(
    tmp_path: Path, hung: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.watch.hands.WRITTEN_S", 0.05)
    hands = FolderHands((tmp_path,))
    written: list[str] = []
    with pytest.raises(DriveHangsError):
        hands.write(tmp_path / "sheet.md", lambda: (hung.wait(), written.append("sheet")))
    hung.set()
    wait_for(lambda: written == ["sheet"], PATIENCE_S, "it is written", 0.01)
    hands.stop()


def test_the_innermost_folder_counts_and_a_name_that_only_begins_like_one_does_not(tmp_path: Path) -> None:
    outer, inner = tmp_path / "Bounces", tmp_path / "Bounces" / "Tide"
    hands = FolderHands((outer, inner))
    assert hands.folder_of(inner / "a.wav") == inner
    assert hands.folder_of(outer / "a.wav") == outer
    assert hands.folder_of(outer) == outer
    assert hands.folder_of(tmp_path / "Bounces 2" / "a.wav") is None
