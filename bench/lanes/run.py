"""Running lanes from the command line: on and on from where they were, until they are complete or stopped."""

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench.lanes.lane import Batch, Lane, rng_of
from bench.lanes.state import State, StateFolder
from bench.lanes.table import write_table
from bridge.filelock import FileLock

STATES = Path(__file__).parent.parent.parent / ".bench" / "lanes"
SEED = 13  # ours: any will do; another one tries other things
_SAY_EVERY_S = 30.0


def short(lane: Lane, folder: Path, seed: int = SEED, count: int | None = None) -> Batch:
    """Try a lane's short form (or ``count`` tries), from its beginning; nothing is kept."""
    wanted = lane.short if count is None else count
    with lane.opened(folder) as work:
        return work(0, wanted, rng_of(lane, seed, 0))


def go_on(lane: Lane, root: Path, seed: int, stopping: threading.Event, ends_s: float, most: int) -> State:
    """Go on with a lane until it is complete, stopped, or out of time."""
    kept = StateFolder(root, lane.name)
    state = kept.read(lane.name, seed)
    goal = min(lane.goal, most)
    if state.done >= goal:
        return state
    state.began_at = state.began_at or time.time()
    said_s = time.monotonic()
    with lane.opened(kept.folder) as work:
        while state.done < goal and not stopping.is_set() and time.monotonic() < ends_s:
            began_s = time.monotonic()
            count = min(lane.batch, goal - state.done)
            batch = work(state.done, count, rng_of(lane, seed, state.done))
            kept.add(state, batch)
            state.wall_s += time.monotonic() - began_s
            state.ended_at = time.time()
            kept.write(state)
            if batch.failures or time.monotonic() - said_s > _SAY_EVERY_S:
                said_s = time.monotonic()
                _say(f"{lane.name}: {state.done:,} of {lane.goal:,}, {len(state.open)} open; {lane.result(state)}")
    return state


def again(lane: Lane, root: Path, seed: int) -> State:
    """Try the kept inputs of a lane once more; a kind whose inputs all pass now is mended."""
    kept = StateFolder(root, lane.name)
    state = kept.read(lane.name, seed)
    for name, kind in state.kinds.items():
        inputs = kept.inputs(name)
        if lane.again is None or not inputs:
            _say(f"{lane.name}: {name}: cannot be tried again by itself")
            continue
        failures = [lane.again(kept.folder, path.read_bytes()) for path in inputs]
        kind.mended = not any(failures)
        _say(f"{lane.name}: {name}: {'mended' if kind.mended else 'still fails'}")
    kept.write(state)
    return state


def main(section: str, title: str, lanes: Sequence[Lane], arguments: list[str] | None = None) -> int:
    """Run the lanes that were asked for, and renew their table."""
    asked = _parser(section, lanes).parse_args(arguments)
    chosen = [lane for lane in lanes if not asked.only or lane.name in asked.only]
    if asked.short:
        with tempfile.TemporaryDirectory(prefix="freshears-lane-") as folder:
            return max((_show(lane, short(lane, Path(folder), asked.seed)) for lane in chosen), default=0)
    root: Path = asked.state
    root.mkdir(parents=True, exist_ok=True)
    if not asked.table:
        lock = FileLock(root / "lock")
        if not lock.acquire(f"python -m bench.{section}"):
            _say("Another lane is being run with this state; one at a time, since they share the cores.")
            return 2
        try:
            _run(chosen, asked)
        finally:
            lock.release()
    states = [(lane, StateFolder(root, lane.name).read(lane.name, asked.seed)) for lane in lanes]
    write_table(section, title, states)
    for lane, state in states:
        _say(f"{lane.name}: {state.done:,} of {lane.goal:,}, {len(state.open)} open")
    return 1 if any(state.open for _, state in states) else 0


def _run(lanes: Sequence[Lane], asked: argparse.Namespace) -> None:
    """Run lanes until they are complete, out of time, or stopped by a signal."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    ends_s = time.monotonic() + asked.minutes * 60.0
    for lane in lanes:
        if asked.again:
            again(lane, asked.state, asked.seed)
        else:
            go_on(lane, asked.state, asked.seed, stopping, ends_s, asked.most)


def _parser(section: str, lanes: Sequence[Lane]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m bench.{section}", description="Go on with the long lanes; Ctrl+C ends after the batch."
    )
    parser.add_argument("--only", choices=[lane.name for lane in lanes], action="append", help="only this lane")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--state", type=Path, default=STATES, help=f"where the state is kept ({os.fspath(STATES)})")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="stop at so many tries")
    parser.add_argument("--short", action="store_true", help="the short form, as in `make test`; nothing is kept")
    parser.add_argument("--again", action="store_true", help="only try the kept inputs that failed once more")
    parser.add_argument("--table", action="store_true", help="only renew the table")
    return parser


def _show(lane: Lane, batch: Batch) -> int:
    _say(f"{lane.name}: {batch.done:,} tried, {len(batch.failures)} failed {batch.sums} {batch.peaks}")
    for failure in batch.failures[:3]:
        _say(f"{failure.kind}\n{failure.text}\n{failure.data[:200]!r}")
    return 1 if batch.failures else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
