"""The package as it is installed: complete, and each dependency with its reason."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_wheel_holds_everything_that_is_read_at_run_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    wanted = [name for name in tracked.splitlines() if name.startswith(("bridge/", "dsp/"))]
    assert len(wanted) > 50
    assert set(wanted) <= held
    scripts = list((ROOT / "daw_scripts").rglob("*.lua"))
    assert scripts
    for script in scripts:
        assert f"bridge/_daw_scripts/{script.relative_to(ROOT / 'daw_scripts').as_posix()}" in held


def test_each_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=!~\[ ]", line, maxsplit=1)[0] for line in project["dependencies"]}
    page = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([a-z0-9-]+) \|", page, flags=re.MULTILINE)) - {"package"}
    assert names == explained


def test_no_version_with_a_known_hole_is_admitted() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (line.split(",")[0].partition(">=") for line in project["dependencies"])
    bounds = {name: _version(least) for name, _, least in lines}
    page = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    repaired = dict(re.findall(r"^\| ([a-z0-9-]+) ≥ ([0-9.]+) \|", page, flags=re.MULTILINE))
    assert {"jinja2", "starlette", "h11", "anyio"} <= set(repaired)
    for name, least in repaired.items():
        assert bounds[name] >= _version(least), f"{name}: docs/decisions/0001 says what is wrong before {least}"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
