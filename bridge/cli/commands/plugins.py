"""`freshears plugins`: what a plug-in is for, as this program understands its name."""

import sys
from typing import Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_home
from bridge.cli.help import PlainCommand, PlainGroup

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, rich_markup_mode=None, help="What plug-ins are for.")


@app.callback()
def plugins() -> None:
    """What plug-ins are for."""


@app.command(cls=PlainCommand, name="classify")
def classify_names(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names as the DAW shows them; - reads one a line.", show_default=False)
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Say what plug-ins are for and how that is known. Your own `plugins.toml` beside the configuration wins.

    \b
    Examples:
      freshears plugins classify "VST3: Pro-L 2 (FabFilter)" "EBU R128 Meter"
      freshears plugins classify - --json < names.txt
    """
    from bridge.errors import UsageError
    from bridge.policy.bus.plugins import classify
    from bridge.settings.own_plugins import own_plugin_list

    wanted = [line.rstrip("\r\n") for line in sys.stdin] if names == ["-"] else list(names or [])
    if not wanted:
        raise UsageError("name at least one plug-in, or - to read names from the standard input")
    own = own_plugin_list(the_home())
    found = [classify(name, own) for name in wanted]
    if json:
        print_json(found[0] if len(found) == 1 else found)
        return
    out = console()
    width = max(len(one.purpose) for one in found)
    for one in found:
        out.print(f"{one.purpose:<{width}}  {one.name}", soft_wrap=True, end="")
        out.print(f"  — {one.why}", style="dim", soft_wrap=True)
