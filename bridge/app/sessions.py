"""The desk for DAW sessions: what the adapters say comes in here, what the DAWs should show goes out.

It keeps the last whole state of every session; policy decides what deserves to be said.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge.app.boards import board_for
from bridge.app.conscience import Conscience
from bridge.config import Config
from bridge.daw.adapter import (
    ActionAsked,
    Adapter,
    AnswerChoice,
    AnswerGiven,
    Board,
    ConnectionChanged,
    DawEvent,
    DawStatus,
    ExportSeen,
    Notice,
    SnapshotSeen,
)
from bridge.model import BusWarning, SessionSnapshot
from bridge.policy.guard_state import project_key
from bridge.store import Store

log = logging.getLogger(__name__)

BOARD_S = 1.0  # a board is made anew at most this often, and shown when it differs


class Sessions:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config
        What is known of songs, and what the person has set.
    on_master
        Called with (DAW, path, target) when a master is asked for inside a DAW.
    """

    def __init__(self, store: Store, config: Config, on_master: Callable[[str, str, str], None]) -> None:
        self._store = store
        self._config = config
        self._on_master = on_master
        self._conscience = Conscience(store, config.guard)
        self._adapters: dict[str, Adapter] = {}
        self._snapshots: dict[str, SessionSnapshot] = {}
        self._status: dict[str, DawStatus] = {}
        self._boards: dict[str, Board] = {}
        self._boards_at = 0.0
        self._starts_s: dict[str, float] = {}
        self._exports: dict[str, ExportSeen] = {}
        self._failures: dict[str, Notice] = {}  # DAW → why the master it asked for was not made
        self._asked_in: dict[str, str] = {}  # path → DAW in which its master was asked for

    def connect(self, adapters: tuple[Adapter, ...]) -> None:
        """Take the adapters this bridge runs."""
        self._adapters = {adapter.daw: adapter for adapter in adapters}

    def handle(self, event: DawEvent) -> None:
        """Take an event of an adapter."""
        if isinstance(event, SnapshotSeen):
            self._snapshots[event.snapshot.daw] = event.snapshot
            self._conscience.saw(event.snapshot)
        elif isinstance(event, ConnectionChanged):
            self._status[event.status.daw] = event.status
            if not event.status.connected:
                self._snapshots.pop(event.status.daw, None)
                self._boards.pop(event.status.daw, None)
                self._conscience.gone(event.status.daw)
        elif isinstance(event, ExportSeen):
            self._exports[event.path] = event
            self._starts_s[event.path] = event.start_s
        elif isinstance(event, AnswerGiven):
            if self._failures.get(event.daw) and event.key == self._failures[event.daw].key:
                del self._failures[event.daw]
            elif not self._conscience.answered(event):
                log.info("an answer to nothing that stands: %s", event.answer)
        elif isinstance(event, ActionAsked):
            self._asked(event)
        self._boards_at = 0.0  # whatever it was, what the DAW shows may have changed

    def _asked(self, event: ActionAsked) -> None:
        if event.action == "master":
            self._failures.pop(event.daw, None)
            self._asked_in[event.values.get("path", "")] = event.daw
            self._on_master(event.daw, event.values.get("path", ""), event.values.get("target", ""))
        else:
            self._store.results.log(event.action, {"project": event.project_path, **event.values})

    def landed(self, path: str) -> None:
        """Take that a file has become a bounce."""
        export = self._exports.pop(path, None)
        snapshot = self._snapshots.get(export.daw) if export else None
        if snapshot is not None:
            self._conscience.landed(project_key(snapshot))

    def master_failed(self, path: str, reason: str) -> None:
        """Take that a master was not made; the DAW in which it was asked for says why."""
        daw = self._asked_in.pop(path, None)
        if daw is not None:
            key = f"failed-{int(time.time())}"
            close = AnswerChoice(answer="seen", label="Close")
            self._failures[daw] = Notice(
                key=key, title="The master was not made", text=reason, answers=(close,), interrupt=True
            )
            self._boards_at = 0.0

    def tick(self) -> None:
        """Let time pass: called a few times a second."""
        self._conscience.tick()
        now = time.monotonic()
        if now - self._boards_at < BOARD_S:
            return
        self._boards_at = now
        for daw, snapshot in self._snapshots.items():
            project = project_key(snapshot)
            board = board_for(
                snapshot,
                self._store,
                self._config,
                self._conscience.standing(project),
                self._conscience.mode(project),
                self._starts_s,
                self._conscience.before_bounce(project),
            )
            if daw in self._failures:
                board = replace(board, notices=(*board.notices, self._failures[daw]))
            if board != self._boards.get(daw) and daw in self._adapters:
                self._boards[daw] = board
                self._adapters[daw].show(board)

    def daws(self) -> list[DawStatus]:
        """Return the DAWs that were heard of, for `status`."""
        return list(self._status.values())

    def warnings(self) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, for `status`."""
        return self._conscience.standing()

    def snapshot(self, daw: str) -> SessionSnapshot | None:
        """Return the last state of a DAW's session."""
        return self._snapshots.get(daw)

    def folders(self) -> tuple[Path, ...]:
        """Return the folders of the sessions that are open now: their exports are bounces, too."""
        paths = [Path(snapshot.project_path) for snapshot in self._snapshots.values() if snapshot.project_path]
        # Ardour's project is a folder, REAPER's is a file in one.
        return tuple(path.parent if path.suffix.lower() == ".rpp" else path for path in paths)
