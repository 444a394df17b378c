"""A bounce that lands while no DAW is heard is held against the saved project beside it."""

import os
from pathlib import Path

import msgspec
import pytest

from bridge.model.events import BounceJudged
from tests.app.bridge_process import BridgeProcess
from tests.app.conftest import Sound
from tests.daw.projects import projects

pytestmark = pytest.mark.slow


def checks(bridge: BridgeProcess) -> set[str]:
    """Return the checks that found something in the bounce that is judged next."""
    judged = bridge.wait_for(BounceJudged)
    return {finding.check for finding in judged.analysis.findings}


def put(path: Path, data: bytes, at_s: float) -> None:
    path.write_bytes(data)
    os.utime(path, (at_s, at_s))


def test_room_correction_in_the_saved_project_is_a_fault_of_the_bounce(bridge: BridgeProcess, sound: Sound) -> None:
    chain = projects.fx('VST "VST3: SoundID Reference (Sonarworks)" x')
    song = projects.write(bridge.folder.parent / "Tide.rpp", projects.project(chain))
    os.utime(song, (1_700_000_000, 1_700_000_000))
    put(bridge.folder / "Tide v1.wav", sound(0), 1_700_000_100)
    assert "room_correction" in checks(bridge)
    assert msgspec.json.encode(bridge.seen[-1])


def test_switched_off_it_is_none(bridge: BridgeProcess, sound: Sound) -> None:
    chain = projects.fx('VST "VST3: SoundID Reference (Sonarworks)" x', bypass="1 0 0")
    song = projects.write(bridge.folder.parent / "Tide.rpp", projects.project(chain))
    os.utime(song, (1_700_000_000, 1_700_000_000))
    put(bridge.folder / "Tide v1.wav", sound(0), 1_700_000_100)
    assert "room_correction" not in checks(bridge)
