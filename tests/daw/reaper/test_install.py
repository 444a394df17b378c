"""Into REAPER and out again: on fixture resource folders of several kinds, byte for byte."""

import hashlib
import json
from pathlib import Path

import pytest

from bridge.daw.install import Plan, apply, carry_out, describe
from bridge.daw.reaper.folders import mailbox_folder
from bridge.daw.reaper.install import (
    plan_install,
    plan_uninstall,
    reaper_runs,
    state_of_scripts,
)
from bridge.daw.scripts_folder import scripts_folder
from bridge.errors import DawError
from tests.daw.reaper.standin.host import Host, Script

FIXTURES: dict[str, dict[str, bytes]] = {
    "fresh": {"reaper.ini": b"[REAPER]\nlastt=1\n"},
    "empty ini": {"reaper.ini": b""},
    "windows": {
        "reaper.ini": b"\xef\xbb\xbf[REAPER]\r\n"
        b"projname=M\xc3\xbcller\r\ncsurf_cnt=1\r\ncsurf_0=HUI 1 2\r\n[recent]\r\n",
        "reaper-kb.ini": b'KEY 1 65 40025 0\r\nSCR 4 0 RS1 "Custom: \xfc.lua" "\xfc.lua"\r\n',
        "Scripts/__startup.lua": b"-- mine \xe9\r\nfoo()\r\n",
        "Scripts/Other/x.lua": b"x",
        "OSC/Default.ReaperOSC": b"#",
    },
    "no line endings": {
        "reaper.ini": b"[REAPER]\nx=1",
        "reaper-kb.ini": b"KEY 1 65 40025 0",
        "Scripts/__startup.lua": b"a()",
    },
    "nothing but the section": {"reaper.ini": b"[other]\na=1\n"},
}  # fmt: skip


