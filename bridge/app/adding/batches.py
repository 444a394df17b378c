"""Old bounces brought in: listed beside the bridge's own thread, then recorded one after the other, in their order.

What is asked stays a row of the store until it is done: it goes on after a crash, and taking the row back stops it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import NamedTuple

from bridge.app.adding.listing import Listed, files_to_add, older_files
from bridge.app.commands.records import AddFiles, Asker, Done, Refused, command_from_json, refuse, to_json
from bridge.app.intake import Intake
from bridge.model import Bounce
from bridge.model.events import (
    BounceLanded,
    CommandSettled,
    Event,
    EventHandler,
    FilesAdding,
    NoBounce,
)
from bridge.pathtext import to_path, to_text
from bridge.settings.config import Config
from bridge.songs.mending import Mending
from bridge.store import Store
from bridge.watch.folder import Candidate, FolderRules

log = logging.getLogger(__name__)

ADD = "add:"  # what a command waits for that adds files
_SLICE_S = 0.02  # ours: a tenth of a turn
_MOST_TOLD = 3  # ours: more reasons are a list, not a sentence


class FilesListed(NamedTuple):
    """An addition's files have been listed; arrives from the thread that did it."""

    row: int | None
    listed: Listed


class _Batch:
    """One addition on its way."""

    def __init__(self, row: int | None, files: tuple[Candidate, ...]) -> None:
        self.row = row
        self.total = len(files)
        self.left = deque(files)
        self.doing: Path | None = None
        self.new = 0
        self.known = 0
        self.failed: list[str] = []

    @property
    def done(self) -> int:
        return self.new + self.known + len(self.failed)


