"""How many threads compute at once: as many as are allowed, and another number from the next block on."""

import re
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.engine import analyse
from bridge.engine.threads import MOST, ThreadBudget, budget
from bridge.model import Progress
from tests.tree import ROOT, python_files, read


def test_so_many_work_at_once_and_the_others_wait() -> None:
    places = ThreadBudget(2)
    inside, leave = threading.Semaphore(0), threading.Event()

    def work() -> None:
        with places.working():
            inside.release()
            leave.wait(10.0)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=10.0)
    assert inside.acquire(timeout=10.0)
    assert not inside.acquire(timeout=0.05)
    leave.set()
    for thread in threads:
        thread.join(10.0)
    assert places.highest == 2


@pytest.mark.parametrize(("asked", "most"), [(0, MOST), (1, 1), (99, MOST), (-3, 1)])
def test_what_is_asked_for_has_bounds(asked: int, most: int) -> None:
    places = ThreadBudget()
    places.allow(asked)
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait(10.0)
        for _ in range(200):
            places.run(sum, range(500))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10.0)
    assert places.highest <= most


def test_one_that_fails_frees_its_place() -> None:
    places = ThreadBudget(1)
    with pytest.raises(ZeroDivisionError):
        places.run(divmod, 1, 0)
    assert places.run(divmod, 1, 1) == (1, 0)


@pytest.mark.slow
def test_in_the_middle_of_an_analysis_the_number_changes_at_the_next_block(tmp_path: Path) -> None:
    path = tmp_path / "Tide.wav"
    sf.write(path, np.random.default_rng(1).normal(0.0, 0.1, (48_000 * 20, 2)), 48_000)
    seen: dict[str, int] = {}
    blocks = 0

    def progress(_: Progress) -> None:
        nonlocal blocks
        blocks += 1
        if blocks == 3:
            seen["before"] = budget.highest
            budget.allow(1)
        elif blocks == 4:
            budget.allow(1)  # what ran when the word came has ended: count anew
        elif blocks == 8:
            seen["after"] = budget.highest

    budget.allow(0)
    try:
        analyse.run_analysis(path, progress=progress)
    finally:
        budget.allow(0)
    assert seen == {"before": 2, "after": 1}


@pytest.mark.slow
def test_nothing_else_has_threads_of_its_own() -> None:
    """No compiled kernel is parallel, and matrix products are held to one thread, in the worker, too."""
    sources = [read(path) for path in python_files("dsp", "bridge")]
    assert [text for text in sources if re.search(r"parallel\s*=\s*True|\bprange\b", text)] == []
    assert '"OPENBLAS_NUM_THREADS", "1"' in (ROOT / "bridge" / "worker" / "launching.py").read_text(encoding="utf-8")
