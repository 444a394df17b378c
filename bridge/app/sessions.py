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
from bridge.app.news import Listener
from bridge.app.questions import Questions
from bridge.app.song_desk import take_sheet
from bridge.app.songbook import Songbook
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
from bridge.daw.beside import session_beside
from bridge.errors import FreshEarsError
from bridge.model import Bounce, BusWarning, SessionSnapshot
from bridge.pathtext import to_path
from bridge.policy.dual_print import print_name
from bridge.policy.guard_state import BusItem, project_key
from bridge.policy.modes import parse_mode
from bridge.policy.plugins import PluginList
from bridge.policy.rest import words
from bridge.store import Store
from bridge.watch.naming import song_key

log = logging.getLogger(__name__)

_WAITS = "waits:"
BOARD_S = 1.0  # a board is made anew at most this often, and shown when it differs


class Sessions:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config, book
        What is known of songs, what the person has set, and what was said about the songs.
    on_master
        Called with (DAW, path, target, intent, anyway) when a master is asked for inside a DAW.
    tell
        Hears of warnings.
    own_plugins
        The person's own list of plug-ins.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        book: Songbook,
        on_master: Callable[[str, str, str, str, bool], None],
        tell: Listener,
        own_plugins: PluginList | None = None,
    ) -> None:
        self._store = store
        self._config = config
        self._book = book
        self._on_master = on_master
        self._questions = Questions(store, book.wall)
        self._conscience = Conscience(store, book, config.guard, tell, own_plugins)
        self._adapters: dict[str, Adapter] = {}
        self._snapshots: dict[str, SessionSnapshot] = {}
        self._status: dict[str, DawStatus] = {}
        self._boards: dict[str, Board] = {}
        self._boards_at = 0.0
        self._starts_s: dict[str, float] = {}
        self._exports: dict[str, ExportSeen] = {}
        self._failures: dict[str, Notice] = {}  # DAW → why the master it asked for was not made
        self._asked_in: dict[str, str] = {}  # path → DAW in which its master was asked for
        self._pairs: dict[str, tuple[str, int]] = {}  # pair → the print that landed first
        self._sheets: dict[str, dict[str, str]] = {}  # project → a sheet whose bounce has not landed yet
        self._waiting: dict[str, Notice] = {}  # path → why its master waits; asked again, it is made

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
            elif event.key.startswith(_WAITS):
                self._waiting.pop(event.key.removeprefix(_WAITS), None)
            elif not self._conscience.answered(event.key, event.answer, event.at):
                log.info("an answer to nothing that stands: %s", event.answer)
        elif isinstance(event, ActionAsked):
            self._asked(event)
        self._boards_at = 0.0  # whatever it was, what the DAW shows may have changed

    def _asked(self, event: ActionAsked) -> None:
        try:
            self._do(event)
        except FreshEarsError as error:
            log.warning("%s asked for %s: %s", event.daw, event.action, error)

    def _do(self, event: ActionAsked) -> None:
        if event.action == "master":
            path = event.values.get("path", "")
            again = self._waiting.pop(path, None) is not None
            self._failures.pop(event.daw, None)
            self._asked_in[path] = event.daw
            values = event.values
            self._on_master(event.daw, path, values.get("target", ""), values.get("intent", ""), again)
            return
        self._store.results.log(event.action, {"project": event.project_path, **event.values})
        snapshot = self._snapshots.get(event.daw)
        if event.action == "mode" and snapshot is not None:
            self._conscience.set_mode(project_key(snapshot), parse_mode(event.values.get("mode", "")))
        elif event.action == "reply" and snapshot is not None:
            project = project_key(snapshot)
            key, answer = event.values.get("question", ""), event.values.get("answer", "")
            self._questions.answer(key, answer, self._conscience.song_id(project), project)
        elif event.action == "handoff" and snapshot is not None:
            song_id = self._conscience.song_id(project_key(snapshot))
            bounces = [] if song_id is None else self._store.bounces.of_song(song_id)
            if bounces:
                take_sheet(self._book, bounces[-1], event.values)
            else:
                self._sheets[project_key(snapshot)] = dict(event.values)  # the bounce it belongs to has not landed yet

    def bus_of(self, bounce: Bounce) -> tuple[BusItem, ...]:
        """Return, and keep with it, what a bounce that has just landed was made through; nothing when no DAW said."""
        export = self._exports.get(bounce.path)
        snapshot = self._snapshots.get(export.daw) if export else self._session_of(bounce.song)
        if snapshot is None:
            return self._saved_bus_of(bounce)
        project = project_key(snapshot)
        items = () if export is not None and export.kind == "print-dry" else self._conscience.landing(project)
        self._store.conscience.set_bus(bounce.id, project, items)
        if export is not None and export.pair:
            self._note_pair(export, bounce)
        if project in self._sheets:
            take_sheet(self._book, bounce, self._sheets.pop(project))
        return items

    def _saved_bus_of(self, bounce: Bounce) -> tuple[BusItem, ...]:
        """Return, and keep, what a bounce was made through by the saved project beside it: no DAW has it open."""
        saved = None if print_name(to_path(bounce.path).stem).kind == "dry" else session_beside(to_path(bounce.path))
        if saved is None:
            return ()
        is_open = project_key(saved) in map(project_key, self._snapshots.values())
        items = self._conscience.landing(project_key(saved)) if is_open else self._conscience.items(saved)
        self._store.conscience.set_bus(bounce.id, project_key(saved), items)
        return items

    def _session_of(self, song: str) -> SessionSnapshot | None:
        """Return the open session that a bounce belongs to by its song's name."""
        for snapshot in self._snapshots.values():
            if song_key(snapshot.project_name) == song_key(song):
                return snapshot
        return None

    def _note_pair(self, export: ExportSeen, bounce: Bounce) -> None:
        """Take the DAW's word that two files are the prints of one mix."""
        kind, other = self._pairs.pop(export.pair, ("", 0))
        if not other or kind == export.kind:
            self._pairs[export.pair] = (export.kind, bounce.id)
        elif export.kind == "print-dry":
            self._store.conscience.set_prints(other, bounce.id, "daw")
        else:
            self._store.conscience.set_prints(bounce.id, other, "daw")

    def landed(self, bounce: Bounce) -> None:
        """Take that a file has become a bounce."""
        export = self._exports.pop(bounce.path, None)
        snapshot = self._snapshots.get(export.daw) if export else self._session_of(bounce.song)
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

    def waits(self, bounce: Bounce, text: str) -> None:
        """Say in the DAW why a master that was asked for there waits; asked again, it is made."""
        if bounce.path in self._asked_in:
            remedy = "Ask once more to master it anyway; that is written down, not held against you."
            close = AnswerChoice(answer="seen", label="Close")
            self._waiting[bounce.path] = Notice(
                key=f"{_WAITS}{bounce.path}",
                title="The master was not made",
                text=f"{text}\n{remedy}",
                answers=(close,),
                interrupt=True,
            )
            self._boards_at = 0.0

    def answer(self, warning_id: str, word: str) -> bool:
        """Take an answer from the page or over OSC; False when no such warning stands."""
        self._boards_at = 0.0
        return self._conscience.answered(warning_id, word, time.time())

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
                self._conscience.mode_known(project),
                self._questions.of(self._conscience.mode(project), self._conscience.song_id(project), project),
                self._starts_s,
                self._conscience.before_bounce(project),
                rest=self._rest_words(project),
                waiting=tuple(n for path, n in self._waiting.items() if self._asked_in.get(path) == daw),
            )
            board = self._with_sheet(board, project)
            if daw in self._failures:
                board = replace(board, notices=(*board.notices, self._failures[daw]))
            if board != self._boards.get(daw) and daw in self._adapters:
                self._boards[daw] = board
                self._adapters[daw].show(board)

    def _with_sheet(self, board: Board, project: str) -> Board:
        """Return a board that knows what the person has said about the last bounce."""
        song_id = self._conscience.song_id(project)
        bounces = [] if song_id is None else self._store.bounces.of_song(song_id)
        sheet = self._book.sheet(bounces[-1]) if bounces else None
        if sheet is None:
            return board
        return replace(
            board,
            intent=sheet.intent,
            sheet_survive="\n".join(sheet.must_survive),
            sheet_references="\n".join(sheet.references),
            sheet_worries="\n".join(sheet.worries),
            sheet_complete=sheet.complete,
        )

    def _rest_words(self, project: str) -> str:
        song_id = self._conscience.song_id(project)
        if song_id is None or self._book.mode(song_id).mode != "resting":
            return ""
        found = self._book.rest(self._store.bounces.of_song(song_id)[-1])
        return "" if found is None else words(found, time.time())

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
