"""What 0.1.0 wrote opens and behaves as it did: store, settings, plug-in list, REAPER's mailbox, Ardour's slots.

The files and how they were made: ``tests/data/v0.1.0/README.md``.
"""

import gzip
import json
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import soundfile
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.daw.ardour.install import plan_install, plan_uninstall
from bridge.daw.ardour.scripts import all_scripts, script_name
from bridge.daw.ardour.slots import FILE, action_text, slots
from bridge.daw.contract import Panel
from bridge.daw.install import apply
from bridge.daw.reaper.mailbox import ReaperMailbox
from bridge.daw.scripts_folder import scripts_folder
from bridge.demo import DemoSong
from bridge.errors import StoreError
from bridge.model import FxSlot, SessionSnapshot
from bridge.model.events import BounceJudged, Event, WarningRaised
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.settings.config import load
from bridge.settings.home import home
from bridge.settings.own_plugins import own_plugin_list
from bridge.songs.service import SongService
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent / "data" / "v0.1.0"
SAID: dict[str, Any] = json.loads((DATA / "said.json").read_text(encoding="utf-8"))
WRITTEN_AT = 1_796_031_720.0  # a few seconds after the power cut
MUSIC = "/music"
# Depends on the clock of whoever asks; the rest is asked with the clock of that day, below.
OF_THE_MOMENT = {"readiness", "readiness_text", "rest_until", "left_s", "headline", "reasons"}


@pytest.fixture
def old_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home that 0.1.0 left behind, which the commands use."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "freshears.db").write_bytes(gzip.decompress((DATA / "freshears.db.gz").read_bytes()))
    for name in ("config.toml", "plugins.toml"):
        shutil.copy(DATA / name, folder / name)
    monkeypatch.setenv("FRESHEARS_HOME", str(folder))
    return folder


@pytest.fixture
def old_store(old_home: Path) -> Iterator[Store]:
    store = Store.open(old_home / "freshears.db", wall=lambda: WRITTEN_AT)
    yield store
    store.close()


