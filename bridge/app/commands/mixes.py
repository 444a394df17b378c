"""Commands about a mix: it has been written, is to be examined, is to be mastered.

A mix that is a bounce is worked on at once. A file that may become one is followed until it has, and the command waits
for that in the store. A file outside the watched folders is no bounce: only the person at the command line may name
it, and its masters are kept without one.
"""

import time
from pathlib import Path

from msgspec.structs import replace

from bridge.app.arriving.recording import SongFolder
from bridge.app.commands.paths import existing_file, inside, path_inside
from bridge.app.commands.records import (
    Analyse,
    Asker,
    Done,
    FileFinished,
    MakeMaster,
    MixRef,
    Refused,
    RefusedError,
    refuse,
    to_json,
)
from bridge.app.commands.song_commands import not_forgotten
from bridge.app.intake import Intake
from bridge.model import Bounce, Finding, Reason
from bridge.pathtext import to_path, to_text
from bridge.policy.bus.guard import bounce_findings
from bridge.policy.bus.hazards import HAZARD_CHECKS
from bridge.policy.song.readiness import question
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.songs.comparisons import reference_files
from bridge.songs.job_requests import analyse_job, master_job, master_job_without_bounce
from bridge.songs.service import SongService
from bridge.text import json_text
from bridge.watch.hands import FolderHands

# The store holds what waits; more than this is a program gone wild.
_MOST_WAITING = 1000
FILE = "file:"  # what a command waits for, followed by the path


