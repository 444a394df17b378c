"""One docstring form: numpy's, on everything public; in dsp every parameter has its line, its type and its unit.

Parameters
----------
rate_hz : int
    Sample rate in Hz, 8,000 to 384,000.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.tree import python_files, syntax

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \w+)*) : (?P<type>\S.*)")
SECTION = re.compile(r"^(\w+)\n-{3,}\n((?:.*\n?)*?)(?=^\w+\n-{3,}$|\Z)", re.MULTILINE)
WRONG = {
    "on one line": "rate_hz : sample rate in Hz.\nsettings : what is asked.",
    "over two lines": "rate_hz : sample rate in Hz,\n    8,000 to 384,000.\nsettings : what is\n    asked.",
    "without a type": "rate_hz\n    Sample rate in Hz.\nsettings\n    What is asked.",
    "one forgotten": "rate_hz : int\n    Sample rate in Hz.",
    "one too many": "rate_hz : int\n    Rate.\nsettings : str\n    What.\nmore : int\n    Gone long ago.",
}


def public(tree: ast.AST) -> Iterator[Documented]:
    """Yield what a module or class shows to others, and what that shows."""
    for node in getattr(tree, "body", []):
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def documented(*tops: str) -> Iterator[tuple[str, Documented]]:
    for path in python_files(*tops):
        for node in public(syntax(path)):
            yield f"{path}:{node.lineno} {node.name}", node


def parameters(node: Documented) -> list[str]:
    """Return what it is called with; of a class, what its constructor or its fields take."""
    if isinstance(node, ast.ClassDef):
        made = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
        if made:
            return parameters(made[0])
        return [
            item.target.id
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        ]
    taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [argument.arg for argument in taken if argument.arg not in {"self", "cls"}]


def sections(docstring: str) -> dict[str, str]:
    return {match[1]: match[2].rstrip() for match in SECTION.finditer(docstring)}


def problems(node: Documented) -> list[str]:
    """Return what is not in the one form."""
    found = sections(ast.get_docstring(node) or "")
    taken = parameters(node)
    called = not isinstance(node, ast.ClassDef)
    wrong = []
    if called and len(taken) >= 2 and "Parameters" not in found:
        wrong.append("has no Parameters")
    if called and len(taken) >= 2 and "Returns" not in found and not returns_nothing(node):
        wrong.append("has no Returns")
    if "Parameters" not in found:
        return wrong
    named: list[str] = []
    lines = found["Parameters"].split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if not line or line.startswith(" "):
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None or not following.startswith("    ") or following.lstrip()[0].islower():
            wrong.append(f"{line!r} is not `name : type` above its description")
        else:
            named += [name.strip("*") for name in entry["names"].split(", ")]
    if not wrong and sorted(named) != sorted(taken):
        wrong.append(f"names {sorted(set(named) ^ set(taken))} in one of signature and docstring only")
    return wrong


def returns_nothing(node: Documented) -> bool:
    given = getattr(node, "returns", None)
    return given is None or (isinstance(given, ast.Constant) and given.value is None)


def test_everything_public_says_what_it_is() -> None:
    assert [where for where, node in documented("bridge", "dsp") if not ast.get_docstring(node)] == []


def test_parameters_of_dsp_stand_in_one_form() -> None:
    wrong = [f"{where}: {problem}" for where, node in documented("dsp") for problem in problems(node)]
    assert wrong == []


@pytest.mark.parametrize("name", WRONG)
def test_the_check_knows_another_form_when_it_sees_one(name: str) -> None:
    body = "\n".join(f"    {line}" if line else "" for line in WRONG[name].split("\n"))
    source = f'def f(rate_hz, settings):\n    """Do it.\n\n    Parameters\n    ----------\n{body}\n    """\n'
    [node] = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    assert problems(node)
