"""`freshears projects`: the folders in which saved projects are followed, without opening the settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.commands.watch import show_folders
from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.help import PlainCommand, PlainGroup
from bridge.errors import UsageError
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.app.saves.finding import FoundFolder

app = typer.Typer(
    cls=PlainGroup, no_args_is_help=True, help="Find, add, remove and list the folders of saved projects."
)

_Folder = Annotated[str, typer.Argument(help="The folder your DAW saves its projects in.", show_default=False)]
_MOST_SHOWN = 20


@app.command(cls=PlainCommand)
def find(
    add: Annotated[bool, typer.Option("--add", help="Add all that are found, without asking.")] = False,
    json: JsonFlag = False,
) -> None:
    """Look for projects in the usual places, and offer their folders; nothing is added without your word.

    \b
    Example:
      freshears projects find
    """
    from bridge.app.saves.finding import find_projects, listed_sessions, usual_places

    watched = [Path(folder).expanduser().absolute() for folder in the_config().projects.folders]
    found = find_projects(usual_places(), listed_sessions(), watched=watched)
    if json:
        print_json([{"path": str(one.path), "daws": one.titles, "projects": one.projects} for one in found.folders])
    else:
        _print(found.folders, found.too_wide, is_whole=found.is_whole)
    if found.folders and (add or (not json and _says_yes())):
        for one in found.folders:
            try:
                _set(str(one.path), is_added=True, quiet=json)
            except UsageError as error:  # the others are followed all the same
                console(json=json).print(printable(str(error)), style="yellow", soft_wrap=True)
    elif found.folders and not json:
        console().print("Nothing was added. One of them: freshears projects add FOLDER")


@app.command(cls=PlainCommand)
def add(folder: _Folder) -> None:
    """Follow what is saved in a folder and in those inside; a running bridge begins at once.

    \b
    Example:
      freshears projects add ~/Music/Ableton
    """
    _set(folder, is_added=True)


@app.command(cls=PlainCommand)
def remove(folder: _Folder) -> None:
    """Follow what is saved in a folder no longer.

    \b
    Example:
      freshears projects remove ~/Music/Ableton
    """
    _set(folder, is_added=False)


@app.command("list", cls=PlainCommand)
def list_folders(json: JsonFlag = False) -> None:
    """List the folders of saved projects, and what is wrong with them.

    \b
    Example:
      freshears projects list
    """
    show_folders(
        the_config().projects.folders,
        "No folder of projects is followed. Look for some: freshears projects find",
        json=json,
    )


def _print(folders: "tuple[FoundFolder, ...]", too_wide: "tuple[FoundFolder, ...]", *, is_whole: bool) -> None:
    out = console()
    if not folders:
        out.print("No projects of the last year were found that are not followed already, in the usual places.")
    for one in folders[:_MOST_SHOWN]:
        out.print(printable(f"{one.path}  ({_counted(one)})"), soft_wrap=True)
    if len(folders) > _MOST_SHOWN:
        out.print(f"and {len(folders) - _MOST_SHOWN} more")
    for one in too_wide:
        out.print(printable(f"{one.path} holds {_counted(one)}, and is too wide to be followed."), soft_wrap=True)
    if not is_whole:
        out.print("There is more than was looked at; add what is missing: freshears projects add FOLDER")


def _counted(one: "FoundFolder") -> str:
    return f"{one.projects} project{'' if one.projects == 1 else 's'}: {', '.join(one.titles)}"


def _says_yes() -> bool:
    """Ask the person, where one sits there."""
    from bridge.cli.commands.config import in_a_terminal

    return in_a_terminal() and typer.confirm("Follow what is saved there?", default=False)


def _set(folder: str, *, is_added: bool, quiet: bool = False) -> None:
    """Have the settings changed, by the bridge that runs or in its place."""
    from bridge.app.commands.records import UnwatchFolder, WatchFolder
    from bridge.cli.ordering import order
    from bridge.settings.first_run import make_config
    from bridge.settings.watched import absolute

    if not the_home().config_path.exists():  # the bridge of another home is none of ours
        make_config(the_home())
    command = WatchFolder if is_added else UnwatchFolder
    done = order(command(folder=str(absolute(folder)), table="projects"), "freshears projects")
    if not quiet:
        console().print(printable(done.text), soft_wrap=True)
