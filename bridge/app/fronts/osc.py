"""What arrives over OSC, turned into commands; and the events, turned into OSC."""

import math
import os
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge import __version__
from bridge.app.commands.records import (
    AddFiles,
    Analyse,
    AnswerSong,
    AnswerWarning,
    Asker,
    Cancel,
    Command,
    Dismiss,
    Done,
    FileFinished,
    Forget,
    MakeMaster,
    MendCommand,
    MergeSongs,
    MixRef,
    MoveBounce,
    NumberedBounce,
    Outcome,
    Refused,
    RenameSong,
    Retry,
    SetMode,
    SetVersion,
    SplitSong,
    TakeBackAnswers,
    UndoMend,
    UnwatchFolder,
    WatchFolder,
    asker_of,
    command_from_json,
    outcome_from_json,
)
from bridge.errors import FreshEarsError, OscError
from bridge.model import MasterRequest
from bridge.model.events import (
    BounceJudged,
    CommandSettled,
    Event,
    FileStuck,
    JobFailed,
    JobProgressed,
    MasterMade,
    MasterRefused,
    RestOver,
    SongAsked,
    StateChanged,
    WarningCleared,
    WarningRaised,
)
from bridge.osc import addresses as osc
from bridge.osc import song_addresses as songs
from bridge.osc.address import Address
from bridge.osc.codec import Message
from bridge.osc.transport import Incoming, OscTransport
from bridge.policy.bus.guard_texts import seen_where
from bridge.policy.song.titles import song_title
from bridge.worker.jobs import is_background

Handle = Callable[[Command, Asker], Outcome]
_MOST_ASKED = 100  # ours: nobody has more questions open
_ADDRESS_OF: dict[type[Command], Address] = {
    FileFinished: osc.BOUNCE,
    Analyse: osc.ANALYZE,
    MakeMaster: osc.MASTER,
    Cancel: osc.CANCEL,
    Retry: osc.RETRY,
    Dismiss: osc.DISMISS,
    AnswerWarning: osc.ANSWER,
    SetMode: osc.MODE,
    RenameSong: songs.RENAME,
    MergeSongs: songs.MERGE,
    SplitSong: songs.SPLIT,
    MoveBounce: songs.MOVE,
    Forget: songs.FORGET,
    SetVersion: songs.VERSION,
    AnswerSong: songs.ANSWER,
    UndoMend: songs.UNDO,
    WatchFolder: osc.WATCH,
    UnwatchFolder: osc.UNWATCH,
    AddFiles: songs.ADD,
    TakeBackAnswers: songs.ASK_AGAIN,
}


class OscFront:
    """Translates orders into commands and answers them, and publishes events to subscribers."""

    def __init__(
        self, transport: OscTransport, handle: Handle, folders: Callable[[], tuple[str, ...]] = lambda: ()
    ) -> None:
        self._transport = transport
        self._handle = handle
        self._folders = folders
        self._state: tuple[str, int, int] = ("idle", 0, 0)
        self._asked: dict[MixRef, None] = {}  # masters that were asked about: the same order once more goes on

    def handle(self, incoming: Incoming) -> None:
        """Do what a checked message asks, and say to its sender what became of it."""
        message, port = incoming
        try:
            if self._about_the_line(message, port):
                return
        except FreshEarsError as error:
            self._transport.send(port, osc.REFUSED, message.address.path, str(error))
            return
        command = command_of(message)
        if isinstance(command, MakeMaster) and command.mix in self._asked:
            command = replace(command, go_on=True)
        self._answer(port, command, self._handle(command, Asker("osc", port)))

    def set_aside(self, incoming: Incoming, reason: str) -> None:
        """Answer what could not be handled."""
        message, port = incoming
        self._transport.send(port, osc.REFUSED, message.address.path, f"Not done: {reason}.")

    def _answer(self, port: int, command: Command, outcome: Outcome) -> None:
        path = _ADDRESS_OF[type(command)].path
        if isinstance(command, MakeMaster):
            self._note_asked(command, outcome)
        if isinstance(outcome, Done):
            self._transport.send(port, osc.DONE, path, done_words(outcome), outcome.job_id or 0)
        else:
            self._transport.send(port, osc.REFUSED, path, refused_words(outcome))

    def _note_asked(self, command: MakeMaster, outcome: Outcome) -> None:
        self._asked.pop(command.mix, None)
        if isinstance(outcome, Refused) and outcome.kind == "asks":
            self._asked[command.mix] = None
            while len(self._asked) > _MOST_ASKED:
                del self._asked[next(iter(self._asked))]

    def _about_the_line(self, message: Message, port: int) -> bool:
        if message.address is osc.PING:
            self._transport.pong(port, __version__, os.getpid())
        elif message.address is osc.WATCHED:
            self._transport.send(port, osc.DONE, osc.WATCHED.path, "|".join(self._folders()), 0)
        elif message.address in {osc.SUBSCRIBE, osc.UNSUBSCRIBE}:
            wanted = int(message.args[0]) or port
            if not 0 < wanted < 65_536:
                raise OscError(f"port {wanted} must lie between 0 and 65535")
            if message.address is osc.SUBSCRIBE:
                self._transport.subscribe(wanted)
                self._transport.send(wanted, osc.STATE, *self._state)
            else:
                self._transport.unsubscribe(wanted)
                self._transport.send(port, osc.DONE, osc.UNSUBSCRIBE.path, "Nothing is sent there any more.", 0)
        else:
            return False
        return True

    def _settled(self, asker: Asker, command: Command, outcome: Outcome) -> None:
        """Say to its sender what became of an order that had to wait."""
        if asker.kind == "osc":
            self._answer(asker.port, command, outcome)

    def on_event(self, event: Event) -> None:
        """Send events to the subscribers."""
        match event:
            case JobProgressed(job, stage, fraction) if not is_background(job.kind):
                self._transport.broadcast(osc.PROGRESS, job.id, Path(job.path).name, stage, fraction)
            case BounceJudged(bounce, verdict, text, _, report):
                self._transport.broadcast(
                    osc.VERDICT, song_title(bounce), bounce.revision, verdict, text, bounce.path, report
                )
            case MasterMade(bounce, result):
                self._transport.broadcast(
                    osc.MASTER_DONE,
                    bounce.song if bounce else "",
                    result.target,
                    result.output,
                    _finite(result.after.integrated_lufs),
                    _finite(result.after.true_peak_dbtp),
                )
            case JobFailed(job, reason, _) if not is_background(job.kind):
                self._transport.broadcast(osc.FAILED, job.path, reason)
            case WarningRaised(warning):
                text = f"{warning.why} {warning.remedy}"
                self._transport.broadcast(osc.WARNING, warning.id, seen_where(warning), text, "|".join(warning.answers))
            case WarningCleared(warning_id):
                self._transport.broadcast(osc.WARNING_CLEARED, warning_id)
            case SongAsked(_, song, near):
                self._transport.broadcast(songs.ASKED, song, near)
            case RestOver(bounce):
                self._transport.broadcast(osc.RESTED, song_title(bounce), bounce.revision, bounce.path)
            case CommandSettled(_, asker, _, command, outcome):
                self._settled(asker_of(asker), command_from_json(command), outcome_from_json(outcome))
            case MasterRefused(bounce, text):
                self._transport.broadcast(osc.FAILED, bounce.path, text)
            case FileStuck(path, reason):
                self._transport.broadcast(osc.FAILED, path, reason)
            case StateChanged(state, queued, warnings):
                self._state = (state, queued, warnings)
                self._transport.broadcast(osc.STATE, state, queued, warnings)
            case _:
                pass


