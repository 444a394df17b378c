"""`freshears config`: where the settings are, what is in force, and changing them."""

import os
import shlex
import subprocess
import sys
from typing import Annotated

import msgspec
import typer

from bridge.cli.context import JsonFlag, console, fail, print_json, the_config, the_home
from bridge.cli.editors import editor_words
from bridge.cli.help import PlainCommand, PlainGroup
from bridge.cli.printing.jsontext import shown_toml
from bridge.cli.printing.outlet import writes_all
from bridge.settings.config import Config, load
from bridge.text import json_text, printable

# What opens a text file in the program the person has chosen for it.
SYSTEM_EDITORS: dict[str, tuple[str, ...]] = {"linux": ("xdg-open",), "darwin": ("open", "-t"), "win32": ("notepad",)}

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
    """Open the settings in your editor ($VISUAL, $EDITOR or the system's) and check them afterwards."""
    from bridge.settings.first_run import make_config

    where = the_home()
    if not where.config_path.exists():
        make_config(where)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    command = editor_words(editor) if editor else list(SYSTEM_EDITORS.get(sys.platform, SYSTEM_EDITORS["linux"]))
    try:
        subprocess.run([*command, str(where.config_path)], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"{shlex.join(command)}: {error}; open {where.config_path} yourself, or set $EDITOR")
    if not editor and sys.platform != "win32":  # it returns at once, and the editor stays open
        if not in_a_terminal():
            console().print("The settings are open. A running bridge takes what you save, and says what is wrong.")
            return
        typer.prompt("Press Enter when you have saved them", default="", show_default=False)
    load(where.config_path)
    console().print("The settings are fine. A running bridge takes them at once.")


def in_a_terminal() -> bool:
    """Tell whether a person sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


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
