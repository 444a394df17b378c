"""Projects as they were saved, where no DAW is heard: kept for a while, so that a bounce finds the save before it."""

from collections.abc import Callable

from bridge.model import SessionSnapshot
from bridge.policy.bus.guard_state import project_key
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes

MOST_PROJECTS = 500  # ours: more than anybody works on between two starts
MOST_SAVES = 50  # ours: of one project; a bounce is of this hour, not of last week
LATER_S = 60.0  # ours: a save this long after the bounce may hold another chain than the one that was bounced through


class SavedSessions:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    bus_monitor, modes
        What is known of master buses, and of songs.
    is_open
        Tells whether a DAW shows a project: then that says more than its file.
    """

    def __init__(self, bus_monitor: BusMonitor, modes: SessionModes, is_open: Callable[[str], bool]) -> None:
        self._bus_monitor = bus_monitor
        self._modes = modes
        self._is_open = is_open
        self._saves: dict[str, list[SessionSnapshot]] = {}  # project → its saves, the newest last

    def on_saved(self, snapshot: SessionSnapshot) -> None:
        """Record a project as it was saved; ``seen_at`` is when."""
        project = project_key(snapshot)
        if self._is_open(project):
            return
        saves = self._saves.pop(project, [])
        self._saves[project] = [*saves[-MOST_SAVES + 1 :], snapshot]
        if len(self._saves) > MOST_PROJECTS:
            del self._saves[next(iter(self._saves))]
        self._bus_monitor.on_saved(snapshot)

    def knows(self, project: str) -> bool:
        """Tell whether a project's saves are followed."""
        return project in self._saves

    def before(self, song_id: int, bounced_at: float) -> SessionSnapshot | None:
        """Return the last save of a song's project before a bounce; None where none is known."""
        found = [
            save
            for project, saves in self._saves.items()
            if self._modes.song_id(project) == song_id
            for save in saves
            if save.seen_at <= bounced_at + LATER_S
        ]
        return max(found, key=lambda save: save.seen_at, default=None)
