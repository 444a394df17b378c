"""The short form of every long lane: it runs, and finds nothing."""

from pathlib import Path

import pytest

from bench.fuzz.__main__ import LANES as FUZZ
from bench.lanes.lane import Lane
from bench.lanes.run import short
from bench.soak.__main__ import LANES as SOAK

pytestmark = pytest.mark.slow


SHORT = [lane for lane in (*FUZZ, *SOAK) if lane.short]


@pytest.mark.parametrize("lane", SHORT, ids=lambda lane: lane.name)
def test_the_short_form_finds_nothing(lane: Lane, tmp_path: Path) -> None:
    batch = short(lane, tmp_path)
    assert batch.done == lane.short
    assert not batch.failures, f"{batch.failures[0].kind}\n{batch.failures[0].text}\n{batch.failures[0].data[:200]!r}"
