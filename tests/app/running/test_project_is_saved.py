"""A project is saved while a real bridge runs: what came is noticed, once, and status says when it was saved."""

import time
from pathlib import Path
from typing import Any

import pytest

from bridge.app.status import read_status
from bridge.model.events import StateChanged, WarningCleared, WarningRaised
from bridge.settings.config import load
from bridge.settings.home import home
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.daw.projects.live import live_sets
from tests.waiting import SHARED, wait_for

pytestmark = pytest.mark.slow


def guards(folder: Path) -> list[str]:
    store = Store.open(folder / "freshears.db", read_only=True)
    try:
        return [key for key, _ in store.sessions.guards("")]
    finally:
        store.close()


def read(bridge: BridgeProcess) -> dict[str, Any]:
    return read_status(home(str(bridge.home)), load(bridge.home / "config.toml"))


def save(folder: Path, *devices: str) -> Path:
    return live_sets.write(folder, live_sets.live_set("".join(devices)))


def test_a_limiter_that_a_save_brings_is_noticed_within_seconds_and_once(tmp_path: Path) -> None:
    songs = tmp_path / "songs" / "Tide Project"
    (songs / "Backup").mkdir(parents=True)
    limiter = live_sets.plug_in("Pro-L 2")
    save(songs / "Backup", limiter)
    project = save(songs)
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "bounces", extra=f"[projects]\nfolders = ['{songs.parent}']\n")
    bridge.start()
    try:
        wait_for(lambda: guards(bridge.home) == [str(project)], 30.0, "the project is met, its backup is not")
        saved_s = time.monotonic()
        save(songs, limiter)
        raised = bridge.wait_for(WarningRaised, timeout_s=30.0).warning
        assert time.monotonic() - saved_s < 3.0 * SHARED
        assert (raised.kind, raised.plugins) == ("loudness", ("Pro-L 2",))
        assert raised.session.startswith("Tide, as saved at ")
        bridge.wait_for(StateChanged, lambda event: event.warnings == 1)
        wait_for(lambda: read(bridge)["warnings"], 30.0, "status says it, too")
        status = read(bridge)
        assert [warning["session"] for warning in status["warnings"]] == [raised.session]
        assert status["project_folders"] == [{"path": str(songs.parent), "state": "there"}]
        save(songs, limiter, live_sets.device("Eq8"))
        save(songs, live_sets.plug_in("Pro-L 2", on="false"))
        assert bridge.wait_for(WarningCleared, timeout_s=30.0).warning_id == raised.id
        assert [event for event in bridge.seen if isinstance(event, WarningRaised)] == [WarningRaised(raised)]
    finally:
        assert bridge.stop() == 0
