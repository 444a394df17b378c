"""What a person puts right on a page, as commands."""

from bridge.app.commands.records import (
    AnswerSong,
    Forget,
    MendCommand,
    MergeSongs,
    MoveBounce,
    RenameSong,
    SetVersion,
    SplitSong,
    UndoMend,
)
from bridge.songs.actions import Action


def mend_of(action: Action) -> MendCommand | None:
    """Return what is to be put right; None when it is something else, or when something is missing that it takes."""
    match action:
        case Action(kind="rename", song_id=int() as song_id):
            return RenameSong(song=song_id, name=action.name)
        case Action(kind="merge", song_id=int() as song_id, to_song_id=int() as other_id):
            return MergeSongs(song=song_id, other=other_id)
        case Action(kind="split", bounce_id=int() as bounce_id):
            return SplitSong(bounces=(bounce_id,), name=action.name)
        case Action(kind="move", bounce_id=int() as bounce_id, to_song_id=int() as song_id):
            return MoveBounce(bounce=bounce_id, song=song_id)
        case Action(kind="forget", bounce_id=int() as bounce_id):
            return Forget(bounces=(bounce_id,))
        case Action(kind="forget", song_id=int() as song_id):
            return Forget(song=song_id)
        case Action(kind="version", bounce_id=int() as bounce_id):
            return SetVersion(bounce=bounce_id, version=action.version)
        case Action(kind="answer-song", song_id=int() as song_id):
            return AnswerSong(song=song_id, answer=action.answer)
        case Action(kind="undo"):
            return UndoMend(mend_id=action.mend_id)
    return None
