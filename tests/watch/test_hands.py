"""A drive that hangs costs its own folder and nothing else, not even the end of the program."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bridge.watch.hands import DaemonExecutor, FolderHands
from tests.app.bridge_process import ROOT

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
