"""The demo's song, composed by the first worker of a run that needs it; the others read it from the disk."""

import pickle
import tempfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from bridge.demo import DemoSong, compose
from bridge.filelock import FileLock
from tests.waiting import wait_for


def folder_of_all_workers(factory: pytest.TempPathFactory) -> Path:
    """Return the run's own folder: that of `pytest -n` holds one for each worker."""
    own = factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


def kept_song(folder: Path, rate_hz: int = 44_100) -> DemoSong:
    """Return the song as `compose` makes it, from the folder that keeps it; its arrays cannot be written."""
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / "lock")
    wait_for(lock.acquire, 120.0, "the song that another worker composes")
    try:
        if not (folder / "song").exists():
            _keep(compose(rate_hz), folder)
    finally:
        lock.release()
    song, names = pickle.loads((folder / "song").read_bytes())
    mix, *parts = (np.load(folder / f"{number}.npy", mmap_mode="r") for number in range(len(names) + 1))
    return replace(song, mix=mix, parts=MappingProxyType(dict(zip(names, parts, strict=True))))


def _keep(song: DemoSong, folder: Path) -> None:
    for number, array in enumerate((song.mix, *song.parts.values())):
        np.save(folder / f"{number}.npy", array)
    words = pickle.dumps((replace(song, mix=song.mix[:0], parts={}), tuple(song.parts)))
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(words)
    Path(file.name).rename(folder / "song")  # last, and whole: it says that the rest is there
