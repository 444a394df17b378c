"""Settings from the terminal: watched folders, the system's editor, and what is said of a wrong file."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bridge.cli import root
from bridge.cli.commands import config as config_command
from bridge.cli.root import app
from bridge.errors import ConfigError, UsageError
from bridge.settings.config import load


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and no editor of the person's own."""
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "Music" / "Renders").mkdir(parents=True)
    return tmp_path / "home"


def ran(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_a_folder_is_added_listed_and_removed_without_an_editor(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "Music" / "Renders"
    assert f"Watched now: {folder}" in ran("watch", "add", str(folder)).output.replace("\n", "")
    assert load(home / "config.toml").watch.folders == (str(home / "Bounces"), str(folder))
    assert ran("watch", "list").output.split() == [str(home / "Bounces"), str(folder)]
    assert "Watched no longer" in ran("watch", "remove", str(folder)).output
    assert load(home / "config.toml").watch.folders == (str(home / "Bounces"),)


def test_that_sound_files_lie_only_in_folders_inside_is_said_with_the_remedy(tmp_path: Path, home: Path) -> None:
    music = tmp_path / "Music"
    (music / "Tide" / "Bounces").mkdir(parents=True)
    (music / "notes.txt").write_text("no sound")
    assert "folders inside" not in ran("watch", "add", str(music)).output
    (music / "Tide" / "Bounces" / "Tide v1.WAV").write_bytes(b"RIFF")
    for words in (("watch", "add", str(music)), ("watch", "list")):
        said = " ".join(ran(*words).output.split())
        assert "set recursive = true under [watch]" in said
        assert "Tide/Bounces" in said.replace(" ", "")
    (music / "Tide.wav").write_bytes(b"RIFF")
    assert "recursive" not in ran("watch", "list").output


def test_a_folder_is_meant_from_where_one_stands(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path / "Music")
    assert ran("watch", "add", "Renders").exit_code == 0
    assert str(tmp_path / "Music" / "Renders") in load(home / "config.toml").watch.folders


def test_a_misspelt_folder_and_a_file_are_refused(tmp_path: Path, home: Path) -> None:
    refused = ran("watch", "add", str(tmp_path / "Music" / "Rendres"))
    assert isinstance(refused.exception, UsageError)
    assert f"did you mean {tmp_path / 'Music' / 'Renders'}?" in str(refused.exception)
    file = tmp_path / "Music" / "mix.wav"
    file.touch()
    assert "is a file, not a folder" in str(ran("watch", "add", str(file)).exception)
    assert load(home / "config.toml").watch.folders == (str(home / "Bounces"),)


def test_status_and_doctor_say_a_folder_that_is_not_there_and_go_on(tmp_path: Path, home: Path) -> None:
    ran("watch", "list")
    gone, file = tmp_path / "Music" / "Rendres", tmp_path / "Music" / "mix.wav"
    file.touch()
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(f"[watch]\nfolders = ['{gone}', '{file}']\n[ardour]\nenabled = false\n")
    for command, code in (("status", 0), ("doctor", 1), ("watch list", 0)):  # no bridge runs: doctor fails for that
        found = ran(*command.split())
        said = " ".join(found.output.split())
        assert found.exit_code == code
        assert f"{gone} is not there; did you mean {tmp_path / 'Music' / 'Renders'}?" in said
        assert f"{file} is a file, not a folder" in said


@pytest.mark.parametrize(("platform", "opener"), [("linux", "xdg-open"), ("darwin", "open"), ("win32", "notepad")])
def test_config_edit_opens_the_systems_editor_and_checks_afterwards(
    platform: str, opener: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def opened(command: list[str], *, check: bool) -> None:
        asked.append(command)
        (home / "config.toml").write_text("[watch]\nfoldres = []\n")

    monkeypatch.setattr(subprocess, "run", opened)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(config_command, "in_a_terminal", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "")
    edited = ran("config", "edit")
    assert (asked[0][0], asked[0][-1]) == (opener, str(home / "config.toml"))
    assert isinstance(edited.exception, ConfigError)
    assert "did you mean `watch.folders`?" in str(edited.exception)
    monkeypatch.setenv("EDITOR", "my-editor --wait")
    ran("config", "edit")
    assert asked[1][:2] == ["my-editor", "--wait"]


def test_without_any_editor_the_file_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    edited = ran("config", "edit")
    assert edited.exit_code == 1
    assert f"open {home / 'config.toml'} yourself" in " ".join(edited.stderr.split())


def test_a_toml_error_is_shown_with_its_line_and_a_caret(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[watch]\nfolders = ["C:\\Users\\Anna\\Music"]\n')
    monkeypatch.setattr(sys, "argv", ["freshears", "config", "show"])
    with pytest.raises(SystemExit) as ended:
        root.run()
    assert ended.value.code == 2
    first, line, caret = capsys.readouterr().err.splitlines()
    assert "config.toml, line 2: not valid TOML" in first
    assert first.endswith("use 'single quotes' for Windows paths: a backslash in double quotes begins an escape")
    assert line == '  folders = ["C:\\Users\\Anna\\Music"]'
    assert caret.strip() == "^"
    assert line[caret.index("^") - 2] in "\\U"
