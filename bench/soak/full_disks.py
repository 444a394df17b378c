"""A disk without room at random moments: nothing acknowledged is lost, and all comes when there is room.

The limit on the size of files stands for the disk: it can be set for a running process (Linux), and what it refuses is
refused as a full disk refuses it, in the middle of a write.
"""

import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.lanes.lane import Batch, Lane, Work
from bench.lanes.state import State
from bench.soak.kills import House, failure_of_house, finish, stop
from bench.soak.sounds import Sounds
from bridge.osc.addresses import PING

_ROOM_BYTES = (0, 0, 4096, 65_536, 1 << 18)
_PING_S = 5.0


def fill_once(house: House, batch: Batch) -> None:
    """Take the room away, let things happen, and give it back."""
    rng = house.rng
    room = rng.choice(_ROOM_BYTES)
    for _ in range(rng.randrange(1, 4)):
        house.act()
    _limit(house, room)
    house.log.append(f"room for {room} bytes")
    try:
        for _ in range(rng.randrange(1, 4)):
            house.act()
            time.sleep(rng.uniform(0.0, 0.5))
            _limit(house, room)  # a worker that was started meanwhile
        began_s = time.monotonic()
        with suppress(TimeoutError):
            house.bridge.ask(PING, timeout_s=_PING_S)
        took_s = time.monotonic() - began_s
        batch.peak("slowest ping_s", took_s)
        if took_s >= _PING_S:
            batch.failures.append(failure_of_house(house, "no answer to a ping while the disk is full"))
        time.sleep(rng.uniform(0.0, 1.5))
    finally:
        _limit(house, resource.RLIM_INFINITY)
        house.log.append("room again")


def _limit(house: House, room: int) -> None:
    with suppress(psutil.Error):
        bridge = psutil.Process(house.bridge.process.pid)
        for process in (bridge, *bridge.children()):
            with suppress(psutil.Error, ProcessLookupError):
                hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, hard))


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    sounds = Sounds()

    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        house = House(rng, sounds)
        house.bridge.start()
        try:
            for _ in range(count):
                fill_once(house, batch)
                batch.done += 1
            house.finish_half()
            if left := house.rest():
                batch.failures.append(failure_of_house(house, f"does not come to rest: {left}"))
            stop(house, batch)  # what failed for want of room is tried again at the next start
            house.bridge.start()
            finish(house, batch)
        finally:
            house.close()
        return batch

    yield work


def _result(state: State) -> str:
    files, orders = (f"{int(state.sums.get(name, 0)):,}" for name in ("files", "acknowledged"))
    return (
        f"{files} bounces landed, {orders} orders acknowledged; the slowest ping meanwhile was answered after "
        f"{state.peaks.get('slowest ping_s', 0.0):.1f} s"
    )


LANES = (
    Lane(
        "full-disks",
        "Disks without room at random moments while files land and orders over OSC are answered",
        300,
        10,
        0,
        _opened,
        _result,
    ),
)
