"""What a person asks for on a page, as commands; what becomes of it, in the page's words; and events for open pages."""

from collections.abc import Callable
from concurrent.futures import Future

from msgspec import Struct

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
    MakeMaster,
    Outcome,
    Reply,
    Retry,
    SetMode,
    TakeBackAnswers,
    Tick,
    Untick,
    UnwatchFolder,
    WatchFolder,
    WriteSheet,
    outcome_from_json,
)
from bridge.app.fronts.forms import sheet_command
from bridge.app.fronts.page_mends import mend_of
from bridge.model import Bounce, MasterRequest
from bridge.model.events import (
    BounceJudged,
    BounceLanded,
    CommandSettled,
    ComparisonMade,
    Event,
    FileStuck,
    JobFailed,
    JobProgressed,
    JobRetried,
    MasterMade,
    MasterRefused,
    RestOver,
    SettingsTaken,
    SettingsWrong,
    SongAsked,
    SongsMended,
    StateChanged,
    WarningCleared,
    WarningRaised,
)
from bridge.policy.song.titles import bounce_title
from bridge.songs.actions import Action, PageReply
from bridge.songs.near import question_about, seen_of
from bridge.web.records import Happened


class PageCommand(Struct, frozen=True):
    """Something a person asked for on a page; the reply goes into the future."""

    action: Action
    reply: Future[PageReply]


class PageFront:
    """Translates what pages ask into commands and words what becomes of them, in the bridge's thread."""

    def __init__(self, handle: Callable[[Command, Asker], Outcome]) -> None:
        self._handle = handle

    def handle(self, asked: PageCommand) -> None:
        """Do it and reply."""
        command = command_of(asked.action)
        if command is None:
            asked.reply.set_result(PageReply(ok=False, message="The bridge cannot do this."))
            return
        asked.reply.set_result(reply_of(command, self._handle(command, Asker("page"))))

    def set_aside(self, asked: PageCommand, reason: str) -> None:
        """Reply to what could not be handled."""
        if not asked.reply.done():
            asked.reply.set_result(PageReply(ok=False, message=f"Not done: {reason}."))


def command_of(action: Action) -> Command | None:
    """Return what was asked for on a page; None when something is missing that it takes."""
    match action:
        case Action(kind="cancel", job_id=int() as job_id):
            return Cancel(job_id=job_id)
        case Action(kind="ask-again", song_id=int() as song_id):
            return TakeBackAnswers(song=song_id)
        case Action(kind="add"):
            return AddFiles(paths=(action.folder,))
        case Action(kind="retry"):
            return Retry(job_id=action.job_id)
        case Action(kind="dismiss"):
            return Dismiss(job_id=action.job_id)
        case Action(kind="watch"):
            return WatchFolder(folder=action.folder)
        case Action(kind="unwatch"):
            return UnwatchFolder(folder=action.folder)
        case Action(kind="answer"):
            return AnswerWarning(warning_id=action.warning_id, answer=action.answer)
        case Action(kind="mode", song_id=int() as song_id, mode=str() as mode):
            return SetMode(song=song_id, mode=mode, why="you said so on the page")
        case Action(kind="reply", song_id=int() as song_id):
            return Reply(song=song_id, answers=action.words)
        case Action(bounce_id=int() as bounce_id):
            return mend_of(action) or _about_bounce(action, bounce_id)
    return mend_of(action)


def _about_bounce(action: Action, bounce_id: int) -> Command | None:
    match action.kind:
        case "master":
            request = MasterRequest(
                input_path="",
                preset=action.preset or None,
                strength_percent=action.strength_percent,
                match_amount_percent=action.match_amount_percent,
                codec_safe=action.codec_safe,
                mend_phase=action.mend_phase,
                metadata=False if action.without_metadata else None,
                mono_as=action.mono_as or None,
                intent=action.intent,
            )
            return MakeMaster(
                mix=bounce_id,
                target=action.target,
                request=request,
                follow_references=action.follow_references,
                anyway=action.anyway,
                go_on=action.go_on,
                why=action.why,
            )
        case "analyse":
            return Analyse(mix=bounce_id)
        case "tick":
            return Tick(bounce=bounce_id, place=action.place, note=action.note, is_new=action.is_new)
        case "untick":
            return Untick(bounce=bounce_id, place=action.place)
        case "sheet":
            return sheet_command(bounce_id, dict(action.words), action.intent)
        case "compare":
            return Compare(bounce_id=bounce_id, other_id=action.other_id, master_id=action.master_id)
        case "references":
            return CompareReferences(bounce_id=bounce_id)
    return None


