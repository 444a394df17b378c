"""`freshears watch`: which folders are watched, without opening the settings."""

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
    from bridge.settings.folders import folder_trouble, hidden_inside

    watch = the_config().watch
    folders = [Path(folder).expanduser().absolute() for folder in watch.folders]
    if json:
        print_json([{"path": str(folder), "trouble": folder_trouble(folder)} for folder in folders])
        return
    if not folders:
        console().print("No folder is watched. Add one: freshears watch add FOLDER")
    for folder in folders:
        trouble = folder_trouble(folder)
        console().print(printable(trouble or str(folder)), style="yellow" if trouble else "", soft_wrap=True)
        hint = "" if trouble or watch.recursive else hidden_inside(folder, watch.patterns)
        if hint:
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
