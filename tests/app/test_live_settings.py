"""Settings that change while the bridge runs: taken when they are right, told when they are wrong."""

import os
from pathlib import Path

import pytest

from bridge.app.live_settings import LOOK_S, LiveSettings
from bridge.model.events import Event, SettingsTaken, SettingsWrong
from bridge.settings.config import Config, load


class Reader:
    """A settings file, and who has read it."""

    def __init__(self, folder: Path, text: str, pinned: tuple[str, ...] | None = None) -> None:
        self.path = folder / "config.toml"
        self.path.write_text(text)
        self.config = load(self.path)
        self.told: list[Event] = []
        self.taken = 0
        self.now_s = 0.0
        self.live = LiveSettings(self.config, self.path, self.told.append, pinned)
        self.live.also(self.count)

    def count(self) -> None:
        self.taken += 1

    def write(self, text: str) -> None:
        at_ns = self.path.stat().st_mtime_ns
        self.path.write_text(text)
        os.utime(self.path, ns=(at_ns + 10**9, at_ns + 10**9))

    def wait(self, looks: int = 3) -> None:
        for _ in range(looks):
            self.now_s += LOOK_S
            self.live.tick(self.now_s)


def test_a_change_is_in_force_in_the_record_that_every_part_holds(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "[rest]\nhours = 24.0\n")
    reader.wait()
    assert reader.told == []
    reader.write("[rest]\nhours = 12.0\n[watch]\nfolders = ['/b']\n[songs]\n'x*' = 'X'\n")
    reader.wait()
    assert (reader.config.rest.hours, reader.config.watch.folders, reader.config.songs) == (12.0, ("/b",), {"x*": "X"})
    assert reader.told == [SettingsTaken(("watch.folders", "rest.hours", "songs.x*"))]
    assert reader.taken == 1


def test_a_wrong_file_is_told_once_and_the_old_settings_stay(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "[rest]\nhours = 24.0\n")
    reader.write("[rest]\nhours = 12.0\n[wacth]\n")
    reader.wait(10)
    (wrong,) = reader.told
    assert isinstance(wrong, SettingsWrong)
    assert "line 3" in wrong.reason
    assert "did you mean `watch`?" in wrong.reason
    assert (reader.config.rest.hours, reader.taken) == (24.0, 0)
    reader.write("[rest]\nhours = 12.0\n")
    reader.wait()
    assert reader.told[1:] == [SettingsTaken(("rest.hours",))]
    reader.path.unlink()
    reader.wait()
    assert isinstance(reader.told[-1], SettingsWrong)
    assert reader.config.rest.hours == 12.0


def test_a_file_that_is_still_being_written_is_read_when_it_stands_still(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "")
    for text in ("[re", "[rest]\nho", "[rest]\nhours = 1"):
        reader.write(text)
        reader.wait(1)
    assert reader.told == []
    reader.write("[rest]\nhours = 12.0\n")
    reader.wait()
    assert reader.told == [SettingsTaken(("rest.hours",))]


def test_what_needs_a_restart_says_so_and_stays(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "")
    reader.write("[osc]\nport = 1\n[guard]\nsettle_s = 5.0\n")
    reader.wait()
    assert reader.told == [SettingsTaken(("guard.settle_s",), ("osc.port",))]
    assert reader.config.osc == Config().osc


@pytest.mark.parametrize("pinned", [None, ("/here",)])
def test_folders_of_the_command_line_stay_whatever_the_file_says(
    tmp_path: Path, pinned: tuple[str, ...] | None
) -> None:
    reader = Reader(tmp_path, "", pinned)
    reader.write("[watch]\nfolders = ['/there']\n")
    reader.wait()
    assert reader.config.watch.folders == (pinned or ("/there",))


def test_a_command_that_has_written_the_file_has_it_taken_at_once(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "")
    reader.write("[rest]\nhours = 1.0\n")
    reader.live.take_now()
    assert reader.config.rest.hours == 1.0
    reader.wait()
    assert len(reader.told) == 1
