"""The bridge itself: one loop over what arrives, in good order, until it is asked to stop.

Everything that happens arrives in one queue and is handled in one thread, which alone decides. Other threads (file
events, OSC, the worker's answers, hashing) only put things there. `bridge.app.compose` and `doors` build the parts.
"""

import logging
import threading
import time
from collections import deque
from contextlib import ExitStack

from bridge.app.adding.batches import FilesListed
from bridge.app.arriving.reading import Looked
from bridge.app.compose import Core, compose_core
from bridge.app.doors import Doors, open_doors
from bridge.app.fronts.page import PageCommand
from bridge.app.identify import Identified
from bridge.app.loop.arrivals import Arrival, Arrivals
from bridge.app.loop.daily_backup import DailyBackup
from bridge.app.loop.event_bus import EventBus
from bridge.app.loop.locking import wait_for_lock
from bridge.app.loop.rescue import Rescue
from bridge.app.loop.waking import Waking
from bridge.app.report_writer import ReportAttempt
from bridge.app.saves.arrived import ProjectRead, ProjectsLooked
from bridge.daw.contract import ActionAsked, AnswerGiven, ConnectionChanged, ExportSeen, SnapshotSeen
from bridge.daw.projects.reading import title_of
from bridge.errors import StoreDamagedError, StoreError
from bridge.filelock import FileLock
from bridge.model.events import EventHandler, RestOver, StoreTroubled
from bridge.osc.transport import Incoming
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.watch.listing import FolderLook
from bridge.worker.protocol import Died, Done, Failed

log = logging.getLogger(__name__)

_TICK_S = 0.25  # arrivals wake the bridge at once; this is how finely time passes in between
_STORE_RETRY_S = 1.0
_NUDGE_EVERY_S = 30.0
_STORE_LOOK_S = 1.0


