"""`freshears install DAW` and `freshears uninstall DAW`: our scripts in the DAW, and out again.

Each DAW's own module plans (`bridge.daw.reaper.install`, `bridge.daw.ardour.install`); here it is shown and done.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import console, fail, the_config
from bridge.cli.exits import EXIT_USAGE
from bridge.cli.help import PlainCommand, PlainGroup

if TYPE_CHECKING:
    from bridge.daw.install import Plan

install_app = typer.Typer(cls=PlainGroup, no_args_is_help=True, help="Put Fresh Ears into your DAW.")
uninstall_app = typer.Typer(
    cls=PlainGroup, invoke_without_command=True, help="Take Fresh Ears out of your DAW; alone, it says what is where."
)

ReaperFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--folder", help="REAPER's resource folder, when it is not in a usual place (portable installations)."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
ArdourFolders = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="Ardour's settings folder (…/ardour7), when it is not in the usual place."),
]
SessionOption = Annotated[
    list[Path] | None,
    typer.Option("--session", help="A session (its folder or its .ardour file) to turn OSC on in; may be repeated."),
]
_CPU_INFO = Path("/proc/cpuinfo")


@install_app.command(cls=PlainCommand, name="reaper")
def install_reaper(folder: ReaperFolders = None, dry_run: DryRun = False) -> None:
    """Copy the scripts into REAPER, name their actions, start the watcher with REAPER, and add the OSC device.

    \b
    Examples:
      freshears install reaper --dry-run
      freshears install reaper --folder /media/usb/REAPER
    """
    from bridge.background.running import bridge_command
    from bridge.daw.reaper.folders import resource_folders
    from bridge.daw.reaper.install import plan_install
    from bridge.daw.scripts_folder import scripts_folder

    config = the_config()
    waiting: list[str] = []
    for resource in _resources(folder):
        plan = plan_install(
            resource,
            scripts_folder("reaper"),
            command=bridge_command(),
            listen_port=config.reaper.listen_port,
            reaper_port=config.reaper.reaper_port,
            osc=config.reaper.osc,
            environ=os.environ,
        )
        waiting += _reaper(plan, dry_run=dry_run, done="Fresh Ears is in REAPER")
        known = resource_folders(os.environ, Path.home(), extra=tuple(Path(f) for f in config.reaper.folders))
        if resource not in known:
            where = f'folders = ["{resource.as_posix()}"]'
            _say(f"  Tell the bridge where this REAPER is: {where} under [reaper] in the settings.")
    _end(waiting)
    if not dry_run:
        _say("Start REAPER and look for “Fresh Ears: panel” in its action list. `freshears doctor` says how it goes.")


@uninstall_app.callback()
def say_what_is_where(context: typer.Context) -> None:
    """Take Fresh Ears out of your DAW; alone, it says what is where, what stays, and how it goes."""
    if context.invoked_subcommand is None:
        from bridge.cli.leaving import leaving_lines

        for line in leaving_lines():
            _say(line)


@uninstall_app.command(cls=PlainCommand, name="reaper")
def uninstall_reaper(folder: ReaperFolders = None, dry_run: DryRun = False) -> None:
    """Take the scripts, the actions and the OSC device out of REAPER; every other byte stays as it is.

    \b
    Examples:
      freshears uninstall reaper --dry-run
      freshears uninstall reaper
    """
    from bridge.daw.reaper.install import plan_uninstall

    waiting: list[str] = []
    for resource in _resources(folder):
        waiting += _reaper(plan_uninstall(resource), dry_run=dry_run, done="Fresh Ears is taken out of REAPER")
    _end(waiting)


@install_app.command(cls=PlainCommand, name="ardour")
def install_ardour(folder: ArdourFolders = None, session: SessionOption = None, dry_run: DryRun = False) -> None:
    """Copy the scripts and export presets into Ardour and give the scripts free slots; --session turns OSC on there.

    \b
    Examples:
      freshears install ardour --dry-run
      freshears install ardour --session "~/Music/My Song"
    """
    from bridge.daw.ardour.install import plan_install, plan_osc
    from bridge.daw.scripts_folder import scripts_folder

    sessions = [_session_file(path.expanduser()) for path in session or []]
    _refuse_while_ardour_runs(dry_run=dry_run)
    for config in _ardours(folder):
        plan = plan_install(config, scripts_folder("ardour"))
        show_and_apply(plan, f"Ardour in {config}", dry_run, "Fresh Ears is in Ardour")
    for path in sessions:
        show_and_apply(plan_osc(path), f"Session {path.stem}", dry_run, "OSC is on in this session")
    if not sessions:
        _say(
            "Ardour keeps OSC on or off in each session. In Ardour: Edit > Preferences > Control Surfaces, tick Open "
            "Sound Control (OSC). Or let this command do it: freshears install ardour --session FOLDER"
        )
    if _may_crash():
        _say(
            "This computer's processor has AVX-512. With it Ardour 7.3 was seen to crash during exports, with and "
            "without Fresh Ears. If yours does, start it with:  ARDOUR_FPU_FLAGS=15 ardour"
        )
    if not dry_run:
        _say("Start Ardour, open a session, and ask: freshears doctor")


@uninstall_app.command(cls=PlainCommand, name="ardour")
def uninstall_ardour(folder: ArdourFolders = None, dry_run: DryRun = False) -> None:
    """Take the scripts, presets and slots out of Ardour; what is yours stays. Sessions keep their OSC setting.

    \b
    Examples:
      freshears uninstall ardour --dry-run
      freshears uninstall ardour
    """
    from bridge.daw.ardour.install import plan_uninstall
    from bridge.daw.scripts_folder import scripts_folder

    _refuse_while_ardour_runs(dry_run=dry_run)
    for config in _ardours(folder):
        plan = plan_uninstall(config, scripts_folder("ardour"))
        show_and_apply(plan, f"Ardour in {config}", dry_run, "Fresh Ears is taken out of Ardour")


def _resources(named: list[Path] | None) -> tuple[Path, ...]:
    """Return REAPER's resource folders to work on; ends when there are none."""
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


