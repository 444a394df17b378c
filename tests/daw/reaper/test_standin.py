"""The stand-in is as strict as it says: a test of the test."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.daw.reaper.standin.host import SCRIPTS, Host, Script
from tests.daw.reaper.standin.signatures import Argument, load

BAD = {
    "an unknown function": ("reaper.SNM_GetIntConfigVar('x', 0)", "does not exist"),
    "a new global in its table": ("reaper.mine = 1", "does not exist"),
    "too few arguments": ("reaper.CountTracks(0, 0)", "2 arguments"),
    "too many arguments": ("reaper.GetMasterTrack()", "0 arguments"),
    "a number where a text belongs": ("reaper.file_exists(7)", "takes string"),
    "a fraction where a whole number belongs": ("reaper.TrackFX_GetCount(1.5)", "takes MediaTrack"),
    "a float index": ("reaper.TrackFX_GetEnabled(reaper.GetMasterTrack(0), 0.5)", "takes int"),
    "a text key on the numeric function": ("reaper.GetSetProjectInfo(0, 'RENDER_FILE', 0, false)", "not a number"),
    "a number key on the text function": (
        "reaper.GetSetProjectInfo_String(0, 'RENDER_SRATE', '', false)",
        "not a text",
    ),
    "render statistics": ("reaper.GetSetProjectInfo_String(0, 'RENDER_STATS', '', false)", "opens a window"),
    "a question": ("reaper.ShowMessageBox('sure?', 'x', 1)", "a window waits"),
    "a form nobody asked for": ("reaper.GetUserInputs('x', 1, 'a', '')", "a window waits"),
    "a marker outside undo": ("reaper.AddProjectMarker2(0, false, 1, 0, 'x', -1, 0)", "outside an undo step"),
    "a program that is waited for": ("reaper.ExecProcess('x', 0)", "stands still"),
    "an unknown gfx variable": ("gfx.colour = 1", "may not be set"),
    "an error nobody catches": ("error('oops')", "an error reached REAPER"),
    "a shell": ("os.execute('true')", "an error reached REAPER"),
}


@pytest.mark.parametrize("line", BAD, ids=list(BAD))
def test_what_reaper_would_not_forgive(tmp_path: Path, line: str) -> None:
    host = Host(tmp_path / "REAPER")
    code, message = BAD[line]
    path = tmp_path / "bad.lua"
    path.write_text(code, encoding="utf-8")
    Script(host, path, 0, "5.4").run()
    assert any(message in violation for violation in host.violations), host.violations


def test_signatures_follow_reapers_rules() -> None:
    known = load()
    assert known["TrackFX_GetNamedConfigParm"].returns == ("bool", "string")
    assert [a.name for a in known["TrackFX_GetNamedConfigParm"].arguments] == ["track", "fx", "parmname"]
    assert known["EnumProjects"].arguments == (Argument("int", "idx", False),)
    assert known["EnumProjects"].returns == ("ReaProject", "string")
    assert known["GetSetProjectInfo_String"].returns == ("bool", "string")
    assert known["EnumProjectMarkers3"].returns == ("int", "bool", "double", "double", "string", "int", "int")
    assert known["CountTracks"].arguments[0].optional


def test_a_render_is_written_in_pieces_while_scripts_stand_still(host: Host) -> None:
    sizes: list[int] = []
    host.project.render_texts.update(
        RENDER_FILE=str(host.resource), RENDER_PATTERN="x", RENDER_FORMAT="ZXZhdyAAAQ==", RENDER_FORMAT2=""
    )
    host.on_piece = lambda: sizes.append((host.resource / "x.wav").stat().st_size)
    host.run_command(42230)
    assert sizes[0] == 0
    assert sizes == sorted(sizes)
    assert len(set(sizes)) >= 4


LUA_FILES = sorted(SCRIPTS.rglob("*.lua"))


@pytest.mark.needs_program
@pytest.mark.parametrize("compiler", ["luac5.4", "luac5.3"])
def test_scripts_compile(compiler: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    assert LUA_FILES
    for path in LUA_FILES:
        subprocess.run([compiler, "-p", str(path)], check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.needs_program
def test_scripts_pass_luacheck() -> None:
    if shutil.which("luacheck") is None:
        pytest.skip("luacheck is not installed")
    root = SCRIPTS.parents[2]
    done = subprocess.run(
        ["luacheck", "--no-color", "-q", "--config", str(root / ".luacheckrc"), str(SCRIPTS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
