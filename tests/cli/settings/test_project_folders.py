"""Folders of projects from the terminal: looked for, offered, added, listed and taken out."""

import json
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.app.saves import finding
from bridge.cli.commands import config as config_command
from bridge.cli.root import app
from bridge.settings.config import load


@pytest.fixture(autouse=True)
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A music folder with one Live set in it, nothing else on the computer, and nobody who could be asked."""
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(finding, "usual_places", lambda: (tmp_path / "Music",))
    monkeypatch.setattr(finding, "listed_sessions", tuple)
    folder = tmp_path / "Music" / "Ableton"
    (folder / "Tide Project").mkdir(parents=True)
    (folder / "Tide Project" / "Tide.als").write_bytes(b"x")
    return folder


def ran(*words: str, typed: str = "", code: int = 0) -> str:
    done = CliRunner().invoke(app, ("projects", *words), input=typed)
    assert done.exit_code == code
    return done.output


def followed(home: Path) -> tuple[str, ...]:
    return load(home / "config.toml").projects.folders


def test_what_is_found_is_shown_and_nothing_added_unasked(tmp_path: Path, songs: Path) -> None:
    said = ran("find")
    assert f"{songs}  (1 project: Ableton Live)" in said
    assert "Nothing was added" in said
    assert not (tmp_path / "home" / "config.toml").exists()
    assert json.loads(ran("find", "--json")) == [{"path": str(songs), "daws": ["Ableton Live"], "projects": 1}]


@pytest.mark.parametrize(("typed", "is_added"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_person_is_asked(
    tmp_path: Path, songs: Path, monkeypatch: pytest.MonkeyPatch, typed: str, is_added: bool
) -> None:
    monkeypatch.setattr(config_command, "in_a_terminal", lambda: True)
    ran("add", str(tmp_path))
    ran("remove", str(tmp_path))
    ran("find", typed=typed)
    assert followed(tmp_path / "home") == ((str(songs),) if is_added else ())


def test_folders_are_added_listed_and_taken_out_and_the_watched_ones_stay(tmp_path: Path, songs: Path) -> None:
    assert f"Followed now: {songs}" in ran("find", "--add")
    assert ran("list").split() == [str(songs)]
    assert "No projects of the last year" in ran("find")
    watched = load(tmp_path / "home" / "config.toml").watch.folders
    assert f"Followed no longer: {songs}" in ran("remove", str(songs))
    assert followed(tmp_path / "home") == ()
    assert load(tmp_path / "home" / "config.toml").watch.folders == watched
    ran("add", str(tmp_path / "nowhere"), code=1)


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_a_name_that_no_settings_can_hold_is_said_and_the_others_are_followed(tmp_path: Path, songs: Path) -> None:
    odd = songs.parent / os.fsdecode(b"a\xffb")
    odd.mkdir()
    (odd / "Ebb.als").write_bytes(b"x")
    os.utime(odd / "Ebb.als", (2**31, 2**31))  # the newest comes first
    assert "no UTF-8 cannot stand in the settings; rename the folder" in ran("find", "--add")
    assert followed(tmp_path / "home") == (str(songs),)


@pytest.mark.parametrize("named", ["", ".."])
def test_a_whole_home_is_too_much(named: str, tmp_path: Path, songs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(songs))
    monkeypatch.setenv("USERPROFILE", str(songs))
    done = CliRunner().invoke(app, ("projects", "add", str((songs / named).resolve())))
    assert "holds much more than projects" in str(done.exception)
    ran("add", str(songs / "Tide Project"))
    assert followed(tmp_path / "home") == (str(songs / "Tide Project"),)


def test_what_is_followed_through_a_link_is_not_offered_again(tmp_path: Path, songs: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(songs)
    ran("add", str(link))
    assert "No projects of the last year" in ran("find")
