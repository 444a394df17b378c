"""Printing with styles."""

import io
import sys

import pytest
from rich.table import Table
from rich.text import Text

from bridge.cli.printing.console import Console, bars
from bridge.cli.printing.outlet import open_outlets


def printing(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Put outlets over a stream; called by the test itself: pytest gives each phase streams of its own."""
    held = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(held, encoding="utf-8", newline="\n"))
    monkeypatch.setattr(sys, "stderr", sys.stdout)
    monkeypatch.setenv("COLUMNS", "80")
    open_outlets()
    return held


def test_a_string_is_one_line_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = printing(monkeypatch)
    Console().print("Harbour [live] [/] :car: \x1b[2J\nFORGED", soft_wrap=True)
    assert printed.getvalue() == b"Harbour [live] [/] :car: \\x1b[2J\\nFORGED\n"


def test_a_text_may_have_lines_and_drives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = printing(monkeypatch)
    Console().print(Text("one\ntwo \x1b]8;;x\x07\x9b"), soft_wrap=True)
    assert printed.getvalue() == b"one\ntwo \\x1b]8;;x\\x9b\n"  # rich itself leaves bells out


def test_cells_of_a_table_are_as_wide_as_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = printing(monkeypatch)
    table = Table("name", "mode", box=None, pad_edge=False)
    table.add_row("[live]\x1b\n", "mixing")
    table.add_row(Text("plain"), "resting")
    Console().print(table)
    lines = printed.getvalue().decode().splitlines()
    assert lines == ["name          mode   ", r"[live]\x1b\n  mixing ", "plain         resting"]


def test_bars_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = printing(monkeypatch)
    with bars() as shown:
        shown.update(shown.add_task("x", total=1.0), completed=1.0)
    assert printed.getvalue().strip() == b""  # rich before 14 ends with an empty line


def test_what_is_being_done_stands_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    shown = bars()
    task = shown.add_task("a\x1b[2J\nb [x]", total=1.0)
    assert str(shown.columns[0](shown.tasks[task])) == "a\\x1b[2J\\nb [x]"
