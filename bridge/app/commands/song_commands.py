"""Commands about a song and what a person says of it: modes, answers, ticks, sheets, prints."""

from bridge.app.commands.records import (
    BounceRef,
    Done,
    NumberedBounce,
    OpenProject,
    PairPrints,
    RefusalKind,
    Refused,
    RefusedError,
    Reply,
    SetMode,
    SongRef,
    TakeBackAnswers,
    Tick,
    Untick,
    WriteSheet,
    refuse,
)
from bridge.model import Bounce, Handoff
from bridge.policy.song import handoff
from bridge.policy.song.modes import parse_mode
from bridge.policy.song.titles import bounce_title
from bridge.sessions.registry import SessionRegistry
from bridge.songs.replies import Replies
from bridge.songs.service import SongService
from bridge.text import plain_text

_UNKNOWN: RefusalKind = "unknown"
PROJECT = "project:"  # what a command waits for, followed by the project's key


class SongCommands:
    """All methods are called from the bridge's own thread; they raise `RefusedError` and other `FreshEarsError`."""

    def __init__(self, song_service: SongService, sessions: SessionRegistry) -> None:
        self._song_service = song_service
        self._sessions = sessions
        self._replies = Replies(song_service.store, song_service.wall)

    def set_mode(self, command: SetMode) -> Done:
        """Keep what is being done with a song, or with a project that has none yet."""
        mode = parse_mode(command.mode)
        song_id = self.song_id(command.song)
        if song_id is not None:
            self._song_service.say_mode(song_id, mode, command.why)
        elif isinstance(command.song, OpenProject):
            self._sessions.say_mode(command.song.key, mode, command.why)
        return Done()

    def take_back_answers(self, command: TakeBackAnswers) -> Done:
        """Have what was answered about a song's master bus asked again."""
        song_id = self.song_id(command.song)
        if song_id is None or not self._sessions.take_back_answers(song_id):
            raise refuse(_UNKNOWN, "Nothing was answered about its master bus that holds now.")
        return Done(text="What you answered about its master bus is taken back: it is asked again.")

    def reply(self, command: Reply) -> Done:
        """Keep the answers to a mode's questions, all of them or none."""
        song_id = self.song_id(command.song)
        project = command.song.key if isinstance(command.song, OpenProject) else ""
        with self._song_service.store.database.transaction():
            for key, text in command.answers.items():
                self._replies.answer(key, text, song_id, project)
        return Done()

    def tick(self, command: Tick) -> Done:
        """Keep that a bounce was heard somewhere."""
        bounce = self.bounce(command.bounce)
        meant = "" if command.is_new else self._song_service.place_meant(bounce, command.place)
        if meant:
            text = f"{plain_text(command.place)}: did you mean {meant}?"
            raise RefusedError(Refused(kind="wrong", text=text, may_go_on=True))
        self._song_service.tick(bounce, command.place, command.note)
        return Done()

    def untick(self, command: Untick) -> Done:
        """Take back that a bounce was heard somewhere."""
        self._song_service.untick(self.bounce(command.bounce), command.place)
        return Done()

    def pair_prints(self, command: PairPrints) -> tuple[Bounce, Bounce]:
        """Keep that two bounces are prints of one mix; return the wet one and the dry one."""
        wet, dry = self.bounce(command.wet), self.bounce(command.dry)
        self._song_service.set_prints(wet, dry)
        return wet, dry

    def write_sheet(self, command: WriteSheet) -> Done | OpenProject:
        """Keep a sheet; return the project when it has no bounce yet that the sheet could go with."""
        if isinstance(command.bounce, OpenProject) and self._newest(command.bounce) is None:
            self._sheet_of(command, None)  # what makes no sense is refused now, not when the bounce has landed
            return command.bounce
        return self.sheet_for(command, self.bounce(command.bounce))

    def sheet_for(self, command: WriteSheet, bounce: Bounce) -> Done:
        """Keep a sheet with a bounce."""
        copies = self._song_service.hand_off(bounce, self._sheet_of(command, bounce))
        return Done(files=copies.files, note=copies.problem)

    def _sheet_of(self, command: WriteSheet, bounce: Bounce | None) -> Handoff:
        old = (None if bounce is None else self._song_service.sheet(bounce)) or Handoff()

        def or_old(new: tuple[str, ...] | None, before: tuple[str, ...]) -> tuple[str, ...]:
            return before if new is None else new

        return handoff.make_sheet(
            command.intent or old.intent,
            or_old(command.must_survive, old.must_survive),
            or_old(command.references, old.references),
            or_old(command.worries, old.worries),
            complete=old.complete if command.complete is None else command.complete,
            written_at=self._song_service.wall(),
        )

    def song_id(self, ref: SongRef) -> int | None:
        """Return the song that is meant; None for a project that has none yet."""
        if isinstance(ref, OpenProject):
            return self._sessions.song_of(ref.key)
        if isinstance(ref, str):
            return self._song_service.song(ref).id
        if all(song.id != ref for song in self._song_service.store.bounces.songs()):
            raise refuse(_UNKNOWN, "There is no such song any more.")
        return ref

    def _newest(self, project: OpenProject) -> Bounce | None:
        song_id = self._sessions.song_of(project.key)
        return None if song_id is None else self._song_service.store.bounces.newest(song_id)

    def bounce(self, ref: BounceRef) -> Bounce:
        """Return the bounce that is meant."""
        if isinstance(ref, NumberedBounce):
            return self._song_service.bounce_named(ref.song, ref.number)
        if isinstance(ref, int):
            return not_forgotten(self._song_service.store.bounces.by_id(ref))
        bounce = self._newest(ref)
        if bounce is None:
            raise refuse(_UNKNOWN, "This project has no bounce yet.")
        return bounce


def not_forgotten(bounce: Bounce) -> Bounce:
    """Return a bounce that may be worked on; raises `RefusedError` for one that the person does not want to see."""
    if bounce.forgotten_at is not None:
        raise refuse(_UNKNOWN, f"{bounce_title(bounce)} was forgotten; add its file to bring it back.")
    return bounce
