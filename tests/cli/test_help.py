"""The help of every command, as it is read in 80 columns."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main
from typer.testing import CliRunner

from bridge.cli.root import COMMANDS, app


def every_help(command: object, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, one in getattr(command, "commands", {}).items():
        yield from every_help(one, (*words, name))


@pytest.mark.slow
@pytest.mark.parametrize("words", list(every_help(typer.main.get_command(app))), ids=" ".join)
def test_help_is_whole_and_in_plain_words(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = CliRunner().invoke(app, [*words, "--help"])
    assert ran.exit_code == 0
    cut = [line for line in ran.output.splitlines() if line.endswith(("...", "…")) and not line.startswith("Usage:")]
    assert cut == []
    assert not re.search(r"<\w|list\[|FLOAT|INTEGER|\bPath\b", ran.output), ran.output


def test_a_command_says_in_the_list_what_it_does() -> None:
    commands = CliRunner().invoke(app, ["--help"]).output.partition("Commands:\n")[2].partition("\n\n")[0]
    rows = [line.split(maxsplit=1) for line in commands.splitlines() if re.match(r"  \w", line)]
    assert len(rows) > 15
    assert [row for row in rows if len(row) != 2 or not row[1][0].isupper()] == []


def test_the_list_says_of_every_command_what_the_command_says_of_itself() -> None:
    loaded = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, entry in COMMANDS.items():
        command = loaded[name]
        assert command.name == name
        assert (command.short_help or f"{command.help.split('. ')[0].rstrip('.')}.") == entry.what


@pytest.mark.slow
def test_help_and_version_load_no_command() -> None:
    program = (
        "import sys; from bridge.cli import main\n"
        "try: main()\n"
        "finally: print(*(m for m in sys.modules if m.startswith(('bridge.cli.commands.', 'msgspec', 'numpy'))))"
    )
    for asked in ("--help", "--version"):
        ran = subprocess.run([sys.executable, "-c", program, asked], capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines()[-1].strip() == "", ran.stdout