class Adding:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, intake, config
        Where additions are kept, where files become bounces, and the person's settings.
    folders
        The watched folders, absolute.
    executor_of, post
        Who reads in a folder, and where its answer arrives.
    publish
        Hears how far an addition is and what became of it.
    """

    def __init__(
        self,
        store: Store,
        intake: Intake,
        config: Config,
        folders: tuple[Path, ...],
        executor_of: Callable[[Path], Executor],
        post: Callable[[FilesListed], None],
        publish: EventHandler,
    ) -> None:
        self._store = store
        self._intake = intake
        self._config = config
        self._folders = folders
        self._executor_of = executor_of
        self._post = post
        self._publish = publish
        self._mending = Mending(store)
        self._batches: deque[_Batch] = deque()
        self._rows: set[int] = set()  # additions that have begun
        self._listing = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being listed or added."""
        return bool(self._batches or self._listing)

    def take(self, command: AddFiles, asker: Asker) -> Done:
        """Begin an addition; raises `RefusedError` for paths that may not be named."""
        for text in command.paths:
            path = to_path(text)
            if not path.is_absolute() or "\x00" in text or ".." in path.parts:
                raise refuse("wrong", f"{text}: not a full path")
            inside = any(path.is_relative_to(folder) for folder in self._folders)
            if asker.kind != "command line" and not inside:
                raise refuse("outside", f"{text}: lies in none of the configured folders; add its folder under [watch]")
        if not command.paths:
            raise refuse("wrong", "name the file or folder that is to be added")
        if asker.row is not None:
            row = asker.row
            self._store.commands.wait(row, ADD)
        else:
            row = self._store.commands.add(asker.text, to_json(command), state="waiting", waits_for=ADD).id
        self._list(row, command)
        return Done(waits=True, text="Taken: the files are added one after the other, the oldest first.")

    def take_settings(self, folders: tuple[Path, ...]) -> None:
        """Take folders that are watched anew, and the word that what is old there is to come in."""
        self._folders = folders
        self.older()

    def resume(self) -> None:
        """Go on with what was being added when the bridge ended."""
        for row in self._store.commands.waiting(ADD):
            if row.id in self._rows:
                continue
            command = command_from_json(row.data)
            if isinstance(command, AddFiles):
                self._list(row.id, command)

    def older(self) -> None:
        """Bring in what was left alone when its folder was first watched, as the settings now say."""
        for folder in self._folders if self._config.watch.first_start == "all" else ():
            paths = self._store.bounces.left_alone(folder)
            if paths:
                self._listing += 1
                future = self._executor_of(folder).submit(older_files, paths, self._config.songs)
                future.add_done_callback(lambda done: self._answer(None, done))

    def listed(self, arrival: FilesListed) -> None:
        """Take the files of an addition; what holds none is refused."""
        self._listing -= 1
        if arrival.listed.files:
            self._batches.append(_Batch(arrival.row, arrival.listed.files))
        elif arrival.row is not None:
            self._end(arrival.row, Refused(kind="unknown", text=arrival.listed.reason or "There are no sound files."))

    def tick(self) -> None:
        """Have the next file read when the one before is done with; ten thousand known ones take several turns."""
        ends_s = time.monotonic() + _SLICE_S
        while self._batches and time.monotonic() < ends_s:
            batch = self._batches[0]
            if batch.doing is not None and self._intake.follows(batch.doing):
                return
            if batch.doing is not None:  # nobody said what became of it
                batch.failed.append(f"{batch.doing.name}: became no bounce")
            if not self._goes_on(batch):
                self._batches.popleft()
            elif self._begin(batch):
                return

    def on_bounce(self, path: Path, bounce: Bounce) -> None:
        """Note that a file is a bounce now, or was one; a forgotten one comes back."""
        if bounce.forgotten_at is not None and self._is_doing(path):
            self._mending.remember(bounce)
            self._batches[0].new += 1
            self._batches[0].doing = None
        elif self._is_doing(path):
            self._batches[0].known += 1
            self._batches[0].doing = None

    def on_event(self, event: Event) -> None:
        """Note what became of the file that is being added."""
        if isinstance(event, BounceLanded) and self._is_doing(to_path(event.bounce.path)):
            self._batches[0].new += 1
            self._batches[0].doing = None
        elif isinstance(event, NoBounce) and self._is_doing(to_path(event.path)):
            self._batches[0].failed.append(event.reason)
            self._batches[0].doing = None

    def _is_doing(self, path: Path) -> bool:
        return bool(self._batches) and self._batches[0].doing == path

    def _list(self, row: int, command: AddFiles) -> None:
        self._rows.add(row)
        paths = [to_path(text) for text in command.paths]
        executor = self._executor_of(paths[0])
        self._listing += 1
        watch, made = self._config.watch, (self._config.master.folder, self._config.report.folder)
        own = tuple(Path(folder).expanduser() for folder in made if folder)
        rules = FolderRules(watch.patterns, watch.ignore, own_folders=own)
        future = executor.submit(files_to_add, paths, rules, self._config.songs)
        future.add_done_callback(lambda done: self._answer(row, done))

    def _answer(self, row: int | None, done: "Future[Listed]") -> None:
        """Called in the thread that listed."""
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            log.error("what is to be added cannot be listed", exc_info=error)
        self._post(FilesListed(row, Listed(reason=f"cannot be listed: {error}") if error else done.result()))

    def _goes_on(self, batch: _Batch) -> bool:
        """Tell whether there is more to add; an addition that is done, or was taken back, ends."""
        batch.doing = None
        row = None if batch.row is None else self._store.commands.by_id(batch.row)
        if batch.row is not None and (row is None or row.state != "waiting"):
            return False
        if batch.left:
            return True
        if batch.row is not None:
            self._end(batch.row, Done(text=_words(batch)))
        return False

    def _begin(self, batch: _Batch) -> bool:
        """Have the next file read; tell whether it has to be waited for."""
        path, stamp = batch.left.popleft()
        if batch.row is not None:
            self._publish(FilesAdding(batch.row, to_text(path.name), batch.done, batch.total))
        if self._store.bounces.was_seen(path, *stamp) and self._store.bounces.by_path(path) is not None:
            batch.known += 1
            return False
        batch.doing = path
        self._intake.take(path, stamp, "add")
        return True

    def _end(self, row_id: int, outcome: Done | Refused) -> None:
        row = self._store.commands.by_id(row_id)
        if row is None:
            return
        self._store.commands.end(row_id, "done" if isinstance(outcome, Done) else "refused", to_json(outcome))
        self._publish(CommandSettled(row_id, row.asker, "", row.data, to_json(outcome)))


def _words(batch: _Batch) -> str:
    added = "1 bounce is" if batch.new == 1 else f"{batch.new} bounces are"
    known = f", {batch.known} known already" if batch.known else ""
    failed = f", {len(batch.failed)} left out" if batch.failed else ""
    reasons = "; ".join(batch.failed[:_MOST_TOLD])
    return f"{added} added{known}{failed}.{f' {reasons}' if reasons else ''}"
