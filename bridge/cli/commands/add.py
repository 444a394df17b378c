"""`freshears add`: old bounces brought in, in their order."""

import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.context import JsonFlag, console, existing_file, print_json, the_config, the_home
from bridge.cli.exits import EXIT_INTERRUPTED

if TYPE_CHECKING:
    from bridge.app.client import SettledCommand
    from bridge.store import Store


def add(
    files: Annotated[list[Path], typer.Argument(help="Sound files, or folders of them.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be added, in its order.")] = False,
    json: JsonFlag = False,
) -> None:
    """Bring in old bounces: last month's mixes, what lay in a folder before it was watched, what was forgotten.

    They are numbered in the order in which they were made: by the numbers in their names, else by their dates. Ctrl-C
    stops it; what is added by then stays. The running bridge examines them, or the next one that runs.

    \b
    Examples:
      freshears add ~/Music/Bounces --dry-run
      freshears add "Night Drive v1.wav" "Night Drive v2.wav"
    """
    paths = [existing_file(path.expanduser()).absolute() for path in files]
    if dry_run:
        _show_plan(_plan(paths), json=json)
        return
    settled = _added(paths)
    if json:
        print_json({"text": settled.outcome.text})
        return
    console().print(settled.outcome.text, soft_wrap=True)
    if not _runs():
        console().print("They are examined when the bridge runs: freshears run", style="dim")


def _added(paths: list[Path]) -> "SettledCommand":
    from bridge.app.client import Client
    from bridge.app.commands.records import AddFiles, Refused
    from bridge.cli.mastering import bar
    from bridge.cli.ordering import error_of
    from bridge.pathtext import to_text

    stopping = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stopping.set())
    said = console(json=True)
    try:
        with bar() as progress:
            client = Client(
                the_home(), the_config(), "freshears add", progress, lambda word: said.print(word), stopping
            )
            (settled,) = client.carry_out([AddFiles(paths=tuple(to_text(path) for path in paths))])
    finally:
        signal.signal(signal.SIGINT, before)
    if stopping.is_set():
        said.print("Stopped; what has been added stays.")
        raise typer.Exit(EXIT_INTERRUPTED)
    if isinstance(settled.outcome, Refused):
        raise error_of(settled.outcome)
    return settled


def _plan(paths: list[Path]) -> list[dict[str, Any]]:
    """Return what would be added, in its order."""
    from bridge.app.adding.listing import files_to_add
    from bridge.errors import UsageError
    from bridge.pathtext import to_text
    from bridge.songs.places import place_of
    from bridge.store import Store
    from bridge.watch.folder import FolderRules

    config = the_config()
    listed = files_to_add(paths, FolderRules(config.watch.patterns, config.watch.ignore), config.songs)
    if not listed.files:
        raise UsageError(listed.reason or "there are no sound files there")
    where = the_home().store_path
    store = Store.open(where, read_only=True) if where.exists() else None
    try:
        return [
            {
                "path": to_text(file.path),
                "song": to_text(place_of(file.path, config.songs).name.song),
                "bounce": _known_as(store, file.path),
            }
            for file in listed.files
        ]
    finally:
        if store is not None:
            store.close()


def _known_as(store: "Store | None", path: Path) -> str | None:
    from bridge.policy.song.titles import bounce_title

    bounce = None if store is None else store.bounces.by_path(path)
    return None if bounce is None else bounce_title(bounce)


def _show_plan(plan: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json(plan)
        return
    out = console()
    for entry in plan:
        known = f" (known already: {entry['bounce']})" if entry["bounce"] else ""
        out.print(f"{entry['song']}: {entry['path']}{known}", style="dim" if known else "", soft_wrap=True)
    new = sum(entry["bounce"] is None for entry in plan)
    out.print(f"{new} of {len(plan)} would be added, in this order.")


def _runs() -> bool:
    from bridge.app.loop.locking import is_bridge
    from bridge.filelock import FileLock

    holder = FileLock(the_home().lock_path).holder()
    return holder is not None and is_bridge(holder.what)
