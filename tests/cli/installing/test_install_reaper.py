"""`freshears install reaper` and `uninstall reaper` as a person runs them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.daw.reaper import install


@pytest.fixture
def resource(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "user")
    monkeypatch.setattr(install, "reaper_runs", lambda: False)
    folder = tmp_path / "config" / "REAPER"
    folder.mkdir(parents=True)
    (folder / "reaper.ini").write_bytes(b"[REAPER]\r\ncsurf_cnt=0\r\n")
    return folder


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_dry_run_shows_and_changes_nothing(resource: Path) -> None:
    code, text = run("install", "reaper", "--dry-run")
    assert code == 0
    assert "+csurf_cnt=1" in text
    assert "every network interface" in text
    assert [p.name for p in resource.rglob("*")] == ["reaper.ini"]


def test_install_twice_and_uninstall(resource: Path) -> None:
    assert run("install", "reaper")[0] == 0
    assert "Nothing has to change" in run("install", "reaper")[1]
    code, text = run("uninstall", "reaper")
    assert (code, "taken out of REAPER" in text) == (0, True)
    assert [p.name for p in resource.rglob("*")] == ["reaper.ini"]
    assert (resource / "reaper.ini").read_bytes() == b"[REAPER]\r\ncsurf_cnt=0\r\n"


def test_a_running_reaper_ends_with_what_to_do(resource: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "reaper_runs", lambda: True)
    code, text = run("install", "reaper")
    assert code == 1
    assert "Close REAPER and run this again" in text


def test_a_portable_installation(resource: Path, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    assert "not a REAPER resource folder" in run("install", "reaper", "--folder", str(usb))[1]
    (usb / "reaper.ini").touch()
    text = run("install", "reaper", "--folder", str(usb))[1]
    assert f'folders = ["{usb}"]' in text
    assert (usb / "Scripts" / "Fresh Ears" / "freshears_panel.lua").is_file()
    assert not (resource / "Scripts").exists()


def test_no_reaper_is_said(resource: Path) -> None:
    (resource / "reaper.ini").unlink()
    code, text = run("install", "reaper")
    assert code == 2
    assert "--folder" in text
