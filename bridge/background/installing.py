"""Starting at login: what is planned for each system, what stands there, and the systems' own managers told.

Files are planned, shown, written and taken back as those of the DAWs are (`bridge.daw.install`); Windows keeps a value
in its registry instead.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from msgspec.structs import replace

from bridge.background.entries import (
    LABEL,
    LoginCommand,
    desktop_entry,
    launch_agent,
    starts_another_home,
    systemd_unit,
)
from bridge.daw.install.plan import Plan, change, read, read_manifest
from bridge.daw.install.standing import Standing, standing_of
from bridge.daw.install.undo import plan_undo
from bridge.errors import ServiceError

LoginKind = Literal["systemd", "autostart", "launchd"]
RunCommand = Callable[[Sequence[str]], int]  # a command line → how it ended
UNIT = "fresh-ears.service"
RUN_NAME = "Fresh Ears"
_TEXTS: dict[LoginKind, Callable[[LoginCommand], bytes]] = {
    "systemd": systemd_unit,
    "autostart": desktop_entry,
    "launchd": launch_agent,
}
TITLES: dict[LoginKind, str] = {"systemd": "systemd", "autostart": "the desktop's autostart", "launchd": "launchd"}
_MANAGER_S = 20.0  # ours: a manager that has not answered by then does not


class LoginPlaces(NamedTuple):
    """Where a user's entries lie."""

    root: Path  # above all of them; nothing is made or removed above it
    names: Mapping[LoginKind, str]  # below the root
    manifest: Path  # what we noted


def login_places(
    environ: Mapping[str, str], user_home: Path, data_folder: Path, platform: str = sys.platform
) -> LoginPlaces:
    """Return where the systems look for what starts at login (XDG Base Directory 0.8; launchd.plist(5))."""
    named = Path(environ.get("XDG_CONFIG_HOME", ""))
    config = named if named.is_absolute() and platform != "darwin" else user_home / ".config"  # launchd knows no XDG
    root = user_home if config.is_relative_to(user_home) else config.parent
    below = config.relative_to(root).as_posix()
    names: dict[LoginKind, str] = {
        "systemd": f"{below}/systemd/user/{UNIT}",
        "autostart": f"{below}/autostart/fresh-ears.desktop",
        "launchd": f"Library/LaunchAgents/{LABEL}.plist",
    }
    return LoginPlaces(root, names, data_folder / "login" / "manifest.json")  # in a folder that goes when it is empty


def wants_link(places: LoginPlaces) -> Path:
    """Return the link by which systemd starts the unit at login, as ``systemctl --user enable`` makes it."""
    return (places.root / places.names["systemd"]).parent / "default.target.wants" / UNIT


def plan_login(places: LoginPlaces, kind: LoginKind, command: LoginCommand) -> Plan:
    """Return what has to change for the bridge to start at login in this way, and in no other of ours.

    Raises
    ------
    ServiceError
        The command cannot be written there.
    DawError
        A file cannot be read.
    """
    name = places.names[kind]
    changes = change(places.root, name, _TEXTS[kind](command), f"starts the bridge by {TITLES[kind]}", ours=True)
    others = _plan_undo(places, only={*places.names.values()} - {name})
    removed = (replace(one, what="would start it a second time") for one in others.changes if one.after is None)
    restored = (one for one in others.changes if one.after is not None)
    displaced = ("It started the bridge of another folder until now.",) if is_of_another(places, kind, command) else ()
    return replace(others, changes=(*changes, *removed, *restored), notes=(*others.notes, *displaced))


def plan_no_login(places: LoginPlaces) -> Plan:
    """Return what has to change for nothing of ours to start at login; `DawError` as in `plan_login`."""
    return _plan_undo(places, only=places.names.values())


def _plan_undo(places: LoginPlaces, only: Collection[str]) -> Plan:
    return plan_undo(places.root, str(places.manifest), edits={}, only=only)


def installed_kind(places: LoginPlaces) -> LoginKind | None:
    """Return in which way the bridge starts at login, ``None`` where it does not."""
    noted = _noted(places)
    there = (kind for kind, name in places.names.items() if name in noted and read(places.root / name) is not None)
    return next((kind for kind in there if kind != "systemd" or wants_link(places).is_symlink()), None)


