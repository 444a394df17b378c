"""Commands that mend: songs renamed, joined, split, bounces moved, forgotten, said to be versions; and undone."""

from collections.abc import Mapping

from bridge.app.commands.records import (
    AnswerSong,
    Done,
    Forget,
    MendCommand,
    MergeSongs,
    MoveBounce,
    PairPrints,
    RenameSong,
    SetVersion,
    SongRef,
    SplitSong,
    UndoMend,
    refuse,
)
from bridge.app.commands.song_commands import SongCommands
from bridge.errors import UsageError
from bridge.model import Song
from bridge.model.events import EventHandler, SongsMended
from bridge.sessions.registry import SessionRegistry
from bridge.songs.mending import Mended, Mending, version_named
from bridge.songs.rules import apply_rules
from bridge.store import Store


class MendCommands:
    """All methods are called from the bridge's own thread; they raise `RefusedError` and other `FreshEarsError`.

    Parameters
    ----------
    store, songs
        Where the songs are kept, and who knows which is meant.
    sessions
        What the DAWs show of them.
    publish
        Hears what was mended.
    """

    def __init__(self, store: Store, songs: SongCommands, sessions: SessionRegistry, publish: EventHandler) -> None:
        self._store = store
        self._songs = songs
        self._sessions = sessions
        self._publish = publish
        self._mending = Mending(store)

    def carry_out(self, command: MendCommand) -> Done:
        """Mend what is asked, and tell whoever shows it."""
        if isinstance(command, AnswerSong):
            return self._answer(command)
        return self.told(self._mend(command))

    def apply_rules(self, rules: Mapping[str, str]) -> None:
        """Apply the person's rules of names to what is there, and tell what moved."""
        mended = apply_rules(self._store, rules)
        if mended is not None:
            self.told(mended)

    def pair_prints(self, command: PairPrints) -> Done:
        """Keep that two bounces are prints of one mix; the dry one is the annex of the other."""
        wet, dry = self._songs.pair_prints(command)
        mended = self._mending.annex(wet, dry)
        return Done() if mended is None else self.told(mended)

    def told(self, mended: Mended) -> Done:
        """Tell whoever shows songs what was mended."""
        self._sessions.changed()
        self._publish(SongsMended(mended.id, mended.words, mended.song_ids))
        return Done(text=mended.words, mend_id=mended.id)

    def _answer(self, command: AnswerSong) -> Done:
        """Keep whether a new song is one that was there; joined to it when it is."""
        song = self._song(command.song)
        question = next((one for one in self._store.landings.questions() if one.song_id == song.id), None)
        if question is None:
            raise refuse("unknown", f"Nothing is asked about {song.name}.")
        if command.answer not in {"same", "new", "stem"}:
            raise UsageError(
                f"{command.answer!r} is no answer; say same (it is {question.near}), new, or stem (a part of its mix)"
            )
        with self._store.database.transaction():
            self._store.landings.answer(question.id, command.answer)
            near = self._store.bounces.song(question.near_id)
            mended = None
            if near is not None and command.answer == "same":
                mended = self._mending.merge(near, song)
            elif near is not None and command.answer == "stem":
                mended = self._mending.stem(song, near.name)
        if mended is not None:
            return self.told(mended)
        self._sessions.changed()
        text = f"{song.name} is a song of its own."
        self._publish(SongsMended(0, text, (song.id,)))
        return Done(text=text)

    def _mend(self, command: MendCommand) -> Mended:
        mending = self._mending
        match command:
            case RenameSong():
                return mending.rename(self._song(command.song), command.name)
            case MergeSongs():
                return mending.merge(self._song(command.song), self._song(command.other))
            case SplitSong():
                return mending.split([self._songs.bounce(one) for one in command.bounces], command.name)
            case MoveBounce():
                return mending.move(self._songs.bounce(command.bounce), self._song(command.song))
            case Forget():
                return self._forget(command)
            case SetVersion():
                return mending.version(self._songs.bounce(command.bounce), version_named(command.version))
            case UndoMend():
                return mending.undo(command.mend_id)
        raise refuse("wrong", "This mends nothing.")

    def _forget(self, command: Forget) -> Mended:
        bounces = [self._songs.bounce(one) for one in command.bounces]
        if command.song is not None:
            bounces += self._store.bounces.of_song(self._song(command.song).id)
        if not bounces:
            raise UsageError("name the bounce, or the song, that is to be forgotten")
        return self._mending.forget(bounces)

    def _song(self, ref: SongRef) -> Song:
        song_id = self._songs.song_id(ref)
        song = None if song_id is None else self._store.bounces.song(song_id)
        if song is None:
            raise refuse("unknown", "This project has no bounce yet.")
        return song
