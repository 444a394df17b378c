"""`freshears service`: the bridge started whenever the person logs in."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.commands.install import DryRun, show_and_apply
from bridge.cli.context import JsonFlag, console, print_json, the_config, the_home
from bridge.cli.help import PlainCommand, PlainGroup

if TYPE_CHECKING:
    from bridge.background.installing import LoginKind, RunKey

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, help="Start the bridge whenever you log in.")


class Way(StrEnum):
    """How a Linux desktop starts it."""

    systemd = "systemd"
    autostart = "autostart"


@app.command(cls=PlainCommand)
def install(
    way: Annotated[
        Way | None,
        typer.Option(
            "--with", metavar="WAY", help="On Linux: systemd (the default where it runs), or the desktop's autostart."
        ),
    ] = None,
    later: Annotated[bool, typer.Option("--later", help="From the next login on; start nothing now.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Have the bridge start whenever you log in, and start it now. No administrator is needed.

    \b
    Examples:
      freshears service install --dry-run
      freshears service install
      freshears service install --with autostart
    """
    from bridge.background.installing import SystemManager, link_unit, plan_login, run_key, unlink_unit
    from bridge.background.running import running_bridge
    from bridge.background.starting import start_in_background, the_login_command, the_places

    the_config(create=not dry_run)
    where, command = the_home(), the_login_command()
    if (key := run_key()) is not None:
        _install_value(key, dry_run=dry_run)
    else:
        places, kind = the_places(where), _kind(way)
        plan = plan_login(places, kind, command)
        if not dry_run:
            link_unit(places) if kind == "systemd" else unlink_unit(places, plan, command)
        show_and_apply(plan, f"Login of this user, {places.root}", dry_run, "It starts at login")
        if not dry_run:
            SystemManager().renewed(kind)
    if dry_run or later:
        return
    if (found := running_bridge(where)) is not None:
        _say(f"A bridge runs already (process {found.pid}); from the next login on it starts by itself.")
        return
    _say(f"The bridge runs in the background (process {start_in_background(where)}).")


@app.command(cls=PlainCommand)
def uninstall(dry_run: DryRun = False) -> None:
    """Start nothing at login any more. A bridge that runs goes on: `freshears stop` ends it.

    \b
    Examples:
      freshears service uninstall
    """
    from bridge.background.installing import SystemManager, installed_kind, plan_no_login, run_key, unlink_unit
    from bridge.background.running import running_bridge
    from bridge.background.starting import the_login_command, the_places

    where = the_home()
    if (key := run_key()) is not None:
        if key.get() is not None and not dry_run:
            key.remove()
        _say("Nothing of Fresh Ears starts at login." if not dry_run else "remove the value Fresh Ears of the Run key")
    else:
        places = the_places(where)
        kind, plan = installed_kind(places), plan_no_login(places)
        if not dry_run:
            unlink_unit(places, plan, the_login_command())
        show_and_apply(plan, f"Login of this user, {places.root}", dry_run, "It does not start at login any more")
        if kind is not None and not dry_run:
            SystemManager().renewed(kind)
    if not dry_run and (found := running_bridge(where)) is not None:
        _say(f"The bridge that runs (process {found.pid}) goes on; `freshears stop` ends it.")


@app.command(cls=PlainCommand)
def status(json: JsonFlag = False) -> None:
    """Say whether the bridge starts at login, and whether it runs.

    \b
    Examples:
      freshears service status
      freshears service status --json
    """
    from bridge.background.running import running_bridge

    found = running_bridge(the_home())
    by, standing = login_state()
    if json:
        print_json({"starts_by": by, "standing": standing, "pid": None if found is None else found.pid})
        return
    _say(_STANDINGS[standing].format(by=by))
    _say("No bridge runs." if found is None else f"A bridge runs (process {found.pid}).")


_STANDINGS = {
    "none": "The bridge does not start at login. `freshears service install` has it do so.",
    "same": "The bridge starts at login, by {by}.",
    "older": "At login, {by} starts another installation than this one. `freshears service install` renews it.",
    "another": "At login, {by} starts the bridge of another folder than this one (FRESHEARS_HOME). "
    "`freshears service install` has it start this one instead.",
    "changed": "At login, {by} starts it by an entry that was changed by hand; it is left as it is.",
}


def login_state() -> tuple[str, str]:
    """Return by what the bridge starts at login, and how that is to this one: none, same, older, another, changed."""
    from bridge.background.entries import run_value
    from bridge.background.installing import TITLES, installed_kind, is_of_another, login_standing, run_key
    from bridge.background.starting import the_login_command, the_places

    if (key := run_key()) is not None:
        value = key.get()
        same = value == run_value(the_login_command())
        return "the Run key", "none" if value is None else "same" if same else "older"
    places, command = the_places(the_home()), the_login_command()
    kind = installed_kind(places)
    if kind is None:
        return "", "none"
    another = is_of_another(places, kind, command)
    return TITLES[kind], "another" if another else login_standing(places, kind, command)


def _kind(way: Way | None) -> "LoginKind":
    from bridge.background.installing import SystemManager

    if sys.platform == "darwin":
        return "launchd"
    if way is not None:
        return way.value
    return "systemd" if SystemManager().is_systemd() else "autostart"


def _install_value(key: "RunKey", *, dry_run: bool) -> None:
    """Write the value of Windows' Run key."""
    from bridge.background.entries import run_value
    from bridge.background.starting import the_login_command

    command = the_login_command()
    value = run_value(command)
    _say(f"Run key of this user, value Fresh Ears: {value}")
    if command.own_home:
        _say("  Note: set FRESHEARS_HOME for your user with setx; a value of this window alone is not known at login.")
    if not dry_run and key.get() != value:
        key.put(value)


def _say(text: str) -> None:
    console().print(text, soft_wrap=True)
