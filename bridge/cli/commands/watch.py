"""`freshears watch`: which folders are watched, without opening the settings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.help import PlainCommand, PlainGroup
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.app.commands.records import UnwatchFolder, WatchFolder

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, help="Add, remove and list the watched folders.")

_Folder = Annotated[str, typer.Argument(help="The folder your DAW bounces into.", show_default=False)]


@app.command(cls=PlainCommand)
def add(folder: _Folder) -> None:
    """Watch a folder from now on; a running bridge begins at once.

    \b
    Example:
      freshears watch add ~/Music/Projects/Renders
    """
    from bridge.app.commands.records import WatchFolder

    _order(WatchFolder(folder=_absolute(folder)))


@app.command(cls=PlainCommand)
def remove(folder: _Folder) -> None:
    """Watch a folder no longer; its songs, reports and masters stay.

    \b
    Example:
      freshears watch remove ~/Music/Projects/Renders
    """
    from bridge.app.commands.records import UnwatchFolder

    _order(UnwatchFolder(folder=_absolute(folder)))


@app.command("list", cls=PlainCommand)
def list_folders(json: JsonFlag = False) -> None:
    """List the watched folders, and what is wrong with them.

    \b
    Example:
      freshears watch list
    """
    from bridge.settings.folders import hidden_inside

    watch = the_config().watch

    def hint_on(folder: Path) -> str:
        return "" if watch.recursive else hidden_inside(folder, watch.patterns)

    show_folders(watch.folders, "No folder is watched. Add one: freshears watch add FOLDER", hint_on, json=json)


def show_folders(
    named: Sequence[str], none_said: str, hint_on: Callable[[Path], str] = lambda _: "", *, json: bool
) -> None:
    """Print folders of the settings, what is wrong with each, and a hint on those that are there."""
    from bridge.settings.folders import folder_trouble

    folders = [Path(folder).expanduser().absolute() for folder in named]
    if json:
        print_json([{"path": str(folder), "trouble": folder_trouble(folder)} for folder in folders])
        return
    if not folders:
        console().print(none_said)
    for folder in folders:
        trouble = folder_trouble(folder)
        console().print(printable(trouble or str(folder)), style="yellow" if trouble else "", soft_wrap=True)
        if hint := "" if trouble else hint_on(folder):
            console().print(printable(f"  {hint}"), style="yellow", soft_wrap=True)


def _absolute(folder: str) -> str:
    """Return a folder as it is meant from here: the bridge runs elsewhere."""
    from bridge.settings.watched import absolute

    return str(absolute(folder))


def _order(command: "WatchFolder | UnwatchFolder") -> None:
    from bridge.cli.ordering import order
    from bridge.settings.first_run import make_config

    if not the_home().config_path.exists():  # the bridge of another home is none of ours
        make_config(the_home())
    done = order(command, "freshears watch")
    console().print(printable(done.text), soft_wrap=True)
