"""Nothing that lies in a bounce folder, or beside it, ends the bridge or keeps the next bounce from it."""

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.model.events import BounceLanded, FileStuck
from tests.app.bridge_process import BridgeProcess

pytestmark = pytest.mark.slow

ENDINGS = ("wav", "aiff", "flac", "mp3", "ogg", "w64")
W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
W64_WAVE = bytes.fromhex("77617665f3acd3118cd100c04f8edb8a")
JUNK = bytes(range(16))


def endless_chunk(size: int) -> bytes:
    """Return a Wave64 header with a chunk of that size."""
    return W64_RIFF + struct.pack("<Q", 164) + W64_WAVE + JUNK + struct.pack("<Q", size) + bytes(100)


def rf64(size: int) -> bytes:
    """Return an RF64 header whose data is that long."""
    sizes = b"ds64" + struct.pack("<IQQQI", 28, size, size, size, 0)
    return b"RF64" + b"\xff" * 4 + b"WAVE" + sizes + b"data" + b"\xff" * 4 + bytes(64)


HEADERS = [endless_chunk(1 << bits) for bits in (32, 62, 63)] + [endless_chunk((1 << 64) - 1), rf64((1 << 64) - 8)]
REAPER = '<REAPER_PROJECT 0.1 "7.0" 1\n  {line}\n  <MASTERFXLIST\n  >\n>\n'
PROJECTS: dict[str, bytes] = {
    "encoding.ardour": b'<?xml version="1.0" encoding="klingon"?><Session/>',
    "endless.ardour": b'<?xml version="1.0"?><Session sample-rate="1e999" name="x"/>',
    "half.ardour": b'<?xml version="1.0"?><Session><Routes><Route',
    "deep.ardour": b"<a>" * 50_000,
    **{
        f"{number}.rpp": REAPER.format(line=line).encode()
        for number, line in enumerate(
            ("RENDER_NORMALIZE nan", "RENDER_NORMALIZE 1e999", "RENDER_DITHER inf", "SAMPLERATE nan 1e999 inf")
        )
    },
    "deep.rpp": b"<X\n" * 50_000,
}


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[BridgeProcess]:
    process = BridgeProcess(tmp_path / "home", tmp_path / "Bounces", give_up_s=1.0).start()
    yield process
    process.stop()


def write_song(path: Path, number: int) -> None:
    noise = np.random.default_rng(number).uniform(-0.1, 0.1, (4_410, 2))
    soundfile.write(path, noise, 44_100, subtype="PCM_16")


def lands(bridge: BridgeProcess, path: Path) -> Callable[[BounceLanded], bool]:
    return lambda event: event.bounce.path == str(path)


def test_headers_that_promise_more_than_a_file_can_hold(bridge: BridgeProcess) -> None:
    names = {f"Bad {number} v1.{ending}" for number in range(len(HEADERS)) for ending in ENDINGS}
    for name in names:
        (bridge.folder / name).write_bytes(HEADERS[int(name.split()[1])])
    left = set(names)
    while left:
        stuck = bridge.wait_for(FileStuck)
        left.discard(Path(stuck.path).name)
    write_song(bridge.folder / "Good.wav", 1)
    bridge.wait_for(BounceLanded, lands(bridge, bridge.folder / "Good.wav"))


@pytest.mark.parametrize("above", [False, True], ids=["beside", "one folder up"])
def test_damaged_projects_and_pipes_beside_bounces(tmp_path: Path, above: bool) -> None:
    folders = {name: tmp_path / "Bounces" / name.replace(".", " ") for name in (*PROJECTS, "pipe.rpp", "pipe.ardour")}
    for name, folder in folders.items():
        renders = folder / "Renders" if above else folder
        renders.mkdir(parents=True)
        if name in PROJECTS:
            (folder / name).write_bytes(PROJECTS[name])
        else:
            os.mkfifo(folder / name)
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces")
    settings = bridge.home / "config.toml"
    settings.write_text(settings.read_text().replace("[watch]\n", "[watch]\nrecursive = true\n"))
    bridge.start()
    try:
        songs = {}
        for number, (name, folder) in enumerate(folders.items()):
            path = (folder / "Renders" if above else folder) / f"Song {name}.wav"
            write_song(path, number)
            songs[str(path)] = name
        while songs:
            songs.pop(bridge.wait_for(BounceLanded).bounce.path, None)
        assert bridge.stop() == 0
    finally:
        bridge.stop()
