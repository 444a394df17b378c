"""What a person asks for inside a DAW, as commands, and what becomes of it, as notices of its panel.

A DAW has no line to answer on, only its panel: what was done shows there by itself, what was refused is a notice. What
the disk cannot take is held and tried again, and the panel says so for as long.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bridge.app.commands.paths import path_inside
from bridge.app.commands.records import (
    AnswerSong,
    AnswerWarning,
    Asker,
    Command,
    Done,
    MakeMaster,
    OpenProject,
    Outcome,
    Refused,
    Reply,
    SetMode,
    asker_of,
    command_from_json,
    outcome_from_json,
)
from bridge.app.fronts.forms import sheet_command
from bridge.app.intake import Intake
from bridge.daw.contract import ActionAsked, AnswerGiven, DawEvent, ExportSeen
from bridge.errors import DriveHangsError, FreshEarsError
from bridge.model import DawName, MasterRequest
from bridge.model.events import CommandSettled, Event, JobFailed
from bridge.pathtext import to_text
from bridge.policy.song.handoff import INTENTS
from bridge.sessions.panel_updater import GO_ON, SONG
from bridge.sessions.registry import SessionRegistry
from bridge.watch.hands import FolderHands

log = logging.getLogger(__name__)

_HELD_RETRY_S = 1.0
_MOST_HELD = 100
_KEPT = "The sheet is kept"
_NO_MASTER, _NOT_KEPT, _NOT_SAFE = "The master was not made", "That was not kept", "Not safe yet"


class DawFront:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    sessions, intake
        What the DAWs show, and where their exports become bounces.
    folders
        The watched folders, absolute.
    handle
        Carries commands out.
    hands
        Who asks the drives.
    """

    def __init__(
        self,
        sessions: SessionRegistry,
        intake: Intake,
        folders: tuple[Path, ...],
        handle: Callable[[Command, Asker], Outcome],
        hands: FolderHands,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions = sessions
        self._intake = intake
        self._folders = folders
        self._handle = handle
        self._hands = hands
        self._clock = clock
        self._asked: dict[str, MakeMaster] = {}  # path → its master, refused or asked about; asked again, it is made
        self._jobs: dict[int, DawName] = {}  # masters that were asked for inside a DAW
        self._held: list[tuple[Command, DawName]] = []  # what the disk could not take
        self._retry_s = 0.0

    def take_folders(self, folders: tuple[Path, ...]) -> None:
        """Take these for the watched folders from now on."""
        self._folders = folders

    def handle(self, event: DawEvent) -> None:
        """Handle an event of an adapter."""
        if isinstance(event, ExportSeen):
            self._on_export(event)
        elif isinstance(event, AnswerGiven):
            if event.answer == GO_ON:
                self._go_on(event)
            elif event.key.startswith(SONG) and event.key.removeprefix(SONG).isdecimal():
                self._do(AnswerSong(song=int(event.key.removeprefix(SONG)), answer=event.answer), event.daw)
            elif not self._sessions.closed(event.daw, event.key):
                self._do(AnswerWarning(warning_id=event.key, answer=event.answer), event.daw)
        elif isinstance(event, ActionAsked):
            command = self._command_of(event)
            if command is not None:
                self._do(command, event.daw)
        else:
            self._sessions.handle(event)

    def tick(self) -> None:
        """Try again what the disk could not take."""
        if self._held and self._clock() >= self._retry_s:
            held, self._held = self._held, []
            for command, daw in held:
                self._do(command, daw)
            for daw in {daw for _, daw in held} - {daw for _, daw in self._held}:
                self._sessions.take_back(daw)

    def on_event(self, event: Event) -> None:
        """Say in the DAW that asked what became of what had to wait, or of its master."""
        if isinstance(event, CommandSettled):
            asker = asker_of(event.asker)
            if asker.kind in {"ardour", "reaper"}:
                daw: DawName = "ardour" if asker.kind == "ardour" else "reaper"
                self._answer(command_from_json(event.command), daw, outcome_from_json(event.outcome))
        elif isinstance(event, JobFailed):
            asked_in = self._jobs.pop(event.job.id, None)
            if asked_in is not None and not event.cancelled:
                self._sessions.say(asked_in, _NO_MASTER, event.reason, "master-failed", event.job.path)

    def _command_of(self, event: ActionAsked) -> Command | None:
        """Return what was asked for; None when it takes a session and the DAW shows none."""
        values = event.values
        if event.action == "master":
            return self._master_of(event)
        project = self._sessions.project_of(event.daw)
        if project is None:
            log.info("%s asked for %s, and shows no session", event.daw, event.action)
            return None
        if event.action == "mode":
            return SetMode(song=OpenProject(project), mode=values.get("mode", ""), why="you said so in your DAW")
        if event.action == "reply":
            answers = {values.get("question", ""): values.get("answer", "")}
            return Reply(song=OpenProject(project), answers=answers)
        return sheet_command(OpenProject(project), values)

    def _master_of(self, event: ActionAsked) -> MakeMaster:
        path = event.values.get("path", "")
        again = self._sessions.master_asked(event.daw, path)  # inside a DAW, asking twice means yes
        before = self._asked.pop(path, None)
        asked = before is not None and before.go_on
        intent = next((intent for intent in INTENTS if intent == event.values.get("intent", "")), None)
        return MakeMaster(
            mix=path,
            target=event.values.get("target", ""),
            request=MasterRequest(input_path="", intent=intent),
            anyway=again and not asked,
            go_on=again and asked,
            why="asked twice in the DAW" if again else "",
        )

    def _go_on(self, event: AnswerGiven) -> None:
        """Have a master made after its question was answered."""
        path = self._sessions.master_asked_about(event.key)
        command = self._asked.pop(path, None) if path is not None else None
        self._sessions.closed(event.daw, event.key)
        if command is not None and command.go_on:
            self._do(replace(command, why="said so in the DAW"), event.daw)

    def _do(self, command: Command, daw: DawName) -> None:
        self._answer(command, daw, self._handle(command, Asker(daw)))

    def _answer(self, command: Command, daw: DawName, outcome: Outcome) -> None:
        self._sessions.changed()
        if isinstance(outcome, Done):
            if isinstance(command, MakeMaster) and outcome.job_id is not None:
                self._jobs[outcome.job_id] = daw
            if outcome.note:
                self._sessions.say(daw, _KEPT, outcome.note, "refused")
        elif outcome.kind == "not-safe":
            self._hold(command, daw, outcome)
        elif isinstance(command, MakeMaster):
            if outcome.may_go_on and isinstance(command.mix, str):
                asks = outcome.kind == "asks"
                self._asked[command.mix] = replace(command, go_on=asks)
                text = outcome.text if asks else "\n".join([outcome.text, *outcome.remedies])
                self._sessions.master_waits(daw, command.mix, text, asks=asks)
            else:
                self._sessions.say(daw, _NO_MASTER, outcome.text, "master-failed", str(command.mix))
        elif not isinstance(command, AnswerWarning):  # answered elsewhere meanwhile: the notice goes by itself
            self._sessions.say(daw, _NOT_KEPT, outcome.text, "refused")

    def _hold(self, command: Command, daw: DawName, refused: Refused) -> None:
        self._retry_s = self._clock() + _HELD_RETRY_S
        if len(self._held) >= _MOST_HELD:
            self._sessions.say(daw, _NOT_KEPT, refused.text, "refused")
            return
        self._held.append((command, daw))
        text = f"{refused.text}. It is tried again every second; until then it is not kept."
        self._sessions.say(daw, _NOT_SAFE, text, "refused")

    def _on_export(self, export: ExportSeen) -> None:
        """Record the DAW's word that a file is finished, if it lies where bounces are expected."""
        try:
            path = path_inside(export.path, (*self._folders, *self._sessions.folders()), self._hands)
        except FreshEarsError as error:
            log.info("an export of %s is left alone: %s", export.daw, error)
            self._sessions.handle(export)  # a slow drive may show the file later; the word about it holds
            return
        # Where links lead, a DAW's name for a file may be another than the one its bounce gets.
        self._sessions.handle(replace(export, path=to_text(path)))
        place = self._sessions.place_of(export.daw, export.project_name, export.project_path)
        try:
            self._intake.exported(path, export.daw, time.monotonic(), place=place)
        except DriveHangsError as error:
            log.info("an export of %s is not known to be finished: %s", export.daw, error)
