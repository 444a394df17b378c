"""Settings that are changed while the bridge runs: noticed, checked, and in force at once.

Every part that holds the `Config` reads it anew each time it needs something; what has been worked out from it (the
watched folders) is handed on. A file that is wrong changes nothing, and that is told.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bridge.errors import ConfigError
from bridge.model.events import EventHandler, SettingsTaken, SettingsWrong
from bridge.settings.config import Config, load
from bridge.watch.settle import Stamp

log = logging.getLogger(__name__)

LOOK_S = 1.0  # ours: a person who has saved a file looks up after a second
NEEDS_RESTART = ("osc", "page", "ardour", "reaper")  # sockets and adapters are opened once
Taker = Callable[[], None]


class LiveSettings:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    config
        What is in force; every part holds this record, and its tables are replaced when the file changes.
    path
        The settings file.
    publish
        Receives what has changed, or what is wrong.
    pinned_folders
        Folders that are watched whatever the file says, None: what the file says.
    """

    def __init__(
        self, config: Config, path: Path, publish: EventHandler, pinned_folders: tuple[str, ...] | None = None
    ) -> None:
        self._config = config
        self._path = path
        self._publish = publish
        self._pinned = pinned_folders
        self._takers: list[Taker] = []
        self._seen = self._read = _stamp(path)
        self._next_s = 0.0

    def also(self, taker: Taker) -> None:
        """Have a part told when something is in force anew."""
        self._takers.append(taker)

    def tick(self, now_s: float | None = None) -> None:
        """Look at the file now and then; one that is still being written is read when it stands still."""
        now_s = time.monotonic() if now_s is None else now_s
        if now_s < self._next_s:
            return
        self._next_s = now_s + LOOK_S
        stamp = _stamp(self._path)
        stands_still, self._seen = stamp == self._seen, stamp
        if stands_still and stamp != self._read:
            self._take_file(stamp)

    def take_now(self) -> None:
        """Take what has just been written by a command."""
        self._seen = _stamp(self._path)
        self._take_file(self._seen)

    def _take_file(self, stamp: Stamp | None) -> None:
        self._read = stamp
        if stamp is None:
            self._publish(SettingsWrong(f"{self._path} is gone; what it said stays in force"))
            return
        try:
            new = load(self._path)
        except ConfigError as error:
            log.warning("the settings are wrong: %s", error)
            self._publish(SettingsWrong(f"The settings stay as they were: {error}"))
            return
        if self._pinned is not None:
            new.watch = msgspec.structs.replace(new.watch, folders=self._pinned)
        self._take(new)

    def _take(self, new: Config) -> None:
        changed = changed_settings(self._config, new)
        waiting = tuple(name for name in changed if name.split(".")[0] in NEEDS_RESTART)
        for table in Config.__struct_fields__:
            if table not in NEEDS_RESTART:
                setattr(self._config, table, getattr(new, table))
        for taker in self._takers if changed else ():
            taker()
        if changed:
            log.info("settings: %s", ", ".join(changed))
            self._publish(SettingsTaken(tuple(name for name in changed if name not in waiting), waiting))


def changed_settings(old: Config, new: Config) -> tuple[str, ...]:
    """Return the names of the settings that differ: ``watch.folders``."""
    one, other = msgspec.to_builtins(old), msgspec.to_builtins(new)
    return tuple(
        f"{table}.{name}"
        for table in one
        for name in dict.fromkeys((*one[table], *other[table]))
        if one[table].get(name) != other[table].get(name)
    )


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns)
