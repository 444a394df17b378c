"""What can be asked of the bridge, as records; and what becomes of it. Light to import.

Every front end (OSC, page, DAW, command line) translates its own words into these and words the outcome itself: a
refusal is data. They are kept in the store as JSON where they wait, so fields may be added but not renamed.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from bridge.app.commands.mend_records import (
    AddFiles,
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
from bridge.app.commands.refs import (
    Asker,
    AskerKind,
    BounceRef,
    CommandBase,
    FrontName,
    MixRef,
    NumberedBounce,
    OpenProject,
    SongRef,
    asker_of,
)
from bridge.errors import FreshEarsError
from bridge.model import MasterRequest, Reason
from bridge.text import json_text

__all__ = [
    "AddFiles", "Analyse", "AnswerSong", "AnswerWarning", "Asker", "AskerKind", "BounceRef", "Cancel",
    "Command", "Compare", "CompareReferences", "Dismiss", "Done", "FileFinished", "Forget", "FrontName",
    "MakeMaster", "MendCommand", "MergeSongs", "MixRef", "MoveBounce", "NumberedBounce", "OpenProject",
    "Outcome", "PairPrints", "RefusalKind", "Refused", "RefusedError", "RenameSong", "Reply", "Retry",
    "SetMode", "SetVersion", "SongRef", "SplitSong", "TakeBackAnswers", "Tick", "UndoMend", "Untick",
    "WriteSheet", "asker_of", "command_from_json", "outcome_from_json", "refuse", "to_json",
]  # fmt: skip


class FileFinished(CommandBase, frozen=True, kw_only=True, tag="file-finished"):
    """A bounce has been written to its end: there is no need to wait for it to settle."""

    path: str


class Analyse(CommandBase, frozen=True, kw_only=True, tag="analyse"):
    """Examine a mix, also one examined before."""

    mix: MixRef


class MakeMaster(CommandBase, frozen=True, kw_only=True, tag="master"):
    """Make a release master of a mix.

    ``request`` holds how it is to be made; where it comes from, what it is called and where it goes is filled in.
    """

    mix: MixRef
    target: str = ""  # empty: the configured one
    also: tuple[str, ...] = ()  # more targets, made in the same pass: all of them, or none
    request: MasterRequest = MasterRequest(input_path="")
    follow_references: bool = False  # go towards the sound files named on its sheet
    anyway: bool = False  # although something stands in the way, faults too
    go_on: bool = False  # the answer to the question about a missing sheet or an unfinished rest; faults still refuse
    unwatched: bool = False  # nobody can be asked that: it goes on, and what would be asked is said with the outcome
    why: str = ""  # a word on that


class Cancel(CommandBase, frozen=True, kw_only=True, tag="cancel"):
    """Give up a job that waits or runs."""

    job_id: int


class Retry(CommandBase, frozen=True, kw_only=True, tag="retry"):
    """Try a failed job again; without a number all that failed of late."""

    job_id: int | None = None


class Dismiss(CommandBase, frozen=True, kw_only=True, tag="dismiss"):
    """Show no longer that a job failed; without a number none of them."""

    job_id: int | None = None


class AnswerWarning(CommandBase, frozen=True, kw_only=True, tag="answer"):
    """Answer a warning."""

    warning_id: str
    answer: str


class TakeBackAnswers(CommandBase, frozen=True, kw_only=True, tag="take-back-answers"):
    """Have what was answered about the master bus of a song asked again."""

    song: SongRef


class SetMode(CommandBase, frozen=True, kw_only=True, tag="mode"):
    """Say what is being done with a song."""

    song: SongRef
    mode: str
    why: str = ""


class Reply(CommandBase, frozen=True, kw_only=True, tag="reply"):
    """Answer questions that a mode asks: all of a form, or none of it; an empty text takes an answer back."""

    song: SongRef
    answers: dict[str, str]


class Tick(CommandBase, frozen=True, kw_only=True, tag="tick"):
    """Note that a bounce was heard somewhere."""

    bounce: BounceRef
    place: str
    note: str = ""
    is_new: bool = False  # a new place, although it is written like a known one


class Untick(CommandBase, frozen=True, kw_only=True, tag="untick"):
    """Take back that a bounce was heard somewhere."""

    bounce: BounceRef
    place: str


class WriteSheet(CommandBase, frozen=True, kw_only=True, tag="sheet"):
    """Write a hand-off sheet; what is left out (None) stays as it was."""

    bounce: BounceRef
    intent: str | None = None
    must_survive: tuple[str, ...] | None = None
    references: tuple[str, ...] | None = None
    worries: tuple[str, ...] | None = None
    complete: bool | None = None


class WatchFolder(CommandBase, frozen=True, kw_only=True, tag="watch"):
    """Watch a folder: what is bounced into it is examined, or what is saved in it is read."""

    folder: str
    table: Literal["watch", "projects"] = "watch"  # of the settings


class UnwatchFolder(CommandBase, frozen=True, kw_only=True, tag="unwatch"):
    """Watch a folder no longer; what came out of it stays."""

    folder: str
    table: Literal["watch", "projects"] = "watch"  # of the settings


class Relocate(CommandBase, frozen=True, kw_only=True, tag="relocate"):
    """A folder was moved or renamed: what is known of it follows."""

    old: str
    new: str
    dry_run: bool = False  # only say what would change


class PairPrints(CommandBase, frozen=True, kw_only=True, tag="prints"):
    """Say that two bounces are the prints of one mix, with its master bus and without it."""

    wet: BounceRef
    dry: BounceRef


class Compare(CommandBase, frozen=True, kw_only=True, tag="compare"):
    """Say how a bounce, or a master, differs from a bounce."""

    bounce_id: int
    other_id: int | None = None
    master_id: int | None = None


class CompareReferences(CommandBase, frozen=True, kw_only=True, tag="references"):
    """Put a bounce beside the references on its sheet."""

    bounce_id: int


Command = (
    FileFinished
    | Analyse
    | MakeMaster
    | Cancel
    | Retry
    | Dismiss
    | AnswerWarning
    | TakeBackAnswers
    | SetMode
    | Reply
    | Tick
    | Untick
    | WriteSheet
    | PairPrints
    | WatchFolder
    | UnwatchFolder
    | Relocate
    | Compare
    | CompareReferences
    | AddFiles
    | MendCommand
)


class Done(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="done", tag_field="outcome"):
    """It is done, or taken: whatever is left of it is on disk and goes on after a crash."""

    job_id: int | None = None  # the work that it takes
    waits: bool = False  # for its file to be finished, or for the first bounce of its project
    files: tuple[str, ...] = ()  # written beside the bounce
    note: str = ""  # what could not be done besides
    text: str = ""  # what was done, where that is more than what was asked
    mend_id: int | None = None  # under which it can be undone


# not-ready: of a mix with faults; asks: no refusal but a question, whose answer is `go_on`;
# unknown: there is no such thing; outside: a path that may not be named; busy: try again later;
# not-safe: it could not be put on disk; wrong: it makes no sense as it was asked.
RefusalKind = Literal["not-ready", "asks", "unknown", "outside", "busy", "not-safe", "wrong"]


class Refused(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="refused", tag_field="outcome"):
    """It is not done, and why. The text holds no front end's own words; each says itself what can be done."""

    kind: RefusalKind
    text: str
    reasons: tuple[Reason, ...] = ()  # why a mix is not ready
    may_go_on: bool = False  # asked again with ``anyway``, or ``go_on`` where it asks, it is done

    @property
    def remedies(self) -> tuple[str, ...]:
        """Return what can be done about the reasons, but for the rest, which is waited for or gone past."""
        return tuple(reason.remedy for reason in self.reasons if reason.remedy and reason.kind != "rest")


Outcome = Done | Refused


class RefusedError(FreshEarsError):
    """A command cannot be carried out."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.text)
        self.refused = refused


def refuse(kind: RefusalKind, text: str) -> RefusedError:
    """Return the error that refuses a command."""
    return RefusedError(Refused(kind=kind, text=text))


_command_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_outcome_decoder: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Outcome)


def to_json(record: Command | Outcome) -> str:
    """Return a command or an outcome as the store keeps it."""
    return json_text(record)


def command_from_json(text: str) -> Command:
    """Read a command; raises `msgspec.DecodeError` for one of another version, or none."""
    return _command_decoder.decode(text)


def outcome_from_json(text: str) -> Outcome:
    """Read an outcome; raises `msgspec.DecodeError` for one of another version, or none."""
    return _outcome_decoder.decode(text)
