"""A real drive that hangs or fails beside one that works: a FUSE file system in a process of its own."""

import errno
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from bench.lanes.folders import fast_folder
from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.sounds import Sounds
from bench.soak.watching.pings import Pings
from bridge.model.events import BounceJudged, FolderChanged, Stopped
from bridge.osc.addresses import ANALYZE
from bridge.store import Store
from tests.app.bridge_process import ROOT, BridgeProcess

LONGEST_PING_S, STOP_S = 0.5, 3.0
ERRORS = (errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOTCONN, errno.EHOSTDOWN)
_MOUNTED_S, _JUDGED_S, _TOLD_S = 20.0, 120.0, 60.0


class Drives:
    """A folder on a drive that works and one on a drive that obeys, a bridge that watches both, and what was wrong."""

    def __init__(self, sounds: Sounds, rng: random.Random, batch: Batch) -> None:
        self.root = fast_folder()
        self.good, self.drive, self._backing = (self.root / name for name in ("good", "drive", "backing"))
        self._control = self.root / "control"
        for folder in (self.drive, self._backing):
            folder.mkdir()
        command = (sys.executable, "-m", "bench.soak.watching.hanging_drive")
        paths = map(os.fspath, (self._backing, self.drive, self._control))
        self._server = subprocess.Popen([*command, *paths], cwd=ROOT, stderr=subprocess.DEVNULL)
        self._wait(self.drive.is_mount, _MOUNTED_S, "the drive is mounted")
        self.bridge = BridgeProcess(self.root / "home", self.good, settle_s=0.5, extra="[page]\nenabled = false\n")
        folders = msgspec.json.encode([str(self.good), str(self.drive)]).decode()
        settings = self.bridge.home / "config.toml"
        one = msgspec.json.encode(str(self.good)).decode()
        settings.write_text(settings.read_text().replace(f"folders = [{one}]", f"folders = {folders}"))
        self._sounds, self._rng, self.batch = sounds, rng, batch

    def says(self, what: int | None) -> None:
        """Let the drive hang (0), answer with an error, or work (None)."""
        if what is None:
            self._control.unlink(missing_ok=True)
        else:
            self._control.write_text(str(what))

    def write(self, folder: Path, name: str) -> Path:
        """Write a bounce; on the drive behind its back, as another computer would."""
        where = self._backing if folder == self.drive else folder
        (where / name).write_bytes(self._sounds.make(self._rng.getrandbits(32), 0.6))
        return folder / name

    def judged(self, path: Path) -> None:
        """Wait until a bounce is judged."""
        began_s = time.monotonic()
        try:
            self.bridge.wait_for(BounceJudged, lambda event: event.bounce.path == str(path), _JUDGED_S)
        except Exception as error:  # noqa: BLE001 - whatever it is, it did not come
            self.wrong(f"no verdict on {path.parent.name}/{path.name}: {type(error).__name__}")
        self.batch.peak("verdict s", time.monotonic() - began_s)

    def is_told(self, state: str) -> None:
        """Wait until the folder on the drive is told to be so."""
        try:
            self.bridge.wait_for(FolderChanged, lambda event: event.state == state, _TOLD_S)
        except Exception as error:  # noqa: BLE001
            self.wrong(f"not told that the drive is {state}: {type(error).__name__}")

    def wrong(self, what: str) -> None:
        """Note a failure."""
        log = self.bridge.home / "freshears.log"
        text = log.read_text(errors="replace")[-4000:] if log.exists() else ""
        self.batch.failures.append(Failure(what.split(":")[0], f"{what}\n{text}"))

    def close(self) -> None:
        """End everything."""
        self.says(None)
        if getattr(self.bridge, "process", None) is not None and self.bridge.process.poll() is None:
            self.bridge.kill()
        subprocess.run(["umount", "-l", self.drive], check=False)
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(10.0)
        self._server.kill()
        self._server.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def _wait(self, condition: Callable[[], bool], within_s: float, what: str) -> None:
        end_s = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > end_s or self._server.poll() is not None:
                raise RuntimeError(f"not so: {what}; this needs Linux, root, /dev/fuse, libfuse and mfusepy")
            time.sleep(0.05)


