"""A bounce is held against the one before it: the same song, the same version, never a dry print."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import json

from bridge.model import Bounce, Progress
from bridge.settings.config import Config
from bridge.songs.job_requests import analyse_job
from bridge.store import NewBounce, Store
from bridge.worker.jobs.analyse import ANALYSE, AnalyseTask
from tests.engine.mastering.mastering import RATE_HZ, song
from tests.store.fresh import fresh_store

pytestmark = pytest.mark.slow


def landed(
    store: Store, folder: Path, name: str, sound: np.ndarray, *, version: str = "", is_dry: bool = False
) -> Bounce:
    path = folder / name
    soundfile.write(path, sound, RATE_HZ, subtype="PCM_24")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    new = NewBounce(
        path, path.stat().st_size, 0, sha256, "Tide", "tide", "", "", "folder", version=version, is_dry=is_dry
    )
    return store.bounces.record(new)[0]


def task_of(store: Store, bounce: Bounce) -> AnalyseTask:
    job = analyse_job(store, Config(), bounce, again=True)
    return json.decode(job.params, type=AnalyseTask)


def ignored(_: Progress) -> None:
    pass


def examine(store: Store, bounce: Bounce) -> list[str]:
    job = analyse_job(store, Config(), bounce, again=True)
    task = json.decode(job.params, type=AnalyseTask)
    outcome = ANALYSE.run(task, ignored, lambda: False)
    ANALYSE.keep(store, job, outcome)
    return [f.check for f in outcome.head.findings if f.check.startswith("past_")]


def test_a_bounce_is_held_against_the_one_before_it(tmp_path: Path) -> None:
    store = fresh_store(tmp_path / "s.db", wall=lambda: 1.79e9)
    sound = song(24.0)
    first = landed(store, tmp_path, "a.wav", sound)
    assert task_of(store, first).earlier is None
    assert examine(store, first) == []
    second = landed(store, tmp_path, "b.wav", 0.5 * sound)
    held = task_of(store, second).earlier
    assert held is not None
    assert (held.number, held.channels) == (1, 2)
    assert examine(store, second) == ["past_level"]
    third = landed(store, tmp_path, "c.wav", 0.49 * sound)
    assert examine(store, third) == []  # against the second, not the first
    assert task_of(store, first).earlier is None  # what came later tells nothing
    other = landed(store, tmp_path, "d.wav", 0.3 * sound, version="instrumental")
    dry = landed(store, tmp_path, "e.wav", 0.2 * sound, is_dry=True)
    assert task_of(store, other).earlier is None
    assert task_of(store, dry).earlier is None
    store.close()
