"""What a bridge costs that has nothing to do, with much in its store and its folder; and what landings leave behind."""

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

from bench.lanes.folders import fast_folder
from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bridge.model import Analysis, AudioFormat, Bounce, Measurement
from bridge.store import NewBounce, Store
from tests.app.bridge_process import BridgeProcess

BOUNCES, FILES, SONGS = 2_000, 5_000, 100
MOST_OF_A_CORE = 0.005
_BEFORE_S, _WHILE_S = 20.0, 60.0


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    def work(_: int, count: int, __: random.Random) -> Batch:
        batch = Batch()
        for _ in range(count):
            used = idle_share()
            batch.peak("share", used)
            if used > MOST_OF_A_CORE:
                batch.failures.append(Failure("idle", f"{used:.2%} of a core, not {MOST_OF_A_CORE:.1%}"))
            batch.done += 1
        return batch

    yield work


def idle_share(
    bounces: int = BOUNCES, files: int = FILES, before_s: float = _BEFORE_S, while_s: float = _WHILE_S
) -> float:
    """Return the share of a core that a bridge and its worker take while nothing happens."""
    root = fast_folder()
    try:
        home, folder = root / "home", root / "Bounces"
        bridge = BridgeProcess(home, folder, first_start="none", settle_s=2.0)
        settings = home / "config.toml"
        settings.write_text(settings.read_text().replace("poll_s = 0.5", "poll_s = 2.0"))
        _fill(home, folder, bounces, files)
        bridge.start()
        reading = threading.Thread(target=_read_on, args=(bridge,), daemon=True)
        reading.start()
        time.sleep(before_s)
        began_s, used_s = time.monotonic(), _used_s(bridge.process.pid)
        time.sleep(while_s)
        used_s = _used_s(bridge.process.pid) - used_s
        took_s = time.monotonic() - began_s
        bridge.kill()
        return used_s / took_s
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _fill(home: Path, folder: Path, bounces: int, files: int) -> None:
    store = Store.open(home / "freshears.db")
    with store.database.transaction():
        for number in range(bounces):
            song = f"Song {number % SONGS}"
            path = folder / f"{song} v{number // SONGS}.wav"
            path.write_bytes(b"x")
            found = path.stat()
            new = NewBounce(
                path, found.st_size, found.st_mtime_ns, f"{number:064}", song, song.casefold(), os.fspath(folder), "",
                "folder",
            )  # fmt: skip
            bounce, _ = store.bounces.record(new)
            _examined(store, bounce)
        for number in range(files):
            path = folder / f"Other {number}.wav"
            path.write_bytes(b"x")
            found = path.stat()
            store.bounces.mark_seen(path, found.st_size, found.st_mtime_ns, "baseline")
        store.bounces.set_baseline(folder)
    store.close()


def _examined(store: Store, bounce: Bounce) -> None:
    """Keep an examination of a bounce, and its report: nothing is left to do."""
    job = store.jobs.add("analyse", Path(bounce.path), "{}", f"analyse:{bounce.id}", bounce.id)
    sound = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
    analysis = Analysis(file=bounce.path, sha256=bounce.sha256, format=sound, measurement=Measurement(), findings=())
    store.results.add_analysis(bounce.id, job.id, "fine", msgspec.json.encode(analysis).decode())
    store.results.set_report(bounce.id, job.id, "report.html")
    store.jobs.end(job.id, "done")


def _read_on(bridge: BridgeProcess) -> None:
    try:
        while True:
            bridge.next_news(3_600.0)
    except AssertionError:  # it has ended
        return


def _used_s(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


def _result(state: State) -> str:
    return f"{state.peaks.get('share', 0):.2%} of a core"


LANES = (
    Lane(
        "idle",
        f"A bridge with {BOUNCES:,} bounces and {FILES:,} other files that has nothing to do, for a minute",
        3,
        1,
        0,
        _opened,
        _result,
    ),
)