def is_of_another(places: LoginPlaces, kind: LoginKind, command: LoginCommand) -> bool:
    """Tell whether what stands there starts the bridge of another folder: two of them share the names of the files."""
    return starts_another_home(read(places.root / places.names[kind]) or b"", command.own_home)


def login_standing(places: LoginPlaces, kind: LoginKind, command: LoginCommand) -> Standing:
    """Tell how what stands there is to what this installation would write."""
    wanted = {places.names[kind]: _TEXTS[kind](command)}
    return standing_of(places.root, str(places.manifest), wanted)


def link_unit(places: LoginPlaces) -> None:
    """Make the link by which systemd starts the unit at login.

    Raises
    ------
    ServiceError
        It cannot be made.
    """
    link = wants_link(places)
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(places.root / places.names["systemd"])
    except OSError as error:
        raise ServiceError(f"{link}: cannot be made ({error.strerror or error}); try again when it can") from error


def unlink_unit(places: LoginPlaces, plan: Plan, command: LoginCommand) -> None:
    """Take the link away before a plan is done, and its folder when nothing else is in it.

    It stays where it is not ours, or where the unit that stands there then starts the bridge of another folder.
    """
    name, link = places.names["systemd"], wants_link(places)
    planned = {one.name: one.after for one in plan.changes}
    if starts_another_home((planned[name] if name in planned else read(places.root / name)) or b"", command.own_home):
        return
    with suppress(OSError):
        if link.is_symlink() and link.readlink() == places.root / places.names["systemd"]:
            link.unlink()
            link.parent.rmdir()


def _noted(places: LoginPlaces) -> tuple[str, ...]:
    manifest = read_manifest(places.root, str(places.manifest))
    return tuple(manifest.files) if manifest else ()


def run_quietly(command: Sequence[str]) -> int:
    """Run a manager's command; return how it ended, 127 where there is none or it does not answer."""
    try:
        return subprocess.run(command, capture_output=True, timeout=_MANAGER_S, check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 127


class SystemManager(NamedTuple):
    """Speaks to the manager of a user's services."""

    run: RunCommand = run_quietly

    def is_systemd(self) -> bool:
        """Tell whether a systemd looks after this user: else its units start at no login."""
        return self.run(("systemctl", "--user", "show-environment")) == 0

    def renewed(self, kind: LoginKind) -> None:
        """Let the manager read what was written or removed."""
        if kind == "systemd":
            self.run(("systemctl", "--user", "daemon-reload"))

    def start(self, kind: LoginKind, places: LoginPlaces) -> bool:
        """Have the manager start the bridge; tell whether it said that it does."""
        if kind == "systemd":
            return self.run(("systemctl", "--user", "start", UNIT)) == 0
        if kind == "launchd":
            domain = f"gui/{os.getuid() if sys.platform != 'win32' else 0}"
            agent = str(places.root / places.names["launchd"])
            known = self.run(("launchctl", "print", f"{domain}/{LABEL}")) == 0
            start = (
                ("launchctl", "kickstart", f"{domain}/{LABEL}") if known else ("launchctl", "bootstrap", domain, agent)
            )
            return self.run(start) == 0
        return False


class RunKey(Protocol):
    """Windows' list of what starts when this user logs in."""

    def get(self) -> str | None:
        """Return our value."""
        ...

    def put(self, value: str) -> None:
        """Write our value."""
        ...

    def remove(self) -> None:
        """Remove our value; none is there afterwards."""
        ...


if sys.platform == "win32":
    import winreg

    _RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"

    class RegistryRunKey:
        """The value in the registry of the user."""

        def get(self) -> str | None:
            """Return our value."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
                    return str(winreg.QueryValueEx(key, RUN_NAME)[0])
            except OSError:
                return None

        def put(self, value: str) -> None:
            """Write our value."""
            try:
                with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN_KEY) as key:
                    winreg.SetValueEx(key, RUN_NAME, 0, winreg.REG_SZ, value)
            except OSError as error:
                raise ServiceError(f"Windows' Run key cannot be written ({error.strerror or error})") from error

        def remove(self) -> None:
            """Remove our value."""
            with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN_KEY, 0, winreg.KEY_SET_VALUE) as key:
                winreg.DeleteValue(key, RUN_NAME)


def run_key() -> RunKey | None:
    """Return Windows' list, ``None`` on any other system."""
    if sys.platform == "win32":
        return RegistryRunKey()
    return None
