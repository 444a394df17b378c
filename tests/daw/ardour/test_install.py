"""The installer on settings folders made here: planned, shown, done once, undone; the person's own bytes stay."""

import base64
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.ardour.folders import config_folders, session_folder, version_of
from bridge.daw.ardour.install import is_running, plan_install, plan_osc, plan_uninstall
from bridge.daw.ardour.scripts import HOOK, all_scripts
from bridge.daw.ardour.slots import (
    FILE,
    action_text,
    lua_string,
    slot_of,
    slots,
    split_statements,
    unquote,
    with_actions,
    with_hook,
    without_actions,
    without_hook,
)
from bridge.daw.install import BACKUP, apply, describe
from bridge.daw.scripts_folder import scripts_folder
from bridge.errors import DawError

# As Ardour writes them: bytecode with every kind of escape, arguments in tables of tables.
OWN_ACTIONS = (
    b'scripts = {} scripts[1] = {} scripts[1]["n"] = "My } \\" script"'
    b' scripts[1]["f"] = "\\27LuaS\\0\\r\\\n\xff scripts[2] = {}"'
    b' scripts[1]["a"] = {} scripts[1]["a"]["x-script-origin"] = "/home/me/a b.lua"  scripts[1]["c"] = true '
    b'scripts[9] = {} scripts[9]["n"] = "Ninth" scripts[9]["s"] = "" scripts[9]["a"] = {}  '
)
OWN = f"""<?xml version="1.0" encoding="UTF-8"?>
<UIScripts>
  <ActionScript lua="Lua 5.3">{base64.b64encode(OWN_ACTIONS).decode()}</ActionScript>
  <ActionHooks>
    <LuaCallback lua="Lua 5.3" id="99" name="Mine &amp; yours" signals="1">cyA9IHt9</LuaCallback>
  </ActionHooks>
</UIScripts>
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "ardour7"
    folder.mkdir()
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
@given(st.text())
def test_a_lua_string_is_ascii_and_comes_back(text: str) -> None:
    literal = lua_string(text.encode("utf-8", "replace").decode())
    assert literal.isascii()
    assert unquote(literal) == text.encode("utf-8", "replace").decode()


def test_the_persons_slots_are_read() -> None:
    assert slots(OWN) == {1: 'My } " script', 9: "Ninth"}
    assert b"".join(statement for _, statement in split_statements(action_text(OWN))) == OWN_ACTIONS


def test_our_scripts_take_the_last_free_slots_and_the_persons_bytes_stay() -> None:
    text, places = with_actions(OWN, {"Fresh Ears: a": "x", "Fresh Ears: b": "y"})
    assert places == {"Fresh Ears: a": 7, "Fresh Ears: b": 8}
    assert action_text(text).startswith(OWN_ACTIONS.rstrip())
    assert with_actions(text, {"Fresh Ears: a": "x", "Fresh Ears: b": "y"}) == (text, places)
    newer, again = with_actions(text, {"Fresh Ears: a": "x2", "Fresh Ears: b": "y"})
    assert again == places
    assert slots(newer) == slots(text)
    gone = without_actions(newer, {"Fresh Ears: a", "Fresh Ears: b"})
    assert action_text(gone).rstrip() == OWN_ACTIONS.rstrip()


def test_no_free_slot_is_said_not_taken(config: Path) -> None:
    full, _ = with_actions("", {f"Mine {number}": "" for number in range(9)})
    (config / FILE).write_text(full)
    plan = plan_install(config, scripts_folder("ardour"))
    assert "nine script slots are taken" in plan.notes[0]
    apply(plan, daw_runs=False)
    assert set(slots((config / FILE).read_text()).values()) == {f"Mine {number}" for number in range(9)}


def test_the_hook_is_there_once_and_the_persons_hook_stays() -> None:
    text = with_hook(OWN, HOOK, "source", (11, 46), 5)
    again = with_hook(text, HOOK, "source", (11, 46), 5)
    assert again == text
    assert text.count("<LuaCallback") == 2
    bits = re.search(r'signals="([01]+)"><!|name="Fresh Ears: watch" signals="([01]+)"', text)
    assert bits is not None
    assert int(bits[2], 2) == 2**11 + 2**46
    assert without_hook(text, HOOK) == OWN


@pytest.mark.parametrize("text", ["", "nonsense", '<ActionScript lua="x">!!!</ActionScript>', "<UIScripts/>"])
def test_a_file_that_is_not_ardours_is_left_alone(text: str, config: Path) -> None:
    (config / FILE).write_text(text)
    if not text:
        assert plan_install(config, scripts_folder("ardour")).changes
        return
    with pytest.raises(DawError, match="left alone"):
        plan_install(config, scripts_folder("ardour"))
    assert everything(config) == {FILE: text.encode()}


def test_unknown_lua_in_the_slots_is_left_alone() -> None:
    bad = OWN.replace(base64.b64encode(OWN_ACTIONS).decode(), base64.b64encode(b"os.remove('x')").decode())
    with pytest.raises(DawError, match="Script Manager"):
        slots(bad)


@pytest.mark.slow
def test_install_twice_is_install_once_and_uninstall_brings_the_bytes_back(config: Path) -> None:
    (config / FILE).write_text(OWN)
    (config / "config").write_text("<Ardour/>")
    before = everything(config)
    plan = plan_install(config, scripts_folder("ardour"))
    assert everything(config) == before  # planning changes nothing
    assert all(describe(change) for change in plan.changes)
    backups = apply(plan, daw_runs=False).backups
    assert backups == (config / (FILE + BACKUP),)
    assert backups[0].read_text() == OWN
    assert slot_of(config, "Fresh Ears: what's up") == 8
    assert plan_install(config, scripts_folder("ardour")).changes == ()
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    assert everything(config) == before
    assert plan_uninstall(config, scripts_folder("ardour")).changes == ()


@pytest.mark.slow
def test_after_ardour_wrote_its_slots_anew_only_ours_go(config: Path) -> None:
    (config / FILE).write_text(OWN)
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    path = config / FILE
    path.write_text(path.read_text().replace('id="99"', 'id="100"'))
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    after = everything(config)
    assert list(after) == [FILE]
    assert 'id="100"' in path.read_text()
    assert slots(path.read_text()) == slots(OWN)


def test_a_script_the_person_changed_is_left_and_named(config: Path) -> None:
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    changed = config / "scripts" / "freshears_bounce.lua"
    changed.write_text("-- mine")
    plan = plan_uninstall(config, scripts_folder("ardour"))
    assert plan.notes == ("scripts/freshears_bounce.lua was changed since it was installed; it is left.",)
    apply(plan, daw_runs=False)
    assert changed.read_text() == "-- mine"


@pytest.mark.slow
def test_what_0_1_0_installed_is_taken_over_and_taken_out(config: Path) -> None:
    """0.1.0 noted nothing: it left scripts, presets, slots and a copy of the slots as they were."""
    (config / FILE).write_text(OWN)
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    (config / "freshears" / "install.json").unlink()
    for path in (config / "scripts").iterdir():
        path.write_text(path.read_text() + "-- Fresh Ears 0.1.0\n")
    upgrade = plan_install(config, scripts_folder("ardour"))
    assert upgrade.changes
    apply(upgrade, daw_runs=False)
    assert not list((config / "scripts").glob("*before*"))  # ours, not the person's
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    assert set(everything(config)) == {FILE, FILE + BACKUP}
    assert (config / (FILE + BACKUP)).read_text() == OWN
    assert slots((config / FILE).read_text()) == slots(OWN)


@pytest.mark.slow
def test_what_0_1_0_installed_is_taken_out_without_an_upgrade(config: Path) -> None:
    (config / FILE).write_text(OWN)
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    (config / "freshears" / "install.json").unlink()
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    assert set(everything(config)) == {FILE, FILE + BACKUP}
    assert slots((config / FILE).read_text()) == slots(OWN)


def test_a_new_home_gets_a_file_and_loses_it_again(config: Path) -> None:
    apply(plan_install(config, scripts_folder("ardour")), daw_runs=False)
    assert len(slots((config / FILE).read_text())) == 6
    for name in ("bridge.txt", "board.txt", "bounced.reading", ".board.txt.1-ab.part", "dual_print.tmp"):
        (config / "freshears" / name).touch()  # what bridge and scripts leave, also when they die
    apply(plan_uninstall(config, scripts_folder("ardour")), daw_runs=False)
    assert everything(config) == {}


def test_a_version_whose_signals_are_unknown_gets_no_hook_but_advice(tmp_path: Path) -> None:
    config = tmp_path / "ardour8"
    config.mkdir()
    plan = plan_install(config, scripts_folder("ardour"))
    assert "has not been tried" in plan.notes[0]
    apply(plan, daw_runs=False)
    assert "<LuaCallback" not in (config / FILE).read_text()


def test_a_file_that_changed_after_planning_is_not_written(config: Path) -> None:
    plan = plan_install(config, scripts_folder("ardour"))
    (config / FILE).write_text(OWN)
    with pytest.raises(DawError, match="changed meanwhile"):
        apply(plan, daw_runs=False)
    assert (config / FILE).read_text() == OWN


SESSION = """<?xml version="1.0" encoding="UTF-8"?>
<Session version="7002" name="Sóng">
  <ControlProtocols>
    <Protocol name="Mackie" active="0"/>
    <Protocol name="Open Sound Control (OSC)" active="0"/>
  </ControlProtocols>
