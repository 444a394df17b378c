"""A guest beside a DAW: how late a thread wakes that wants to wake every millisecond, without us and with us.

`python -m bench.soak.guest [--seconds 20] [--write]` takes under two minutes, alone on a quiet machine; `--write`
renews the table in docs/reliability.md. The thread has normal priority and a session of its own, as a DAW's has on a
desktop. Beside it a bridge examines ten bounces that land at once and makes a master.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil

from bench.document import busy, machine, replace_section, table
from bench.lanes.table import DOCUMENT
from bench.soak.sounds import Sounds
from bridge.osc.addresses import MASTER
from tests.app.bridge_process import BridgeProcess

PERIOD_S = 0.001
BOUNCES, BOUNCE_S = 10, 25.0
_SETTLE_S = 3.0  # the bridge has started, the files have been found
_TITLES = ["beside the thread", "half", "99 %", "99.9 %", "latest", "worker's share of a core"]

# A program of its own: what the rest of this one does must not hold the thread up.
_THREAD = """
import sys, time
seconds, period = float(sys.argv[1]), float(sys.argv[2])
late = []
due = time.monotonic() + period
ends = due + seconds
while due < ends:
    rest = due - time.monotonic()
    if rest > 0.0:
        time.sleep(rest)
    late.append(time.monotonic() - due)
    due = max(due + period, time.monotonic())
print(" ".join(f"{x * 1e6:.1f}" for x in late))
"""


class Lateness(NamedTuple):
    """How late the thread woke, in microseconds, and what the worker took meanwhile."""

    beside: str
    half_us: float
    p99_us: float
    p999_us: float
    latest_us: float
    worker_share: float  # processor time by time


def main() -> int:
    """Measure, print, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each condition is measured")
    parser.add_argument("--write", action="store_true", help="renew the table in docs/reliability.md")
    asked = parser.parse_args()
    found = [_lateness("nothing", asked.seconds, None)]
    for beside, priority in (("a master and ten bounces", ""), ("the same, at normal priority", "normal")):
        with _at_work(priority) as worker:
            found.append(_lateness(beside, asked.seconds, worker))
    text = _text(found, asked.seconds)
    sys.stdout.write(text + "\n")
    if asked.write:
        DOCUMENT.write_text(replace_section(DOCUMENT.read_text(encoding="utf-8"), "guest", text), encoding="utf-8")
    return 0


def _lateness(beside: str, seconds: float, bridge: psutil.Process | None) -> Lateness:
    command = [sys.executable, "-c", _THREAD, str(seconds), str(PERIOD_S)]
    before_s, began_s = _worker_s(bridge), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=True, start_new_session=os.name == "posix")
    share = (_worker_s(bridge) - before_s) / (time.monotonic() - began_s)
    late = np.array([float(word) for word in done.stdout.split()])
    half, p99, p999 = np.percentile(late, (50.0, 99.0, 99.9))
    return Lateness(beside, float(half), float(p99), float(p999), float(late.max()), share)


def _worker_s(bridge: psutil.Process | None) -> float:
    """Return the processor time the worker has taken so far."""
    if bridge is None:
        return 0.0
    times = [child.cpu_times() for child in bridge.children(recursive=True)]
    return sum(found.user + found.system for found in times)


@contextmanager
def _at_work(priority: str) -> Iterator[psutil.Process]:
    """Run a bridge that has more to do than the measurement takes; ended however that ends."""
    sounds = Sounds()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        bridge = BridgeProcess(root / "home", root / "Bounces", settle_s=0.5, extra="[page]\nenabled = false\n")
        bridge.environment["FRESHEARS_PRIORITY"] = priority
        for number in range(BOUNCES):
            (bridge.folder / f"Tide v{number + 1}.wav").write_bytes(sounds.make(number, BOUNCE_S))
        bridge.start()
        stopping = threading.Event()
        asking = threading.Thread(target=_keep_asking, args=(bridge, stopping))
        asking.start()
        try:
            time.sleep(_SETTLE_S)
            yield psutil.Process(bridge.process.pid)
        finally:
            stopping.set()
            asking.join()
            bridge.kill()


def _keep_asking(bridge: BridgeProcess, stopping: threading.Event) -> None:
    """Ask for a master, and for the next one when that may be done: the worker has work to the end."""
    number = 0
    while not stopping.wait(2.0):
        number += 1
        path = bridge.folder / f"Tide v{number % BOUNCES + 1}.wav"
        bridge.say(MASTER, str(path), ("spotify", "cd")[number % 2], "measured")


def _text(found: list[Lateness], seconds: float) -> str:
    rows = [
        [
            one.beside,
            *(f"{value:,.0f} µs" for value in (one.half_us, one.p99_us, one.p999_us, one.latest_us)),
            f"{one.worker_share:.0%}",
        ]
        for one in found
    ]
    intro = (
        f"How late a thread of normal priority wakes that wants to wake every millisecond, {seconds:g} s each; written "
        f"by `python -m bench.soak.guest --write` on {machine()}.{busy()}"
    )
    return f"{intro}\n\n{table(_TITLES, rows)}"


if __name__ == "__main__":
    sys.exit(main())
