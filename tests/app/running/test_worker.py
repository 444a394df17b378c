"""The worker process: it may die, be cancelled or be killed without taking anything with it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile as sf

from bridge.model.events import BounceJudged, JobFailed, JobProgressed, JobRetried
from bridge.osc.addresses import CANCEL, MASTER
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BridgeProcess]:
    root = tmp_path_factory.mktemp("worker")
    process = BridgeProcess(root / "home", root / "Bounces").start()
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="module")
def long_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three minutes: seconds of work, long enough to be interrupted."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    rng = np.random.default_rng(2)
    minute = rng.normal(0, 0.05, (60 * 44_100, 2)).astype(np.float32)
    with sf.SoundFile(path, "w", 44_100, 2, subtype="PCM_16") as file:
        for _ in range(3):
            file.write(minute)
    return path.read_bytes()


def worker_of(bridge: BridgeProcess) -> psutil.Process:
    (worker,) = psutil.Process(bridge.process.pid).children()
    return worker


def wait_until_it_works(bridge: BridgeProcess, name: str, kind: str = "analyse") -> JobProgressed:
    return bridge.wait_for(JobProgressed, lambda event: Path(event.job.path).name == name and event.job.kind == kind)


def test_a_dead_worker_is_replaced_and_the_job_tried_once_more(shared: BridgeProcess, long_bytes: bytes) -> None:
    (shared.folder / "Once.wav").write_bytes(long_bytes)
    wait_until_it_works(shared, "Once.wav")
    worker_of(shared).kill()
    assert "signal 9" in shared.wait_for(JobRetried).reason
    assert shared.wait_for(BounceJudged).bounce.song == "Once"


def test_a_job_that_kills_its_worker_twice_is_failed_and_the_next_is_done(
    shared: BridgeProcess, long_bytes: bytes, sound: Sound
) -> None:
    data = bytearray(long_bytes)
    data[-1] ^= 1  # other bytes: another bounce
    (shared.folder / "Twice.wav").write_bytes(data)
    for _ in range(2):
        wait_until_it_works(shared, "Twice.wav")
        worker_of(shared).kill()
    failed = shared.wait_for(JobFailed)
    assert "twice" in failed.reason
    assert "Twice.wav" in failed.reason
    (shared.folder / "Next.wav").write_bytes(sound(1))
    assert shared.wait_for(BounceJudged).bounce.song == "Next"


def test_a_cancelled_master_leaves_nothing_and_the_worker_goes_on(shared: BridgeProcess) -> None:
    path = shared.folder / "Once.wav"
    worker = worker_of(shared)
    shared.say(MASTER, str(path), "spotify", "a test")
    at_work = wait_until_it_works(shared, "Once.wav", "master")
    shared.say(CANCEL, at_work.job.id)
    assert shared.wait_for(JobFailed).cancelled
    assert not list(shared.folder.glob("Masters/*"))
    assert not list(shared.folder.glob("Masters/.*"))
    assert worker_of(shared) == worker
    assert shared.ask(CANCEL, at_work.job.id).address == "/freshears/refused"
