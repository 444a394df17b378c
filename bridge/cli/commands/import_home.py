"""`freshears import`: what was exported on another computer."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import console, existing_file, fail, the_home
from bridge.errors import UsageError
from bridge.text import printable

_SHOWN = 5


def import_home(
    file: Annotated[Path, typer.Argument(help="What `freshears export` wrote.", show_default=False)],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="A folder that is elsewhere here: OLD=NEW. More than once for several."),
    ] = None,
) -> None:
    """Take songs and settings from another computer into an empty home: all of it, or nothing.

    \b
    Examples:
      freshears import fresh-ears-2026-11-30.zip
      freshears import fresh-ears-2026-11-30.zip --map /Users/anna/Music=/home/anna/Music
    """
    from bridge.app.archive import import_home as take
    from bridge.filelock import FileLock

    moves = [_pair(text) for text in map_ or ()]
    lock = FileLock(the_home().lock_path)
    if not lock.acquire("freshears import"):
        fail("the bridge is running; stop it (Ctrl-C) and run this again")
    try:
        done = take(the_home(), existing_file(file.expanduser().absolute()), moves)
    finally:
        lock.release()
    out = console()
    out.print(f"{done.manifest.songs} songs and {done.manifest.bounces} bounces are here now.", soft_wrap=True)
    for folder in done.not_here[:_SHOWN]:
        out.print(printable(f"  not on this computer: {folder}"), style="yellow", soft_wrap=True)
    if done.not_here:
        out.print("Say where such a folder is now: freshears relocate OLD NEW", soft_wrap=True)


def _pair(text: str) -> tuple[str, str]:
    """Return the two folders of OLD=NEW; the old one is named as the other computer names it."""
    from bridge.settings.watched import absolute

    old, equals, new = text.partition("=")
    if not equals or not old.strip() or not new.strip():
        raise UsageError(f"--map is {text!r}; it takes OLD=NEW")
    return old, str(absolute(new))