class MixCommands:
    """All methods are called from the bridge's own thread; they raise `RefusedError` and other `FreshEarsError`.

    Parameters
    ----------
    song_service, config
        What is known of the songs, and the person's settings.
    sessions, intake
        Which session a file comes from, and where files become bounces.
    folders
        The watched folders, absolute.
    settings_folder
        Where the person's own targets and presets lie.
    hands
        Who asks the drives.
    """

    def __init__(
        self,
        song_service: SongService,
        config: Config,
        sessions: SessionRegistry,
        intake: Intake,
        folders: tuple[Path, ...],
        settings_folder: Path,
        hands: FolderHands,
    ) -> None:
        self._song_service = song_service
        self._store = song_service.store
        self._config = config
        self._sessions = sessions
        self._intake = intake
        self._folders = folders
        self._settings_folder = settings_folder
        self._hands = hands

    def is_file(self, path: Path) -> bool:
        """Tell whether there is a file; raises `DriveHangsError`."""
        return self._hands.ask(path, path.is_file)

    def take_folders(self, folders: tuple[Path, ...]) -> None:
        """Take these for the watched folders from now on."""
        self._folders = folders

    def finished(self, command: FileFinished, asker: Asker) -> Done:
        """Follow a file that its DAW has finished."""
        self._refuse_when_busy()
        self._intake.exported(path_inside(command.path, self._folders, self._hands), asker.kind, time.monotonic())
        return Done()

    def work(self, command: Analyse | MakeMaster, asker: Asker) -> Done:
        """Queue what is asked of a mix, or keep it until its file is a bounce."""
        self._refuse_when_busy()
        if not _is_path(command.mix):
            return self.carry_out(command, self._bounce(command.mix))
        path = self._named(str(command.mix), asker)
        bounce = self._intake.known_bounce(path)
        if bounce is not None:
            return self.carry_out(command, bounce)
        if not self._becomes_bounce(path, asker):
            return self._without_bounce(command, path)
        return self._wait(command, path, asker)

    def carry_out(self, command: Analyse | MakeMaster, bounce: Bounce) -> Done:
        """Queue what is asked of a bounce."""
        not_forgotten(bounce)
        if isinstance(command, Analyse):
            more = (*bounce_findings(self._song_service.bus(bounce)), *self._caught(bounce))
            return Done(job_id=analyse_job(self._store, self._config, bounce, again=True, more=more).id)
        return self._master(command, bounce)

    def _caught(self, bounce: Bounce) -> tuple[Finding, ...]:
        """Return what was known of the moment it was bounced: nobody can be asked for that again."""
        stored = self._store.results.analysis(bounce.id)
        return () if stored is None else tuple(f for f in stored.head.findings if f.check in HAZARD_CHECKS)

    def bounce_named(self, mix: MixRef) -> Bounce | None:
        """Return the bounce that is meant, None for a file that is none.

        Raises
        ------
        KeyError
            There is no bounce of that number.
        UsageError
            There is no song of that name.
        """
        if not _is_path(mix):
            return self._bounce(mix)
        path = to_path(str(mix))
        return self._store.bounces.by_path(inside(path, self._folders, self._hands) or path)

    def _bounce(self, mix: MixRef) -> Bounce:
        return self._store.bounces.by_id(mix) if isinstance(mix, int) else self._song_service.bounce_named(mix)

    def follow(self, path: Path, asker: Asker, place: SongFolder | None = None) -> bool:
        """Follow a file that a command waits for; False when it is not there any more."""
        return self._intake.exported(path, asker.kind, time.monotonic(), asked=True, place=place)

    def _refuse_when_busy(self) -> None:
        waiting = self._store.jobs.count("queued") + len(self._store.commands.waiting())
        if waiting >= _MOST_WAITING:
            raise refuse("busy", "too many jobs wait already; try again when some are done")

    def _named(self, text: str, asker: Asker) -> Path:
        if asker.kind == "command line":
            path = existing_file(to_path(text), self._hands)
            return inside(path, self._folders, self._hands) or path
        if asker.kind == "osc":
            return path_inside(text, self._folders, self._hands)
        return path_inside(text, (*self._folders, *self._sessions.folders()), self._hands)

    def _becomes_bounce(self, path: Path, asker: Asker) -> bool:
        """Tell whether a file counts as a bounce: by where it lies, by who names it, or because one lay there."""
        if asker.kind != "command line" or inside(path, self._folders, self._hands) is not None:
            return True
        return self._store.bounces.by_path(path) is not None

    def _wait(self, command: Analyse | MakeMaster, path: Path, asker: Asker) -> Done:
        place = self._sessions.place_of(asker.kind)
        if not self.follow(path, asker, place):
            raise refuse("unknown", f"{path}: not there")
        waits_for, kept = f"{FILE}{to_text(path)}", json_text(place) if place is not None else ""
        if asker.row is not None:
            self._store.commands.wait(asker.row, waits_for, kept)
        else:
            self._store.commands.add(asker.text, to_json(command), state="waiting", waits_for=waits_for, place=kept)
        return Done(waits=True)

    def _master(self, command: MakeMaster, bounce: Bounce) -> Done:
        sheet = self._song_service.sheet(bounce)
        references = command.request.references
        if command.follow_references:
            references = reference_files(bounce, sheet, self.is_file)
            if not references:
                raise refuse("wrong", "No reference on the sheet is a sound file that is there.")
        reasons = self._song_service.in_the_way(bounce)
        unasked = self._ask_or_refuse(command, bounce, reasons)
        intent = command.request.intent or (None if sheet is None else sheet.intent)
        request = replace(
            command.request, target=command.target, anyway=command.anyway, intent=intent, references=references
        )
        with self._store.database.transaction():
            job = master_job(
                self._store,
                self._config,
                bounce,
                request,
                also=command.also,
                notes=self._song_service.go_on_anyway(bounce, reasons, command.why) if reasons else (),
                settings_folder=self._settings_folder,
            )
        return Done(job_id=job.id, text=unasked)

    def _ask_or_refuse(self, command: MakeMaster, bounce: Bounce, reasons: tuple[Reason, ...]) -> str:
        """Refuse faults unless it is forced; ask once about a missing sheet and an unfinished rest.

        Where nobody can be asked it goes on; the question is returned, to be said with the outcome.
        """
        if command.anyway:
            return ""
        faults = tuple(reason for reason in reasons if not reason.asks)
        if faults:
            text = f"{bounce.song} is not ready to be mastered: {' '.join(reason.text for reason in faults)}"
            raise RefusedError(Refused(kind="not-ready", text=text, reasons=faults, may_go_on=True))
        asked = self._song_service.still_asked(bounce, reasons)
        if not asked or command.go_on:
            return ""
        text = question(bounce.song, bounce.revision, asked)
        if command.unwatched:
            return text
        raise RefusedError(Refused(kind="asks", text=text, reasons=asked, may_go_on=True))

    def _without_bounce(self, command: Analyse | MakeMaster, path: Path) -> Done:
        if isinstance(command, Analyse):
            raise refuse("outside", f"{path}: lies in none of the configured folders")
        if self._store.results.is_master(to_text(path), ""):
            raise refuse("wrong", f"{path.name}: is a master made here; name the mix it was made of")
        request = replace(command.request, target=command.target, anyway=command.anyway, input_path=to_text(path))
        job = master_job_without_bounce(
            self._store, self._config, request, also=command.also, settings_folder=self._settings_folder
        )
        return Done(job_id=job.id)


def _is_path(mix: MixRef) -> bool:
    """Tell whether a mix is named by its file: by a full path, whatever the system; songs are not called like that."""
    return isinstance(mix, str) and (to_path(mix).is_absolute() or "\x00" in mix)


def waited_path(waits_for: str) -> Path | None:
    """Return the file a command waits for, None when it waits for something else."""
    return to_path(waits_for.removeprefix(FILE)) if waits_for.startswith(FILE) else None
