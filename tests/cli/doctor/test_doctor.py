"""`freshears doctor` without a bridge, and the acceptance run where it cannot be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli.commands.doctor import _lines
from bridge.cli.root import app


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))


def test_no_bridge_is_the_first_thing_to_say() -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "freshears run" in result.stdout
    assert json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout) == {"running": False, "daws": []}


def test_the_acceptance_run_needs_a_person() -> None:
    result = CliRunner().invoke(app, ["doctor", "--reaper-live"])
    assert result.exit_code == 1
    assert "needs a terminal" in result.output


def test_what_is_missing_is_said_in_sentences() -> None:
    daw = {
        "daw": "reaper",
        "connected": True,
        "channels": ["mailbox"],
        "project_name": "Tide",
        "missing": ["OSC is not heard, so changes arrive up to a second later; close REAPER, …"],
    }
    lines = list(_lines({"running": True, "daws": [daw]}))
    assert lines[0] == "REAPER is connected (mailbox): Tide"  # hostile names: printing/test_output.py
    assert "OSC is not heard" in lines[1]
    assert list(_lines({"running": True, "daws": [{**daw, "connected": False, "missing": []}]})) == [
        "REAPER is not connected."
    ]


def test_a_reaper_without_scripts_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = tmp_path / "config" / "REAPER"
    resource.mkdir(parents=True)
    (resource / "reaper.ini").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert "has no scripts of Fresh Ears" in CliRunner().invoke(app, ["doctor"]).stdout