class Bridge:
    """One running bridge.

    Parameters
    ----------
    config, home
        What to watch and where our own files are.
    handlers
        Receive the events, in the bridge's thread; they must be quick.
    pinned_folders
        Folders that are watched whatever the settings say later, None: what they say.
    """

    def __init__(
        self,
        config: Config,
        home: Home,
        handlers: tuple[EventHandler, ...] = (),
        pinned_folders: tuple[str, ...] | None = None,
    ) -> None:
        self._config = config
        self._home = home
        self._pinned_folders = pinned_folders
        self._bus = EventBus(*handlers)
        self._arrivals = Arrivals()
        self._stopping = threading.Event()
        self._next_nudge_s = 0.0
        self._held: deque[Arrival] = deque()  # what the store could not take, in its order; it is tried again
        self._retry_s = 0.0
        self._troubled = False
        self._said_trouble = ""
        self._lock: FileLock | None = None
        self._next_look_s = 0.0
        self._waking = Waking()
        self._backups = DailyBackup(home.store_path)

    def stop(self) -> None:
        """Ask the bridge to shut down; safe from any thread and from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Run until `stop` is called; waits while a command of the command line uses the store.

        Raises
        ------
        AlreadyRunningError
            Another bridge uses the same store.
        FreshEarsError
            The store or the OSC port cannot be used.
        """
        with ExitStack() as stack:
            self._lock = wait_for_lock(self._home, self._bus.publish, self._stopping, stack)
            rescue, outside = Rescue(self._home, self._bus.publish), self._bus.handlers
            if self._lock is not None:
                rescue.at_start()
            while self._lock is not None and not self._stopping.is_set():
                try:
                    self._run_once(rescue)
                except StoreDamagedError as damage:
                    self._bus.keep_only(outside)
                    rescue.repair(damage)

    def _run_once(self, rescue: Rescue) -> None:
        """Run until `stop` is called, or until the store is damaged."""
        damage: StoreError | None = None
        try:
            with ExitStack() as stack:
                core = compose_core(
                    self._config, self._home, self._arrivals, self._bus, stack, pinned_folders=self._pinned_folders
                )
                rescue.opened()
                try:
                    doors = open_doors(self._config, self._home, core, self._arrivals, self._bus, stack)
                    self._bus.fence.once("failed jobs", core.retries.at_start)
                    self._bus.fence.once("rules of names", lambda: core.mends.apply_rules(self._config.songs))
                    self._bus.fence.once("older files", core.adding.older)
                    while not self._stopping.is_set():
                        self._turn(core, doors)
                except StoreDamagedError as error:
                    damage = error
                    rescue.keep(core.store)
        except StoreError as error:  # a damaged store cannot be told of the end of things either
            damage = damage or error
        if damage is not None:
            raise damage

    def _turn(self, core: Core, doors: Doors) -> None:
        """Handle what happened and let time pass, once."""
        for arrival in self._arrivals.take(0.0 if core.intake.is_behind else _TICK_S):
            self._take(core, doors, arrival)
        now_s = time.monotonic()
        if self._troubled and now_s < self._retry_s:
            return
        try:
            while self._held:
                self._fenced(core, doors, self._held[0])
                self._held.popleft()
            self._let_time_pass(core, doors, now_s)
            self._troubled = False
            self._say_trouble("")
        except StoreError as error:
            self._on_trouble(error)

    def _take(self, core: Core, doors: Doors, arrival: Arrival) -> None:
        """Handle an arrival; what the store cannot take now is held, with all that comes after it.

        Whoever gets an answer (OSC, a page) is answered at once, also while the store is in trouble.
        """
        if self._held and not isinstance(arrival, Incoming | PageCommand):
            self._held.append(arrival)
            return
        try:
            self._fenced(core, doors, arrival)
        except StoreError as error:  # the disk is full, say: nothing is lost, it is tried again
            self._held.append(arrival)
            self._on_trouble(error)

    def _on_trouble(self, error: StoreError) -> None:
        if isinstance(error, StoreDamagedError):
            raise error
        self._retry_s = time.monotonic() + _STORE_RETRY_S
        if not self._troubled:
            self._bus.publish(StoreTroubled(str(error)))
            self._say_trouble(str(error))
        self._troubled = True

    def _say_trouble(self, trouble: str) -> None:
        """Let `status` know, beside the store: it can take no word of it."""
        if self._lock is not None and trouble != self._said_trouble:
            self._said_trouble = trouble
            self._lock.say(trouble)

    def _fenced(self, core: Core, doors: Doors, arrival: Arrival) -> None:
        """Handle an arrival; one that cannot be is set aside, and whoever waits for it hears why."""
        self._bus.fence.once(
            _WHAT.get(type(arrival), type(arrival).__name__),
            lambda: self._handle(core, doors, arrival),
            lambda reason: _set_aside(core, doors, arrival, reason),
        )

    def _handle(self, core: Core, doors: Doors, arrival: Arrival) -> None:
        if isinstance(arrival, Incoming):
            if doors.osc is not None:
                doors.osc.handle(arrival)
        elif isinstance(arrival, PageCommand):
            doors.page.handle(arrival)
        elif isinstance(arrival, Identified):
            bounce = core.intake.identified(arrival, time.monotonic())
            if bounce is not None:
                core.inbox.on_bounce(arrival.path, bounce)
        elif isinstance(arrival, FolderLook | Looked):
            core.intake.found(arrival, time.monotonic())
        elif isinstance(arrival, SnapshotSeen | ExportSeen | AnswerGiven | ActionAsked | ConnectionChanged):
            doors.daw.handle(arrival)
        elif isinstance(arrival, FilesListed):
            core.adding.listed(arrival)
        elif isinstance(arrival, ProjectsLooked):
            doors.projects.looked(arrival)
        elif isinstance(arrival, ProjectRead):
            doors.projects.read(arrival)
        elif isinstance(arrival, ReportAttempt):
            core.reports.on_attempt(arrival)
        else:
            core.job_queue.on_message(arrival)

    def _let_time_pass(self, core: Core, doors: Doors, now_s: float) -> None:
        part = self._bus.fence.part
        part("the clock", lambda: self._wake(core, doors))
        part("the store", lambda: self._look_after_store(core, now_s))
        part("the settings", lambda: core.live.tick(now_s))
        part("watching the folders", doors.watcher.tick)
        part("saved projects", doors.projects.tick)
        part("files that are added", core.adding.tick)
        part("files that are being written", lambda: core.intake.tick(now_s))
        if core.intake.is_waiting:
            part("the worker", core.job_queue.warm_up)
        part("files that came together", lambda: _record_in_order(core, now_s))
        part("commands that wait", core.inbox.tick)
        part("the DAWs' transport", lambda: _give_way(core))
        part("the jobs", core.job_queue.tick)
        part("the reports", core.reports.tick)
        part("the DAWs' sessions", core.sessions.tick)
        part("the DAWs' windows", doors.daw.tick)
        part("the rest's end", lambda: self._nudge(core, now_s))
        part("the status", doors.publisher.tick)

    def _wake(self, core: Core, doors: Doors) -> None:
        """Renew what was waited for by the clock, after the computer slept or its clock was set."""
        slept = self._waking.slept()
        if not slept:
            return
        log.info("%s: folders, drives, DAWs and timers are looked at anew", slept)
        self._next_nudge_s = self._next_look_s = 0.0
        self._backups.renew()
        doors.watcher.renew()
        doors.projects.renew()
        if doors.transport is not None:
            doors.transport.renew()
        core.sessions.renew()
        doors.publisher.publish(running=True)

    def _look_after_store(self, core: Core, now_s: float) -> None:
        """See that the store is where it was, and that there is a backup of today."""
        if now_s >= self._next_look_s:
            self._next_look_s = now_s + _STORE_LOOK_S
            core.store.database.must_be_in_place()
            self._backups.tick(now_s)

    def _nudge(self, core: Core, now_s: float) -> None:
        """Say once of every bounce that its rest is over."""
        if now_s >= self._next_nudge_s:
            self._next_nudge_s = now_s + _NUDGE_EVERY_S
            for bounce in core.song_service.nudges():
                self._bus.publish(RestOver(bounce))


