"""`freshears install ardour` as a person runs it, on folders made here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lanes import DAW

# Before the real Ardour in one worker: while one runs, nothing is installed.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group(DAW)]

ROOT = Path(__file__).parent.parent.parent


class Person:
    """Somebody with an Ardour that was started once."""

    def __init__(self, home: Path) -> None:
        self.config = home / ".config" / "ardour7"
        self.config.mkdir(parents=True)
        self.environment = dict(
            os.environ, HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"), FRESHEARS_HOME=str(home / "fe")
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bridge", *arguments],
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def files(self) -> dict[str, bytes]:
        return {str(p.relative_to(self.config)): p.read_bytes() for p in self.config.rglob("*") if p.is_file()}


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person(tmp_path)


def ardour_runs() -> bool:
    from bridge.daw.ardour.install import is_running

    return is_running()


def test_dry_run_install_again_and_uninstall(person: Person) -> None:
    shown = person.run("install", "ardour", "--dry-run")
    assert "freshears_watch.lua" in shown
    assert person.files() == {}
    if ardour_runs():
        assert "Close Ardour" in person.run("install", "ardour", code=1)
        return
    assert "freshears doctor" in person.run("install", "ardour")
    installed = person.files()
    assert "Nothing has to change" in person.run("install", "ardour")
    assert person.files() == installed
    person.run("uninstall", "ardour")
    assert person.files() == {}


def test_osc_in_a_session_named_by_its_folder(person: Person, tmp_path: Path) -> None:
    session = tmp_path / "My Song"
    session.mkdir()
    file = session / "My Song.ardour"
    file.write_text('<Session name="My Song"><ControlProtocols>\n  </ControlProtocols></Session>')
    shown = person.run("install", "ardour", "--dry-run", "--session", str(session))
    assert 'active="1"' in shown
    assert 'active="1"' not in file.read_text()


def test_what_is_not_there_is_said(person: Person, tmp_path: Path) -> None:
    assert "no such session" in person.run("install", "ardour", "--session", str(tmp_path / "x"), code=2)
    assert "no such folder" in person.run("install", "ardour", "--dry-run", "--folder", str(tmp_path / "y"), code=2)
    person.config.rmdir()
    assert "no Ardour was found" in person.run("install", "ardour", "--dry-run", code=2)
