"""DAW sessions: what the adapters say comes in here, what the DAWs should show goes out.

It keeps the last whole state of every session; policy decides what deserves to be said.
"""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from msgspec.structs import replace

from bridge.daw.contract import (
    Adapter,
    ConnectionChanged,
    DawEvent,
    DawStatus,
    ExportSeen,
    NoticeKind,
    SnapshotSeen,
)
from bridge.daw.projects.reading import home_of
from bridge.model import Bounce, BusItem, BusWarning, DawName, Hazard, Mode, SessionSnapshot
from bridge.model.events import BounceExamined, EventHandler
from bridge.policy.bus.guard_state import project_key
from bridge.policy.bus.plugins import PluginList
from bridge.sessions.bus_monitor import BusMonitor, date_of
from bridge.sessions.ear_monitor import EarMonitor
from bridge.sessions.exports import ExportTracker
from bridge.sessions.modes import SessionModes
from bridge.sessions.panel import watched_strips
from bridge.sessions.panel_updater import PanelUpdater
from bridge.sessions.saved_sessions import SavedSessions
from bridge.sessions.song_matching import SongMatching
from bridge.sessions.source_files import SourceFiles
from bridge.settings.config import Config
from bridge.songs.replies import Replies
from bridge.songs.service import SongService
from bridge.store import Store


