"""Carries commands out: one `handle` for every front end, and one road for refusals."""

import logging

from msgspec.structs import replace

from bridge.app.adding.batches import Adding
from bridge.app.commands.mending import MendCommands
from bridge.app.commands.mixes import MixCommands
from bridge.app.commands.records import (
    AddFiles,
    Analyse,
    AnswerWarning,
    Asker,
    Cancel,
    Command,
    Compare,
    CompareReferences,
    Dismiss,
    Done,
    FileFinished,
    MakeMaster,
    OpenProject,
    Outcome,
    PairPrints,
    Refused,
    RefusedError,
    Relocate,
    Reply,
    Retry,
    SetMode,
    TakeBackAnswers,
    Tick,
    Untick,
    UnwatchFolder,
    WatchFolder,
    WriteSheet,
    refuse,
    to_json,
)
from bridge.app.commands.retries import Retries
from bridge.app.commands.settings_commands import SettingsCommands
from bridge.app.commands.song_commands import PROJECT, SongCommands
from bridge.app.job_queue import JobQueue
from bridge.errors import FreshEarsError, StoreError, UsageError
from bridge.model import Bounce
from bridge.model.events import EventHandler, MasterRefused
from bridge.sessions.registry import SessionRegistry
from bridge.songs.comparisons import ComparisonQueue
from bridge.songs.service import SongService

log = logging.getLogger(__name__)


class CommandHandler:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    song_service
        What is known of the songs, and the store.
    mixes, songs
        The commands about files and about songs.
    sessions, job_queue, retries, mends, adding
        Who knows the warnings that stand, who can give up a job, and who tries one again.
    publish
        Receives the masters that were refused or asked about.
    """

    def __init__(
        self,
        song_service: SongService,
        mixes: MixCommands,
        songs: SongCommands,
        sessions: SessionRegistry,
        job_queue: JobQueue,
        retries: Retries,
        mends: MendCommands,
        settings: SettingsCommands,
        adding: Adding,
        publish: EventHandler,
    ) -> None:
        self._song_service = song_service
        self._store = song_service.store
        self._mixes = mixes
        self._songs = songs
        self._sessions = sessions
        self._job_queue = job_queue
        self._retries = retries
        self._mends = mends
        self._settings = settings
        self._adding = adding
        self._comparisons = ComparisonQueue(song_service.store, mixes.is_file)
        self._publish = publish

    def handle(self, command: Command, asker: Asker) -> Outcome:
        """Carry a command out; when it returns `Done`, what was asked is on disk."""
        try:
            with self._store.database.durable():
                return self.carry_out(command, asker)
        except (FreshEarsError, KeyError) as error:
            return self.refusal(command, asker, error)

    def carry_out(self, command: Command, asker: Asker) -> Done:
        """Carry a command out; raises what `refusal` makes a refusal of."""
        match command:
            case FileFinished():
                return self._mixes.finished(command, asker)
            case Analyse() | MakeMaster():
                return self._mixes.work(command, asker)
            case Cancel():
                if not self._job_queue.cancel(command.job_id):
                    raise refuse("unknown", f"There is no job {command.job_id} that waits or runs.")
                return Done()
            case Retry():
                return self._retries.retry(command)
            case Dismiss():
                return self._retries.dismiss(command)
            case AnswerWarning():
                if not self._sessions.answer(command.warning_id, command.answer):
                    raise refuse("unknown", "No such warning stands, or it does not offer that answer.")
                return Done()
            case TakeBackAnswers():
                return self._songs.take_back_answers(command)
            case SetMode():
                return self._songs.set_mode(command)
            case Reply():
                return self._songs.reply(command)
            case Tick():
                return self._songs.tick(command)
            case Untick():
                return self._songs.untick(command)
            case WatchFolder():
                return self._settings.watch(command)
            case UnwatchFolder():
                return self._settings.unwatch(command)
            case Relocate():
                return self._settings.relocate(command)
            case PairPrints():
                return self._mends.pair_prints(command)
            case WriteSheet():
                done = self._songs.write_sheet(command)
                return self._wait_for_bounce(command, asker, done) if isinstance(done, OpenProject) else done
            case Compare() | CompareReferences():
                return self._compare(command)
            case AddFiles():
                return self._adding.take(command, asker)
            case _:
                return self._mends.carry_out(command)

    def carry_out_for(self, command: Command, bounce: Bounce, asker: Asker) -> Done:
        """Carry out what waited until its file was this bounce; raises what `refusal` makes a refusal of."""
        # Who asks over OSC may have ended since. A DAW and the page ask whenever they are looked at, and a command
        # line has said itself whether somebody sits there.
        if isinstance(command, MakeMaster) and asker.kind == "osc":
            command = replace(command, unwatched=True)
        if isinstance(command, Analyse | MakeMaster):
            return self._mixes.carry_out(command, bounce)
        raise refuse("wrong", "This is no command that waits for a file.")

    def refusal(self, command: Command, asker: Asker, error: Exception) -> Refused:
        """Return why a command is not carried out, and tell whoever listens when it was a master."""
        refused = _refused(error)
        log.info("%s from %s was refused: %s", type(command).__name__, asker.text, refused.text)
        asks = refused.kind == "asks" and asker.kind != "command line"  # which asks its person, or goes on by itself
        if isinstance(command, MakeMaster) and (asks or refused.kind == "not-ready"):
            bounce = self._bounce_of(command)
            if bounce is not None:
                self._publish(MasterRefused(bounce, refused.text, asker.kind))
        return refused

    def _bounce_of(self, command: MakeMaster) -> Bounce | None:
        try:
            return self._mixes.bounce_named(command.mix)
        except (KeyError, UsageError):
            return None

    def _wait_for_bounce(self, command: WriteSheet, asker: Asker, project: OpenProject) -> Done:
        waits_for = f"{PROJECT}{project.key}"
        if asker.row is not None:
            self._store.commands.wait(asker.row, waits_for)
        else:
            self._store.commands.add(asker.text, to_json(command), state="waiting", waits_for=waits_for)
        return Done(waits=True)

    def _compare(self, command: Compare | CompareReferences) -> Done:
        bounce = self._store.bounces.by_id(command.bounce_id)
        if isinstance(command, CompareReferences):
            return Done(job_id=self._comparisons.references(bounce, self._song_service.sheet(bounce)).id)
        return Done(job_id=self._comparisons.compare(bounce, command.other_id, command.master_id).id)


def _refused(error: Exception) -> Refused:
    if isinstance(error, RefusedError):
        return error.refused
    if isinstance(error, StoreError):
        return Refused(kind="not-safe", text=str(error))
    if isinstance(error, KeyError):
        return Refused(kind="unknown", text="There is no such bounce any more.")
    return Refused(kind="wrong" if isinstance(error, UsageError) else "busy", text=str(error))
