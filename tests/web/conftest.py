"""Servers and a browser for the page's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.demo import DemoSong
from bridge.web.server import PageServer
from tests.web.entering import KEY
from tests.web.filled import FilledStore


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[FilledStore], PageServer]]:
    """Serve stores until the module's tests are done."""
    servers: list[PageServer] = []

    def start(filled: FilledStore) -> PageServer:
        server = PageServer(filled.reader(), filled.ask, 0, KEY)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory, demo_song: DemoSong) -> Path:
    """A folder with the demo's bounce, 24 bits."""
    import soundfile

    folder = tmp_path_factory.mktemp("songs")
    soundfile.write(folder / "Second Wind v1.wav", demo_song.mix, demo_song.rate_hz, subtype="PCM_24")
    return folder