def moved(store: Path, to: Path) -> None:
    """Write every path of the store as if its owner's music lay elsewhere."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                if kind == "TEXT":
                    connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (MUSIC, str(to)))


def lasting(said: Any, says: Any) -> tuple[Any, Any]:
    """Return both without what depends on the moment, and the new without what 0.1.0 did not say."""
    if isinstance(said, dict):
        kept = {key: lasting(value, says.get(key)) for key, value in said.items() if key not in OF_THE_MOMENT}
        return {key: old for key, (old, _) in kept.items()}, {key: new for key, (_, new) in kept.items()}
    if isinstance(said, list) and isinstance(says, list) and len(said) == len(says):
        pairs = [lasting(old, new) for old, new in zip(said, says, strict=True)]
        return [old for old, _ in pairs], [new for _, new in pairs]
    return said, says


COMMANDS = {
    "songs": ["songs"],
    "mode Tide": ["mode", "Tide"],
    "mode Über den Wolken": ["mode", "Über den Wolken"],
    "handoff Tide": ["handoff", "Tide", "--show"],
    "handoff Über den Wolken": ["handoff", "Über den Wolken", "--show"],
    "checklist Tide": ["checklist", "Tide"],
    "rest Über den Wolken": ["rest", "Über den Wolken"],
    "report Tide": ["report", "Tide"],
    "plugins": ["plugins", "classify", "House Limiter", "Pro-L 2", "The Glue", "Nobody Knows"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_the_old_store_what_it_said(old_home: Path, name: str) -> None:
    ran = CliRunner().invoke(app, [*COMMANDS[name], "--json"])
    assert ran.exit_code == 0, ran.output
    old, new = lasting(SAID[name], json.loads(ran.stdout.replace(str(old_home), f"{MUSIC}/home")))
    assert new == old


def test_every_setting_of_the_old_file_is_in_force(old_home: Path) -> None:
    ran = CliRunner().invoke(app, ["config", "show"])
    assert ran.exit_code == 0, ran.output
    said, shown = tomllib.loads(SAID["config"]), tomllib.loads(ran.stdout)
    # What the old file leaves to the defaults grows with the kinds that are read and the ears that judge; what it says
    # itself does not.
    own = tomllib.loads((DATA / "config.toml").read_text(encoding="utf-8")).get("thresholds", {})
    said["thresholds"] = {key: value for key, value in said["thresholds"].items() if key in own}
    assert set(said["watch"].pop("patterns")) <= set(shown["watch"].pop("patterns"))
    assert {name: {key: shown[name].get(key) for key in table} for name, table in said.items()} == said


def test_analyses_are_read_with_their_numbers_verdicts_and_findings(old_store: Store) -> None:
    for said in SAID["analyses"]:
        analysis = old_store.results.whole_analysis(said["bounce_id"])
        stored = old_store.results.analysis(said["bounce_id"])
        assert analysis is not None
        assert stored is not None
        assert stored.verdict == said["verdict"]
        assert [finding.check for finding in analysis.findings] == said["checks"]
        for number in ("integrated_lufs", "true_peak_dbtp", "crest_db", "range_lu"):
            assert getattr(analysis.measurement, number) == said[number]


def test_the_master_keeps_the_name_it_was_given(old_store: Store) -> None:
    (master,) = old_store.results.masters(4)
    assert Path(master.path).name == "Über den Wolken – master r2 cd 16-44.1.wav"
    result = old_store.results.master_result(master.id)
    assert result is not None
    assert old_store.results.is_master(master.path, result.output_sha256)


def test_a_rest_goes_on_where_it_was(old_store: Store, old_home: Path) -> None:
    service = SongService(old_store, load(old_home / "config.toml"), lambda: WRITTEN_AT)
    bounce = service.bounce(service.song("Über den Wolken"))
    rest = service.rest(bounce)
    assert rest is not None
    assert rest.until == SAID["rest Über den Wolken"]["rest"]["until"]
    assert service.readiness(bounce).verdict == "ready-when-rested"
    assert service.readiness(bounce).headline == "Ready when rested: 12 hours to go."


def test_the_guard_remembers_what_was_answered_and_what_still_stands(old_store: Store, old_home: Path) -> None:
    clock = [WRITTEN_AT]
    told: list[Event] = []
    config = load(old_home / "config.toml")
    modes = SessionModes(SongService(old_store, config, lambda: clock[0]), wall=lambda: clock[0])
    own = own_plugin_list(home(str(old_home)))
    monitor = BusMonitor(old_store, modes, config.guard, told.append, own, lambda: clock[0])

    def seen(name: str) -> SessionSnapshot:
        return SessionSnapshot(
            daw="reaper",
            seen_at=clock[0],
            project_path=f"{MUSIC}/REAPER/projects/{name}.rpp",
            project_name=name,
            transport="stopped",
            master_chain=(FxSlot(name="VST3: Pro-L 2 (FabFilter)"),),
        )

    def watch(name: str) -> list[str]:
        for _ in range(12):
            clock[0] += 5.0
            monitor.on_snapshot(seen(name))
        return [warning.id for warning in monitor.standing()]

    assert watch("Storm") == ["loudness-bff9e647-1"]  # the same one, and it is not said a second time
    assert watch("Squall") == []  # there it was said to be part of the sound
    assert watch("Storm") == ["loudness-bff9e647-1"]
    assert [event for event in told if isinstance(event, WarningRaised)] == []
    assert monitor.answered("loudness-bff9e647-1", "at-the-bounce", clock[0])


def test_jobs_that_a_power_cut_left_are_taken_up(old_store: Store) -> None:
    assert [Path(job.path).name for job in old_store.jobs.recover()] == ["Night Drive v2.wav"]  # was under way
    names = [(job.kind, Path(job.path).name) for job in old_store.jobs.by_state("queued")]
    assert names == [("analyse", "Night Drive v2.wav"), ("analyse", "Night Drive v3.wav")]


@pytest.mark.slow
def test_a_bridge_of_today_does_them(tmp_path: Path, half_rate_song: DemoSong) -> None:
    folder = tmp_path / "Bounces"
    bridge = BridgeProcess(tmp_path / "home", folder)
    bridge.store_path.write_bytes(gzip.decompress((DATA / "freshears.db.gz").read_bytes()))
    moved(bridge.store_path, tmp_path)
    audio = half_rate_song.mix
    with closing(sqlite3.connect(bridge.store_path)) as connection:
        for number in (2, 3):  # as the set's own script wrote them; the dates are those the store knows
            path = folder / f"Night Drive v{number}.wav"
            soundfile.write(path, audio[: (4 + number) * 22_050] * 0.3, 22_050)
            query = "SELECT size_bytes, mtime_ns FROM seen_files WHERE path = ?"
            size_bytes, mtime_ns = connection.execute(query, (str(path),)).fetchone()
            assert path.stat().st_size == size_bytes
            os.utime(path, ns=(mtime_ns, mtime_ns))
    bridge.start()
    try:
        judged = [bridge.wait_for(BounceJudged).bounce for _ in range(2)]
    finally:
        bridge.stop()
    assert [(Path(bounce.path).name, bounce.revision) for bounce in judged if bounce] == [
        ("Night Drive v2.wav", 2),
        ("Night Drive v3.wav", 3),
    ]


def test_a_newer_store_is_refused_and_not_a_byte_of_it_changes(old_home: Path) -> None:
    path = old_home / "freshears.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match="newer"):
            Store.open(path, read_only=read_only)
    ran = CliRunner().invoke(app, ["songs", "--json"])
    assert ran.exit_code != 0
    assert path.read_bytes() == before


def test_reapers_mailbox_is_read_and_nothing_asked_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "FreshEars"
    shutil.copytree(DATA / "mailbox", folder)
    mailbox = ReaperMailbox(folder)
    state = mailbox.read_state()
    assert state is not None
    assert mailbox.problem == ""
    snapshot = state.snapshot(WRITTEN_AT)
    assert (snapshot.project_name, snapshot.transport) == ("Storm", "stopped")
    assert [slot.name for slot in snapshot.master_chain] == ["The Glue (Cytomic)", "Pro-L 2 (FabFilter)"]
    requests = mailbox.take_requests()
    assert mailbox.rejected == 0
    assert [request.kind for request in requests] == ["action", "answer", "bounced"]
    handoff, answer, bounced = requests
    assert handoff.values["survive"] == "the drop"
    assert (answer.key, answer.answer) == ("loudness-bff9e647-1", "part-of-the-sound")
    assert bounced.path == f"{MUSIC}/REAPER/projects/Bounces/Tide – mix 1.wav"
    assert mailbox.write_panel(Panel(), WRITTEN_AT + 60.0)
    # The scripts of 0.1.0 go on until they are installed anew: they ask for this format.
    assert json.loads((folder / "board.json").read_text())["format"] == 1


def test_ardours_slots_are_recognised_renewed_in_place_and_given_back(tmp_path: Path) -> None:
    config = tmp_path / "ardour7"
    config.mkdir()
    own = (DATA / "own_ui_scripts").read_text(encoding="utf-8")
    old = gzip.decompress((DATA / "ui_scripts.gz").read_bytes()).decode("utf-8")
    (config / FILE).write_text(old, encoding="utf-8")
    ours = {script_name(source) for source in all_scripts(scripts_folder("ardour")).values()}
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    new = (config / FILE).read_text(encoding="utf-8")
    before, after = slots(old), slots(new)
    assert {place: name for place, name in before.items() if name in ours}.items() <= after.items()
    assert {place: name for place, name in after.items() if name not in ours} == slots(own)
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    given_back = (config / FILE).read_text(encoding="utf-8")
    assert action_text(given_back).rstrip() == action_text(own).rstrip()
    assert slots(given_back) == slots(own)
