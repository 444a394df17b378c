"""A command that waits for a bridge gives up where the store is gone in which it was asked."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.app.client import Client
from bridge.app.commands.records import SetMode
from bridge.errors import StoreDamagedError
from bridge.filelock import FileLock
from bridge.settings.config import Config
from bridge.settings.home import home
from bridge.store import Store
from tests.store.fresh import fresh_store
from tests.waiting import wait_for


@pytest.mark.slow
def test_a_command_ends_when_its_store_is_taken_away_under_it(tmp_path: Path) -> None:
    where = home(str(tmp_path / "home"))
    fresh_store(where.store_path).close()
    bridge = FileLock(where.lock_path)
    assert bridge.acquire("a bridge that never answers")
    try:
        with ThreadPoolExecutor(1) as elsewhere:
            told = elsewhere.submit(
                Client(where, Config(), "a command").carry_out, [SetMode(song="Tide", mode="mixing")]
            )
            wait_for(lambda: _asked(where.store_path), 10.0, "the command is in the store")
            shutil.rmtree(where.store_path.parent)
            with pytest.raises(StoreDamagedError, match="was taken away while it was in use"):
                told.result(30.0)
    finally:
        bridge.release()


def _asked(store_path: Path) -> int:
    store = Store.open(store_path, read_only=True)
    try:
        return len(store.commands.asked())
    finally:
        store.close()
