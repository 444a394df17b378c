"""`freshears relocate`: a music folder that was moved or renamed."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import console, fail, the_home
from bridge.cli.exits import EXIT_USAGE
from bridge.text import printable

_SHOWN = 5


def relocate(
    old: Annotated[str, typer.Argument(help="Where the folder was.", show_default=False)],
    new: Annotated[str, typer.Argument(help="Where it is now.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
) -> None:
    """Tell Fresh Ears that a folder with bounces was moved or renamed: its songs, masters and settings follow.

    Nothing on the disk is touched. Relocating back undoes it. A single file that was moved is known by its content.

    \b
    Examples:
      freshears relocate ~/Music/Old ~/Music/Projects --dry-run
      freshears relocate /Volumes/Old/Music /Volumes/New/Music
    """
    from bridge.app.commands.records import Relocate
    from bridge.cli.ordering import order
    from bridge.settings.folders import folder_trouble
    from bridge.settings.watched import absolute

    before, after = absolute(old), absolute(new)
    if trouble := folder_trouble(after):
        fail(trouble, EXIT_USAGE)
    if not the_home().store_path.exists():
        fail("there are no songs yet", EXIT_USAGE)
    command = Relocate(old=str(before), new=str(after), dry_run=True)
    planned = order(command, "freshears relocate")
    missing = [path for path in planned.files if not Path(path).is_file()]
    if planned.files and len(missing) == len(planned.files):
        fail(f"none of the {len(missing)} bounces of {before} is in {after}; is it the right folder?", EXIT_USAGE)
    console().print(printable(planned.text), soft_wrap=True)
    for path in missing[:_SHOWN]:
        console().print(printable(f"  not there: {path}"), style="yellow", soft_wrap=True)
    if len(missing) > _SHOWN:
        console().print(f"  and {len(missing) - _SHOWN} more that are not there", style="yellow")
    if dry_run:
        console().print("Nothing was changed.")
        return
    done = order(Relocate(old=str(before), new=str(after)), "freshears relocate")
    back = f"Back: freshears relocate {shlex.quote(str(after))} {shlex.quote(str(before))}"
    console().print(printable(f"Done: {done.text} {back}"), soft_wrap=True)
