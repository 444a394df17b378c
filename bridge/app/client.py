"""Commands of another process: put into the store for whoever carries commands out, and followed until they ended.

That is the running bridge. Where none runs, this process takes its lock and its place for as long as that takes:
a command has one way, and leaves one record, whoever carries it out. A bridge that ends meanwhile is replaced at once,
and one that starts meanwhile waits.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from subprocess import Popen
from typing import NamedTuple

from bridge.app.adding.batches import FilesListed
from bridge.app.arriving.reading import Looked
from bridge.app.commands.inbox import PROGRESS
from bridge.app.commands.records import (
    Asker,
    Cancel,
    Command,
    Done,
    MakeMaster,
    Outcome,
    Refused,
    outcome_from_json,
    to_json,
)
from bridge.app.compose import Core, compose_core
from bridge.app.identify import Identified
from bridge.app.loop.arrivals import Arrival, Arrivals
from bridge.app.loop.event_bus import EventBus
from bridge.app.report_writer import ReportAttempt
from bridge.errors import StoreDamagedError, StoreError
from bridge.filelock import FileLock
from bridge.model import Job, MasterResult
from bridge.model.events import Event, FilesAdding, JobProgressed, StoreTroubled
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.store import Store
from bridge.worker.protocol import Died, Failed, Progressed, Ready
from bridge.worker.protocol import Done as JobDone

LOOK_S = 0.1  # ours: a person does not see a tenth of a second
_TICK_S = 0.2
_STORE_RETRY_S = 1.0
PATIENCE_S = 10.0  # ours: a bridge answers within a tick; one that has not by now is at something long
_ASKER = Asker("command line")


class SettledCommand(NamedTuple):
    """What became of a command, and the job it took, as it ended."""

    outcome: Outcome
    job: Job | None
    masters: tuple[MasterResult, ...] = ()


OnStage = Callable[[str, float], None]  # what is being done, and how far: 0 to 1
OnWord = Callable[[str], None]  # a line for the person, said once


class Client:
    """Belongs to one thread.

    Parameters
    ----------
    home, config
        Whose store, and the person's settings.
    name
        The command as people type it: shown to whoever waits for it meanwhile.
    on_progress, on_word
        What is shown meanwhile.
    stopping
        Set when the person has had enough: what is asked is cancelled, and followed until that is done.
    launched
        A worker that was launched ahead; used where this process does the work, and ended where a bridge does.
    """

    def __init__(
        self,
        home: Home,
        config: Config,
        name: str,
        on_progress: OnStage = lambda _stage, _fraction: None,
        on_word: OnWord = lambda _word: None,
        stopping: threading.Event | None = None,
        launched: Popen[bytes] | None = None,
    ) -> None:
        self._home = home
        self._config = config
        self._name = name
        self._on_progress = on_progress
        self._on_word = on_word
        self._stopping = stopping or threading.Event()
        self._launched = launched
        self._cancelled = False
        self._said: set[str] = set()

    def carry_out(self, commands: Sequence[Command]) -> list[SettledCommand]:
        """Have commands carried out, and the jobs they take; return what became of each.

        Once the store has taken them they are done even if this process is killed.

        Raises
        ------
        StoreError
            The store cannot be used or did not take them.
        StoreDamagedError
            It was damaged or taken away meanwhile.
        """
        store = Store.open(self._home.store_path)
        try:
            with store.database.durable(), store.database.transaction():
                rows = [store.commands.add(_ASKER.text, to_json(command)).id for command in commands]
            warm = any(isinstance(command, MakeMaster) for command in commands)
            self._follow(store, rows, warm=warm)
            return [_settled(store, row) for row in rows]
        finally:
            store.close()

    def _follow(self, store: Store, rows: list[int], *, warm: bool) -> None:
        since_s = time.monotonic()
        lock = FileLock(self._home.lock_path)
        while not self._ended(store, rows):
            if lock.acquire(self._name):
                try:
                    self._do_it_here(store, rows, warm=warm)
                finally:
                    lock.release()
                continue
            if self._launched is not None:  # a bridge has its own, and may be waiting for the lock of this one
                self._launched.kill()
                self._launched.wait()
            if time.monotonic() - since_s > PATIENCE_S and self._is_untouched(store, rows):
                holder = lock.holder()
                self._say(f"The bridge (process {holder.pid if holder else 0}) is busy; this is done when it is free.")
            self._show_progress(store, rows)
            self._cancel_when_asked(store, rows)
            time.sleep(LOOK_S)

    def _do_it_here(self, store: Store, rows: list[int], *, warm: bool) -> None:
        """Carry out what is asked as a running bridge would."""
        arrivals, bus = Arrivals(), EventBus(self._on_event)
        with ExitStack() as stack:
            core = compose_core(self._config, self._home, arrivals, bus, stack, launched=self._launched)
            if warm:
                core.job_queue.warm_up()
            while not self._ended(store, rows):
                try:
                    self._turn(core, arrivals, store, rows)
                except StoreDamagedError:
                    raise
                except StoreError as error:  # nothing is lost: it is tried again when there is room
                    self._on_event(StoreTroubled(str(error)))
                    time.sleep(_STORE_RETRY_S)
                self._cancel_when_asked(store, rows)

    def _turn(self, core: Core, arrivals: Arrivals, store: Store, rows: list[int]) -> None:
        core.inbox.tick()
        core.adding.tick()
        core.intake.tick(time.monotonic())
        core.job_queue.tick(_jobs_of(store, rows))
        core.reports.tick()
        if self._ended(store, rows):
            return
        for arrival in arrivals.take(_TICK_S):
            try:
                _handle(core, arrival)
            except StoreError:
                arrivals.post(arrival)
                raise

    def _on_event(self, event: Event) -> None:
        if isinstance(event, JobProgressed):
            self._on_progress(event.stage, event.fraction)
        elif isinstance(event, FilesAdding):
            self._on_progress(f"adding {event.name}", event.done / max(event.total, 1))
        elif isinstance(event, StoreTroubled):
            self._say(f"{event.reason}; trying again")

    def _say(self, word: str) -> None:
        if word not in self._said:
            self._said.add(word)
            self._on_word(word)

    def _show_progress(self, store: Store, rows: list[int]) -> None:
        """Show what the process that carries it out has published."""
        published = store.runtime.published(PROGRESS)
        made = published[0] if published is not None else {}
        if made.get("row") in rows or made.get("job") in _jobs_of(store, rows):
            self._on_progress(str(made.get("stage", "")), float(made.get("fraction", 0.0)))

    def _is_untouched(self, store: Store, rows: list[int]) -> bool:
        asked = {row.id for row in store.commands.asked()}
        return any(row in asked for row in rows)

    def _ended(self, store: Store, rows: list[int]) -> bool:
        store.database.must_be_in_place()  # nobody carries out what stands in a store that is gone
        for row in rows:
            outcome = _outcome(store, row)
            if outcome is None:
                return False
            job = _job(store, outcome)
            if job is not None and job.state in {"queued", "running"}:
                return False
        return True

    def _cancel_when_asked(self, store: Store, rows: list[int]) -> None:
        if not self._stopping.is_set() or self._cancelled:
            return
        self._cancelled = True
        for row in rows:
            gone = Refused(kind="wrong", text="Cancelled before it began.")
            if store.commands.take_back(row, to_json(gone)):
                continue
            outcome = _outcome(store, row)
            job = None if outcome is None else _job(store, outcome)
            if job is not None and job.state in {"queued", "running"}:
                store.commands.add(_ASKER.text, to_json(Cancel(job_id=job.id)))


def _handle(core: Core, arrival: Arrival) -> None:
    if isinstance(arrival, Identified):
        bounce = core.intake.identified(arrival, time.monotonic())
        if bounce is not None:
            core.inbox.on_bounce(arrival.path, bounce)
    elif isinstance(arrival, Looked):
        core.intake.found(arrival, time.monotonic())
    elif isinstance(arrival, Ready | Progressed | JobDone | Failed | Died):
        core.job_queue.on_message(arrival)
    elif isinstance(arrival, ReportAttempt):
        core.reports.on_attempt(arrival)
    elif isinstance(arrival, FilesListed):
        core.adding.listed(arrival)


def _outcome(store: Store, row: int) -> Outcome | None:
    found = store.commands.by_id(row)
    return outcome_from_json(found.outcome) if found is not None and found.outcome else None


def _job(store: Store, outcome: Outcome) -> Job | None:
    return store.jobs.by_id(outcome.job_id) if isinstance(outcome, Done) and outcome.job_id is not None else None


def _jobs_of(store: Store, rows: list[int]) -> frozenset[int]:
    """Return the jobs that were asked for, and the examinations of the same bounces, which come first."""
    jobs = [job for row in rows if (outcome := _outcome(store, row)) is not None and (job := _job(store, outcome))]
    bounces = {job.bounce_id for job in jobs} - {None}
    examinations = [job for job in store.jobs.by_state("queued") if job.kind == "analyse" and job.bounce_id in bounces]
    return frozenset(job.id for job in (*jobs, *examinations))


def _settled(store: Store, row: int) -> SettledCommand:
    outcome = _outcome(store, row) or Refused(kind="busy", text="It is not done yet.")
    job = _job(store, outcome)
    if job is None or job.state != "done":
        return SettledCommand(outcome, job)
    results = (store.results.master_result(master.id) for master in store.results.masters_of_job(job.id))
    return SettledCommand(outcome, job, tuple(result for result in results if result is not None))
