"""Which session a new bounce was made in: what was on its master bus, and its other print."""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.daw.contract import ExportSeen
from bridge.model import Bounce, BusItem, Hazard, SessionSnapshot
from bridge.pathtext import to_path
from bridge.policy.bus.dual_print import print_name
from bridge.policy.bus.guard_state import project_key
from bridge.policy.bus.hazards import OF_THE_RENDER
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.sessions.saved_sessions import SavedSessions
from bridge.songs.replies import Replies
from bridge.songs.service import SongService


class _Print(NamedTuple):
    kind: str
    bounce_id: int


class ExportTracker:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    song_service, bus_monitor, modes, questions
        What is known of songs, of master buses, and of the answers given before there was a song.
    snapshots
        The last state of every session that is open; DAW → snapshot, kept up to date by its owner.
    saved
        Projects as they were saved.
    """

    def __init__(
        self,
        song_service: SongService,
        bus_monitor: BusMonitor,
        modes: SessionModes,
        questions: Replies,
        snapshots: Mapping[str, SessionSnapshot],
        saved: SavedSessions | None = None,
    ) -> None:
        self._song_service = song_service
        self._store = song_service.store
        self._bus_monitor = bus_monitor
        self._modes = modes
        self._questions = questions
        self._snapshots = snapshots
        self._saved = saved or SavedSessions(bus_monitor, modes, bus_monitor.is_shown)
        self._saved_in: dict[str, str] = {}  # path → the saved project it was made in, until it has landed
        self._exports: dict[str, ExportSeen] = {}  # path → the DAW's word about it, until it has landed
        self._pairs: dict[str, _Print] = {}  # pair → the print that landed first
        self.starts_s: dict[str, float] = {}  # path → where the file begins on its session's time line

    def seen(self, export: ExportSeen) -> None:
        """Record the DAW's word that a file is finished."""
        self._exports[export.path] = export
        self.starts_s[export.path] = export.start_s

    def bus_of(self, bounce: Bounce, saved: SessionSnapshot | None) -> tuple[BusItem, ...]:
        """Return, and keep with it, what a bounce that has just landed was made through; nothing when no DAW said.

        ``saved`` is the session as the project beside the bounce holds it, for when no DAW has it open.
        """
        export = self._exports.get(bounce.path)
        snapshot = self._session_of(bounce, export)
        if snapshot is None:
            return self._saved_bus_of(bounce, saved)
        project = project_key(snapshot)
        items = () if export is not None and export.kind == "print-dry" else self._bus_monitor.landing(project)
        self._store.sessions.set_bus(bounce.id, project, items)
        self._modes.recorded(project, bounce.song_id)
        self._questions.adopt(project, bounce.song_id)
        if export is not None and export.pair:
            self._note_pair(export, bounce)
        return items

    def hazards_of(self, bounce: Bounce, saved: SessionSnapshot | None) -> tuple[Hazard, ...]:
        """Return what a bounce that has just landed caught when it was made, as far as a DAW or its project says."""
        export = self._exports.get(bounce.path)
        snapshot = self._session_of(bounce, export)
        if snapshot is None:
            saved = saved or self._saved.before(bounce.song_id, bounce.bounced_at)
            is_open = saved is not None and project_key(saved) in map(project_key, self._snapshots.values())
            return () if saved is None or is_open else saved.hazards
        is_ours = export is not None and export.kind != "export"  # our bounces switch off what the render would do
        caught = self._bus_monitor.hazards(project_key(snapshot))
        return tuple(hazard for hazard in caught if not (is_ours and hazard in OF_THE_RENDER))

    def muted_of(self, bounce: Bounce) -> tuple[str, ...]:
        """Return the names of the tracks that are muted in the session a bounce that has just landed was made in."""
        snapshot = self._session_of(bounce, self._exports.get(bounce.path))
        return () if snapshot is None else snapshot.muted

    def on_landed(self, bounce: Bounce) -> None:
        """Record that a file has become a bounce."""
        export = self._exports.pop(bounce.path, None)
        snapshot = self._session_of(bounce, export)
        if snapshot is not None:
            # Our scripts say what stands in the way before they bounce; a DAW's own export is told of afterwards.
            reminded = export is not None and export.kind != "export"
            self._bus_monitor.on_landed(project_key(snapshot), reminded=reminded)
        elif project := self._saved_in.pop(bounce.path, ""):
            self._bus_monitor.on_landed(project)

    def _session_of(self, bounce: Bounce, export: ExportSeen | None) -> SessionSnapshot | None:
        """Return the open session that a bounce was made in: by the DAW's word, else by its song."""
        if export is not None:
            return self._snapshots.get(export.daw)
        for snapshot in self._snapshots.values():
            if self._modes.song_id(project_key(snapshot)) == bounce.song_id:
                return snapshot
        return None

    def _saved_bus_of(self, bounce: Bounce, saved: SessionSnapshot | None) -> tuple[BusItem, ...]:
        """Return, and keep, what a bounce was made through by the saved project beside it: no DAW has it open."""
        saved = saved or self._saved.before(bounce.song_id, bounce.bounced_at)
        if saved is None or print_name(to_path(bounce.path).stem).kind == "dry":
            return ()
        if self._saved.knows(project_key(saved)):
            self._saved_in[bounce.path] = project_key(saved)
            self._modes.recorded(project_key(saved), bounce.song_id)
        is_open = project_key(saved) in map(project_key, self._snapshots.values())
        items = self._bus_monitor.landing(project_key(saved)) if is_open else self._bus_monitor.items(saved)
        self._store.sessions.set_bus(bounce.id, project_key(saved), items)
        return items

    def _note_pair(self, export: ExportSeen, bounce: Bounce) -> None:
        """Record the DAW's word that two files are the prints of one mix."""
        first = self._pairs.pop(export.pair, None)
        if first is None or first.kind == export.kind:
            self._pairs[export.pair] = _Print(export.kind, bounce.id)
        elif export.kind == "print-dry":
            self._store.song_state.set_prints(first.bounce_id, bounce.id, "daw")
        else:
            self._store.song_state.set_prints(bounce.id, first.bounce_id, "daw")
