"""`freshears export`: everything that is known as one file, for a new computer."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import console, the_home
from bridge.text import printable


def export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.", show_default=False)],
) -> None:
    """Write songs, verdicts, sheets, masters' records, settings and the list of references into one file.

    Sound files, reports and masters are not in it: copy their folders as you copy your music.

    \b
    Example:
      freshears export fresh-ears-2026-11-30.zip
    """
    from bridge.app.archive import export_home

    made = export_home(the_home(), file.expanduser().absolute())
    console().print(printable(f"{file}: {made.songs} songs, {made.bounces} bounces, and the settings."), soft_wrap=True)
    console().print("On the new computer: freshears import FILE --map OLD=NEW", soft_wrap=True)
