"""Which Ardour it is that answers on a port: its process, as Linux tells in /proc.

OSC names a session, not its folder, and "Song" is a common name. The process says where this Ardour keeps its list of
sessions, and it tells one run from the next. Elsewhere than on Linux, and of a process that hides, nothing is known.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bridge.daw.ardour.folders import config_folders
from bridge.socket_owner import udp_inodes

PROCESSES = Path("/proc")


class RunningArdour(NamedTuple):
    """One run of Ardour."""

    run: str  # the same for as long as it runs
    folders: tuple[Path, ...]  # its settings folders, as its environment names them


def running_ardour(port: int, processes: Path = PROCESSES) -> RunningArdour | None:
    """Return the process that holds a UDP port, None where that cannot be told."""
    return _holder(frozenset(udp_inodes(port, processes / "net")), processes)


@lru_cache(maxsize=4)  # looking through the processes takes milliseconds, and it is asked every few seconds
def _holder(inodes: frozenset[int], processes: Path) -> RunningArdour | None:
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in processes.glob("[0-9]*") if wanted else ():
        try:
            if not any(str(opened.readlink()) in wanted for opened in (process / "fd").iterdir()):
                continue
            started = (process / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
            return RunningArdour(f"{process.name}-{started}", _folders(process))
        except (OSError, IndexError):  # another user's, or it has just ended
            continue
    return None


def _folders(process: Path) -> tuple[Path, ...]:
    entries = (process / "environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(entry).partition("=") for entry in entries)
    environment = {name: value for name, _, value in pairs}
    home = Path(environment.get("HOME") or Path.home())
    return tuple(config_folders(home, environment))
