"""Signs that an encoding cannot write."""

import ast
from pathlib import Path

import pytest

from bridge.cli.printing.stand_ins import HANDLER, stand_in
from bridge.report.text import MINUS, NOTHING, THIN_SPACE
from bridge.text import printable
from tests.tree import python_files


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("✓ ✗ ◐ ● ○ ☑ ☐", "cp1252", "[ok] [x] [!] * o [x] [ ]"),
        ("−14 – “so” ’ … ±2 ≤", "ascii", '-14 - "so" \' ... +/-2 <='),
        ("−14 – “so” ±2 ≤", "cp437", '-14 - "so" ±2 ≤'),
        ("Dvořák, Žluťoučký", "cp1252", "Dvorák, Žlutoucký"),
        ("夜.wav", "cp1252", "\\u591c.wav"),
        ("\N{MUSICAL NOTE}", "ascii", "\\U0001f3b5"),
        ("1 000", "ascii", "1 000"),
        ("\udce9", "utf-8", "\\udce9"),
    ],
)
def test_what_cannot_be_written_reads_well(text: str, encoding: str, shown: str) -> None:
    assert text.encode(encoding, HANDLER).decode(encoding) == shown


@pytest.mark.slow
def test_every_sign_that_we_print_has_a_stand_in() -> None:
    """Signs in texts of ours for people, read from the sources: none is shown by its number."""
    signs = {MINUS, NOTHING, THIN_SPACE}
    for path in python_files("bridge"):
        if "demo" not in path.parts:
            signs |= {c for text in _strings(path) for c in text if not c.isascii() and printable(c) == c}
    assert {sign for sign in signs if stand_in(sign).startswith("\\u")} == set()


def _strings(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
    return [node.value for node in constants if isinstance(node.value, str)]
