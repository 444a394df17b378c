"""The small text files through which the scripts inside Ardour are told things.

Stock Lua has no sockets to listen on: the bridge writes, the scripts read. The files live in Ardour's own settings
folder (the scripts know no other place), are data and never Lua, and are replaced whole: temporary name, then rename.
One line is a key and its values, separated by tabs; a tab, a line end and a backslash in a value are escaped.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from bridge.daw.adapter import Board
from bridge.daw.ardour.ardour_folders import MAILBOX
from bridge.daw.ardour.ardour_scripts import WATCH_FILE

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


def board_lines(board: Board, *, ticket: str = "", popup: bool = False) -> str:
    """Return the text of ``board.txt``.

    ``ticket`` is the question it answers; ``popup`` says that the bridge, not the person, opens the window, which then
    holds only what may interrupt.
    """
    out = [line("ticket", ticket), line("popup", "1" if popup else "0")]
    fields = {
        "song": board.song,
        "mode": board.mode,
        "mode_why": board.mode_why,
        "rest": board.rest,
        "rest_after_bounce": board.rest_after_bounce,
        "verdict": board.verdict,
        "last_bounce": board.last_bounce_path,
        "last_bounce_start": f"{board.last_bounce_start_s:.6f}",
        "last_master": board.last_master_path,
        "bounce_folder": board.bounce_folder,
        "next_mix": str(board.next_mix),
        "intent": board.intent,
        "target": board.target,
        "sheet_survive": board.sheet_survive,
        "sheet_references": board.sheet_references,
        "sheet_worries": board.sheet_worries,
        "sheet_complete": "1" if board.sheet_complete else "0",
    }
    out += [line(key, value) for key, value in fields.items()]
    out += [line("question", asked.key, asked.text, asked.answer) for asked in board.questions]
    out += [line("verdict_line", text) for text in board.verdict_lines]
    out += [line("intent_choice", intent) for intent in board.intents]
    out += [line("target_choice", target) for target in board.targets]
    out += [line("before_bounce", text) for text in board.before_bounce]
    out += [line("marker", f"{marker.at_s:.6f}", marker.text) for marker in board.markers]
    shown = [notice for notice in board.notices if notice.interrupt] if popup else [*board.notices, *board.noticed]
    for notice in shown:
        out.append(line("notice", notice.key, notice.title, notice.text))
        out += [line("answer", choice.answer, choice.label) for choice in notice.answers]
    out.append(line("done", "1"))
    return "".join(out)


class Mailbox:
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

    def post(self, board: Board, *, ticket: str = "", popup: bool = False) -> None:
        """Put the board where the scripts read it."""
        self._write("board.txt", board_lines(board, ticket=ticket, popup=popup))

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
