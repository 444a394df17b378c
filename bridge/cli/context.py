"""What every command shares: where our files are, how to print, how errors end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bridge.cli.exits import EXIT_FAULT, EXIT_USAGE
from bridge.cli.printing.jsontext import as_json, shown_json
from bridge.cli.printing.outlet import loss_of, writes_all
from bridge.settings.config import Config, load
from bridge.settings.home import Home, home
from bridge.text import printable

if TYPE_CHECKING:
    from bridge.cli.printing.console import Console
    from bridge.songs.service import SongService

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for other programs, and nothing else, on stdout.")]


def the_home() -> Home:
    """Return our folders; `FRESHEARS_HOME` moves them all into one place."""
    return home(os.environ.get("FRESHEARS_HOME"))


def the_config(*, create: bool = False) -> Config:
    """Read the configuration; the defaults when there is none (written first when `create`)."""
    where = the_home()
    if not where.config_path.exists():
        if not create:
            return Config()
        from bridge.settings.first_run import make_config  # not needed for `--help`

        make_config(where)
    return load(where.config_path)


def console(*, json: bool = False) -> "Console":
    """Return where to print for people: stdout, or stderr when stdout belongs to JSON."""
    from bridge.cli.printing.console import Console  # rich is not needed for `--help`

    return Console(stderr=json)


def print_json(value: Any) -> None:
    """Print a record or plain value as JSON, indented, on stdout; ends with a failure when that cannot be written."""
    write_json(as_json(value, indent=2))
    if loss_of(sys.stdout) is not None:
        raise typer.Exit(EXIT_FAULT)


def write_json(text: str) -> None:
    """Write JSON and a line end on stdout; what cannot be shown or written stands in it by its number."""
    sys.stdout.write(shown_json(text, ascii_only=not writes_all(sys.stdout)) + "\n")
    sys.stdout.flush()


def fail(message: str, code: int = EXIT_FAULT) -> NoReturn:
    """End with one line on stderr."""
    console(json=True).print(f"freshears: {printable(message)}", style="red", soft_wrap=True)
    raise typer.Exit(code)


def existing_file(path: Path) -> Path:
    """Return a path if it can be looked at; used before long work starts."""
    if not path.exists():
        fail(f"{path}: there is no such file", EXIT_USAGE)
    return path


@contextmanager
def the_song_service() -> Iterator["SongService"]:
    """Open what is known of the songs; works with or without a running bridge."""
    from bridge.songs.service import SongService
    from bridge.store import Store

    where = the_home()
    if not where.store_path.exists():
        fail("there are no songs yet: bounce into a watched folder while the bridge runs", EXIT_USAGE)
    store = Store.open(where.store_path)
    try:
        yield SongService(store, the_config())
    finally:
        store.close()
