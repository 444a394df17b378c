from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.errors import ConfigError, UsageError
from bridge.policy.bus.plugins import classify
from bridge.settings.home import home as home_of
from bridge.settings.own_plugins import own_plugin_list

TABLE = (
    "name\tmaker\tmaker_calls_it\nVST3: Breakwater (Harbour Audio)\tHarbour Audio\tlimiter\nEBU R128 Meter\tx\tmeter\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


def test_ones_own_list_grows_and_keeps_what_stood_there(home: Path) -> None:
    (home / "products.tsv").write_text(TABLE)
    own = home / "plugins.toml"
    own.write_text('# mine\n[any]\nglue = ["my rack"]  # by ear\nloudness = ["wall"]\n[cockos]\nmeter = ["scope"]\n')
    asked = ["plugins", "learn", str(home / "products.tsv")]
    first = CliRunner().invoke(app, asked)
    assert first.output.startswith(f"1 added to {own}, 1 known already, 0 left out"), first.output
    text = own.read_text()
    assert "# mine" in text
    assert "# by ear" in text
    grown = own_plugin_list(home_of(str(home)))
    assert [classify(name, grown).purpose for name in ("Breakwater", "My Rack", "Wall")] == [
        "loudness",
        "glue",
        "loudness",
    ]
    assert CliRunner().invoke(app, asked).exit_code == 0
    assert own.read_text() == text


def test_an_lv2_bundle_is_read_and_a_list_that_is_not_there_is_made(home: Path) -> None:
    (home / "quux.ttl").write_text('<urn:quux> a lv2:Plugin, lv2:ReverbPlugin ; doap:name "Quux" .\n')
    done = CliRunner().invoke(app, ["plugins", "learn", str(home / "quux.ttl"), "--into", str(home / "new.toml")])
    assert done.exit_code == 0, done.output
    assert "=quux" in (home / "new.toml").read_text()
    assert not (home / "plugins.toml").exists()


def test_what_is_no_table_or_no_list_is_refused_and_left_as_it_is(home: Path) -> None:
    table = home / "products.tsv"
    table.write_text("Breakwater, limiter\nWall, limiter\n")
    assert isinstance(CliRunner().invoke(app, ["plugins", "learn", str(table)]).exception, UsageError)
    table.write_text(TABLE)
    own = home / "plugins.toml"
    own.write_text("[any\n")
    assert isinstance(CliRunner().invoke(app, ["plugins", "learn", str(table)]).exception, ConfigError)
    assert own.read_text() == "[any\n"
