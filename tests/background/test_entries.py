"""What the systems keep of a program that starts at login, read back by the systems' own readers."""

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.background.entries import LoginCommand, desktop_entry, launch_agent, run_value, systemd_unit
from bridge.errors import ServiceError
from tests.waiting import wait_for

# Every character that one of the readers takes for more than itself.
ODD = "a b $HOME ${X} %h %% ü\"q' \\n \\ `id` ; | ~ * = # @"
PLAIN = "a b $HOME ${X} %h %% ü ; ~ * # @"  # what the program of a systemd unit may hold
WORDS = st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1), min_size=1, max_size=3)


def printer(folder: Path, out: Path) -> Path:
    """Write a program that prints what it was asked, and our folder, into ``out``."""
    folder.mkdir(parents=True)
    program = folder / "freshears"
    says = f'printf "%s\\n" "$FRESHEARS_HOME" "$0" "$@" > "{out}.part"'
    program.write_text(f'#!/bin/sh\n{says}\nmv "{out}.part" "{out}"\n')
    program.chmod(0o755)
    return program


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gio") is None, reason="GLib's own reader is not here")
@pytest.mark.parametrize("home", ["", f"/somewhere/{ODD}"])
def test_a_desktop_starts_what_is_meant(home: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = printer(tmp_path / ODD.replace("/", ""), out)
    entry = tmp_path / "fresh-ears.desktop"
    entry.write_bytes(desktop_entry(LoginCommand((str(program), "run", ODD), home)))
    subprocess.run(["gio", "launch", str(entry)], check=True, timeout=30)
    wait_for(out.exists, 20, "the program to be started")
    assert out.read_text().splitlines() == [home, str(program), "run", ODD]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not here")
def test_a_desktop_entry_is_valid(tmp_path: Path) -> None:
    entry = tmp_path / "fresh-ears.desktop"
    entry.write_bytes(desktop_entry(LoginCommand((f"/opt/{ODD}/freshears", "run"), "/home/ü x")))
    ran = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("name", [PLAIN, ODD])
def test_systemd_takes_the_unit_and_finds_the_program(name: str, tmp_path: Path) -> None:
    program = printer(tmp_path / name.replace("/", ""), tmp_path / "out")
    unit = tmp_path / "fresh-ears.service"
    command = LoginCommand((str(program), "run", ODD), f"/home/{ODD}")
    unit.write_bytes(systemd_unit(command))
    assert verify(unit) == (0, "")
    if name == PLAIN:  # and the check can fail: it looks for the program itself
        unit.write_bytes(systemd_unit(LoginCommand((f"{program}-gone", "run"))))
        assert "is not executable" in verify(unit)[1]


def verify(unit: Path) -> tuple[int, str]:
    (unit.parent / "run").mkdir(exist_ok=True)
    ran = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", str(unit)],
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(unit.parent / "run"), "HOME": str(unit.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stderr


def unquoted(line: str) -> list[str]:
    """Read a line of quoted words as systemd.syntax(7) and systemd.service(5) say."""
    words, word, inside, rest = [], "", False, iter(line)
    for one in rest:
        if one == "\\":
            word += next(rest)
        elif one == '"':
            inside = not inside
            if not inside:
                words.append(word)
                word = ""
        elif one in "%$":
            assert next(rest) == one
            word += one
        elif inside:
            word += one
        else:
            assert one == " "
    return words


@given(WORDS)
def test_every_argument_of_a_unit_is_read_back(words: list[str]) -> None:
    text = systemd_unit(LoginCommand(("/bin/freshears", *words))).decode()
    (line,) = (one for one in text.split("\n") if one.startswith("ExecStart="))
    assert unquoted(line.removeprefix("ExecStart=")) == ["/bin/freshears", *words]


@given(WORDS, st.sampled_from(["", "/home/x", "/home/ü\\"]))
def test_a_launch_agent_says_the_same_words(words: list[str], home: str) -> None:
    words = [word for word in words if word.isprintable()] or ["x"]
    agent = plistlib.loads(launch_agent(LoginCommand(("/bin/freshears", *words), home)))
    assert agent["ProgramArguments"] == ["/bin/freshears", *words]
    assert agent.get("EnvironmentVariables", {}) == ({"FRESHEARS_HOME": home} if home else {})
    assert (agent["RunAtLoad"], agent["KeepAlive"]) == (True, {"SuccessfulExit": False})


def test_windows_value_is_one_command_line_and_no_longer_than_windows_reads() -> None:
    assert run_value(LoginCommand((r"C:\Program Files\x\pythonw.exe", "-m", "bridge", "run"))) == (
        r'"C:\Program Files\x\pythonw.exe" -m bridge run'
    )
    with pytest.raises(ServiceError, match="too long"):
        run_value(LoginCommand(("C:\\" + "x" * 260, "run")))


@pytest.mark.parametrize("make", [systemd_unit, desktop_entry, launch_agent, run_value])
@pytest.mark.parametrize("odd", ["a\nb", "a\x1bb", "a\x7f", "a\udce9"])
def test_no_line_of_its_own_comes_in_by_a_path(make: object, odd: str) -> None:
    assert callable(make)
    for command in (LoginCommand((f"/x/{odd}", "run")), LoginCommand(("/x", "run"), f"/h/{odd}")):
        with pytest.raises(ServiceError, match="cannot be started at login"):
            make(command)
