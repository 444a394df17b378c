"""Help as a person reads it: whole sentences at any width, and words for values, not Python's types."""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

# What typer says of a value's type: `<list[Path]>` in newer versions, FLOAT in older ones.
_TYPE = re.compile(r"<(?:list\[)?(\w+)\]?>|\b(FLOAT|INTEGER)\b")
_WORDS = {"path": "PATH", "str": "TEXT", "float": "NUMBER", "int": "NUMBER", "integer": "NUMBER"}


class PlainCommand(TyperCommand):
    """A command whose help names values in plain words."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options."""
        _write_values(self, ctx, formatter)


class PlainGroup(TyperGroup):
    """A group whose help shows each command's first sentence whole."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options and the commands."""
        _write_values(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each command with what it does."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.short_help or _first_sentence(command.help or "")) for name, command in named if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class ListingGroup(PlainGroup):
    """A group that lists when none of its commands is named: ``freshears songs drive`` is ``songs list drive``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the listing's name before what is no command of the group."""
        named = next((arg for arg in args if not arg.startswith("-")), "")
        if named not in self.commands and "--help" not in args:
            args = ["list", *args]
        return super().parse_args(ctx, args)


def _write_values(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            kind = parameter.param_type_name
            rows[kind].append((_plain(record[0], is_argument=kind == "argument"), record[1]))
    for heading, found in (("Arguments", rows["argument"]), ("Options", rows["option"])):
        if found:
            with formatter.section(heading):
                formatter.write_dl(found)


def _plain(name: str, *, is_argument: bool) -> str:
    """Return how a value is called in a help's left column; an argument's own name says enough."""
    if is_argument:
        return _TYPE.sub("", name).strip()
    return _TYPE.sub(lambda found: _WORDS.get((found[1] or found[2]).lower(), "VALUE"), name)


def _first_sentence(text: str) -> str:
    words = " ".join(text.split("\n\n", 1)[0].split())
    return words.split(". ", 1)[0].rstrip(".") + "."
