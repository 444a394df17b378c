"""Every guide works as it is written: its steps are taken, one after the other, in a copy of the project."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.guides import copy_tree, steps_of, take
from tests.tree import ROOT

pytestmark = pytest.mark.slow

FOLDER = ROOT / "docs" / "guides"
GUIDES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
RULES = "tests/test_layers.py tests/test_vocabulary.py tests/docs/test_map.py tests/docs/test_glossary.py"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of the project for all guides: what they add stands side by side."""
    return copy_tree(tmp_path_factory.mktemp("guides") / "project")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_steps_of_a_guide_work(guide: Path, tree: Path, tmp_path: Path) -> None:
    steps = steps_of(guide)
    assert {"console", "diff"} & {step.kind for step in steps}
    for step in steps:
        take(step, tree, tmp_path / "home")


def test_what_the_guides_have_made_is_as_clean_as_the_rest(tree: Path) -> None:
    cache = f"--cache-dir={ROOT / '.mypy_cache' / 'guides'}"
    for tool in (
        "ruff check -q .",
        "ruff format -q --check .",
        f"mypy --no-error-summary {cache}",
        f"pytest -q -p no:cacheprovider {RULES}",
    ):
        done = subprocess.run(
            [sys.executable, "-m", *tool.split()], cwd=tree, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{tool}\n{done.stdout}{done.stderr}"


def test_the_list_of_guides_is_whole() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [guide.name for guide in GUIDES if f"({guide.name})" not in listed] == []
