"""The commands of `freshears` by name: listed at once, loaded when one is asked for.

To load them all takes as long as to load Python itself: every command would wait for the parts of all others.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
import typer.main

from bridge.cli.help import PlainCommand, PlainGroup


class CommandEntry(NamedTuple):
    """A command of the program: where it stands, and what the list of commands says of it."""

    where: str  # `module:name` below bridge.cli.commands; the name is a function's or a group's
    what: str


class Loading(MutableMapping[str, Any]):
    """Commands under their names; each is made when it is first looked at.

    Parameters
    ----------
    entries
        What there is, in the order of the list.
    """

    def __init__(self, entries: dict[str, CommandEntry]) -> None:
        self.entries = entries
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return a command, loaded by now."""
        if name not in self._made:
            self._made[name] = _made(name, self.entries[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        """Put a command in that is there already."""
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        """Take a command out."""
        self._made.pop(name, None)
        del self.entries[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many commands there are."""
        return len(self.entries)


def _made(name: str, entry: CommandEntry) -> Any:
    module, _, attribute = entry.where.partition(":")
    found = getattr(import_module(f"bridge.cli.commands.{module}"), attribute)
    around = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    around.callback()(_nothing)  # what has a callback is a group, be there one command in it or two
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name, cls=PlainCommand, short_help=entry.what)(found)
    group: Any = typer.main.get_command(around)
    return group.commands[name]


def _nothing() -> None: ...


def loading_group(entries: dict[str, CommandEntry]) -> type[PlainGroup]:
    """Return a kind of group that has these commands, and lists them without loading one."""

    class LoadingGroup(PlainGroup):
        """The group of all commands."""

        def __init__(self, **given: Any) -> None:
            super().__init__(**given | {"commands": Loading(dict(entries))})

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Write each command with what it does."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, entry.what) for name, entry in entries.items()])

    return LoadingGroup
