"""The bridge started in the background: by the system's own manager where that keeps it, else by us."""

import os
from pathlib import Path

from bridge.background.entries import LoginCommand
from bridge.background.installing import (
    LoginKind,
    LoginPlaces,
    SystemManager,
    installed_kind,
    is_of_another,
    login_places,
)
from bridge.background.running import await_bridge, quiet_bridge_command, start_bridge
from bridge.errors import DawError
from bridge.settings.home import Home


def the_places(home: Home) -> LoginPlaces:
    """Return where this user's entries lie."""
    return login_places(os.environ, Path.home(), home.store_path.parent)


def the_login_command() -> LoginCommand:
    """Return what starts this installation's bridge, with its own folder where that is named."""
    named = os.environ.get("FRESHEARS_HOME")
    return LoginCommand(quiet_bridge_command(), str(Path(named).expanduser().absolute()) if named else "")


def start_in_background(home: Home) -> int:
    """Start a bridge, by the system's manager where that starts one of this folder, and return its process.

    Raises
    ------
    ServiceError
        None came.
    """
    places = the_places(home)
    kind = kept_by(places)
    if kind is not None and SystemManager().start(kind, places) and (found := await_bridge(home)) is not None:
        return found
    return start_bridge(home, quiet_bridge_command())


def kept_by(places: LoginPlaces) -> LoginKind | None:
    """Return which manager starts a bridge of this folder, ``None`` where none does or that cannot be read."""
    try:
        kind = installed_kind(places)
        return None if kind is None or is_of_another(places, kind, the_login_command()) else kind
    except DawError:  # `freshears service status` tells of it
        return None
