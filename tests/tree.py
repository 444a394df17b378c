"""The tree of this project as the tests of its documents see it: packages, source files, the types they define."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("bridge", "dsp")
CODE = {".py", ".lua", ".js"}


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the project, relative to its root, without what tools leave behind."""
    tops = ("bench", "bridge", "daw_scripts", "docs", "dsp", "tests", "tools")
    found = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    return tuple(sorted(path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts))


def python_files(*tops: str) -> list[Path]:
    """Return the Python files below some top-level folders."""
    return [path for path in tracked() if path.suffix == ".py" and path.parts[0] in tops]


def packages() -> set[Path]:
    """Return the folders of `bridge` and `dsp` that hold modules."""
    return {path.parent for path in python_files(*SOURCES)} | {Path(top) for top in SOURCES}


def read(path: Path) -> str:
    """Return the text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def syntax(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file of the project."""
    return ast.parse(read(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of the syntax tree of a Python file of the project."""
    return tuple(ast.walk(syntax(path)))


def public_types(path: Path) -> Iterator[str]:
    """Yield the public classes and aliases of types at the top of a module."""
    for node in syntax(path).body:
        if isinstance(node, ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.upper() == name or not name[0].isupper():
                continue  # a constant or a plain variable
        else:
            continue
        if not name.startswith("_"):
            yield name
