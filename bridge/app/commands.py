"""What is asked for, turned into jobs: by a new bounce, over OSC, on the page, inside a DAW."""

import logging
import time
from pathlib import Path

from msgspec.structs import replace

from bridge.app.intake import FileCommand, Intake
from bridge.app.osc_front import RefusedError, path_inside
from bridge.daw.contract import ExportSeen
from bridge.errors import FreshEarsError
from bridge.model import Bounce, Job
from bridge.model.events import EventHandler, MasterRefused
from bridge.osc.codec import Value
from bridge.pathtext import to_text
from bridge.policy.bus.guard import bounce_findings
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.songs.job_requests import Extras, analyse_job, master_job, named_intent
from bridge.songs.service import SongService

log = logging.getLogger(__name__)

# The store holds what waits; more than this is a program gone wild.
_MAX_QUEUED_JOBS = 1000


class CommandHandler:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    book, config
        What is known of the songs, and the person's settings.
    sessions, intake
        Which session a file comes from, and where files become bounces.
    folders
        The watched folders, absolute.
    settings_folder
        Where the person's own targets and presets lie.
    publish
        Hears of masters that wait.
    """

    def __init__(
        self,
        song_service: SongService,
        config: Config,
        sessions: SessionRegistry,
        intake: Intake,
        folders: tuple[Path, ...],
        settings_folder: Path,
        publish: EventHandler,
    ) -> None:
        self._song_service = song_service
        self._store = song_service.store
        self._config = config
        self._sessions = sessions
        self._intake = intake
        self._folders = folders
        self._settings_folder = settings_folder
        self._publish = publish

    def new(self, bounce: Bounce) -> None:
        """Queue the examination of a new bounce, with what was on the master bus when it was made."""
        self._song_service.on_landed(bounce)
        items = self._sessions.bus_of(bounce)
        analyse_job(self._store, self._config, bounce, more=bounce_findings(items))

    def analyse_again(self, bounce: Bounce) -> Job:
        """Queue another examination of a bounce."""
        more = bounce_findings(self._song_service.bus(bounce))
        return analyse_job(self._store, self._config, bounce, again=True, more=more)

    def master(
        self,
        bounce: Bounce,
        target: str,
        anyway: bool,
        why: str = "",
        intent: str = "",
        extras: Extras = Extras(),
    ) -> Job:
        """Queue a master; raises `RefusedError` when something stands in the way and nobody said anyway."""
        reasons = self._song_service.in_the_way(bounce)
        if not anyway and not self._song_service.is_only_a_nudge(bounce, reasons):
            named = [r for r in reasons if r.kind != "sheet"] or reasons
            words = " ".join(f"{r.text} {r.remedy}" for r in named)
            raise RefusedError(f"{bounce.song} is not ready to be mastered: {words}")
        sheet = self._song_service.sheet(bounce)
        return master_job(
            self._store,
            self._config,
            bounce,
            target,
            anyway=anyway,
            intent=named_intent(intent) or (None if sheet is None else sheet.intent),
            notes=self._song_service.go_on_anyway(bounce, reasons, why) if anyway and reasons else (),
            settings_folder=self._settings_folder,
            extras=extras,
        )

    def fulfil(self, bounce: Bounce, commands: list[FileCommand]) -> None:
        """Do what was asked for a file before it was known."""
        for command in commands:
            if command.kind == "analyse":
                self.analyse_again(bounce)
                continue
            try:
                self.master(bounce, command.target, command.anyway, command.why, command.intent)
            except RefusedError as error:
                self._publish(MasterRefused(bounce, str(error)))
            except FreshEarsError as error:
                log.warning("no master of %s: %s", bounce.path, error)
                self._sessions.master_failed(bounce.path, str(error))

    def file_named(self, text: str, command: FileCommand | None) -> None:
        """Handle a file named over OSC, with what is asked for it."""
        if len(self._store.jobs.by_state("queued")) >= _MAX_QUEUED_JOBS:
            raise RefusedError("too many jobs wait already; try again when some are done")
        path = path_inside(text, self._folders)
        known = self._intake.known_bounce(path) if command is not None else None
        if known is not None and command is not None:
            self.fulfil(known, [command])
        else:
            self._intake.exported(path, "osc", time.monotonic(), command)

    def on_export(self, export: ExportSeen) -> None:
        """Record the DAW's word that a file is finished, if it lies where bounces are expected."""
        try:
            path = path_inside(export.path, (*self._folders, *self._sessions.folders()))
        except RefusedError as error:
            log.info("an export of %s is left alone: %s", export.daw, error)
            self._sessions.handle(export)  # a slow drive may show the file later; the word about it holds
            return
        # Where links lead, a DAW's name for a file may be another than the one its bounce gets.
        self._sessions.handle(replace(export, path=to_text(path)))
        place = self._sessions.place_of(export.daw, export.project_name, export.project_path)
        self._intake.exported(path, export.daw, time.monotonic(), place=place)

    def master_from_daw(self, daw: str, path: str, target: str, intent: str, anyway: bool) -> None:
        """Master a bounce that was asked for inside a DAW; the DAW's window says when it is there."""
        try:
            bounce = path_inside(path, (*self._folders, *self._sessions.folders()))
        except RefusedError as error:
            log.warning("no master: %s", error)
            self._sessions.master_failed(path, str(error))
            return
        why = "asked twice in the DAW" if anyway else ""
        command = FileCommand("master", target or self._config.master.target, anyway, why, intent)
        self._intake.exported(bounce, "daw", time.monotonic(), command, place=self._sessions.place_of(daw))

    def master_over_osc(self, args: tuple[Value, ...]) -> None:
        """Handle ``/freshears/master path [target [why]]``; a third argument means anyway."""
        target, why = ([*map(str, args[1:]), "", ""])[:2]
        self.file_named(str(args[0]), FileCommand("master", target or self._config.master.target, len(args) > 2, why))
