"""DAW sessions: what the adapters say comes in here, what the DAWs should show goes out.

It keeps the last whole state of every session; policy decides what deserves to be said.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from bridge.daw.contract import (
    ActionAsked,
    Adapter,
    AnswerGiven,
    ConnectionChanged,
    DawEvent,
    DawStatus,
    ExportSeen,
    SnapshotSeen,
)
from bridge.daw.projects.reading import home_of
from bridge.errors import FreshEarsError
from bridge.model import Bounce, BusItem, BusWarning, SessionSnapshot
from bridge.model.events import EventHandler
from bridge.policy.bus.guard_state import project_key
from bridge.policy.bus.plugins import PluginList
from bridge.policy.song.modes import parse_mode
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.exports import ExportTracker
from bridge.sessions.modes import SessionModes
from bridge.sessions.panel_updater import PanelUpdater
from bridge.sessions.song_matching import SongMatching
from bridge.sessions.source_files import SourceFiles
from bridge.settings.config import Config
from bridge.songs.replies import Replies
from bridge.songs.service import SongService
from bridge.store import Store

log = logging.getLogger(__name__)


class SessionRegistry:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config, book
        What is known of songs, what the person has set, and what was said about the songs.
    on_master
        Called with (DAW, path, target, intent, anyway) when a master is asked for inside a DAW.
    publish
        Hears of warnings.
    own_plugins
        The person's own list of plug-ins.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        song_service: SongService,
        on_master: Callable[[str, str, str, str, bool], None],
        publish: EventHandler,
        own_plugins: PluginList | None = None,
    ) -> None:
        self._store = store
        self._on_master = on_master
        folders = tuple(Path(folder).expanduser().absolute() for folder in config.watch.folders)
        self._songs = SongMatching(store, folders, config.songs)
        self._sources = SourceFiles(store)
        self._questions = Replies(store, song_service.wall)
        self._modes = SessionModes(song_service, self._songs, self._sources, song_service.wall)
        self._bus_monitor = BusMonitor(store, self._modes, config.guard, publish, own_plugins, song_service.wall)
        self._adapters: dict[str, Adapter] = {}
        self._snapshots: dict[str, SessionSnapshot] = {}
        self._status: dict[str, DawStatus] = {}
        self._exports = ExportTracker(song_service, self._bus_monitor, self._modes, self._questions, self._snapshots)
        self._panels = PanelUpdater(
            song_service, config, self._bus_monitor, self._modes, self._questions, self._exports.starts_s
        )

    def connect(self, adapters: tuple[Adapter, ...]) -> None:
        """Record the adapters this bridge runs."""
        self._adapters = {adapter.daw: adapter for adapter in adapters}

    def close(self) -> None:
        """End what runs beside the bridge's own thread."""
        self._sources.close()

    def handle(self, event: DawEvent) -> None:
        """Handle an event of an adapter."""
        if isinstance(event, SnapshotSeen):
            self._snapshots[event.snapshot.daw] = event.snapshot
            self._bus_monitor.on_snapshot(event.snapshot)
        elif isinstance(event, ConnectionChanged):
            self._status[event.status.daw] = event.status
            if not event.status.connected:
                self._snapshots.pop(event.status.daw, None)
                self._panels.forget(event.status.daw)
                self._bus_monitor.on_gone(event.status.daw)
        elif isinstance(event, ExportSeen):
            self._exports.seen(event)
        elif isinstance(event, AnswerGiven):
            closed = self._panels.closed(event.daw, event.key)
            if not closed and not self._bus_monitor.answered(event.key, event.answer, event.at):
                log.info("an answer to nothing that stands: %s", event.answer)
        elif isinstance(event, ActionAsked):
            self._asked(event)
        self._panels.changed()

    def _asked(self, event: ActionAsked) -> None:
        try:
            self._do(event)
        except FreshEarsError as error:
            log.warning("%s asked for %s: %s", event.daw, event.action, error)

    def _do(self, event: ActionAsked) -> None:
        values = event.values
        if event.action == "master":
            path = values.get("path", "")
            again = self._panels.master_asked(event.daw, path)
            self._on_master(event.daw, path, values.get("target", ""), values.get("intent", ""), again)
            return
        self._store.history.add(event.action, {"project": event.project_path, **values})
        snapshot = self._snapshots.get(event.daw)
        if snapshot is None:
            return
        project = project_key(snapshot)
        if event.action == "mode":
            self._modes.say(project, parse_mode(values.get("mode", "")))
        elif event.action == "reply":
            song_id = self._modes.song_id(project)
            self._questions.answer(values.get("question", ""), values.get("answer", ""), song_id, project)
        elif event.action == "handoff":
            self._exports.sheet(project, values)

    def bus_of(self, bounce: Bounce) -> tuple[BusItem, ...]:
        """Return, and keep with it, what a bounce that has just landed was made through; nothing when no DAW said."""
        return self._exports.bus_of(bounce)

    def on_landed(self, bounce: Bounce) -> None:
        """Record that a file has become a bounce."""
        self._exports.on_landed(bounce)

    def place_of(self, daw: str, name: str = "", project_path: str = "") -> tuple[str, str] | None:
        """Return (song, folder) under which a bounce of the session a DAW shows is recorded; None: by its own name."""
        snapshot = self._snapshots.get(daw)
        if snapshot is not None and (not project_path or project_path == snapshot.project_path):
            name, project_path = snapshot.project_name or name, snapshot.project_path
        return self._songs.place(project_path, name) if name else None

    def master_failed(self, path: str, reason: str) -> None:
        """Record that a master was not made; the DAW in which it was asked for says why."""
        self._panels.master_failed(path, reason)

    def waits(self, bounce: Bounce, text: str) -> None:
        """Say in the DAW why a master that was asked for there waits; asked again, it is made."""
        self._panels.master_waits(bounce, text)

    def answer(self, warning_id: str, word: str) -> bool:
        """Handle an answer from the page or over OSC; False when no such warning stands."""
        self._panels.changed()
        return self._bus_monitor.answered(warning_id, word, time.time())

    def tick(self) -> None:
        """Let time pass: called a few times a second."""
        self._bus_monitor.tick()
        self._panels.tick(self._snapshots, self._adapters)

    def daws(self) -> list[DawStatus]:
        """Return the DAWs that were heard of, for `status`."""
        return list(self._status.values())

    def warnings(self) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, for `status`."""
        return self._bus_monitor.standing()

    def noticed(self) -> tuple[BusWarning, ...]:
        """Return what has been noticed on a master bus and is not said yet, for `status`."""
        return self._bus_monitor.noticed()

    def folders(self) -> tuple[Path, ...]:
        """Return the folders of the sessions that are open now: their exports are bounces, too."""
        paths = (snapshot.project_path for snapshot in self._snapshots.values())
        return tuple(home_of(path) for path in paths if path)