def show_and_apply(plan: "Plan", title: str, dry_run: bool, done: str, *, daw_runs: bool = False) -> list[str]:
    """Show a plan and do it; returns the files that have to wait until the DAW is closed."""
    from bridge.daw.install import apply, describe

    _say(title)
    for change in plan.changes:
        sys.stdout.write("".join(f"  {line}\n" for line in describe(change).splitlines()))
    if not plan.changes:
        _say("  Nothing has to change.")
    for note in plan.notes:
        _say(f"  Note: {note}")
    if dry_run or not (plan.changes or plan.forgets):
        return []
    applied = apply(plan, daw_runs=daw_runs)
    for backup in applied.backups:
        _say(f"  The file as it was: {backup}")
    if not applied.waiting:
        _say(f"  {done}.")
    return [change.name for change in applied.waiting]


def _reaper(plan: "Plan", *, dry_run: bool, done: str) -> list[str]:
    from bridge.daw.reaper.install import reaper_runs

    return show_and_apply(plan, f"REAPER in {plan.root}", dry_run, done, daw_runs=reaper_runs())


def _end(waiting: list[str]) -> None:
    """End with a failure when something has to wait: REAPER writes its settings when it closes."""
    if waiting:
        names = ", ".join(waiting)
        fail(f"REAPER is running and would overwrite {names}; the rest is done. Close REAPER and run this again")


def _ardours(named: list[Path] | None) -> list[Path]:
    """Return Ardour's settings folders to work on; ends when there are none."""
    from bridge.daw.ardour.folders import default_config_folders

    if named:
        for folder in named:
            if not folder.expanduser().is_dir():
                fail(f"{folder}: there is no such folder; start Ardour once, it makes its own", EXIT_USAGE)
        return [folder.expanduser().absolute() for folder in named]
    found = default_config_folders()
    if not found:
        fail("no Ardour was found; start Ardour once, or name its settings folder with --folder", EXIT_USAGE)
    return found


def _session_file(path: Path) -> Path:
    """Return the .ardour file of a session named by its folder or itself; ends when there is none."""
    if path.is_dir():
        same = path / f"{path.name}.ardour"
        files = [same] if same.is_file() else sorted(path.glob("*.ardour"))
        if len(files) == 1:
            return files[0]
        what = "no session" if not files else f"{len(files)} sessions"
        fail(f"{path}: holds {what}; name the .ardour file itself", EXIT_USAGE)
    if not path.is_file():
        fail(f"{path}: there is no such session", EXIT_USAGE)
    return path


def _refuse_while_ardour_runs(*, dry_run: bool) -> None:
    from bridge.daw.ardour.install import is_running

    if not dry_run and is_running():
        fail("Ardour is running and would overwrite these settings when it closes. Close Ardour and run this again")


def _may_crash() -> bool:
    try:
        return "avx512f" in _CPU_INFO.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _say(text: str) -> None:
    console().print(text, soft_wrap=True)
