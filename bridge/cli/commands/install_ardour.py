"""`freshears install ardour` and `freshears uninstall ardour`: our scripts in Ardour, and out again."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import EXIT_USAGE, console, fail

if TYPE_CHECKING:
    from bridge.daw.ardour.install import Plan

ArdourFolderOption = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="Ardour's settings folder (…/ardour7), when it is not in the usual place."),
]
SessionOption = Annotated[
    list[Path] | None,
    typer.Option("--session", help="A session (its folder or its .ardour file) to turn OSC on in; may be repeated."),
]
ArdourDryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
_CPU_INFO = Path("/proc/cpuinfo")


def install_ardour(
    folder: ArdourFolderOption = None, session: SessionOption = None, dry_run: ArdourDryRun = False
) -> None:
    """Copy the scripts and export presets into Ardour and give the scripts free slots; --session turns OSC on there.

    \b
    Examples:
      freshears install ardour --dry-run
      freshears install ardour --session "~/Music/My Song"
    """
    from bridge.daw.ardour.install import plan_install, plan_osc
    from bridge.daw.ardour.scripts import scripts_folder

    sessions = [_session_file(path.expanduser()) for path in session or []]
    _refuse_while_running(dry_run=dry_run)
    for config in _folders(folder):
        _carry_out(plan_install(config, scripts_folder()), f"Ardour in {config}", dry_run=dry_run)
    for path in sessions:
        _carry_out(plan_osc(path), f"Session {path.stem}", dry_run=dry_run)
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


def uninstall_ardour(folder: ArdourFolderOption = None, dry_run: ArdourDryRun = False) -> None:
    """Take the scripts, presets and slots out of Ardour; what is yours stays. Sessions keep their OSC setting.

    \b
    Examples:
      freshears uninstall ardour --dry-run
      freshears uninstall ardour
    """
    from bridge.daw.ardour.install import plan_uninstall
    from bridge.daw.ardour.scripts import scripts_folder

    _refuse_while_running(dry_run=dry_run)
    for config in _folders(folder):
        _carry_out(plan_uninstall(config, scripts_folder()), f"Ardour in {config}", dry_run=dry_run)


def _folders(named: list[Path] | None) -> list[Path]:
    """Return the settings folders to work on; ends when there are none."""
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


def _refuse_while_running(*, dry_run: bool) -> None:
    from bridge.daw.ardour.install import is_running

    if not dry_run and is_running():
        fail("Ardour is running and would overwrite these settings when it closes. Close Ardour and run this again")


def _carry_out(plan: "Plan", title: str, *, dry_run: bool) -> None:
    """Show a plan and do it."""
    from bridge.daw.ardour.install import apply, describe

    _say(title)
    for change in plan.changes:
        sys.stdout.write("".join(f"  {line}\n" for line in describe(change).splitlines()))
    if not plan.changes:
        _say("  Nothing has to change.")
    for note in plan.notes:
        _say(f"  Note: {note}")
    if not dry_run:
        for backup in apply(plan.changes):
            _say(f"  The file as it was: {backup}")


def _may_crash() -> bool:
    try:
        return "avx512f" in _CPU_INFO.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _say(text: str) -> None:
    console().print(text, markup=False, soft_wrap=True)
