"""Bridges and sounds shared by the tests of the running bridge."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.demo import DemoSong
from tests.app.bridge_process import BridgeProcess

Sound = Callable[..., bytes]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory, demo_song: DemoSong) -> Sound:
    """Return a maker of short, different bounces: seconds of the demo's song as the bytes of a WAV file."""
    mix = demo_song.mix
    folder = tmp_path_factory.mktemp("sounds")

    @cache
    def make(number: int = 0, seconds: float = 4.0) -> bytes:
        path = folder / f"{number}.wav"
        start = 44_100 * (8 + number)
        excerpt = mix[start : start + int(seconds * 44_100)] * np.hanning(int(seconds * 44_100))[:, None] ** 0.1
        sf.write(path, excerpt, 44_100, subtype="PCM_24")
        return path.read_bytes()

    return make


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[BridgeProcess]:
    """A running bridge with a folder of its own."""
    process = BridgeProcess(tmp_path / "home", tmp_path / "Bounces").start()
    yield process
    process.stop()
