"""When a window may open inside Ardour by itself: rarely, once per notice, and never while something rolls."""

from collections.abc import Iterable

from bridge.daw.contract import Panel
from bridge.model import SessionSnapshot

REST_S = 1.5  # ours: after stop, hands are still on the transport
GAP_S = 15.0  # ours: between two windows, whatever they say
MOST_TRIES = 3  # a window that was asked for and never confirmed (the script is gone, another dialog is open)
CONFIRM_S = 5.0


class PopUp:
    """Remembers what was shown; `due` says whether to open the window now."""

    def __init__(self, shown: Iterable[tuple[str, str]] = ()) -> None:
        self._shown = dict.fromkeys(shown)
        self._tries: dict[tuple[str, str], int] = {}
        self._opened_s = -1e9
        self._stopped_since_s: float | None = None

    @property
    def shown(self) -> list[tuple[str, str]]:
        """(session folder, notice key) of everything shown so far, the oldest first."""
        return list(self._shown)

    def watch(self, snapshot: SessionSnapshot | None, now_s: float) -> None:
        """Record the state of the session; call it as often as it is known."""
        quiet = snapshot is not None and snapshot.transport == "stopped" and not snapshot.rendering
        if not quiet:
            self._stopped_since_s = None
        elif self._stopped_since_s is None:
            self._stopped_since_s = now_s

    def due(self, panel: Panel, snapshot: SessionSnapshot | None, now_s: float) -> bool:
        """Return True when something new may interrupt the person now."""
        if snapshot is None or self._stopped_since_s is None or panel.project_path != snapshot.project_path:
            return False
        if now_s - self._stopped_since_s < REST_S or now_s - self._opened_s < GAP_S:
            return False
        return bool(self._waiting(panel))

    def _waiting(self, panel: Panel) -> list[tuple[str, str]]:
        keys = [(panel.project_path, notice.key) for notice in panel.notices if notice.interrupt]
        return [key for key in keys if key not in self._shown and self._tries.get(key, 0) < MOST_TRIES]

    def open(self, panel: Panel, now_s: float) -> None:
        """Note that the window is being asked for."""
        for key in self._waiting(panel):
            self._tries[key] = self._tries.get(key, 0) + 1
        self._opened_s = now_s

    def is_opening(self, now_s: float) -> bool:
        """Return True while the script that asks for the panel was started by us, not by the person."""
        return now_s - self._opened_s < CONFIRM_S

    def confirm(self, project_path: str, keys: Iterable[str]) -> None:
        """Note that the window with these notices is on the screen."""
        for key in keys:
            self._shown[(project_path, key)] = None
        self._opened_s -= CONFIRM_S  # what the person opens from now on is the person's

    def gave_up(self, panel: Panel) -> bool:
        """Return True when a window was asked for as often as we do and never came."""
        return any(
            self._tries.get((panel.project_path, notice.key), 0) >= MOST_TRIES
            and (panel.project_path, notice.key) not in self._shown
            for notice in panel.notices
            if notice.interrupt
        )
