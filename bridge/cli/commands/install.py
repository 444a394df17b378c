"""`freshears install` and `freshears uninstall`: our scripts in the DAW, and out again."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import EXIT_USAGE, console, fail, the_config

if TYPE_CHECKING:
    from bridge.daw.reaper.install import Plan

install_app = typer.Typer(no_args_is_help=True, help="Put Fresh Ears into your DAW.")
uninstall_app = typer.Typer(no_args_is_help=True, help="Take Fresh Ears out of your DAW.")

FolderOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--folder", help="REAPER's resource folder, when it is not in a usual place (portable installations)."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]


@install_app.command("reaper")
def install_reaper(folder: FolderOption = None, dry_run: DryRun = False) -> None:
    """Copy the scripts into REAPER, name their actions, start the watcher with REAPER, and add the OSC device.

    \b
    Examples:
      freshears install reaper --dry-run
      freshears install reaper --folder /media/usb/REAPER
    """
    from bridge.daw.reaper.folders import resource_folders
    from bridge.daw.reaper.install import plan_install, scripts_source

    config = the_config()
    waiting: list[str] = []
    for resource in _resources(folder):
        plan = plan_install(
            resource,
            scripts_source(),
            command=_bridge_command(),
            listen_port=config.reaper.listen_port,
            reaper_port=config.reaper.reaper_port,
            osc=config.reaper.osc,
            environ=os.environ,
        )
        waiting += _carry_out(plan, dry_run=dry_run, done="Fresh Ears is in REAPER")
        known = resource_folders(os.environ, Path.home(), extra=tuple(Path(f) for f in config.reaper.folders))
        if resource not in known:
            where = f'folders = ["{resource.as_posix()}"]'
            _say(f"  Tell the bridge where this REAPER is: {where} under [reaper] in the settings.")
    _end(waiting)
    if not dry_run:
        _say("Start REAPER and look for “Fresh Ears: panel” in its action list. `freshears doctor` says how it goes.")


@uninstall_app.command("reaper")
def uninstall_reaper(folder: FolderOption = None, dry_run: DryRun = False) -> None:
    """Take the scripts, the actions and the OSC device out of REAPER; every other byte stays as it is.

    \b
    Examples:
      freshears uninstall reaper --dry-run
      freshears uninstall reaper
    """
    from bridge.daw.reaper.install import plan_uninstall

    waiting: list[str] = []
    for resource in _resources(folder):
        waiting += _carry_out(plan_uninstall(resource), dry_run=dry_run, done="Fresh Ears is taken out of REAPER")
    _end(waiting)


def _resources(named: list[Path] | None) -> tuple[Path, ...]:
    """Return the resource folders to work on; ends when there are none."""
    from bridge.daw.reaper.folders import resource_folders

    if named:
        for folder in named:
            if not (folder / "reaper.ini").is_file():
                fail(
                    f"{folder}: not a REAPER resource folder (no reaper.ini in it); start REAPER there once", EXIT_USAGE
                )
        return tuple(folder.absolute() for folder in named)
    extra = tuple(Path(text).expanduser() for text in the_config().reaper.folders)
    found = resource_folders(os.environ, Path.home(), extra=extra)
    if not found:
        fail(
            "no REAPER was found; start REAPER once, or name its resource folder with --folder "
            "(in REAPER: Options > Show REAPER resource path)",
            EXIT_USAGE,
        )
    return found


def _carry_out(plan: "Plan", *, dry_run: bool, done: str) -> list[str]:
    """Show a plan and do it; returns the files that have to wait until REAPER is closed."""
    from bridge.daw.reaper.install import apply_plan, reaper_runs, show

    _say(f"REAPER in {plan.resource}")
    for change in plan.changes:
        sys.stdout.write("".join(f"  {line}\n" for line in show(change).splitlines()))
    if not plan.changes:
        _say("  Nothing has to change.")
    for note in plan.notes:
        _say(f"  Note: {note}")
    if dry_run or not plan.changes:
        return []
    waiting = apply_plan(plan, reaper_runs=reaper_runs())
    if not waiting:
        _say(f"  {done}.")
    return [change.name for change in waiting]


def _end(waiting: list[str]) -> None:
    """End with a failure when something has to wait: REAPER writes its settings when it closes."""
    if waiting:
        names = ", ".join(waiting)
        fail(f"REAPER is running and would overwrite {names}; the rest is done. Close REAPER and run this again")


def _say(text: str) -> None:
    console().print(text, markup=False, soft_wrap=True)


def _bridge_command() -> tuple[str, ...]:
    """Return the command line by which the scripts can start this bridge."""
    found = shutil.which("freshears")
    program = (str(Path(found).absolute()),) if found else (sys.executable, "-m", "bridge")
    return (*program, "run")
