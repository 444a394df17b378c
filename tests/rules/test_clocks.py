"""Two clocks, two suffixes: ``now_s`` only goes forward, ``now_at`` and every ``at`` are POSIX seconds."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.tree import nodes, python_files

MONOTONIC = {"monotonic", "clock", "_clock"}
POSIX = {"time", "wall", "_wall"}


@cache
def named() -> list[tuple[str, ast.AST]]:
    """Return (file and line, node) of everything that names or assigns something."""
    return [
        (f"{path}:{getattr(node, 'lineno', 0)}", node)
        for path in python_files("bridge", "tests")
        for node in nodes(path)
        if isinstance(node, ast.arg | ast.Name | ast.Attribute | ast.Assign)
    ]


def read_of(value: ast.AST) -> str:
    """Return which clock an expression reads and nothing else: its name, empty when it reads none."""
    if isinstance(value, ast.Call) and not value.args:
        called = value.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        return name if name in MONOTONIC | POSIX else ""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return read_of(value.left) or read_of(value.right)
    return ""


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for name, value in pairs:
            if isinstance(name, ast.Name | ast.Attribute):
                yield (name.id if isinstance(name, ast.Name) else name.attr), value


def test_nothing_is_called_just_now() -> None:
    bare = [
        where
        for where, node in named()
        if (isinstance(node, ast.arg) and node.arg == "now")
        or (isinstance(node, ast.Name) and node.id == "now" and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.Attribute) and node.attr == "now" and isinstance(node.ctx, ast.Store))
    ]
    assert bare == []


def test_what_a_clock_is_read_into_carries_its_suffix() -> None:
    wrong = [
        f"{where}: {name}"
        for where, node in named()
        if where.startswith("bridge")
        for name, value in assigned(node)
        if (read_of(value) in MONOTONIC and not name.endswith("_s"))
        or (read_of(value) in POSIX and not (name == "at" or name.endswith("_at")))
    ]
    assert wrong == []


def test_tests_sleep_nowhere_but_where_real_processes_are_waited_for() -> None:
    sleeping = [
        str(path)
        for path in python_files("tests")
        if path.parts[:2] != ("tests", "data")
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
    ]
    assert set(sleeping) == {"tests/waiting.py"}


def test_the_check_knows_a_wrong_name_when_it_sees_one() -> None:
    [node] = ast.parse("self._made_at = time.monotonic() + 5.0").body
    [(name, value)] = assigned(node)
    assert (name, read_of(value)) == ("_made_at", "monotonic")
