"""Damaged stores, as a lane: `bench.soak.store_damage` damages, repairs and looks."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.lanes.lane import Batch, Failure, Lane, Work
from bench.lanes.state import State
from bench.soak.store_damage import soak
from tests.store.care.damage import BOUNCES


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    def work(first: int, count: int, _: random.Random) -> Batch:
        batch = Batch()
        for case in soak(count, first):
            batch.done += 1
            batch.peak("slowest_s", case.seconds)
            if case.fault:
                batch.failures.append(Failure("a repair with a fault", f"seed {case.seed}: {case.fault}"))
            if not case.with_backup:
                batch.count("without a backup")
                batch.count("came back", case.bounces)
        return batch

    yield work


def _result(state: State) -> str:
    share = state.sums.get("came back", 0) / max(1.0, state.sums.get("without a backup", 0) * BOUNCES)
    slowest_s = state.peaks.get("slowest_s", 0.0)
    return f"without a backup {share:.0%} of the bounces came back; the slowest repair took {slowest_s:.1f} s"


LANES = (
    Lane(
        "store",
        "Stores with noise in file or log, with a backup or without: refused in a line, repaired, sound after it",
        2_000,
        50,
        2,
        _opened,
        _result,
    ),
)
