"""Ten thousand files moved into a bounce folder within a second: who asks is answered, and the first verdict comes."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.lanes.folders import fast_folder
from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.sounds import Sounds
from bench.soak.watching.pings import Pings
from bridge.model.events import BounceJudged, BounceLanded
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess

FILES = 10_000
LONGEST_PING_S, FIRST_VERDICT_S, STOP_S = 0.5, 15.0, 3.0
_SONGS = 500
_WHILE_S = 30.0  # how long it is pinged: while it records, examines and reports


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    def work(_: int, count: int, rng: random.Random) -> Batch:
        batch = Batch()
        for _ in range(count):
            flood(rng, batch)
            batch.done += 1
        return batch

    yield work


def flood(rng: random.Random, batch: Batch, files: int = FILES) -> None:
    """Move files into the folder of a running bridge; put what was measured, and what was too slow, into the batch."""
    root = fast_folder()
    try:
        waiting = root / "waiting"
        waiting.mkdir()
        sound = bytearray(Sounds().make(rng.getrandbits(32), 0.5))
        for number in range(files):
            sound[-8:] = number.to_bytes(8, "little")
            (waiting / f"Song {number % _SONGS} v{number // _SONGS}.wav").write_bytes(sound)
        bridge = BridgeProcess(
            root / "home", root / "Bounces", settle_s=2.0, give_up_s=120.0, extra="[page]\nenabled = false\n"
        ).start()
        try:
            _measure(bridge, waiting, batch)
        finally:
            if bridge.process.poll() is None:
                bridge.kill()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _measure(bridge: BridgeProcess, waiting: Path, batch: Batch) -> None:
    pings = Pings(bridge.port).start()
    began_s = time.monotonic()
    for path in waiting.iterdir():
        path.rename(bridge.folder / path.name)
    moved_s = time.monotonic() - began_s
    landed_s = verdict_s = float("inf")
    while time.monotonic() - began_s < _WHILE_S or verdict_s > 120.0:
        event = bridge.next_news(120.0)
        at_s = time.monotonic() - began_s
        if isinstance(event, BounceLanded):
            landed_s = min(landed_s, at_s)
        elif isinstance(event, BounceJudged):
            verdict_s = min(verdict_s, at_s)
    store = Store.open(bridge.store_path, read_only=True)
    recorded = sum(len(store.bounces.of_song(song.id)) for song in store.bounces.songs())
    store.close()
    answers_s = pings.stop()
    began_s = time.monotonic()
    os.kill(bridge.process.pid, signal.SIGTERM)
    code = bridge.process.wait(60.0)
    stop_s = time.monotonic() - began_s
    bridge.stop()
    figures = {
        "moved in s": moved_s,
        "first landed after s": landed_s,
        "first verdict after s": verdict_s,
        "longest ping s": max(answers_s),
        "stopped after s": stop_s,
    }
    for name, value in figures.items():
        batch.peak(name, value)
    batch.count("pings", len(answers_s))
    batch.count("recorded", recorded)
    for name, limit_s in (
        ("longest ping s", LONGEST_PING_S),
        ("first verdict after s", FIRST_VERDICT_S),
        ("stopped after s", STOP_S),
    ):
        if figures[name] > limit_s:
            batch.failures.append(Failure(name, f"{name}: {figures[name]:.2f}, not {limit_s:g}; {figures}"))
    if code:
        batch.failures.append(Failure("exit code", f"exit code {code}"))


def _result(state: State) -> str:
    peaks = state.peaks
    return (
        f"longest ping {peaks.get('longest ping s', 0):.2f} s, first verdict after "
        f"{peaks.get('first verdict after s', 0):.1f} s, SIGTERM {peaks.get('stopped after s', 0):.1f} s; "
        f"{int(state.sums.get('recorded', 0)):,} recorded meanwhile"
    )


LANES = (Lane("flood", f"{FILES:,} files moved into a bounce folder in a second", 3, 1, 0, _opened, _result),)
