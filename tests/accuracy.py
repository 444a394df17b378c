"""The figures of ``docs/accuracy.md`` come from the tests: this writes them, and checks that they are current.

A test hands each figure to the ``accuracy`` fixture. With ``pytest --write-accuracy`` the tables of the document that
the run has figures for are rewritten; without it, every figure must stand in the document already, numbers within
``agree`` of what was just measured. The prose between the tables is written by hand.
"""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parent.parent / "docs" / "accuracy.md"
_TABLE = re.compile(r"<!-- table (?P<name>[\w-]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)

Cell = str | float


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:.3f}".replace("-0.000", "0.000")


def _cells(line: str) -> list[str]:
    return [part.strip() for part in line.strip().strip("|").split("|")]


class Accuracy:
    """Collects rows of tables and compares them with the document, or keeps them for writing."""

    def __init__(self, *, writing: bool) -> None:
        self.writing = writing
        self.tables: dict[str, list[dict[str, Cell]]] = {}
        text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        self._written = {m["name"]: [_cells(line) for line in m["body"].splitlines()] for m in _TABLE.finditer(text)}

    def row(self, table: str, agree: float = 0.005, **cells: Cell) -> None:
        """Hand over one row; keyword names are the column titles (underscores become spaces)."""
        if self.writing:
            self.tables.setdefault(table, []).append(cells)
            return
        assert table in self._written, f"docs/accuracy.md has no table {table}: run pytest --write-accuracy"
        wanted = list(cells.values())
        for line in self._written[table]:
            if len(line) == len(wanted) and all(_same(a, b, agree) for a, b in zip(line, wanted, strict=True)):
                return
        shown = " | ".join(_text(cell) for cell in wanted)
        pytest.fail(f"docs/accuracy.md, table {table}, is not current: run pytest --write-accuracy\n  | {shown} |")

    def write(self) -> None:
        """Rewrite the tables of the document that this run has rows for."""
        text = DOCUMENT.read_text(encoding="utf-8")
        for name, rows in self.tables.items():
            titles = [title.replace("_", " ") for title in rows[0]]
            lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
            lines += ["| " + " | ".join(_text(cell) for cell in row.values()) + " |" for row in rows]
            body = f"<!-- table {name} -->\n" + "\n".join(lines) + "\n<!-- end -->"
            pattern = re.compile(rf"<!-- table {name} -->\n.*?<!-- end -->", re.DOTALL)
            if not pattern.search(text):
                raise pytest.UsageError(f"docs/accuracy.md has no markers for the table {name}")
            text = pattern.sub(lambda _, body=body: body, text)
        DOCUMENT.write_text(text, encoding="utf-8")


def _same(written: str, cell: Cell, agree: float) -> bool:
    if isinstance(cell, str):
        return written == cell
    try:
        return abs(float(written) - cell) <= agree or written == _text(cell)
    except ValueError:
        return False
