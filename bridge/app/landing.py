"""What follows from a bounce that has landed, and from a master that was made."""

from bridge.app.commands.song_commands import SongCommands
from bridge.app.commands.waiting_sheets import WaitingSheets
from bridge.model import Bounce, SessionSnapshot
from bridge.model.events import BounceExamined, BounceLanded, Event, MasterMade, SongsMended
from bridge.policy.bus.guard import bounce_findings
from bridge.policy.bus.hazards import hazard_findings
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.songs.job_requests import analyse_job
from bridge.songs.service import SongService


class Landing:
    """All methods are called from the bridge's own thread."""

    def __init__(
        self, song_service: SongService, config: Config, sessions: SessionRegistry, songs: SongCommands
    ) -> None:
        self._song_service = song_service
        self._config = config
        self._sessions = sessions
        self._sheets = WaitingSheets(song_service.store, songs)

    def on_new(self, bounce: Bounce, saved: SessionSnapshot | None) -> None:
        """Queue the examination of a new bounce, with what was on the master bus when it was made.

        ``saved`` is the session as the project beside the bounce holds it.
        """
        self._song_service.on_landed(bounce)
        items = self._sessions.bus_of(bounce, saved)
        caught = self._sessions.hazards_of(bounce, saved)
        muted = self._sessions.muted_of(bounce)
        self._sheets.adopt(bounce)
        analyse_job(
            self._song_service.store,
            self._config,
            bounce,
            more=(*bounce_findings(items), *hazard_findings(caught, muted)),
        )

    def on_event(self, event: Event) -> None:
        """Move the song on."""
        if isinstance(event, BounceLanded):
            self._sessions.on_landed(event.bounce)
        elif isinstance(event, BounceExamined):
            self._sessions.on_examined(event)
        elif isinstance(event, MasterMade) and event.bounce is not None:
            self._song_service.on_mastered(event.bounce)
        elif isinstance(event, SongsMended):
            self._sessions.changed()
