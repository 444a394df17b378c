"""`freshears songs`: the songs and where they stand."""

import time
from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home

_STYLES = {"fault": "red", "listen": "yellow", "fine": "green"}


def songs(
    name: Annotated[str, typer.Argument(help="Only songs whose name holds this.")] = "",
    json: JsonFlag = False,
) -> None:
    """List the songs: bounces, the last verdict, masters.

    \b
    Examples:
      freshears songs
      freshears songs drive --json
    """
    from rich.table import Table

    from bridge.app.status import read_status
    from bridge.cli.transcript import clean

    found = [
        song for song in read_status(the_home(), the_config())["songs"] if name.casefold() in song["name"].casefold()
    ]
    if json:
        print_json(found)
        return
    out = console()
    if not found:
        out.print("No songs yet. Bounce into a watched folder while the bridge runs.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Song", "Mode", "Bounces", "Last bounce", "Verdict", "Masters"):
        table.add_column(heading)
    for song in found:
        last = song["last_bounce"]
        verdict = last["verdict"] or "not yet"
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(last["seen_at"]))
        targets = ", ".join(sorted({made["target"] for made in song["masters"]}))
        style = _STYLES.get(verdict, "dim")
        table.add_row(
            clean(song["name"]), song["mode"], str(song["revisions"]), when, f"[{style}]{verdict}[/]", targets
        )
    out.print(table)
