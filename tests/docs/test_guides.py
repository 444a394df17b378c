"""Every guide works as it is written: its steps are taken, one after the other, in a copy of the project."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.guides import begins_with, copy_tree, steps_of, take
from tests.tree import ROOT

pytestmark = pytest.mark.slow

FOLDER = ROOT / "docs" / "guides"
GUIDES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
RULES = "tests/rules tests/docs/test_map.py tests/docs/test_glossary.py"
TOOLS = (
    "ruff check -q .",
    "ruff format -q --check .",
    "mypy --no-error-summary",
    f"pytest -q -p no:cacheprovider {RULES}",
)


class Project:
    """A copy of the project for all guides: what they add stands side by side."""

    def __init__(self, folder: Path) -> None:
        self.tree = copy_tree(folder / "project")
        self.home = folder / "home"
        self._followed: set[Path] = set()

    def follow(self, guide: Path) -> None:
        """Take the steps of a guide, once, after those of the guides it begins with."""
        if guide in self._followed:
            return
        self._followed.add(guide)
        for before in begins_with(guide):
            self.follow(before)
        for step in steps_of(guide):
            take(step, self.tree, self.home)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("guides"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_steps_of_a_guide_work(guide: Path, project: Project) -> None:
    assert "console" in {step.kind for step in steps_of(guide)}
    project.follow(guide)


@pytest.mark.parametrize("tool", TOOLS)
def test_what_the_guides_have_made_is_as_clean_as_the_rest(tool: str, project: Project) -> None:
    command = [sys.executable, "-m", *tool.split()]
    if tool.startswith("mypy") and (ROOT / ".mypy_cache").is_dir():  # what lint has found out: the copy is the same
        with contextlib.suppress(shutil.Error):  # lint may be at work: what is missing is found out anew
            shutil.copytree(ROOT / ".mypy_cache", project.tree / ".mypy_cache")
    done = subprocess.run(command, cwd=project.tree, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{tool}\n{done.stdout}{done.stderr}"


def test_the_list_of_guides_is_whole() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [guide.name for guide in GUIDES if f"({guide.name})" not in listed] == []
