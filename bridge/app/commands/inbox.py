"""Commands on disk: what other processes ask, and what waits for a file or for the first bounce of a project.

A row is ended in the transaction that carries it out: a kill at any moment leaves it to be done, or done, never half.
"""

import contextlib
import logging
import time
from pathlib import Path

import msgspec

from bridge.app.adding.batches import Adding
from bridge.app.commands.handler import CommandHandler
from bridge.app.commands.mixes import FILE, MixCommands, waited_path
from bridge.app.commands.records import (
    Asker,
    Command,
    Done,
    Outcome,
    Refused,
    asker_of,
    command_from_json,
    refuse,
    to_json,
)
from bridge.app.intake import Intake
from bridge.errors import FreshEarsError, StoreError
from bridge.model import Bounce
from bridge.model.events import CommandSettled, Event, EventHandler, FilesAdding, JobProgressed, NoBounce
from bridge.pathtext import to_text
from bridge.store import Store, StoredCommand

log = logging.getLogger(__name__)

PROGRESS = "progress"  # key in the table of what the running bridge knows
PROGRESS_EVERY_S = 0.25  # ours: as often as a bar is worth moving


class Inbox:
    """All methods are called from the bridge's own thread; a full disk raises `StoreError` and loses nothing.

    Parameters
    ----------
    store, handler, mixes, intake, adding
        Where the commands are kept, who carries them out, follows their files, knows the bounces, and adds old ones.
    publish
        Receives what became of commands whose askers have gone on.
    """

    def __init__(
        self,
        store: Store,
        handler: CommandHandler,
        mixes: MixCommands,
        intake: Intake,
        adding: Adding,
        publish: EventHandler,
    ) -> None:
        self._store = store
        self._handler = handler
        self._mixes = mixes
        self._intake = intake
        self._adding = adding
        self._publish = publish
        self._seen_version: int | None = None
        self._followed: set[int] = set()  # jobs whose askers look at the store for how far they are
        self._written_s = 0.0
        self._resumes = True  # at the start, and when the disk could not take something

    def resume(self) -> None:
        """Go on with what waited: when the bridge ended, however it ended, or when the disk was full."""
        self._store.commands.forget_old()
        self._adding.resume()
        for row in self._store.commands.waiting():
            path = waited_path(row.waits_for)
            if path is None:
                continue
            bounce = self._intake.known_bounce(path)
            if bounce is not None:
                self._settle(row, bounce)
            elif not self._follow(row, path):
                self._refuse(row, f"{path.name}: is not there any more")

    def tick(self) -> None:
        """Carry out what other processes have asked since the last look, and go on with what had to wait."""
        if self._resumes:
            self.resume()
            self._resumes = False
        version = self._store.database.data_version()
        if version == self._seen_version:
            return
        for row in self._store.commands.asked():
            self._carry_out(row)
        self._seen_version = version

    def on_bounce(self, path: Path, bounce: Bounce) -> None:
        """Carry out what waited for a file that is a bounce now; what the disk cannot take is tried again."""
        self._adding.on_bounce(path, bounce)
        try:
            for row in self._store.commands.waiting(f"{FILE}{to_text(path)}"):
                self._settle(row, bounce)
        except StoreError:
            self._resumes = True
            raise

    def on_event(self, event: Event) -> None:
        """Refuse what waited for a file that became no bounce; let another process see how far its job is."""
        if isinstance(event, NoBounce):
            for row in self._store.commands.waiting(f"{FILE}{event.path}"):
                self._refuse(row, event.reason)
        elif isinstance(event, JobProgressed) and event.job.id in self._followed:
            self._show({"job": event.job.id, "stage": event.stage, "fraction": event.fraction})
        elif isinstance(event, FilesAdding):
            fraction = event.done / max(event.total, 1)
            self._show({"row": event.command_id, "stage": f"adding {event.name}", "fraction": fraction})

    def _show(self, progress: dict[str, object]) -> None:
        now_s = time.monotonic()
        if now_s - self._written_s < PROGRESS_EVERY_S:
            return
        self._written_s = now_s
        with contextlib.suppress(StoreError):  # a bar that stands still is all that is lost
            self._store.runtime.publish(PROGRESS, progress)

    def _note_followed(self, asker: Asker, done: Done) -> None:
        if asker.kind == "command line" and done.job_id is not None:
            self._followed.add(done.job_id)

    def _follow(self, row: StoredCommand, path: Path) -> bool:
        place = msgspec.json.decode(row.place, type=tuple[str, str]) if row.place else None
        return self._mixes.follow(path, asker_of(row.asker), place)

    def _carry_out(self, row: StoredCommand) -> None:
        read = self._read(row)
        if read is None:
            return
        command, asker = read
        try:
            with self._store.database.durable(), self._store.database.transaction():
                done = self._handler.carry_out(command, asker)
                if not done.waits:
                    self._store.commands.end(row.id, "done", to_json(done))
            self._note_followed(asker, done)
        except StoreError:
            raise
        except (FreshEarsError, KeyError) as error:
            self._end(row, self._handler.refusal(command, asker, error))

    def _settle(self, row: StoredCommand, bounce: Bounce) -> None:
        read = self._read(row)
        if read is None:
            return
        command, asker = read
        outcome: Outcome
        try:
            with self._store.database.durable(), self._store.database.transaction():
                outcome = self._handler.carry_out_for(command, bounce, asker)
                self._store.commands.end(row.id, "done", to_json(outcome))
            self._note_followed(asker, outcome)
        except StoreError:
            raise
        except (FreshEarsError, KeyError) as error:
            outcome = self._handler.refusal(command, asker, error)
            self._end(row, outcome)
        self._publish(CommandSettled(row.id, row.asker, bounce.path, to_json(command), to_json(outcome)))

    def _refuse(self, row: StoredCommand, reason: str) -> None:
        read = self._read(row)
        if read is None:
            return
        command, asker = read
        refused = self._handler.refusal(command, asker, refuse("unknown", reason))
        self._end(row, refused)
        path = waited_path(row.waits_for)
        text = to_text(path) if path is not None else ""
        self._publish(CommandSettled(row.id, row.asker, text, to_json(command), to_json(refused)))

    def _read(self, row: StoredCommand) -> tuple[Command, Asker] | None:
        """Return a command and its asker; one that cannot be read is refused."""
        try:
            return command_from_json(row.data), asker_of(row.asker, row.id)
        except (msgspec.DecodeError, ValueError) as error:
            log.warning("a command in the store makes no sense: %s", error)
            self._end(row, Refused(kind="wrong", text="This command is of another version of Fresh Ears."))
            return None

    def _end(self, row: StoredCommand, outcome: Done | Refused) -> None:
        self._store.commands.end(row.id, "done" if isinstance(outcome, Done) else "refused", to_json(outcome))
