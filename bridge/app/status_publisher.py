"""What the running bridge lets others see: one small table in the store, which `status` reads without asking it."""

import time
from pathlib import Path

import msgspec

from bridge import __version__
from bridge.app.intake import Intake
from bridge.app.job_queue import JobQueue
from bridge.app.loop.event_bus import EventBus
from bridge.app.saves.watching import ProjectFolders
from bridge.model import FolderState
from bridge.model.events import FolderChanged, StateChanged
from bridge.osc.transport import OscTransport
from bridge.pathtext import to_text
from bridge.sessions.registry import SessionRegistry
from bridge.store import Store
from bridge.text import without_surrogates
from bridge.watch.watcher import FolderWatcher

_EVERY_S = 5.0  # a sign of life, when nothing changes
_MOST_NAMES = 50  # ours: of the files that are being written, more than a person reads


class StatusPublisher:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        Where it is written.
    watcher, projects, transport
        What changes by itself.
    job_queue, intake, sessions
        What there is to tell.
    bus
        Hears when the state changes; its fence knows which parts were stopped.
    """

    def __init__(
        self,
        store: Store,
        watcher: FolderWatcher,
        projects: ProjectFolders,
        transport: OscTransport | None,
        job_queue: JobQueue,
        intake: Intake,
        sessions: SessionRegistry,
        bus: EventBus,
    ) -> None:
        self._store = store
        self._watcher = watcher
        self._projects = projects
        self._transport = transport
        self._job_queue = job_queue
        self._intake = intake
        self._sessions = sessions
        self._publish = bus.publish
        self._fence = bus.fence
        self._published_s = 0.0
        self._states: dict[Path, FolderState] = watcher.states()
        self._published_live: tuple[object, ...] = ()
        self._last_state: tuple[str, int, tuple[tuple[str, int | None], ...]] | None = None
        self.page_url: str | None = None  # known once the page is up

    def tick(self) -> None:
        """Publish when something has changed, and now and then as a sign of life."""
        self._note_folders()
        queued = self._store.jobs.count("queued")
        state = "working" if self._job_queue.running or self._intake.is_waiting else "idle"
        warnings = tuple((warning.id, warning.song_id) for warning in self._sessions.warnings())
        if (state, queued, warnings) != self._last_state:
            self._last_state = (state, queued, warnings)
            self._publish(StateChanged(state, queued, len(warnings)))
            self.publish(running=True)
        elif self._live_now() != self._published_live or time.monotonic() - self._published_s >= _EVERY_S:
            self.publish(running=True)

    def publish(self, *, running: bool) -> None:
        """Write what `status` shows."""
        self._published_s = time.monotonic()
        self._published_live = self._live_now()
        self._store.runtime.publish(
            "bridge",
            {
                "running": running,
                "version": __version__,
                "folders": [self._folder(folder, state) for folder, state in self._states.items()],
                "project_folders": [{"path": str(at), "state": is_so} for at, is_so in self._projects.states().items()],
                "page_url": self.page_url,
                "stopped_parts": self._fence.stopped,
                "osc_port": self._transport.port if self._transport else None,
                "osc_dropped": dict(self._transport.dropped) if self._transport else {},
                "waits_for_daw": self._job_queue.waits_for,
                "waiting_for": [without_surrogates(path.name) for path in self._intake.waiting(_MOST_NAMES)],
                "warnings": msgspec.to_builtins(self._sessions.warnings()),
                "noticed": msgspec.to_builtins(self._sessions.noticed()),
                "daws": msgspec.to_builtins(self._sessions.daws()),
                "current_job": next(map(msgspec.to_builtins, self._job_queue.running), None),
            },
        )

    def _note_folders(self) -> None:
        """Tell of folders that went, or whose drives hang, and of those that are back."""
        before, self._states = self._states, self._watcher.states()
        for folder, state in self._states.items():
            if state != before.get(folder, "there"):
                self._publish(FolderChanged(to_text(folder), state))

    def _folder(self, folder: Path, state: FolderState) -> dict[str, object]:
        left = [{"path": to_text(path), "why": why} for path, why in self._intake.left_alone(folder)]
        return {"path": str(folder), "there": state == "there", "state": state, "left_alone": left}

    def _live_now(self) -> tuple[object, ...]:
        """Return what a person would want to see at once when it changes."""
        daws = tuple(
            (daw.daw, daw.connected, daw.channels, daw.project_path, daw.watched, daw.notice)
            for daw in self._sessions.daws()
        )
        projects = tuple(self._projects.states().items())
        left_alone = tuple(len(self._intake.left_alone(folder)) for folder in self._states)
        noticed = tuple((warning.id, warning.song_id) for warning in self._sessions.noticed())
        waits_for = self._job_queue.waits_for
        return daws, left_alone, waits_for, projects, *self._states.values(), *self._fence.stopped, noticed
