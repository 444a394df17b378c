"""`freshears inspect` as a person and as a program sees it."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.errors import DawError
from bridge.settings.home import home
from bridge.store import NewBounce
from tests.daw.projects import projects
from tests.store.fresh import fresh_store

RENDER = ["RENDER_FMT 0 2 48000", "RENDER_RANGE 1 0 0 18 1000", "<RENDER_CFG", "  ZXZhdxgAAQ==", ">"]


@pytest.fixture(autouse=True)
def no_reaper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the reader's own REAPER out of the test."""
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "fe"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    chain = [
        *projects.fx('VST "VST3: Pro-L 2 (FabFilter)" x'),
        *projects.container("[red]glue[/]", projects.fx('VST "VST: ReaComp (Cockos)" x', bypass="1 0")),
    ]
    return projects.write(tmp_path / "Tide.rpp", projects.project(chain, top=RENDER))


def test_people_read_names_purposes_and_states(song: Path) -> None:
    text = CliRunner().invoke(app, ["inspect", str(song)]).stdout
    assert "Tide  (REAPER, 2 tracks)" in text
    assert "loudness" in text
    assert "bypassed" in text
    assert "[red]glue[/]" in text  # printed, never interpreted
    assert "WAV, 24 bit, 48000 Hz, stereo, project" in text


def test_programs_get_json_and_nothing_else(song: Path, tmp_path: Path) -> None:
    config = tmp_path / "config" / "REAPER"
    config.mkdir(parents=True)
    (config / "reaper.ini").touch()
    projects.write(config / "reaper-hwoutfx.ini", projects.fx('VST "VST3: SoundID Reference (Sonarworks)" x'))
    record = json.loads(CliRunner().invoke(app, ["inspect", str(song), "--json"]).stdout)
    assert [(fx["name"], fx["purpose"], fx["enabled"]) for fx in record["master_chain"]] == [
        ("Pro-L 2 (FabFilter)", "loudness", True),
        ("[red]glue[/]", "utility", True),
        ("ReaComp (Cockos)", "glue", False),
    ]
    assert record["monitor_chain"][0]["purpose"] == "room-correction"
    assert record["render"]["bit_depth"] == 24


def test_an_ardour_session(tmp_path: Path) -> None:
    session = Path(__file__).parents[1] / "data" / "ardour" / "two_processors.ardour"
    text = CliRunner().invoke(app, ["inspect", str(session)]).stdout
    assert "Ardour" in text
    assert "ACE Compressor" in text


def test_a_damaged_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "bad.rpp").write_text("<REAPER_PROJECT 0.1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["inspect", str(tmp_path / "bad.rpp")])
    assert isinstance(result.exception, DawError)


def test_the_persons_own_list_of_plug_ins_counts(song: Path, tmp_path: Path) -> None:
    (tmp_path / "fe").mkdir()
    (tmp_path / "fe" / "plugins.toml").write_text('[mine]\nmeter = ["Pro-L"]\n', encoding="utf-8")
    record = json.loads(CliRunner().invoke(app, ["inspect", str(song), "--json"]).stdout)
    assert record["master_chain"][0]["purpose"] == "meter"


def test_a_strip_that_everything_passes_through(tmp_path: Path) -> None:
    limiter = [f"      {line}" for line in projects.fx('VST "VST3: Pro-L 2 (FabFilter)" x')]
    folder = [
        "  <TRACK {1}",
        '    NAME "MIX BUS"',
        "    ISBUS 1 1",
        "    FX 0",
        "    <FXCHAIN",
        *limiter,
        "    >",
        "  >",
    ]
    inside = ["  <TRACK {2}", "  >", "  <TRACK {3}", "    ISBUS 2 -1", "  >"]
    lines = projects.project(None, tracks=0)
    path = projects.write(tmp_path / "Tide.rpp", [*lines[:-1], *folder, *inside, ">"])
    shown = " ".join(CliRunner().invoke(app, ["inspect", str(path)]).stdout.split())
    assert "On MIX BUS, which everything passes through: switched off as a whole Pro-L 2 (FabFilter) VST3" in shown
    (bus,) = json.loads(CliRunner().invoke(app, ["inspect", str(path), "--json"]).stdout)["buses"]
    assert (bus["name"], bus["chain_enabled"], bus["chain"][0]["purpose"]) == ("MIX BUS", False, "loudness")


def test_what_a_project_looks_like(tmp_path: Path) -> None:
    many = projects.write(tmp_path / "Mix.rpp", projects.project(None, tracks=24))
    assert "It looks like mixing: the session has 24 tracks." in CliRunner().invoke(app, ["inspect", str(many)]).stdout
    bounce = tmp_path / "Bounces" / "Tide v3.wav"
    bounce.parent.mkdir()
    bounce.write_bytes(b"RIFF" * 100)
    (tmp_path / "fe").mkdir()
    where = home(str(tmp_path / "fe"))
    where.store_path.parent.mkdir(parents=True, exist_ok=True)
    store = fresh_store(where.store_path)
    digest = hashlib.sha256(bounce.read_bytes()).hexdigest()
    store.bounces.record(NewBounce(bounce, 400, 1, digest, "Tide", "tide", "", "", "folder"))
    store.close()
    item = ["  <TRACK {1}", "    <ITEM", "      <SOURCE WAVE", f'        FILE "{bounce}"', "      >", "    >", "  >"]
    lines = projects.project(None, tracks=0)
    master = projects.write(tmp_path / "Master.rpp", [*lines[:-1], *item, ">"])
    record = json.loads(CliRunner().invoke(app, ["inspect", str(master), "--json"]).stdout)
    assert (record["looks_like"], record["looks_like_why"]) == (
        "mastering", "the session holds little but bounce 1 of Tide",
    )  # fmt: skip
    assert record["source_files"] == [str(bounce)]
