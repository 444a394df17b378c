"""`freshears config`: where the settings are, what is in force, and changing them."""

import os
import shlex
import subprocess
import sys
from typing import Annotated

import msgspec
import typer

from bridge.cli.context import EXIT_USAGE, JsonFlag, console, fail, make_config, print_json, the_config, the_home
from bridge.cli.help import PlainCommand, PlainGroup
from bridge.cli.printing.jsontext import shown_toml
from bridge.cli.printing.outlet import writes_all
from bridge.settings.config import Config, load
from bridge.text import json_text, printable

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, help="Show or change the settings.")


@app.command(cls=PlainCommand)
def path() -> None:
    """Print where the settings file is."""
    sys.stdout.write(f"{printable(str(the_home().config_path))}\n")


@app.command(cls=PlainCommand)
def show(
    defaults: Annotated[bool, typer.Option("--defaults", help="Show the defaults instead of what is set.")] = False,
    json: JsonFlag = False,
) -> None:
    """Print every setting in force."""
    config = Config() if defaults else the_config()
    if json:
        print_json(config)
        return
    sys.stdout.write(shown_toml(_as_toml(config), ascii_only=not writes_all(sys.stdout)))


@app.command(cls=PlainCommand)
def edit() -> None:
    """Open the settings in your editor ($VISUAL or $EDITOR) and check them afterwards."""
    where = the_home()
    if not where.config_path.exists():
        make_config(where)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        fail(f"no editor is set ($VISUAL or $EDITOR); open {where.config_path} yourself", EXIT_USAGE)
    try:
        subprocess.run([*shlex.split(editor), str(where.config_path)], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"{editor}: {error}")
    load(where.config_path)
    console().print("The settings are fine. A running bridge takes them at its next start.")


def _as_toml(config: Config) -> str:
    """Write the settings as TOML: tables of plain values (JSON's spelling of them is TOML's too)."""
    lines: list[str] = []
    for table, values in msgspec.to_builtins(config).items():
        lines += [f"[{table}]"]
        for name, value in values.items():
            key = name if name.isascii() and name.replace("_", "").isalnum() else json_text(name)
            lines.append(f"{key} = {json_text(value)}")
        lines.append("")
    return "\n".join(lines)
