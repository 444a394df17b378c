"""What can be asked of songs that were named, joined or counted wrongly, as records. Light to import.

Each is carried out at once and can be undone; files are never touched.
"""

from bridge.app.commands.refs import BounceRef, CommandBase, SongRef


class RenameSong(CommandBase, frozen=True, kw_only=True, tag="rename-song"):
    """Call a song something else."""

    song: SongRef
    name: str


class MergeSongs(CommandBase, frozen=True, kw_only=True, tag="merge-songs"):
    """Make two songs one, called like the first."""

    song: SongRef
    other: SongRef


class SplitSong(CommandBase, frozen=True, kw_only=True, tag="split-song"):
    """Make bounces of one song a song of their own; without a name it is called as their files are."""

    bounces: tuple[BounceRef, ...]
    name: str = ""


class MoveBounce(CommandBase, frozen=True, kw_only=True, tag="move-bounce"):
    """Make a bounce one of another song."""

    bounce: BounceRef
    song: SongRef


class Forget(CommandBase, frozen=True, kw_only=True, tag="forget"):
    """Show bounces, or all of a song, no longer; they do not come back by themselves."""

    bounces: tuple[BounceRef, ...] = ()
    song: SongRef | None = None


class SetVersion(CommandBase, frozen=True, kw_only=True, tag="version"):
    """Say which version of its song a bounce is: instrumental, radio edit; empty or ``main``: the song itself."""

    bounce: BounceRef
    version: str


class AddFiles(CommandBase, frozen=True, kw_only=True, tag="add"):
    """Bring in old bounces, in their order: files, or what lies in folders; full paths."""

    paths: tuple[str, ...]


class AnswerSong(CommandBase, frozen=True, kw_only=True, tag="answer-song"):
    """Answer whether a new song is the one whose name it looks near to: ``same``, ``new``, or a ``stem`` of it."""

    song: SongRef
    answer: str


class UndoMend(CommandBase, frozen=True, kw_only=True, tag="undo-mend"):
    """Undo one of these, the last one without a number."""

    mend_id: int | None = None


MendCommand = AnswerSong | RenameSong | MergeSongs | SplitSong | MoveBounce | Forget | SetVersion | UndoMend
