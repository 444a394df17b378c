"""Scripts of another version in a REAPER: noticed in the panel, in `status` and in `doctor`, renewed with one press."""

import shutil
from pathlib import Path

import pytest

from bridge.daw.install import apply
from bridge.daw.reaper.install import plan_install, plan_renewal, state_of_scripts
from bridge.daw.scripts_folder import scripts_folder
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.rig import Rig

WATCH, PANEL = "freshears_watch.lua", "freshears_panel.lua"
OURS = "Scripts/Fresh Ears"


def older_source(tmp_path: Path, version: str) -> Path:
    """Return our scripts as another version would have brought them: one says another version, one is another."""
    source = tmp_path / f"source {version}"
    shutil.copytree(scripts_folder("reaper"), source)
    for name, old, new in (
        ("lib/mailbox.lua", 'mailbox.SCRIPTS = "0.1.0"', f'mailbox.SCRIPTS = "{version}"'),
        ("lib/markers.lua", "Returns how many", "Tells how many"),
    ):
        path = source / "Fresh Ears" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return source


def installed(tmp_path: Path, source: Path) -> Host:
    """Return a REAPER that runs what was installed from there."""
    resource = tmp_path / "REAPER"
    resource.mkdir()
    (resource / "reaper.ini").write_bytes(b"[REAPER]\n")
    plan = plan_install(resource, source, command=("freshears", "run"), listen_port=9125, reaper_port=9126)
    apply(plan, daw_runs=False)
    return Host(resource, scripts=resource / OURS)


def running(host: Host, *, osc: bool = True) -> Rig:
    rig = Rig(host, osc=osc)
    host.start(WATCH)
    rig.show()
    rig.run(1.5)
    host.start(PANEL)
    rig.run(0.5)
    return rig


def shown(host: Host) -> str:
    return " ".join(host.screens[PANEL].texts())


def press(rig: Rig, label: str) -> None:
    screen = rig.host.screens[PANEL]
    x, y = next((op[1], op[2]) for op in screen.frame if op[0] == "text" and op[3] == label)
    screen.values.update(mouse_x=x + 2, mouse_y=y + 2, mouse_cap=1.0)
    rig.run(0.1)
    screen.values["mouse_cap"] = 0.0
    rig.run(3)


def running_version(rig: Rig) -> str:
    state = next(iter(rig.adapter._views.values()))[1].state
    assert state is not None
    return state.scripts


@pytest.mark.parametrize("version", ["0.0.9", "0.1.0"], ids=["another number", "the same number"])
def test_older_scripts_are_said_and_renewed_with_one_press(tmp_path: Path, version: str) -> None:
    host = installed(tmp_path, older_source(tmp_path, version))
    rig = running(host)
    assert "older than Fresh Ears" in shown(host)
    assert any("older scripts" in line for line in rig.adapter.status().missing)
    startup = (host.resource / "Scripts" / "__startup.lua").read_bytes()
    press(rig, "Renew them")
    assert state_of_scripts(host.resource, scripts_folder("reaper")) == "same"
    assert running_version(rig) == "0.1.0"  # the watcher was started anew
    assert not any("scripts" in line for line in rig.adapter.status().missing)
    assert "older than Fresh Ears" not in shown(host)
    assert (host.resource / "Scripts" / "__startup.lua").read_bytes() == startup
    assert host.violations == []


def test_they_are_renewed_from_the_page_as_well_and_only_for_the_question_that_stands(tmp_path: Path) -> None:
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    rig = running(host)
    notice = rig.adapter.status().notice
    assert notice is not None
    assert [choice.label for choice in notice.answers] == ["Renew them", "Not now"]
    rig.adapter.answer(f"{notice.key} of yesterday", "renew")
    rig.run(2)
    assert rig.adapter.status().notice == notice
    rig.adapter.answer(notice.key, "renew")
    rig.run(3)
    assert state_of_scripts(host.resource, scripts_folder("reaper")) == "same"
    assert rig.adapter.status().notice is None
    assert "older than Fresh Ears" not in shown(host)


def test_without_osc_it_says_that_reaper_takes_them_when_it_starts(tmp_path: Path) -> None:
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    rig = running(host, osc=False)
    press(rig, "Renew them")
    assert "when it starts again" in shown(host)
    press(rig, "Close")
    assert "when it starts again" not in shown(host)
    host.start(WATCH)
    rig.run(2)
    assert not any("renewed" in line for line in rig.adapter.status().missing)
    assert host.violations == []


def test_not_now_is_not_asked_again_and_status_still_says_it(tmp_path: Path) -> None:
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    rig = running(host)
    press(rig, "Not now")
    rig.run(15)
    assert "older than Fresh Ears" not in shown(host)
    assert any("older scripts" in line for line in rig.adapter.status().missing)
    assert state_of_scripts(host.resource, scripts_folder("reaper")) == "older"


def test_what_the_person_changed_is_kept_where_it_stands_or_aside(tmp_path: Path) -> None:
    """A script this version brings unchanged stays the person's; one that it brings anew is kept beside it."""
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    untouched, renewed = host.resource / OURS / "freshears_bounce.lua", host.resource / OURS / "lib" / "markers.lua"
    mine = {path: path.read_bytes() + b"-- mine\n" for path in (untouched, renewed)}
    for path, data in mine.items():
        path.write_bytes(data)
    plan = plan_renewal(host.resource, scripts_folder("reaper"))
    assert plan.notes == (f"{OURS}/freshears_bounce.lua was changed since it was installed; it is left.",)
    applied = apply(plan, daw_runs=True)
    assert untouched.read_bytes() == mine[untouched]
    assert renewed.read_bytes() == (scripts_folder("reaper") / "Fresh Ears" / "lib" / "markers.lua").read_bytes()
    assert applied.backups == (renewed.with_name("markers.lua.yours"),)
    assert applied.backups[0].read_bytes() == mine[renewed]
    assert state_of_scripts(host.resource, scripts_folder("reaper")) == "changed"
    rig = running(host)
    assert "older" not in shown(host)  # nobody is told that their own work is old
    assert not any("scripts" in line for line in rig.adapter.status().missing)


def test_newer_scripts_ask_for_a_newer_bridge(tmp_path: Path) -> None:
    host = installed(tmp_path, older_source(tmp_path, "12.0"))
    rig = running(host)
    assert "Renew them" not in shown(host)
    assert any("uv tool upgrade" in line for line in rig.adapter.status().missing)


def test_scripts_of_reapack_are_left_to_reapack(tmp_path: Path) -> None:
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    (host.resource / "Scripts" / "Repo").mkdir()
    (host.resource / OURS).rename(host.resource / "Scripts" / "Repo" / "Fresh Ears")
    host.scripts_folder = host.resource / "Scripts" / "Repo" / "Fresh Ears"
    rig = running(host)
    assert any("Synchronize packages" in line for line in rig.adapter.status().missing)
    assert "Renew them" not in shown(host)


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = installed(tmp_path, older_source(tmp_path, "0.0.9"))
    rig = running(host)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bridge.daw.install.carry_out.replace_whole", full)
    press(rig, "Renew them")
    assert "No space left" in shown(host)
    assert "Renew them" in shown(host)
    monkeypatch.undo()
    press(rig, "Renew them")
    assert state_of_scripts(host.resource, scripts_folder("reaper")) == "same"
