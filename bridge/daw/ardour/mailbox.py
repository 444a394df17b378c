"""The small text files through which the scripts inside Ardour are told things.

Stock Lua has no sockets to listen on: the bridge writes, the scripts read. The files live in Ardour's own settings
folder (the scripts know no other place), are data and never Lua, and are replaced whole: temporary name, then rename.
One line is a key and its values, separated by tabs; a tab, a line end and a backslash in a value are escaped.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from bridge.daw.ardour.folders import MAILBOX
from bridge.daw.ardour.scripts import WATCH_FILE
from bridge.daw.contract import Panel

MAX_SHOWN = 500
MAX_TEXT = 4000


def escape(text: str) -> str:
    """Return one value as it stands in a line; control characters other than tab and line end become spaces."""
    text = text[:MAX_TEXT].replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return "".join(c if c.isprintable() else " " for c in text)


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    out, characters = [], iter(text)
    for c in characters:
        if c != "\\":
            out.append(c)
            continue
        follower = next(characters, "\\")
        out.append({"t": "\t", "n": "\n"}.get(follower, follower))
    return "".join(out)


def line(*values: str) -> str:
    """Return one line of a mailbox file."""
    return "\t".join(escape(value) for value in values) + "\n"


def panel_lines(panel: Panel, *, ticket: str = "", popup: bool = False) -> str:
    """Return the text of ``board.txt``.

    ``ticket`` is the question it answers; ``popup`` says that the bridge, not the person, opens the window, which then
    holds only what may interrupt.
    """
    out = [line("ticket", ticket), line("popup", "1" if popup else "0")]
    fields = {
        "song": panel.song,
        "mode": panel.mode,
        "mode_why": panel.mode_why,
        "rest": panel.rest,
        "rest_after_bounce": panel.rest_after_bounce,
        "verdict": panel.verdict,
        "last_bounce": panel.last_bounce_path,
        "last_bounce_start": f"{panel.last_bounce_start_s:.6f}",
        "last_master": panel.last_master_path,
        "bounce_folder": panel.bounce_folder,
        "next_mix": str(panel.next_mix),
        "intent": panel.intent,
        "target": panel.target,
        "sheet_survive": panel.sheet_survive,
        "sheet_references": panel.sheet_references,
        "sheet_worries": panel.sheet_worries,
        "sheet_complete": "1" if panel.sheet_complete else "0",
    }
    out += [line(key, value) for key, value in fields.items()]
    out += [line("question", asked.key, asked.text, asked.answer) for asked in panel.questions]
    out += [line("verdict_line", text) for text in panel.verdict_lines]
    out += [line("intent_choice", intent) for intent in panel.intents]
    out += [line("target_choice", target) for target in panel.targets]
    out += [line("before_bounce", text) for text in panel.before_bounce]
    out += [line("marker", f"{marker.at_s:.6f}", marker.text) for marker in panel.markers]
    shown = [notice for notice in panel.notices if notice.interrupt] if popup else [*panel.notices, *panel.noticed]
    for notice in shown:
        out.append(line("notice", notice.key, notice.title, notice.text))
        out += [line("answer", choice.answer, choice.label) for choice in notice.answers]
    out.append(line("done", "1"))
    return "".join(out)


class ArdourMailbox:
    """The files in the settings folder of one Ardour version."""

    def __init__(self, config_folder: Path) -> None:
        self.folder = config_folder / MAILBOX

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(exist_ok=True)
        temporary = self.folder / f"{name}.tmp"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(self.folder / name)

    def announce(self, port: int, version: str) -> None:
        """Say that the bridge is there and where it listens."""
        self._write("bridge.txt", line("port", str(port)) + line("version", version) + line("pid", str(os.getpid())))

    def is_announced(self) -> bool:
        """Return True while the scripts can read where the bridge listens."""
        return (self.folder / "bridge.txt").exists()

    def has_scripts(self) -> bool:
        """Return True while our scripts are installed beside the mailbox."""
        return (self.folder.parent / "scripts" / WATCH_FILE).exists()

    def withdraw(self) -> None:
        """Say that the bridge has gone."""
        for name in ("bridge.txt", "board.txt"):
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()

    def post(self, panel: Panel, *, ticket: str = "", popup: bool = False) -> None:
        """Put the panel where the scripts read it."""
        self._write("board.txt", panel_lines(panel, ticket=ticket, popup=popup))

    def shown(self) -> list[tuple[str, str]]:
        """Return (session folder, notice key) of every window that was opened, the oldest first."""
        try:
            text = (self.folder / "shown.txt").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        pairs = [entry.split("\t") for entry in text.splitlines()]
        return [(unescape(pair[0]), unescape(pair[1])) for pair in pairs if len(pair) == 2]

    def remember_shown(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep the last few hundred, so that a restart of either program opens no window twice."""
        self._write("shown.txt", "".join(line(*pair) for pair in list(pairs)[-MAX_SHOWN:]))