</Session>
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_osc_is_turned_on_in_a_session_and_nothing_else_changes(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "Song.ardour"
    path.write_bytes(SESSION.replace("\n", newline).encode())
    plan = plan_osc(path)
    assert 'active="1"' in describe(plan.changes[0])
    apply(plan, daw_runs=False)
    text = path.read_bytes().decode()
    assert re.sub(r'<Protocol name="Open[^>]*>', "", text) == re.sub(
        r'<Protocol name="Open[^>]*>', "", SESSION.replace("\n", newline)
    )
    assert plan_osc(path).changes == ()
    assert (tmp_path / ("Song.ardour" + BACKUP)).read_bytes() == SESSION.replace("\n", newline).encode()


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    for name, data in (("a.ardour", b""), ("b.ardour", b"RIFF\xff\xfe"), ("c.ardour", b"<Session >no surfaces")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(DawError):
            plan_osc(path)
        assert path.read_bytes() == data


def test_each_system_has_its_place(tmp_path: Path) -> None:
    for folder in (
        ".config/ardour6",
        ".config/ardour7",
        ".config/ardour9",
        "Library/Preferences/Ardour7",
        "local/Ardour8",
    ):
        (tmp_path / folder).mkdir(parents=True)
    linux = config_folders(tmp_path, {}, "linux")
    assert [version_of(folder) for folder in linux] == [7, 6]
    assert config_folders(tmp_path, {}, "darwin") == [tmp_path / "Library/Preferences/Ardour7"]
    assert config_folders(tmp_path, {"LOCALAPPDATA": str(tmp_path / "local")}, "win32") == [tmp_path / "local/Ardour8"]
    assert config_folders(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "none")}, "linux") == []


def test_the_session_folder_comes_from_ardours_list_of_recent_ones(tmp_path: Path) -> None:
    old, new = tmp_path / "old" / "Song", tmp_path / "new" / "Song"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "Song.ardour").touch()
    (tmp_path / "recent").write_text(f"Song\n{new}\nSong\n{old}\nGone\n{tmp_path}/gone\nhalf")
    assert session_folder("Song", [tmp_path / "nothing", tmp_path]) == str(new)
    (tmp_path / "recent").write_text(f"Gone\n{tmp_path}/gone\nSong\n{old}\n")
    assert session_folder("Gone", [tmp_path]) == ""
    assert session_folder("Song", [tmp_path]) == ""  # this Ardour has another one open


def test_a_running_ardour_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "comm").write_text("bash\n")
    assert not is_running(port=0, processes=tmp_path)
    (tmp_path / "13").mkdir()
    (tmp_path / "13" / "comm").write_text("ArdourGUI\n")
    assert is_running(port=0, processes=tmp_path)


def test_every_script_is_whole_and_named() -> None:
    scripts = all_scripts(scripts_folder("ardour"))
    assert len(scripts) == 7
    for text in scripts.values():
        assert "--@include" not in text
        assert text.count("function factory ()") == 1
