"""`freshears service`, `stop`, `restart` as a person has them: real bridges in the background, a home of one's own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run import ROOT
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
SETTINGS = (
    "[watch]\nfolders = [{folder}]\n[osc]\nport = 0\n[page]\nport = 0\n[reaper]\nenabled = false\n"
    "[ardour]\nenabled = false\n"
)


class Person:
    """Types commands in a home of their own, where no systemd looks after anybody."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "fresh ears"
        self.home.mkdir()
        (root / "Bounces").mkdir()
        (self.home / "config.toml").write_text(SETTINGS.format(folder=f'"{root}/Bounces"'))
        names = {"HOME": str(root), "FRESHEARS_HOME": str(self.home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        self.environment = {**os.environ, **names, "COLUMNS": "160"}
        self.environment.pop("XDG_CONFIG_HOME", None)
        self.environment.pop("XDG_RUNTIME_DIR", None)

    def types(self, *words: str, code: int = 0) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "bridge", *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == code, (words, ran.stdout, ran.stderr)
        return ran.stdout + ran.stderr

    def files(self) -> set[Path]:
        return {path for path in self.root.rglob("*") if not path.is_relative_to(self.home)}


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    found = Person(tmp_path)
    yield found
    found.types("stop")


def test_a_bridge_starts_at_login_runs_ends_and_leaves_nothing(person: Person) -> None:
    before = person.files()
    assert "write .config/autostart/fresh-ears.desktop" in person.types("service", "install", "--dry-run")
    assert person.files() == before
    assert "runs in the background" in person.types("service", "install", "--with", "autostart")
    said = person.types("service", "status")
    assert "starts at login, by the desktop's autostart" in said
    assert "A bridge runs (process" in said
    said = person.types("uninstall")
    assert "freshears stop" in said
    assert "freshears service uninstall" in said
    assert "goes on; `freshears stop` ends it" in person.types("service", "uninstall")
    assert person.files() == before
    assert "has ended" in person.types("stop")
    assert "does not start at login" in person.types("service", "status")


def test_a_restart_takes_the_place_of_a_bridge_that_runs(person: Person) -> None:
    command = [sys.executable, "-m", "bridge", "run"]
    with subprocess.Popen(command, env=person.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert "listens" in first.stdout.readline()
        said = person.types("restart")
        assert f"The bridge (process {first.pid}) has ended." in said
        assert first.wait() == 0
    lock = (person.home / "freshears.lock").read_text().split()[0]
    assert f"process {lock}" in said.splitlines()[-1]
    assert int(lock) != first.pid


def test_a_bridge_without_a_window_runs_as_one_with(person: Person) -> None:
    """Windows gives a program without a console neither stdout nor stderr; a closed descriptor does the same here."""
    shell = f'exec "{sys.executable}" -m bridge run <&- >&- 2>&-'
    process = subprocess.Popen(["/bin/sh", "-c", shell], env=person.environment, cwd=ROOT)
    lock = person.home / "freshears.lock"
    wait_for(lambda: lock.exists() and lock.read_text().startswith(str(process.pid)), 30, "the bridge runs")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_wrong_settings_are_told_before_anything_is_ended(person: Person) -> None:
    person.types("restart")
    pid = (person.home / "freshears.lock").read_text().split()[0]
    (person.home / "config.toml").write_text("[watch]\nfolders = 3\n")
    assert "config.toml" in person.types("restart", code=2)
    assert (person.home / "freshears.lock").read_text().split()[0] == pid
    os.kill(int(pid), 0)
