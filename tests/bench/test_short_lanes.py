"""The short form of every long lane: it runs, and finds nothing."""

from pathlib import Path

import pytest

from bench.fuzz.__main__ import LANES as FUZZ
from bench.lanes.lane import Lane
from bench.lanes.run import short

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("lane", FUZZ, ids=lambda lane: lane.name)
def test_mutated_input_does_no_harm(lane: Lane, tmp_path: Path) -> None:
    batch = short(lane, tmp_path)
    assert batch.done == lane.short
    assert not batch.failures, f"{batch.failures[0].kind}\n{batch.failures[0].text}\n{batch.failures[0].data[:200]!r}"