def command_of(message: Message) -> Command:
    """Return what a checked message asks for."""
    texts = [*(str(arg) for arg in message.args), "", "", ""]
    match message.address:
        case osc.BOUNCE:
            return FileFinished(path=texts[0])
        case osc.ANALYZE:
            return Analyse(mix=texts[0])
        case osc.MASTER:
            return MakeMaster(mix=texts[0], target=texts[1], anyway=len(message.args) > 2, why=texts[2])
        case osc.MASTER_NO_METADATA:
            request = MasterRequest(input_path="", metadata=False)
            anyway = len(message.args) > 2
            return MakeMaster(mix=texts[0], target=texts[1], request=request, anyway=anyway, why=texts[2])
        case osc.CANCEL:
            return Cancel(job_id=int(message.args[0]))
        case osc.RETRY:
            return Retry(job_id=int(message.args[0]) if message.args else None)
        case osc.DISMISS:
            return Dismiss(job_id=int(message.args[0]) if message.args else None)
        case osc.ANSWER:
            return AnswerWarning(warning_id=texts[0], answer=texts[1])
        case osc.WATCH:
            return WatchFolder(folder=texts[0])
        case osc.UNWATCH:
            return UnwatchFolder(folder=texts[0])
        case osc.MODE:
            return SetMode(song=texts[0], mode=texts[1], why="you said so over OSC")
    if message.address is songs.ASK_AGAIN:
        return TakeBackAnswers(song=texts[0])
    if message.address is songs.ADD:
        return AddFiles(paths=(texts[0],))
    mend = _mend_of(message, texts)
    if mend is not None:
        return mend
    raise OscError(f"{message.address.path} is no order")


def _mend_of(message: Message, texts: list[str]) -> MendCommand | None:
    bounce = NumberedBounce(texts[0])
    match message.address:
        case songs.RENAME:
            return RenameSong(song=texts[0], name=texts[1])
        case songs.MERGE:
            return MergeSongs(song=texts[0], other=texts[1])
        case songs.SPLIT:
            return SplitSong(bounces=(bounce,), name=texts[1])
        case songs.MOVE:
            return MoveBounce(bounce=bounce, song=texts[1])
        case songs.FORGET:
            return Forget(bounces=(bounce,))
        case songs.VERSION:
            return SetVersion(bounce=bounce, version=texts[1])
        case songs.ANSWER:
            return AnswerSong(song=texts[0], answer=texts[1])
        case songs.UNDO:
            return UndoMend(mend_id=int(message.args[0]) if message.args else None)
    return None


def done_words(done: Done) -> str:
    """Return what an order has come to, for whoever sent it."""
    if done.text:
        return done.text if done.mend_id is None else f"{done.text} (mend {done.mend_id})"
    if done.waits:
        return "Taken: it begins when the file is finished."
    return "Taken: the job waits for its turn." if done.job_id is not None else "Done."


def refused_words(refused: Refused) -> str:
    """Return why an order is refused and what can be done, for whoever sent it."""
    if refused.kind == "not-safe":
        return f"Not taken: {refused.text}"
    if refused.kind == "asks":
        return f"{refused.text} Send it once more to go on; it is written down."
    go_on = ("Or send a third argument, a word on why, to go on all the same; it is written down.",)
    return " ".join([refused.text, *refused.remedies, *(go_on if refused.may_go_on else ())])


def _finite(value: float | None) -> float:
    return value if value is not None else -math.inf