def make(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def plan(folder: Path, **options: object) -> Plan:
    settings = {"command": ("/opt/freshears", "run"), "listen_port": 9125, "reaper_port": 9126, "platform": "linux"}
    return plan_install(folder, scripts_folder("reaper"), **{**settings, **options})  # type: ignore[arg-type]


@pytest.fixture(params=list(FIXTURES))
def resource(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return make(tmp_path / "REAPER", FIXTURES[request.param])


def test_planning_writes_nothing(resource: Path) -> None:
    before = tree(resource)
    assert plan(resource).changes
    assert tree(resource) == before


def test_everything_is_there_afterwards_and_the_persons_lines_too(resource: Path) -> None:
    before = tree(resource)
    assert apply(plan(resource), daw_runs=False).waiting == ()
    after = tree(resource)
    for name, data in before.items():
        assert set(data.splitlines()) - {b"csurf_cnt=1"} <= set(after[name].splitlines()), name
        if after[name] != data:
            assert after[name + ".before-fresh-ears"] == data
    assert b'"Fresh Ears" 3 9126 "127.0.0.1" 9125 1024 10 "FreshEars"' in after["reaper.ini"]
    assert b'"Fresh Ears/freshears_panel.lua"' in after["reaper-kb.ini"]
    assert after["Scripts/Fresh Ears/lib/json.lua"]
    assert json.loads(after["FreshEars/bridge.json"]) == {"command": ["/opt/freshears", "run"]}


def test_twice_is_once(resource: Path) -> None:
    apply(plan(resource), daw_runs=False)
    first = tree(resource)
    second = plan(resource)
    assert second.changes == ()
    apply(second, daw_runs=False)
    assert tree(resource) == first


def test_uninstalling_restores_every_byte(resource: Path) -> None:
    before = tree(resource)
    apply(plan(resource), daw_runs=False)
    (resource / "FreshEars" / "state.json").write_text("{}")
    (resource / "FreshEars" / "requests").mkdir()
    apply(plan_uninstall(resource), daw_runs=False)
    assert tree(resource) == before
    assert not (resource / "FreshEars").exists()
    assert not (resource / "Scripts" / "Fresh Ears").exists()
    assert plan_uninstall(resource).changes == ()


def test_after_reaper_rewrote_its_files_only_our_lines_go(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["windows"])
    apply(plan(resource), daw_runs=False)
    ini = resource / "reaper.ini"
    ini.write_bytes(ini.read_bytes() + b"new=1\r\n")
    startup = resource / "Scripts" / "__startup.lua"
    startup.write_bytes(startup.read_bytes() + b"later()\r\n")
    apply(plan_uninstall(resource), daw_runs=False)
    assert ini.read_bytes() == FIXTURES["windows"]["reaper.ini"] + b"new=1\r\n"
    assert startup.read_bytes() == b"-- mine \xe9\r\nfoo()\r\nlater()\r\n"
    assert not list(resource.rglob("*before-fresh-ears*"))


def test_an_update_keeps_the_first_copy_aside(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["windows"])
    apply(plan(resource), daw_runs=False)
    apply(plan(resource, listen_port=7001), daw_runs=False)
    assert (resource / "reaper.ini.before-fresh-ears").read_bytes() == FIXTURES["windows"]["reaper.ini"]
    apply(plan_uninstall(resource), daw_runs=False)
    assert tree(resource) == FIXTURES["windows"]


def test_while_reaper_runs_only_what_is_safe_is_written(resource: Path) -> None:
    before = tree(resource)
    waiting = apply(plan(resource), daw_runs=True).waiting
    assert {change.name for change in waiting} == {"reaper.ini", "reaper-kb.ini"}
    after = tree(resource)
    assert after.get("reaper-kb.ini") == before.get("reaper-kb.ini")
    assert after["reaper.ini"] == before["reaper.ini"]
    assert "Scripts/Fresh Ears/freshears_watch.lua" in after
    assert {change.name for change in plan(resource).changes} == {"reaper.ini", "reaper-kb.ini"}
    apply(plan(resource), daw_runs=False)
    apply(plan_uninstall(resource), daw_runs=False)
    assert tree(resource) == before


def test_without_osc_the_device_is_not_there(resource: Path) -> None:
    before = (resource / "reaper.ini").read_bytes()
    apply(plan(resource, osc=False), daw_runs=False)
    assert (resource / "reaper.ini").read_bytes() == before
    apply(plan(resource), daw_runs=False)
    apply(plan(resource, osc=False), daw_runs=False)
    assert b"Fresh Ears" not in (resource / "reaper.ini").read_bytes()


def test_a_script_the_person_changed_is_left_and_named(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["fresh"])
    apply(plan(resource), daw_runs=False)
    changed = resource / "Scripts" / "Fresh Ears" / "freshears_bounce.lua"
    changed.write_text("-- my own")
    removal = plan_uninstall(resource)
    assert removal.notes == ("Scripts/Fresh Ears/freshears_bounce.lua was changed since it was installed; it is left.",)
    apply(removal, daw_runs=False)
    assert changed.read_text() == "-- my own"


def test_a_copy_aside_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    files = {**FIXTURES["fresh"], "reaper.ini.before-fresh-ears": b"precious"}
    resource = make(tmp_path / "REAPER", files)
    apply(plan(resource), daw_runs=False)
    assert (resource / "reaper.ini.before-fresh-ears").read_bytes() == b"precious"
    assert (resource / "reaper.ini.before-fresh-ears-2").read_bytes() == FIXTURES["fresh"]["reaper.ini"]


def test_the_mailbox_is_ascii_on_windows(tmp_path: Path) -> None:
    resource = make(tmp_path / "Müller" / "REAPER", FIXTURES["fresh"])
    public = {"PUBLIC": str(tmp_path / "Public")}
    apply(plan(resource, platform="win32", environ=public), daw_runs=False)
    mailbox = mailbox_folder(resource)
    assert mailbox.is_relative_to(tmp_path / "Public" / "FreshEars")
    assert (mailbox / "bridge.json").is_file()
    assert str(mailbox.relative_to(tmp_path)).isascii()
    assert plan(resource, platform="win32", environ=public).changes == ()
    apply(plan_uninstall(resource), daw_runs=False)
    assert tree(resource) == FIXTURES["fresh"]
    assert mailbox_folder(resource) == resource / "FreshEars"


def test_scripts_of_reapack_are_pointed_out(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", {**FIXTURES["fresh"], "Scripts/Repo/Fresh Ears/freshears_watch.lua": b"x"})
    assert any("ReaPack" in note for note in plan(resource).notes)


def test_a_full_disk_is_one_clear_error_and_nothing_is_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["fresh"])
    real = carry_out.replace_whole

    def full(path: Path, data: bytes) -> None:
        if path.name == "reaper.ini":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(carry_out, "replace_whole", full)
    with pytest.raises(DawError, match=r"reaper\.ini.*No space left"):
        apply(plan(resource), daw_runs=False)
    assert (resource / "reaper.ini").read_bytes() == FIXTURES["fresh"]["reaper.ini"]


def test_the_diff_names_each_line(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["windows"])
    text = "".join(describe(change) for change in plan(resource).changes)
    assert "+csurf_cnt=2" in text
    assert "-csurf_cnt=1" in text
    assert "write Scripts/Fresh Ears/freshears_bounce.lua (script)" in text


def test_the_installed_startup_starts_the_watcher(tmp_path: Path) -> None:
    """The block runs in the stand-in: by name where the action is known, by adding the script otherwise."""
    for named in (True, False):
        resource = make(tmp_path / str(named), FIXTURES["fresh"])
        apply(plan(resource), daw_runs=False)
        host = Host(resource)
        host.named_actions = named
        startup = resource / "Scripts" / "__startup.lua"
        Script(host, startup, 0, "5.4").run()
        assert host.violations == []
        assert "freshears_watch.lua" in host.scripts


def test_every_named_action_has_its_script(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["fresh"])
    apply(plan(resource), daw_runs=False)
    lines = (resource / "reaper-kb.ini").read_text().splitlines()
    assert len(lines) == 7
    for line in lines:
        script = line.rsplit('"', 2)[1]
        assert (resource / "Scripts" / script).is_file()


@pytest.mark.parametrize(("name", "runs"), [("reaper\n", True), ("reaper-helper\n", False), ("ardour\n", False)])
def test_a_running_reaper_is_seen(tmp_path: Path, name: str, runs: bool) -> None:
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "comm").write_text(name)
    assert reaper_runs("linux", tmp_path) is runs


def test_a_damaged_manifest_is_survived(tmp_path: Path) -> None:
    resource = make(tmp_path / "REAPER", FIXTURES["windows"])
    apply(plan(resource), daw_runs=False)
    (resource / "FreshEars" / "install.json").write_text("{")
    removal = plan_uninstall(resource)
    assert {c.name for c in removal.changes} == {"reaper.ini", "reaper-kb.ini", "Scripts/__startup.lua"}
    digest = hashlib.sha256(next(c.after or b"" for c in removal.changes if c.name == "reaper.ini")).hexdigest()
    assert digest == hashlib.sha256(FIXTURES["windows"]["reaper.ini"]).hexdigest()


def test_doctor_can_tell_none_same_and_older_scripts(tmp_path: Path) -> None:
    source = scripts_folder("reaper")
    resource = make(tmp_path / "REAPER", FIXTURES["fresh"])
    assert state_of_scripts(resource, source) == "none"
    apply(plan(resource), daw_runs=True)
    assert state_of_scripts(resource, source) == "same"
    (resource / "Scripts/Fresh Ears/lib/json.lua").unlink()
    assert state_of_scripts(resource, source) == "older"
    mailbox = (source / "Fresh Ears/lib/mailbox.lua").read_bytes()
    packed = make(tmp_path / "packed", {"Scripts/Repo/Fresh Ears/lib/mailbox.lua": mailbox})
    assert state_of_scripts(packed, source) == "same"
    make(packed, {"Scripts/Repo/Fresh Ears/lib/mailbox.lua": b"old"})
    assert state_of_scripts(packed, source) == "older"
