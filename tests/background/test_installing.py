"""Starting at login: what is written where, what comes back, and what the system's manager is told."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bridge.background.entries import LoginCommand
from bridge.background.installing import (
    LoginKind,
    LoginPlaces,
    SystemManager,
    installed_kind,
    is_of_another,
    link_unit,
    login_places,
    login_standing,
    plan_login,
    plan_no_login,
    run_quietly,
    unlink_unit,
    wants_link,
)
from bridge.background.starting import kept_by, the_login_command
from bridge.daw.install import apply
from bridge.errors import ServiceError

COMMAND = LoginCommand(("/opt/freshears", "run"))
KINDS: tuple[LoginKind, ...] = ("systemd", "autostart", "launchd")


@pytest.fixture
def places(tmp_path: Path) -> LoginPlaces:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "freshears.db").touch()
    return login_places({}, tmp_path, tmp_path / "data")


def everything(root: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in root.rglob("*")}


def install(places: LoginPlaces, kind: LoginKind, command: LoginCommand = COMMAND) -> None:
    plan = plan_login(places, kind, command)
    if kind == "systemd":
        link_unit(places)
    else:
        unlink_unit(places, plan, command)
    apply(plan, daw_runs=False)


def uninstall(places: LoginPlaces, command: LoginCommand = COMMAND) -> None:
    plan = plan_no_login(places)
    unlink_unit(places, plan, command)
    apply(plan, daw_runs=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("there", [False, True])
def test_a_home_is_as_it_was_before(kind: LoginKind, there: bool, places: LoginPlaces, tmp_path: Path) -> None:
    if there:  # other programs start at login, too
        for name in places.names.values():
            other = (tmp_path / name).with_name("other")
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_text("theirs")
    before = everything(tmp_path)
    install(places, kind)
    assert installed_kind(places) == kind
    install(places, kind)  # a second time changes nothing
    uninstall(places)
    assert everything(tmp_path) == before
    uninstall(places)
    assert everything(tmp_path) == before
    assert installed_kind(places) is None


def test_systemd_finds_the_unit_by_its_link(places: LoginPlaces) -> None:
    install(places, "systemd")
    assert wants_link(places).is_symlink()
    assert wants_link(places).resolve().read_bytes().startswith(b"[Unit]\n")


@pytest.mark.parametrize(("first", "second"), [("systemd", "autostart"), ("autostart", "systemd")])
def test_it_starts_once_however_often_it_was_installed(
    first: LoginKind, second: LoginKind, places: LoginPlaces
) -> None:
    install(places, first)
    install(places, second)
    assert installed_kind(places) == second
    assert not (places.root / places.names[first]).exists()
    assert wants_link(places).is_symlink() == (second == "systemd")


def test_another_installation_is_told_from_this_one_and_renewed(places: LoginPlaces) -> None:
    install(places, "autostart", LoginCommand(("/old/freshears", "run")))
    assert login_standing(places, "autostart", COMMAND) == "older"
    install(places, "autostart")
    assert login_standing(places, "autostart", COMMAND) == "same"
    assert sorted(path.name for path in (places.root / places.names["autostart"]).parent.iterdir()) == [
        "fresh-ears.desktop"
    ]


def test_what_the_person_wrote_there_is_kept(places: LoginPlaces) -> None:
    entry = places.root / places.names["autostart"]
    entry.parent.mkdir(parents=True)
    entry.write_text("mine")
    install(places, "autostart")
    assert entry.with_name(f"{entry.name}.before-fresh-ears").read_text() == "mine"
    uninstall(places)
    assert entry.read_text() == "mine"
    install(places, "autostart")
    entry.write_text("[Desktop Entry]\nExec=mine now\n")
    assert login_standing(places, "autostart", COMMAND) == "changed"
    uninstall(places)
    assert entry.read_text() == "[Desktop Entry]\nExec=mine now\n"


@pytest.mark.parametrize(("first", "second"), [("autostart", "systemd"), ("systemd", "autostart")])
def test_another_way_to_start_it_gives_back_what_the_person_had_in_the_first(
    first: LoginKind, second: LoginKind, places: LoginPlaces
) -> None:
    entry = places.root / places.names[first]
    entry.parent.mkdir(parents=True)
    entry.write_text("mine")
    install(places, first)
    install(places, second)
    assert (installed_kind(places), entry.read_text()) == (second, "mine")
    assert [path.name for path in entry.parent.iterdir() if path.is_file()] == [entry.name]
    install(places, first)
    entry.write_text("mine, made of yours")
    install(places, second)
    assert entry.read_text() == "mine, made of yours"
    assert installed_kind(places) == second


def test_only_entries_are_taken_back_whatever_is_noted(places: LoginPlaces, tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    song.write_text("mine")
    sha256 = hashlib.sha256(b"mine").hexdigest()
    places.manifest.parent.mkdir()
    noted = {name: {"sha256": sha256} for name in ("song.wav", f"../{tmp_path.name}/song.wav", str(song))}
    places.manifest.write_text(json.dumps({"version": "0.0.1", "files": noted}))
    install(places, "autostart")
    assert song.read_text() == "mine"
    uninstall(places)
    assert song.read_text() == "mine"


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_elsewhere_leaves_nothing_behind_either(kind: LoginKind, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "apart").mkdir()
    before = everything(tmp_path)
    places = login_places({}, tmp_path / "home", tmp_path / "apart")
    install(places, kind)
    uninstall(places)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("homes", [("", "/b"), ("/a", "/b"), ("/a & ü %", "")])
def test_two_folders_share_an_entry_and_give_it_back(kind: LoginKind, homes: tuple[str, str], tmp_path: Path) -> None:
    one, two = (LoginCommand(COMMAND.words, home) for home in homes)
    ours, theirs = (login_places({}, tmp_path / "home", tmp_path / name) for name in ("ours", "theirs"))
    (tmp_path / "home").mkdir()
    install(ours, kind, one)
    before = everything(tmp_path / "home")
    uninstall(theirs, two)  # which starts nothing at login
    assert everything(tmp_path / "home") == before
    assert not is_of_another(ours, kind, one)
    assert plan_login(theirs, kind, two).notes == ("It started the bridge of another folder until now.",)
    install(theirs, kind, two)
    assert is_of_another(ours, kind, one)
    assert not is_of_another(theirs, kind, two)
    uninstall(ours, one)
    assert installed_kind(theirs) == kind
    uninstall(theirs, two)
    assert everything(tmp_path / "home") == before
    assert installed_kind(ours) == kind


def test_a_unit_that_is_disabled_starts_nothing(places: LoginPlaces) -> None:
    install(places, "systemd")
    wants_link(places).unlink()
    assert installed_kind(places) is None
    install(places, "systemd")
    assert installed_kind(places) == "systemd"


def test_a_manager_starts_no_bridge_of_another_folder(places: LoginPlaces, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHEARS_HOME", "/ours")
    install(places, "systemd", the_login_command())
    assert kept_by(places) == "systemd"
    install(places, "systemd", LoginCommand(COMMAND.words, "/theirs"))
    assert kept_by(places) is None
    places.manifest.unlink()
    places.manifest.mkdir()  # what cannot be read keeps nobody from starting one
    assert kept_by(places) is None


def test_a_settings_folder_elsewhere_is_respected(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "conf"
    found = login_places({"XDG_CONFIG_HOME": str(elsewhere)}, tmp_path / "home", tmp_path / "data")
    assert found.root / found.names["autostart"] == elsewhere / "autostart" / "fresh-ears.desktop"
    at_a_mac = login_places({"XDG_CONFIG_HOME": str(elsewhere)}, tmp_path / "home", tmp_path / "data", "darwin")
    agents = tmp_path / "home" / "Library" / "LaunchAgents"
    assert (at_a_mac.root / at_a_mac.names["launchd"]).parent == agents
    relative = login_places({"XDG_CONFIG_HOME": "conf"}, tmp_path, tmp_path / "data")  # the standard: not to be used
    assert relative.root / relative.names["autostart"] == tmp_path / ".config" / "autostart" / "fresh-ears.desktop"


def test_a_link_that_is_not_ours_stays(places: LoginPlaces, tmp_path: Path) -> None:
    link = wants_link(places)
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "theirs")
    unlink_unit(places, plan_no_login(places), COMMAND)
    assert link.is_symlink()


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file where a folder belongs")
    with pytest.raises(ServiceError, match=r"cannot be made .*try again"):
        link_unit(login_places({}, tmp_path, tmp_path / "data"))


@pytest.mark.parametrize(("known", "said"), [(0, "kickstart"), (113, "bootstrap")])
def test_launchd_is_told_of_an_agent_once(known: int, said: str, places: LoginPlaces) -> None:
    heard: list[str] = []

    def run(command: Sequence[str]) -> int:
        heard.append(command[1])
        return known if command[1] == "print" else 0

    assert SystemManager(run).start("launchd", places)
    assert heard == ["print", said]


def test_a_desktop_is_no_manager_and_a_missing_one_is_no_fault(places: LoginPlaces) -> None:
    assert not SystemManager(lambda _: 0).start("autostart", places)
    assert run_quietly(("/nowhere/systemctl", "--user")) == 127
    manager = SystemManager(lambda _: 127)
    assert not manager.is_systemd()
    assert not manager.start("systemd", places)