def reply_of(command: Command, outcome: Outcome) -> PageReply:
    """Return what became of a command, as a page says it."""
    if isinstance(outcome, Done):
        message = " ".join(filter(None, [outcome.text or _done_words(command), outcome.note]))
        return PageReply(ok=True, message=message, job_id=outcome.job_id)
    if outcome.kind == "not-safe":
        return PageReply(ok=False, message=f"Not taken: {outcome.text}")
    if isinstance(command, Cancel):
        return PageReply(ok=False, message="It has already ended.")
    if isinstance(command, AnswerWarning) and outcome.kind == "unknown":
        return PageReply(ok=False, message="That warning does not stand any more.")
    message = outcome.text
    if outcome.kind == "asks":
        return PageReply(ok=False, message=message, go_on="Yes, make it now")
    if outcome.kind == "unknown":
        message = f"{message} Load the page again."
    elif isinstance(command, MakeMaster) and command.follow_references and outcome.kind == "wrong":
        message = f"{message} Write one down on the sheet, or do without."
    elif isinstance(command, Tick) and outcome.may_go_on:
        message = f"{message} Or tick “A new place”."
    elif outcome.may_go_on:
        message = " ".join([message, *outcome.remedies, "Or tick “Anyway” and say why; it is written down."])
    return PageReply(ok=False, message=message)


def _done_words(command: Command) -> str:
    match command:
        case MakeMaster():
            return "The master is on its way."
        case Analyse():
            return "It is examined again."
        case Cancel():
            return "Cancelled."
        case Retry():
            return "It is tried again."
        case Dismiss():
            return "Put away."
        case AnswerWarning():
            return "Thank you."
        case SetMode(mode=mode):
            return f"The song is in the mode {mode}."
        case Reply():
            return "Kept."
        case Tick(place=place):
            return f"Heard: {place.strip()}."
        case Untick(place=place):
            return f"Not heard: {place.strip()}."
        case WriteSheet():
            return "The sheet is kept."
    return ""


def happened_of(event: Event) -> Happened | None:
    """Return what open pages are told about an event; None when it does not concern them."""
    match event:
        case JobProgressed(job, stage, fraction):
            return Happened(
                kind="progress", bounce_id=job.bounce_id, job_id=job.id, stage=stage.capitalize(), fraction=fraction
            )
        case BounceLanded(bounce):
            return _changed(bounce, f"{bounce_title(bounce)} has landed.")
        case BounceJudged(bounce, _, text, _, _):
            return _changed(bounce, text)
        case MasterMade(bounce, result):
            message = f"A master for {result.target} is done."
            return _changed(bounce, message) if bounce is not None else Happened(kind="changed", message=message)
        case JobFailed(job, reason, cancelled):
            return Happened(
                kind="changed",
                bounce_id=job.bounce_id,
                job_id=job.id,
                message="Cancelled." if cancelled else reason,
            )
        case ComparisonMade(job) | JobRetried(job, _):
            return Happened(kind="changed", bounce_id=job.bounce_id, job_id=job.id)
        case WarningRaised(warning):
            return Happened(kind="changed", message=warning.seen)
        case WarningCleared():
            return Happened(kind="changed")
        case SongAsked(_, song, near):
            return Happened(kind="changed", message=f"{question_about(song, near)} {seen_of(song, near)}")
        case SongsMended(text=text):
            return Happened(kind="changed", message=text)
        case RestOver(bounce):
            return _changed(bounce, f"{bounce_title(bounce)} has rested. Listen with fresh ears.")
        case MasterRefused(bounce, text, asker) if asker != "page":  # who asked on a page has its reply
            return _changed(bounce, text)
        case SettingsTaken():
            return Happened(kind="changed", message="The settings have changed and are in force.")
        case CommandSettled(asker="page", outcome=outcome):
            settled = outcome_from_json(outcome)
            return Happened(kind="changed", message=settled.text) if settled.text else None
        case FileStuck(_, reason) | SettingsWrong(reason):
            return Happened(kind="changed", message=reason)
        case StateChanged(state, queued, _):
            words = "" if state == "idle" and not queued else f"{queued} waiting" if queued else "At work"
            return Happened(kind="state", message=words)
    return None


def _changed(bounce: Bounce, message: str) -> Happened:
    return Happened(kind="changed", song_id=bounce.song_id, bounce_id=bounce.id, message=message)