def _give_way(core: Core) -> None:
    """Leave the machine to a DAW whose transport rolls; begin nothing while one records."""
    recording = ", ".join(map(title_of, core.sessions.recording()))
    core.job_queue.give_way(1 if core.sessions.is_rolling() else 0, recording)


def _record_in_order(core: Core, now_s: float) -> None:
    for path, bounce in core.intake.in_order(now_s):
        core.inbox.on_bounce(path, bounce)


_WHAT: dict[type, str] = {
    Incoming: "an order over OSC",
    PageCommand: "an order from the page",
    Identified: "recording a file",
    FolderLook: "what a folder holds",
    Looked: "files that are being written",
    SnapshotSeen: "a session's state",
    ExportSeen: "a DAW's export",
    AnswerGiven: "an answer in a DAW",
    ActionAsked: "an order from a DAW",
    ConnectionChanged: "a DAW's connection",
    ReportAttempt: "a report",
    FilesListed: "files to be added",
    ProjectsLooked: "what a project folder holds",
    ProjectRead: "a saved project",
    Done: "keeping what a job has found",
}


def _set_aside(core: Core, doors: Doors, arrival: Arrival, reason: str) -> None:
    """Let whoever waits for an arrival that cannot be handled hear of it."""
    if isinstance(arrival, Identified):
        core.intake.set_aside(arrival, reason)
    elif isinstance(arrival, PageCommand):
        doors.page.set_aside(arrival, reason)
    elif isinstance(arrival, Incoming) and doors.osc is not None:
        doors.osc.set_aside(arrival, reason)
    elif isinstance(arrival, Done | Failed | Died):
        core.job_queue.set_aside(arrival.job, reason)
