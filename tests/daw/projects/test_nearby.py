"""What a bounce was made through, read from the saved project beside it, or nothing when that is not sure."""

import os
from pathlib import Path

import pytest

from bridge.daw.projects.nearby import session_near
from tests.daw.projects import projects

ROOM = projects.fx('VST "VST3: SoundID Reference (Sonarworks)" x')


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    projects.write(tmp_path / "Tide.rpp", projects.project(ROOM, top=["MASTER_FX 1"]))
    path = tmp_path / "Bounces" / "Tide v2.wav"
    path.parent.mkdir()
    path.touch()
    os.utime(tmp_path / "Tide.rpp", (1000, 1000))
    os.utime(path, (2000, 2000))
    return path


def test_the_project_as_it_was_saved(sound: Path) -> None:
    session = session_near(sound)
    assert session is not None
    assert (session.daw, session.project_name, session.seen_at) == ("reaper", "Tide", 1000)
    assert [slot.name for slot in session.master_chain] == ["SoundID Reference (Sonarworks)"]
    assert session.project_path == str(sound.parent.parent / "Tide.rpp")


def test_one_saved_after_the_bounce_says_nothing(sound: Path) -> None:
    os.utime(sound, (900, 900))
    assert session_near(sound) is None


def test_a_damaged_or_missing_project_says_nothing(sound: Path) -> None:
    (sound.parent.parent / "Tide.rpp").write_text("<REAPER_PROJECT")
    assert session_near(sound) is None
    (sound.parent.parent / "Tide.rpp").unlink()
    assert session_near(sound) is None


def test_a_very_large_project_is_left_alone(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.daw.projects.nearby._MAX_BYTES", 100)
    assert session_near(sound) is None