class SessionRegistry:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config, book
        What is known of songs, what the person has set, and what was said about the songs.
    publish
        Hears of warnings.
    own_plugins
        The person's own list of plug-ins.
    reader_of, date_of
        Who reads a file, and who says when it was written: its drive may hang.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        song_service: SongService,
        publish: EventHandler,
        own_plugins: PluginList | None = None,
        reader_of: Callable[[Path], Executor] | None = None,
        date_of: Callable[[Path], float] = date_of,
    ) -> None:
        self._store = store
        self._config = config
        folders = tuple(Path(folder).expanduser().absolute() for folder in config.watch.folders)
        self._songs = SongMatching(store, folders, config.songs)
        self._sources = SourceFiles(store, reader_of=reader_of)
        self._questions = Replies(store, song_service.wall)
        self._modes = SessionModes(song_service, self._songs, self._sources, song_service.wall)
        self._bus_monitor = BusMonitor(
            store, self._modes, config.guard, publish, own_plugins, song_service.wall, date_of
        )
        self._ear_monitor = EarMonitor(song_service, publish)
        self._adapters: dict[str, Adapter] = {}
        self._snapshots: dict[str, SessionSnapshot] = {}
        self._status: dict[str, DawStatus] = {}
        self._saved = SavedSessions(self._bus_monitor, self._modes, self._bus_monitor.is_shown)
        self._exports = ExportTracker(
            song_service, self._bus_monitor, self._modes, self._questions, self._snapshots, self._saved
        )
        self._panels = PanelUpdater(
            song_service, config, self._bus_monitor, self._modes, self._questions, self._exports.starts_s
        )

    def connect(self, adapters: tuple[Adapter, ...]) -> None:
        """Record the adapters this bridge runs."""
        self._adapters = {adapter.daw: adapter for adapter in adapters}

    def take_settings(self, folders: tuple[Path, ...]) -> None:
        """Take the settings as they are now, and these watched folders."""
        self._songs.take_settings(folders, self._config.songs)
        self._bus_monitor.take_settings(self._config.guard)
        self._panels.changed()

    def renew(self) -> None:
        """Let every adapter look at its DAW anew: the computer slept."""
        for adapter in self._adapters.values():
            adapter.renew()
        self._panels.changed()

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
        self._panels.changed()

    def on_saved(self, session: SessionSnapshot) -> None:
        """Record a project as it was saved: where no DAW shows it, that is what there is."""
        self._saved.on_saved(session)

    def project_of(self, daw: str) -> str | None:
        """Return the key of the project that a DAW shows; None when it shows none."""
        snapshot = self._snapshots.get(daw)
        return None if snapshot is None else project_key(snapshot)

    def song_of(self, project: str) -> int | None:
        """Return the song a project's bounces go to, None before the first one."""
        return self._modes.song_id(project)

    def say_mode(self, project: str, mode: Mode, why: str) -> None:
        """Keep what the person said is being done with a project."""
        self._modes.say(project, mode, why)
        self._panels.changed()

    def bus_of(self, bounce: Bounce, saved: SessionSnapshot | None = None) -> tuple[BusItem, ...]:
        """Return, and keep with it, what a bounce that has just landed was made through; nothing when no DAW said."""
        return self._exports.bus_of(bounce, saved)

    def hazards_of(self, bounce: Bounce, saved: SessionSnapshot | None = None) -> tuple[Hazard, ...]:
        """Return what a bounce that has just landed caught when it was made."""
        return self._exports.hazards_of(bounce, saved)

    def muted_of(self, bounce: Bounce) -> tuple[str, ...]:
        """Return the names of the tracks that are muted in the session a bounce that has just landed was made in."""
        return self._exports.muted_of(bounce)

    def on_landed(self, bounce: Bounce) -> None:
        """Record that a file has become a bounce."""
        self._panels.changed()  # the number of the next bounce is another one now
        self._exports.on_landed(bounce)

    def on_examined(self, event: BounceExamined) -> None:
        """Hold a bounce against the one before it, where no DAW and no project says what it was made through."""
        self._ear_monitor.on_examined(event)

    def recording(self) -> tuple[DawName, ...]:
        """Return the DAWs that record now."""
        return tuple(one.daw for one in self._snapshots.values() if one.transport == "recording")

    def is_rolling(self) -> bool:
        """Tell whether a DAW plays, records or renders now."""
        return any(one.transport in {"playing", "recording"} or one.rendering for one in self._snapshots.values())

    def place_of(self, daw: str, name: str = "", project_path: str = "") -> tuple[str, str] | None:
        """Return (song, folder) under which a bounce of the session a DAW shows is recorded; None: by its own name."""
        snapshot = self._snapshots.get(daw)
        if snapshot is not None and (not project_path or project_path == snapshot.project_path):
            name, project_path = snapshot.project_name or name, snapshot.project_path
        return self._songs.place(project_path, name) if name else None

    def changed(self) -> None:
        """Record that what the DAWs show may have changed."""
        self._panels.changed()

    def master_asked(self, daw: str, path: str) -> bool:
        """A master was asked for in a DAW; return whether it waited already, so that asking again means yes."""
        return self._panels.master_asked(daw, path)

    def master_waits(self, daw: str, path: str, text: str, *, asks: bool) -> None:
        """Say in a DAW why the master asked for there was refused, or ask whether to go on; asked again, it is made."""
        self._panels.master_waits(daw, path, text, asks=asks)

    def master_asked_about(self, key: str) -> str | None:
        """Return the mix that a notice asks about, None when it asks about none."""
        return self._panels.master_asked_about(key)

    def say(self, daw: str, title: str, text: str, kind: NoticeKind, about: str = "") -> None:
        """Say in a DAW what became of something asked for there."""
        self._panels.say(daw, title, text, kind, about)

    def take_back(self, daw: str) -> None:
        """Take back what was said last of something asked for in a DAW."""
        self._panels.take_back(daw)

    def closed(self, daw: str, key: str) -> bool:
        """Record that a person closed a notice of ours; False when it is none of them but a warning."""
        self._panels.changed()
        return self._panels.closed(daw, key)

    def answer(self, warning_id: str, word: str) -> bool:
        """Handle an answer from the page or over OSC; False when no such warning stands."""
        self._panels.changed()
        for status in self._status.values():
            if status.notice is not None and status.notice.key == warning_id:
                offered = any(choice.answer == word for choice in status.notice.answers)
                if offered:
                    self._adapters[status.daw].answer(warning_id, word)
                return offered
        answered = self._bus_monitor.answered(warning_id, word, time.time())
        return answered or self._ear_monitor.answered(warning_id, word)

    def take_back_answers(self, song_id: int) -> bool:
        """Forget what was answered about the master bus of a song; False when nothing was."""
        self._panels.changed()
        taken_back = (self._bus_monitor.take_back_answers(song_id), self._ear_monitor.take_back_answers(song_id))
        return any(taken_back)

    def tick(self) -> None:
        """Let time pass: called a few times a second."""
        self._bus_monitor.tick()
        self._panels.tick(self._snapshots, self._adapters)

    def daws(self) -> list[DawStatus]:
        """Return the DAWs that were heard of, for `status`."""
        return [replace(status, watched=self._watched(status)) for status in self._status.values()]

    def _watched(self, status: DawStatus) -> tuple[str, ...]:
        snapshot = self._snapshots.get(status.daw)
        return watched_strips(snapshot) if snapshot is not None and status.connected else ()

    def warnings(self) -> tuple[BusWarning, ...]:
        """Return the warnings that stand, for `status`."""
        return (*self._bus_monitor.standing(), *self._ear_monitor.standing())

    def noticed(self) -> tuple[BusWarning, ...]:
        """Return what has been noticed on a master bus and is not said yet, for `status`."""
        return self._bus_monitor.noticed()

    def folders(self) -> tuple[Path, ...]:
        """Return the folders of the sessions that are open now: their exports are bounces, too."""
        paths = (snapshot.project_path for snapshot in self._snapshots.values())
        return tuple(home_of(path) for path in paths if path)
