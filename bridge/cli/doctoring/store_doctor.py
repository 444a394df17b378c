"""`freshears doctor --store`: the store looked through, and repaired where it is damaged."""

import time
from pathlib import Path

import typer

from bridge.app.loop.locking import is_bridge
from bridge.cli.context import console, fail, print_json, the_home
from bridge.cli.exits import EXIT_FAULT
from bridge.filelock import FileLock
from bridge.settings.home import Home
from bridge.store import Repaired, Store, backups_of, problems_of, repair_store


def look_after(*, json: bool, dry_run: bool) -> None:
    """Check the store, repair it unless it is sound or a bridge uses it, and say what was found and done."""
    where = the_home()
    if not where.store_path.exists() and not where.store_path.is_symlink():
        _say_gone(where, json=json)
        return
    problems = problems_of(where.store_path)
    repaired = _repair(where) if problems and not dry_run else None
    if json:
        print_json(
            {
                "store": str(where.store_path),
                "problems": problems,
                "repaired": None if repaired is None else repaired.sentence,
                "damaged": None if repaired is None or repaired.aside is None else str(repaired.aside),
                "backups": [str(path) for path in backups_of(where.store_path)],
            }
        )
    else:
        _print(where, problems, repaired)
    if problems and repaired is None:
        raise typer.Exit(EXIT_FAULT)


def _say_gone(where: Home, *, json: bool) -> None:
    backups = [str(path) for path in backups_of(where.store_path)]
    if json:
        print_json({"store": None, "problems": [], "repaired": None, "damaged": None, "backups": backups})
        return
    console().print(f"There is no store yet ({where.store_path}).", soft_wrap=True)
    if backups:
        console().print(f"Its newest backup is {backups[0]}; copy it there to have it back.", soft_wrap=True)


def _repair(where: Home) -> Repaired:
    """Repair the store, with the lock that keeps bridges and commands away meanwhile."""
    lock = FileLock(where.lock_path)
    if not lock.acquire("freshears doctor"):
        holder = lock.holder()
        who = "the bridge is" if holder is None or is_bridge(holder.what) else f"`{holder.what}` is"
        fail(f"{where.store_path}: is damaged, and {who} using it; stop that (Ctrl-C) and run this again")
    try:
        repaired = repair_store(where.store_path, time.time())
        Store.open(where.store_path).close()  # an older one is brought up to date
        return repaired
    finally:
        lock.release()


def _print(where: Home, problems: list[str], repaired: Repaired | None) -> None:
    out = console()
    for problem in problems:
        out.print(f"✗ {problem}", style="red", soft_wrap=True)
    if not problems:
        out.print(f"✓ The store is sound: {where.store_path}", soft_wrap=True)
    elif repaired is not None:
        first, rest = repaired.sentence[0].upper(), repaired.sentence[1:]
        out.print(f"✓ {first}{rest}.", soft_wrap=True)
    _print_backups(where.store_path)


def _print_backups(store_path: Path) -> None:
    backups = backups_of(store_path)
    if backups:
        out, newest = console(), backups[0]
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(newest.stat().st_mtime))
        out.print(f"  {len(backups)} backups in {newest.parent}, the newest of {when}", style="dim", soft_wrap=True)
    else:
        console().print("  no backup yet; the bridge makes one a day while it runs", style="dim")
