"""docs/decisions/README.md lists every decision, in order."""

import re
from pathlib import Path

from tests.tree import read, tracked

INDEX = Path("docs/decisions/README.md")


def test_the_index_lists_every_decision() -> None:
    listed = [
        (int(number), name) for number, name in re.findall(r"^\| \[(\d+)\]\(([\w.-]+)\)", read(INDEX), re.MULTILINE)
    ]
    there = [path.name for path in tracked() if path.parent == INDEX.parent and path != INDEX]
    assert listed == [(int(name[:4]), name) for name in there]
