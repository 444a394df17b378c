"""Kills at random moments: the bridge, its worker, or both, while files land and orders are given and answered."""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from pythonosc.osc_message import OscMessage

from bench.lanes.folders import fast_folder
from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.ledger import Ledger, failed_for_good, processes_left, settled, wrong
from bench.soak.sounds import Sounds
from bridge.osc.addresses import ANALYZE, BOUNCE, MASTER, MODE, Address
from bridge.osc.codec import Value
from tests.app.bridge_process import BridgeProcess

SONGS = ("Tide", "Wave", "Foam")
MODES = ("mixing", "resting", "mastering", "released")
TARGETS = ("cd", "spotify")
_REST_S = 1200.0  # by then everything is done, on a machine however busy
_ANSWER_S = 5.0
_LONGEST_PAUSE_S = 3.0


class House:
    """A home, a bounce folder, a bridge, and a ledger of what the outside knows."""

    def __init__(self, rng: random.Random, sounds: Sounds) -> None:
        self.root = fast_folder()
        self.rng = rng
        self.sounds = sounds
        self.ledger = Ledger()
        self.bridge = BridgeProcess(
            self.root / "home", self.root / "Bounces", settle_s=0.3, give_up_s=20.0, extra="[page]\nenabled = false\n"
        )
        self.half: tuple[Path, bytes] | None = None
        self._files = 0
        self.log: list[str] = []

    def act(self) -> None:
        """Do one of the things that people and DAWs do."""
        kind = self.rng.random()
        if kind < 0.4 or not self.ledger.files:
            self._write()
        elif kind < 0.6:
            song = self.rng.choice(list(self.ledger.files)).stem.partition(" ")[0]
            self._order(MODE, song, self.rng.choice(MODES))
        elif kind < 0.8:
            self._master()
        else:
            self._order(self.rng.choice((ANALYZE, BOUNCE)), str(self.rng.choice(list(self.ledger.files))))

    def finish_half(self) -> None:
        """Write the rest of a file that is half there."""
        if self.half is not None:
            path, data = self.half
            self.half = None
            path.write_bytes(data)
            self.ledger.wrote(path, data)
            self.log.append(f"wrote the rest of {path.name}")

    def _write(self) -> None:
        if self.half is not None:
            self.finish_half()
            return
        self._files += 1
        path = self.bridge.folder / f"{self.rng.choice(SONGS)} v{self._files}.wav"
        data = self.sounds.make(self.rng.getrandbits(32), self.rng.uniform(0.5, 1.2))
        if self.rng.random() < 0.2:
            path.write_bytes(data[: len(data) // 2])
            self.half = path, data
            return
        path.write_bytes(data)
        self.ledger.wrote(path, data)
        self.log.append(f"wrote {path.name}")

    def _master(self) -> None:
        asked = (self.rng.choice(list(self.ledger.files)), self.rng.choice(TARGETS))
        if asked in self.ledger.masters:
            return
        self.ledger.masters[asked] = False
        answer = self._order(MASTER, str(asked[0]), asked[1], "anyway")
        self.ledger.masters[asked] = answer is not None and answer.address == "/freshears/done"

    def _order(self, address: Address, *args: Value) -> OscMessage | None:
        answer: OscMessage | None = None
        with suppress(OSError):
            answer = self.bridge.ask(address, *args, timeout_s=_ANSWER_S)
        said = "no answer" if answer is None else f"{answer.address} {answer.params}"
        self.log.append(f"{address.path} {args}: {said}")
        done = answer is not None and answer.address == "/freshears/done"
        if address is MODE:
            self.ledger.modes.setdefault(str(args[0]), []).append((str(args[1]), done))
        elif answer is not None and done and len(answer.params) > 2 and answer.params[2]:
            self.ledger.jobs.add(int(answer.params[2]))
        return answer

    def worker(self) -> psutil.Process | None:
        """Return the bridge's worker, if it has one."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.bridge.process.pid).children():
                if any("bridge.worker" in word for word in child.cmdline()):
                    return child
        return None

    def rest(self) -> str:
        """Wait until nothing is left to do; return what still is when that takes too long."""
        end_s = time.monotonic() + _REST_S
        left = "everything"
        while time.monotonic() < end_s:
            left = settled(self.ledger, self.bridge.store_path)
            if not left:
                return ""
            time.sleep(0.1)
        return left

    def close(self) -> None:
        """End everything and take the folder away."""
        if self.bridge.process.poll() is None:
            self.bridge.kill()
        shutil.rmtree(self.root, ignore_errors=True)


def kill_once(house: House) -> str:
    """Let things happen, and kill at a random moment of that; return what was killed."""
    rng = house.rng
    what = rng.choice(("bridge", "worker", "both"))
    pause_s = rng.uniform(0.0, rng.choice((0.2, 1.0, _LONGEST_PAUSE_S)))
    killed: list[str] = []
    timer = threading.Timer(pause_s, lambda: killed.append(_kill(house, what)))
    timer.start()
    for _ in range(rng.randrange(1, 5)):
        if killed:
            break
        house.act()
        time.sleep(rng.uniform(0.0, 0.3))
    timer.join()
    house.log.append(f"killed: {killed[0]}")
    if killed[0] != "worker":
        house.bridge.kill()
        house.bridge.start()
    return killed[0]


def _kill(house: House, what: str) -> str:
    worker = house.worker()
    if worker is None:
        what = "bridge"
    if what != "bridge" and worker is not None:
        with suppress(psutil.Error):
            worker.kill()
    if what != "worker":
        os.kill(house.bridge.process.pid, signal.SIGKILL)
    return what


def _ask_again(house: House) -> int:
    """Ask again for what failed because the worker was killed twice during it; that is told, and not lost."""
    failed = [job for job in failed_for_good(house.bridge.store_path) if "twice" in job[3]]
    for _, kind, path, _ in failed:
        if kind == "master":
            targets = [target for mix, target in house.ledger.masters if str(mix) == path]
            for target in targets:
                house.bridge.ask(MASTER, path, target, "anyway")
        else:
            house.bridge.ask(ANALYZE, path)
    return len(failed)


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    sounds = Sounds()

    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        house = House(rng, sounds)
        house.bridge.start()
        try:
            for _ in range(count):
                batch.count(f"of the {kill_once(house)}")
                batch.done += 1
                if rng.random() < 0.25 and (left := house.rest()):
                    batch.failures.append(failure_of_house(house, f"does not come to rest: {left}"))
            finish(house, batch)
        finally:
            house.close()
        return batch

    yield work


def finish(house: House, batch: Batch) -> None:
    """Let everything be done, end in good order, and look at what is there."""
    house.finish_half()
    if left := house.rest():
        batch.failures.append(failure_of_house(house, f"does not come to rest: {left}"))
    batch.count("asked again", _ask_again(house))
    if left := house.rest():
        batch.failures.append(failure_of_house(house, f"does not come to rest: {left}"))
    stop(house, batch)
    problems = [*wrong(house.ledger, house.bridge.store_path, house.bridge.folder), *processes_left(house.bridge.home)]
    batch.failures.extend(failure_of_house(house, problem) for problem in problems)
    batch.count("files", len(house.ledger.files))
    acknowledged = sum(house.ledger.masters.values()) + len(house.ledger.jobs)
    acknowledged += sum(heard for said in house.ledger.modes.values() for _, heard in said)
    batch.count("acknowledged", acknowledged)


def stop(house: House, batch: Batch) -> None:
    """End the bridge in good order; a fault in its log is a failure, as is an exit code."""
    try:
        code = house.bridge.stop()
    except AssertionError as error:
        batch.failures.append(failure_of_house(house, f"a fault in the log: {error}"))
        return
    if code:
        batch.failures.append(failure_of_house(house, f"exit code {code}"))


def failure_of_house(house: House, problem: str) -> Failure:
    log = house.bridge.home / "freshears.log"
    logged = log.read_text(encoding="utf-8", errors="replace")[-8000:] if log.exists() else ""
    failed = failed_for_good(house.bridge.store_path)
    story = "\n".join([problem, *house.log, f"failed jobs: {failed}", logged])
    return Failure(problem.partition(":")[0], problem, story.encode("utf-8", "backslashreplace"))


def _result(state: State) -> str:
    numbers = {name: f"{int(much):,}" for name, much in state.sums.items()}
    kinds = ", ".join(f"{numbers.get(f'of the {what}', 0)} of the {what}" for what in ("bridge", "worker", "both"))
    return (
        f"kills: {kinds}; {numbers.get('files', 0)} bounces landed, {numbers.get('acknowledged', 0)} orders "
        f"acknowledged; {numbers.get('asked again', 0)} jobs asked again whose worker was killed twice"
    )


LANES = (
    Lane(
        "kills",
        "Kills at random moments of bridge, worker or both while files land and orders over OSC are answered",
        1_000,
        10,
        0,
        _opened,
        _result,
    ),
)
