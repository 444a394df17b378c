"""A running bridge ended, and begun again in the background."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.app.loop.locking import is_bridge
from bridge.errors import ServiceError
from bridge.filelock import FileLock, LockHolder
from bridge.settings.home import Home

# ours: a bridge ends within 3 s of being asked, and is there within 2 s of its start on a slow disk; a hung drive or a
# machine at its limit takes longer.
ENDING_S, STARTING_S = 30.0, 30.0
_LOOK_S = 0.05


def bridge_command() -> tuple[str, ...]:
    """Return the command line by which others can start this bridge: our program by its whole path, and ``run``."""
    beside = Path(sys.executable).with_name("freshears.exe" if sys.platform == "win32" else "freshears")
    if beside.is_file():
        return (str(beside), "run")
    found = shutil.which("freshears")
    return (str(Path(found).absolute()), "run") if found else (sys.executable, "-m", "bridge", "run")


def quiet_bridge_command() -> tuple[str, ...]:
    """Return the command line that opens no window: on Windows, most programs get a console."""
    windowless = Path(sys.executable).with_name("pythonw.exe")
    if sys.platform == "win32" and windowless.is_file():
        return (str(windowless), "-m", "bridge", "run")
    return bridge_command()


def running_bridge(home: Home) -> LockHolder | None:
    """Return the bridge that runs with this home, ``None`` where none does.

    Raises
    ------
    LockFileError
        What stands under the lock's name is no lock file of ours.
    """
    holder = FileLock(home.lock_path).holder()
    return holder if holder is not None and is_bridge(holder.what) else None


def end_bridge(home: Home, patience_s: float = ENDING_S) -> int | None:
    """Ask the running bridge to end, and wait until it has; return its process, ``None`` where none ran.

    The lock says which process it is: as long as it is held, its number belongs to no other. Windows knows no asking:
    there the process is ended at once, and what it was at goes on at the next start.

    Raises
    ------
    ServiceError
        It may not be ended by us, or had not ended within ``patience_s``.
    LockFileError
        As in `running_bridge`.
    """
    found = running_bridge(home)
    if found is None:
        return None
    if found.pid <= 0:
        raise ServiceError(f"{home.lock_path}: does not say which process the bridge is; end it where it was started")
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it ended meanwhile
    except PermissionError as error:
        raise ServiceError(f"the bridge (process {found.pid}) belongs to another user, who has to end it") from error
    if not _wait(lambda: running_bridge(home) is None or _other(home, found), patience_s):
        raise ServiceError(
            f"the bridge (process {found.pid}) was asked to end and has not after {patience_s:.0f} s; "
            f"it may wait for a drive that hangs. See {home.log_path}"
        )
    return found.pid


def start_bridge(home: Home, command: Sequence[str], patience_s: float = STARTING_S) -> int:
    """Start a bridge in the background, and wait until it is there; return its process.

    It lives on when the terminal is closed.

    Raises
    ------
    ServiceError
        It cannot be started, ended at once, or was not there within ``patience_s``.
    """
    try:
        process = _detached(command)
    except OSError as error:
        raise ServiceError(f"{command[0]}: cannot be started ({error.strerror or error})") from error
    there = _wait(lambda: running_bridge(home) is not None or process.poll() is not None, patience_s)
    found = running_bridge(home)
    if found is not None:
        return found.pid
    if there:
        raise ServiceError(f"the bridge ended as soon as it was started; `freshears run` says why, or {home.log_path}")
    raise ServiceError(f"the bridge was not there after {patience_s:.0f} s; see {home.log_path}")


def await_bridge(home: Home, patience_s: float = STARTING_S) -> int | None:
    """Wait until a bridge runs that somebody else starts; return its process, ``None`` where none came."""
    _wait(lambda: running_bridge(home) is not None, patience_s)
    found = running_bridge(home)
    return None if found is None else found.pid


def _detached(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    nowhere, environ = subprocess.DEVNULL, dict(os.environ)
    if environ.get("FRESHEARS_HOME"):
        environ["FRESHEARS_HOME"] = str(Path(environ["FRESHEARS_HOME"]).expanduser().absolute())
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(
            command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=environ, creationflags=flags
        )
    return subprocess.Popen(  # at the root: it keeps no drive from being unplugged
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=environ, start_new_session=True, cwd="/"
    )


def _other(home: Home, before: LockHolder) -> bool:
    """Tell whether another bridge took the place of the one that was asked to end."""
    found = running_bridge(home)
    return found is not None and found.pid not in {before.pid, -1}


def _wait(is_so: Callable[[], bool], patience_s: float) -> bool:
    until_s = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() >= until_s:
            return False
        time.sleep(_LOOK_S)
    return True
