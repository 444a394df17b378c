"""The worker steps back behind everything else, and says nothing where it cannot."""

import concurrent.futures
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.engine.threads import budget
from bridge.worker.priority import step_back
from bridge.worker.process import Worker
from bridge.worker.protocol import UseThreads, to_line

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sched(7)")
SAY = (
    "import os, threading; from bridge.worker.priority import step_back; step_back({wanted!r});"
    "found = []; thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)));"
    "thread.start(); thread.join();"
    "print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), found[0], os.getsid(0) == os.getpid())"
)


def said(wanted: str) -> list[str]:
    command = [sys.executable, "-c", SAY.format(wanted=wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stderr == ""
    return done.stdout.split()


@LINUX
def test_it_runs_where_nobody_else_wants_to_and_so_do_its_threads() -> None:
    idle = str(os.SCHED_IDLE)
    assert said("") == ["19", idle, idle, "True"]


@LINUX
def test_a_computer_that_only_makes_masters_may_leave_it_out() -> None:
    normal = str(os.SCHED_OTHER)
    assert said("normal") == [str(os.getpriority(os.PRIO_PROCESS, 0)), normal, normal, "False"]


def test_what_cannot_be_had_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    for name in ("setsid", "setpriority", "sched_setscheduler"):
        monkeypatch.setattr(os, name, refuse, raising=False)
    monkeypatch.setattr(Path, "write_text", refuse)
    step_back()


def test_what_the_bridge_says_counts_at_once() -> None:
    requests, answers = io.BytesIO(to_line(UseThreads(1))), io.BytesIO()
    try:
        Worker(requests, answers, {}).run()
        with budget.working(), concurrent.futures.ThreadPoolExecutor(1) as other:
            waits = other.submit(budget.run, int)
            with pytest.raises(TimeoutError):
                waits.result(0.05)
            budget.allow(0)
            assert waits.result(10.0) == 0
    finally:
        budget.allow(0)
