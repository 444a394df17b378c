"""The steps of a guide, read from its page: files to write, places to change, commands to run and what they print.

- a block that begins with ``# file: path`` (or ``-- file:``, ``<!-- file:``) is a new file;
- a ``diff`` block changes one: ``--- path``, then lines as they are, with ``-`` and ``+`` where they change. The lines
  as they were must stand in the file exactly once; ``@@`` begins another place;
- a ``console`` block runs: what follows a ``$`` line is what it must print; an ellipsis stands for anything.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from tests.tree import ROOT

_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"\A(?:#|--|<!--) file: (?P<path>\S+)(?: -->)?\n")
_BEFORE = re.compile(r"^Begin with \[[^]]+\]\(([\w-]+\.md)\)", re.MULTILINE)
_LEFT_BEHIND = (".venv*", ".git", ".hypothesis", ".*_cache", "/demo", "/.bench")


class Step(NamedTuple):
    """One block of a guide."""

    kind: str
    body: str


def steps_of(page: Path) -> list[Step]:
    """Return the blocks of a guide in order."""
    return [Step(m["kind"], m["body"]) for m in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def begins_with(page: Path) -> list[Path]:
    """Return the guides that have to be followed before this one."""
    return [page.with_name(name) for name in _BEFORE.findall(page.read_text(encoding="utf-8"))]


def copy_tree(to: Path) -> Path:
    """Copy the whole project without what tools leave behind; kernels that are compiled come along."""

    def left_behind(folder: str, names: list[str]) -> set[str]:
        inside = "/" if Path(folder) == ROOT else ""
        return {name for name in names if any(fnmatch(name, p) or inside + name == p for p in _LEFT_BEHIND)}

    shutil.copytree(ROOT, to, ignore=left_behind)
    return to


def take(step: Step, tree: Path, home: Path) -> None:
    """Do one step in a copy of the project."""
    if step.kind == "console":
        _run(step.body, tree, home)
    elif step.kind == "diff":
        _change(step.body, tree)
    elif new := _FILE.match(step.body):
        path = tree / new["path"]
        assert not path.exists(), f"{new['path']} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.body[new.end() :], encoding="utf-8")
    else:
        raise AssertionError(f"a block that is neither a file, a change nor a command:\n{step.body}")


def _change(body: str, tree: Path) -> None:
    first, _, rest = body.partition("\n")
    assert first.startswith("--- "), f"a change begins with its file, not {first!r}"
    path = tree / first.removeprefix("--- ")
    text = path.read_text(encoding="utf-8")
    for place in re.split(r"^@@\n", rest, flags=re.MULTILINE):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if line[0] != "+")
        after = "".join(line[1:] or line for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"{path.relative_to(tree)} holds {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


def _run(body: str, tree: Path, home: Path) -> None:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            _words(command),
            cwd=tree,
            env=_environment(tree, home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        pattern = re.escape(expected.strip()).replace("…", ".*")
        assert re.fullmatch(pattern, _tidy(done.stdout), re.DOTALL), f"$ {command}\n{done.stdout}"


def _words(command: str) -> list[str]:
    program, *rest = shlex.split(command)
    start = {"python": [sys.executable], "freshears": [sys.executable, "-m", "bridge"]}
    return [*start.get(program, [program]), *rest]


def _environment(tree: Path, home: Path) -> dict[str, str]:
    ours = {"PYTHONPATH": str(tree), "FRESHEARS_HOME": str(home), "COLUMNS": "160", "NO_COLOR": "1", "PY_COLORS": "0"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "FRESHEARS"))}
    return inherited | ours


def _tidy(printed: str) -> str:
    """Return what was printed without what differs from run to run."""
    lines = [line.rstrip() for line in re.sub(r"\bin \d+(\.\d+)?s.*", "", printed).splitlines()]
    return "\n".join(lines).strip()
