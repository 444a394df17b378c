"""Whoever asks is answered first, however much was found; and neither keeps the other from its turn."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.app.identify import Identified
from bridge.app.loop import arrivals as module
from bridge.app.loop.arrivals import Arrivals
from bridge.watch.settle import Stamp
from bridge.worker.protocol import Ready

COST_S = 0.01


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that each thing that is handled moves on."""
    clock = SimpleNamespace(now_s=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.now_s))
    return clock


def found(number: int) -> Identified:
    return Identified(Path(f"{number}.wav"), Stamp(1, 1), "", "")


def taken(arrivals: Arrivals, clock: SimpleNamespace) -> list[Any]:
    handled = []
    for arrival in arrivals.take(0.0):
        handled.append(arrival)
        clock.now_s += COST_S
    return handled


@pytest.mark.slow
def test_what_is_asked_comes_before_ten_thousand_files_that_were_found(clock: SimpleNamespace) -> None:
    arrivals = Arrivals()
    for number in range(10_000):
        arrivals.post(found(number))
    assert arrivals.offer(Ready(1))
    first, *others = taken(arrivals, clock)
    assert first == Ready(1)
    assert others == [found(number) for number in range(len(others))]  # in their order
    assert clock.now_s < 0.1
    assert taken(arrivals, clock)[0] == found(len(others))


def test_a_flood_of_what_is_asked_keeps_no_file_waiting(clock: SimpleNamespace) -> None:
    arrivals = Arrivals()
    arrivals.post(found(1))
    for number in range(1_000):
        assert arrivals.offer(Ready(number))
    assert found(1) in taken(arrivals, clock)
    assert clock.now_s < 0.1


def test_what_may_be_asked_again_is_refused_when_there_is_too_much(clock: SimpleNamespace) -> None:
    arrivals = Arrivals()
    while arrivals.offer(Ready(1)):
        pass
    arrivals.post(found(1))  # what was found is never refused
    assert found(1) in taken(arrivals, clock)
    assert arrivals.offer(Ready(1))