def go_wrong(drives: Drives, rng: random.Random, number: int) -> None:
    """Let the drive go wrong at a random moment, see that the rest goes on, and that it comes back."""
    what = 0 if rng.random() < 0.7 else rng.choice(ERRORS)
    drives.batch.count("hung" if what == 0 else "failed")
    drives.judged(drives.write(drives.drive, f"Before v{number}.wav"))
    caught = drives.write(drives.drive, f"Caught v{number}.wav")
    time.sleep(rng.uniform(0.0, 2.5))
    pings = Pings(drives.bridge.port).start()
    drives.says(what)
    drives.is_told("hangs" if what == 0 else "missing")
    drives.judged(drives.write(drives.good, f"Good v{number}.wav"))
    began_s = time.monotonic()
    answer = drives.bridge.ask(ANALYZE, str(caught))
    drives.batch.peak("order answered s", time.monotonic() - began_s)
    if answer.address != "/freshears/refused":
        drives.wrong(f"an order about a file on the drive: {answer.address} {answer.params}")
    longest_s = max(pings.stop())
    drives.batch.peak("ping s", longest_s)
    if longest_s > LONGEST_PING_S:
        drives.wrong(f"longest ping: {longest_s:.2f} s")
    before = _stop(drives) if rng.random() < 0.5 else None
    if before is not None:
        drives.judged(drives.write(drives.good, f"Good too v{number}.wav"))
    drives.says(None)
    drives.is_told("there")
    if before is not None:
        _ends(drives, before)
    drives.judged(drives.write(drives.drive, f"After v{number}.wav"))
    _is_known(drives, caught)


def _is_known(drives: Drives, path: Path) -> None:
    """Wait until the bounce that was caught by it is judged, too; it may have been before."""
    end_s = time.monotonic() + _JUDGED_S
    while time.monotonic() < end_s:
        store = Store.open(drives.bridge.store_path, read_only=True)
        bounce = store.bounces.by_path(path)
        is_judged = bounce is not None and store.results.analysis(bounce.id) is not None
        store.close()
        if is_judged:
            return
        time.sleep(0.2)
    drives.wrong(f"lost: {path.name}")


def _stop(drives: Drives) -> "subprocess.Popen[bytes]":
    """Ask the bridge to end, and start another one; return the first, which the system may not let go yet.

    A call that a file system in user space has taken is waited for by the system, whatever signal comes.
    """
    began_s = time.monotonic()
    drives.batch.count("ended meanwhile")
    before = drives.bridge.process
    before.terminate()
    try:
        drives.bridge.wait_for(Stopped, timeout_s=30.0)
    except Exception as error:  # noqa: BLE001
        drives.wrong(f"SIGTERM: not ended in 30 s: {type(error).__name__}")
    took_s = time.monotonic() - began_s
    drives.batch.peak("stopped s", took_s)
    if took_s > STOP_S:
        drives.wrong(f"SIGTERM: {took_s:.2f} s")
    time.sleep(0.5)  # the lock is let go last
    drives.bridge.start()
    return before


def _ends(drives: Drives, before: "subprocess.Popen[bytes]") -> None:
    try:
        code = before.wait(10.0)
    except subprocess.TimeoutExpired:
        drives.wrong("SIGTERM: what is left of the bridge does not end although the drive is back")
        return
    if code:
        drives.wrong(f"exit code: {code}")


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    sounds = Sounds()

    def work(first: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        drives = Drives(sounds, rng, batch)
        try:
            drives.bridge.start()
            for number in range(first, first + count):
                go_wrong(drives, rng, number)
                batch.done += 1
        finally:
            drives.close()
        return batch

    yield work


def _result(state: State) -> str:
    sums = {name: int(much) for name, much in state.sums.items()}
    peaks = state.peaks
    return (
        f"hung {sums.get('hung', 0)} times, failed {sums.get('failed', 0)}, ended meanwhile "
        f"{sums.get('ended meanwhile', 0)}; longest ping {peaks.get('ping s', 0):.2f} s, SIGTERM "
        f"{peaks.get('stopped s', 0):.1f} s, an order about a file there refused after "
        f"{peaks.get('order answered s', 0):.2f} s; nothing lost"
    )


LANES = (
    Lane(
        "drives",
        "A FUSE drive that hangs or fails at a random moment beside one that works, the bridge ended meanwhile or not",
        50,
        5,
        0,  # it needs the right to mount; tests/watch/test_watcher.py has a drive that hangs without one
        _opened,
        _result,
    ),
)
