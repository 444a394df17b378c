"""Where output leaves the program."""

import ast
import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.printing.outlet import (
    Outlet,
    PlainOutlet,
    close_outlets,
    loss_of,
    open_outlets,
    reader_left,
    styled,
    writes_all,
)
from tests.cli.run import ROOT
from tests.tree import nodes, python_files


def outlet(encoding: str = "utf-8") -> tuple[PlainOutlet, io.BytesIO]:
    held = io.BytesIO()
    return PlainOutlet(Outlet(io.TextIOWrapper(held, encoding=encoding, newline="\n"))), held


def test_control_characters_are_shown_and_lines_stay_lines() -> None:
    out, held = outlet()
    out.write("a\x1b[2J\x9b\u202e\x7f\r\tb\nc\udce9\n")
    out.flush()
    assert held.getvalue().decode() == "a\\x1b[2J\\x9b\\u202e\\x7f\\r\\tb\nc\\udce9\n"


def test_styles_go_in_below() -> None:
    out, held = outlet()
    styled(out).write("\x1b[1mbold\x1b[0m ✓\n")  # type: ignore[arg-type]
    out.flush()
    assert held.getvalue().decode() == "\x1b[1mbold\x1b[0m ✓\n"
    plain = io.StringIO()
    assert styled(plain) is plain


@pytest.mark.slow
@given(st.text(st.characters(codec=None)), st.sampled_from(["cp1252", "cp437", "ascii", "latin-1", "utf-8", "cp932"]))
def test_every_text_can_be_written_in_every_encoding(text: str, encoding: str) -> None:
    out, held = outlet(encoding)
    out.write(text)
    out.flush()
    shown = held.getvalue().decode(encoding)
    assert shown.count("\n") == text.count("\n")
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in shown.replace("\n", ""))


def test_bytes_are_refused_so_that_nobody_writes_around_it() -> None:
    out, _ = outlet("ascii")
    with pytest.raises(TypeError, match="only str"):
        out.write(b"x")  # type: ignore[arg-type]
    assert not hasattr(out, "buffer")  # click would write UTF-8 into it where the encoding is ASCII


class Broken(io.StringIO):
    """A stream whose writing fails."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._error = OSError(number, os.strerror(number))

    def write(self, text: str) -> int:
        raise self._error

    def flush(self) -> None:
        raise self._error


@pytest.mark.parametrize(("number", "left"), [(errno.EPIPE, True), (errno.ENOSPC, False), (errno.EIO, False)])
def test_a_stream_that_fails_is_written_to_no_more_and_says_why_once(number: int, left: bool) -> None:
    out = PlainOutlet(Outlet(Broken(number)))
    for _ in range(3):
        assert out.write("text\n") == 5
        out.flush()
    assert reader_left(out) == left
    lost = loss_of(out)
    assert (lost is None) == left
    assert lost is None or lost.errno == number


def test_what_is_held_back_is_handed_on_at_the_end_and_a_loss_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", Broken(errno.ENOSPC))
    monkeypatch.setattr(sys, "stderr", kept)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\xff"), encoding="ascii"))
    open_outlets()
    again = sys.stdout
    open_outlets()
    assert sys.stdout is again
    assert sys.stdin.read() == "a\\xff"
    typer.echo("held back")
    close_outlets()
    why = os.strerror(errno.ENOSPC)
    said = f"freshears: the output could not be written ({why}); what was asked is done all the same\n"
    assert kept.buffer.getvalue().decode() == said  # type: ignore[attr-defined]


def test_the_encoding_decides_whether_everything_can_be_written() -> None:
    assert [writes_all(outlet(name)[0]) for name in ("utf-8", "UTF8", "cp1252", "ascii")] == [True, True, False, False]  # type: ignore[arg-type]


@pytest.mark.skipif(os.name != "posix", reason="POSIX descriptors")
def test_streams_that_were_not_given_lead_nowhere(tmp_path: Path) -> None:
    code = (
        "import os, sys; from bridge.cli.printing.outlet import open_outlets; open_outlets(); print('nobody');"
        f"found = os.open({str(tmp_path / 'file')!r}, os.O_WRONLY | os.O_CREAT); os.write(found, str(found).encode())"
    )
    subprocess.run(
        ["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60
    )
    assert int((tmp_path / "file").read_text()) > 2


@pytest.mark.slow
def test_only_one_console_prints() -> None:
    """Rich's own would take names for markup and let control characters through."""
    wrong = [
        f"{path.as_posix()}:{node.lineno}"
        for path in python_files("bridge")
        if path.as_posix() != "bridge/cli/printing/console.py" and not imports_ours(path)
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "Console", "rich.print"}
    ]
    assert wrong == []


def imports_ours(path: Path) -> bool:
    """Tell whether a module that makes a console makes ours."""
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "bridge.cli.printing.console" for node in nodes(path)
    )
