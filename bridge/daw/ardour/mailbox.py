"""The small text files through which the scripts inside Ardour are told things.

Stock Lua has no sockets to listen on: the bridge writes, the scripts read. The files live in Ardour's own settings
folder (the scripts know no other place), are data and never Lua, and are replaced whole. What stands in them is made
by `bridge.daw.protocol.panel`.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from bridge.daw.ardour.folders import MAILBOX
from bridge.daw.ardour.scripts import WATCH_FILE
from bridge.daw.contract import Panel
from bridge.daw.protocol.panel import line, panel_lines, unescape
from bridge.daw.protocol.table import REQUESTS
from bridge.files import open_regular, replace_whole
from bridge.files.private import FILE_MODE, FOLDER_MODE, tighten_folder

MAX_SHOWN = 500
MAX_NOTED_BYTES = 256 * 1024
BOUNCED_VALUES = len(REQUESTS["bounced"].arguments)


class ArdourMailbox:
    """The files in the settings folder of one Ardour version."""

    def __init__(self, config_folder: Path) -> None:
        self.folder = config_folder / MAILBOX
        self._is_private = False

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(mode=FOLDER_MODE, exist_ok=True)  # not those above it: an Ardour that is gone stays gone
        if not self._is_private:
            tighten_folder(self.folder)
            self._is_private = True
        replace_whole(self.folder / name, text.encode("utf-8"), durable=False, mode=FILE_MODE)

    def announce(self, port: int, version: str, key: str = "") -> None:
        """Say that the bridge is there, where it listens, and what shows it that a script of ours is talking."""
        known = line("port", str(port)) + line("version", version) + line("pid", str(os.getpid()))
        self._write("bridge.txt", known + (line("key", key) if key else ""))

    def ask_for_buses(self, project_path: str, *route_ids: str) -> None:
        """Say which strips of a session the scripts should watch, and switch for a dual print, beside the master."""
        self._write("buses.txt", line("session", project_path) + "".join(line("strip", one) for one in route_ids))

    def is_announced(self) -> bool:
        """Return True while the scripts can read where the bridge listens."""
        return (self.folder / "bridge.txt").exists()

    def has_scripts(self) -> bool:
        """Return True while our scripts are installed beside the mailbox."""
        return (self.folder.parent / "scripts" / WATCH_FILE).exists()

    def withdraw(self) -> None:
        """Say that the bridge has gone."""
        for name in ("bridge.txt", "board.txt", "buses.txt"):
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()

    def post(self, panel: Panel, *, ticket: str = "", popup: bool = False) -> None:
        """Put the panel where the scripts read it."""
        self._write("board.txt", panel_lines(panel, ticket=ticket, popup=popup))

    def take_bounces(self, project_path: str) -> list[tuple[str, ...]]:
        """Return the values of the bounces that a session made while no bridge answered; those of others stay noted."""
        noted, reading = self.folder / "bounced.txt", self.folder / "bounced.reading"
        try:
            if not reading.exists():
                noted.replace(reading)  # what a script adds meanwhile begins a new file
            with open_regular(reading) as stream:
                text = stream.read(MAX_NOTED_BYTES).decode("utf-8", errors="replace")
        except OSError:
            return []
        entries = [entry for entry in text.splitlines() if entry.startswith("bounced\t")]
        values = {entry: tuple(unescape(value) for value in entry.split("\t")[1:]) for entry in entries}
        of_others = [e for e, found in values.items() if len(found) == BOUNCED_VALUES and found[4] != project_path]
        if of_others:
            with noted.open("a", encoding="utf-8", newline="\n") as stream:
                stream.writelines(f"{entry}\n" for entry in of_others)
        reading.unlink()
        return [found for e, found in values.items() if e not in of_others and len(found) == BOUNCED_VALUES]

    def shown(self) -> list[tuple[str, str]]:
        """Return (session folder, notice key) of every window that was opened, the oldest first."""
        try:
            with open_regular(self.folder / "shown.txt") as stream:
                text = stream.read(MAX_NOTED_BYTES).decode("utf-8", errors="replace")
        except OSError:
            return []
        pairs = [entry.split("\t") for entry in text.splitlines()]
        return [(unescape(pair[0]), unescape(pair[1])) for pair in pairs if len(pair) == 2]

    def remember_shown(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep the last few hundred, so that a restart of either program opens no window twice."""
        self._write("shown.txt", "".join(line(*pair) for pair in list(pairs)[-MAX_SHOWN:]))
