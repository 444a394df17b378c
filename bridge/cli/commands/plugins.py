"""`freshears plugins`: what a plug-in is for, as this program understands its name."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import JsonFlag, console, print_json, the_home
from bridge.cli.help import PlainCommand, PlainGroup

if TYPE_CHECKING:
    from bridge.policy.bus.makers_words import Told

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


@app.command(cls=PlainCommand)
def learn(
    said: Annotated[
        list[Path], typer.Argument(help="LV2 bundles, folders of them, or tables of names and what makers call them.")
    ],
    into: Annotated[
        Path | None, typer.Option(help="The list to add to; your own `plugins.toml` if not said.", show_default=False)
    ] = None,
) -> None:
    """Add plug-ins to a list by what their makers call them; what is known rightly already is not added.

    A table is a text with tabs between its columns: `name`, as the DAW shows it, and `maker_calls_it`, a word or two
    of the maker's, like "look-ahead limiter" or an LV2 class.

    \b
    Examples:
      freshears plugins learn /usr/lib/lv2
      freshears plugins learn products.tsv --into plugins.toml
    """
    from bridge.policy.bus.makers_words import learn as learned
    from bridge.settings.own_plugins import add_to_plugin_list

    lesson = learned([one for path in said for one in _told(path)])
    path = into or the_home().config_path.parent / "plugins.toml"
    added = sum(len(names) for names in lesson.patterns.values())
    if added:
        add_to_plugin_list(path, lesson.patterns)
    out = console()
    out.print(f"{added} added to {path}, {lesson.known} known already, {len(lesson.left_out)} left out", soft_wrap=True)
    for name, why in lesson.left_out.items():
        out.print(f"  {name}: {why}", style="dim", soft_wrap=True)


def _told(path: Path) -> "list[Told]":
    import csv

    from bridge.daw.lv2_bundle import read_lv2_bundles
    from bridge.errors import UsageError
    from bridge.policy.bus.makers_words import Told

    if path.is_dir() or path.suffix.lower() == ".ttl":
        return [Told(name, called) for name, called in read_lv2_bundles(path)]
    try:
        rows = list(
            csv.DictReader(
                path.read_text(encoding="utf-8-sig").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE, restval=""
            )
        )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as a table ({error})") from error
    if rows and not {"name", "maker_calls_it"} <= rows[0].keys():
        raise UsageError(
            f"{path}: its first line must name the columns name and maker_calls_it, with tabs between them"
        )
    return [Told(row["name"], row["maker_calls_it"]) for row in rows]
