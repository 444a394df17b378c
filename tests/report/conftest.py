"""Servers and a browser for the page's tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.report.server import PageServer
from tests.report.shelf import Shelf

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Shelf], PageServer]]:
    """Serve shelves until the module's tests are done."""
    servers: list[PageServer] = []

    def start(shelf: Shelf) -> PageServer:
        server = PageServer(shelf, shelf.ask, 0)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A headless Chromium; without one the tests are skipped by name, or fail with FRESHEARS_FORBID_SKIPS=1."""
    missing = pytest.fail if os.environ.get("FRESHEARS_FORBID_SKIPS") == "1" else pytest.skip
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's bounce, 24 bits."""
    import soundfile

    from bridge.demo import compose

    folder = tmp_path_factory.mktemp("songs")
    song = compose()
    soundfile.write(folder / "Second Wind v1.wav", song.mix, song.rate_hz, subtype="PCM_24")
    return folder
