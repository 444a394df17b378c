"""Stores damaged at random, repaired, and looked at again: `python -m bench.soak.store_damage [CASES] [SEED]`.

Each case is one store with noise in its file, its log or both, with a backup or without. It must be sound after the
repair, and the damaged files must be beside it as they were. `soak` is what the long lane calls.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bridge.errors import StoreError
from bridge.store import problems_of, repair_store
from tests.store.care.damage import BOUNCES, Template, noise, read_all


class Case(NamedTuple):
    """What became of one damaged store."""

    seed: int
    seconds: float
    bounces: int  # of `BOUNCES` that came back
    with_backup: bool
    fault: str  # empty: none


def soak(cases: int, seed: int) -> Iterator[Case]:
    """Damage and repair as many stores; yield what became of each."""
    with tempfile.TemporaryDirectory() as name:
        template = Template(Path(name) / "template")
        for number in range(seed, seed + cases):
            yield _case(template, Path(name) / str(number), number)


def _case(template: Template, folder: Path, seed: int) -> Case:
    rng = random.Random(seed)
    with_backup, sides = rng.random() < 0.5, rng.choice((("",), ("-wal",), ("", "-wal")))
    path = template.in_folder(folder, with_backup=with_backup)
    damaged = {side: noise(template.bytes_of[side], seed) for side in sides}
    for side, data in damaged.items():
        path.with_name(path.name + side).write_bytes(data)
    began_s, fault, count = time.monotonic(), "", 0
    try:
        _read_or_refused(path)
        for side in ("", "-wal"):  # reading may have changed them
            path.with_name(path.name + side).write_bytes(damaged.get(side, template.bytes_of[side]))
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        aside = repair_store(path, 1_000_000.0, was_ours=True).aside
        count = read_all(path)
        fault = "; ".join(problems_of(path))
        for side, data in damaged.items():
            if aside is None or aside.with_name(aside.name + side).read_bytes() != data:
                fault = f"the damaged {side or 'file'} was changed"
        if with_backup and count < BOUNCES:
            fault = f"{count} of {BOUNCES} bounces, with a backup"
    except Exception as error:  # noqa: BLE001 - what this looks for
        fault = f"{type(error).__name__}: {error}"
    return Case(seed, time.monotonic() - began_s, count, with_backup, fault)


def _read_or_refused(path: Path) -> None:
    try:
        read_all(path)
    except StoreError as error:
        if "\n" in str(error):
            raise ValueError("refused in more than one line") from error


def main(cases: int = 200, seed: int = 0) -> int:
    """Run the lane and print its figures; 1 when something was found."""
    found = list(soak(cases, seed))
    for case in found:
        if case.fault:
            print(f"seed {case.seed}: {case.fault}")
    without = [case.bounces for case in found if not case.with_backup]
    faults = sum(bool(case.fault) for case in found)
    slowest_s = max(case.seconds for case in found)
    print(
        f"{cases} damaged stores from seed {seed}: {faults} faults; slowest repair {slowest_s:.1f} s; "
        f"without a backup {sum(without) / max(len(without), 1) / BOUNCES:.1%} of the bounces came back"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
