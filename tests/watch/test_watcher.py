"""Folders are watched, also those that go and come back; who only lists a folder does not load what watches one."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bridge.watch.watcher import FolderWatcher
from tests.waiting import wait_for


def test_events_wake_also_after_the_folder_vanished_and_came_back(tmp_path: Path) -> None:
    folder = tmp_path / "Bounces"
    folder.mkdir()
    changed = threading.Event()
    watcher = FolderWatcher((folder,), recursive=False, changed=changed)
    watcher.start()
    try:
        (folder / "a.wav").write_bytes(b"x")
        assert changed.wait(10.0)
        (folder / "a.wav").unlink()
        folder.rmdir()
        watcher.refresh()
        assert watcher.missing() == (folder,)
        folder.mkdir()
        watcher.refresh()
        assert watcher.missing() == ()
        changed.clear()
        wait_for(lambda: (folder / "b.wav").write_bytes(b"x") > 0 and changed.wait(0.2), 10.0, "an event")
    finally:
        watcher.stop()


@pytest.mark.slow
def test_commands_that_only_list_a_folder_do_not_load_what_watches_one() -> None:
    script = "import sys, bridge.app.client, bridge.cli.files; sys.exit('watchdog' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0
