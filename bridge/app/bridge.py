"""The bridge itself: builds the parts, connects them, runs one loop, stops in good order.

Everything that happens arrives as an event in one queue and is handled in one thread, which alone writes to the
store. Other threads (file events, OSC, the worker's answers, hashing) only put events.
"""

import logging
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bridge import __version__
from bridge.app.adapters import make_adapters
from bridge.app.commands import CommandHandler
from bridge.app.intake import Identified, Intake
from bridge.app.job_queue import JobQueue
from bridge.app.osc_front import OscFront
from bridge.app.osc_handlers import osc_handlers
from bridge.app.page import Page, PageCommand, PageCommands
from bridge.app.report_writer import ReportAttempt, ReportWriter
from bridge.app.status_publisher import StatusPublisher
from bridge.daw.contract import Adapter, DawEvent, ExportSeen
from bridge.errors import AlreadyRunningError, StoreError
from bridge.filelock import FileLock
from bridge.model import Bounce
from bridge.model.events import (
    BounceLanded,
    Event,
    EventHandler,
    JobFailed,
    MasterMade,
    MasterRefused,
    RestOver,
    Started,
    Stopped,
    StoreTroubled,
)
from bridge.osc.transport import Incoming, OscTransport
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.settings.own_plugins import own_plugin_list
from bridge.songs.service import SongService
from bridge.songs.song_commands import SongCommands
from bridge.store import Store
from bridge.watch.folder import FolderWatcher
from bridge.worker.client import WorkerClient
from bridge.worker.protocol import WorkerMessage

log = logging.getLogger(__name__)

_TICK_S = 0.2  # events wake the bridge at once; this is how finely time passes in between
_QUEUE_EVENTS = 2000  # what is answered at once; work itself waits in the store
_STORE_RETRY_S = 1.0
Arrival = Incoming | WorkerMessage | Identified | DawEvent | PageCommand | ReportAttempt
_NUDGE_EVERY_S = 30.0


class Bridge:
    """One running bridge.

    Parameters
    ----------
    config, home
        What to watch and where our own files are.
    listeners
        Receive the events, in the bridge's thread; they must be quick and must not raise.
    """

    def __init__(self, config: Config, home: Home, listeners: tuple[EventHandler, ...] = ()) -> None:
        self._config = config
        self._home = home
        self._listeners = list(listeners)
        self._events: queue.Queue[Arrival] = queue.Queue(_QUEUE_EVENTS)
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._next_nudge_s = 0.0
        self._held: list[Arrival] = []  # events the store could not take; they are tried again

    def stop(self) -> None:
        """Ask the bridge to shut down; safe from any thread and from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Run until `stop` is called.

        Raises
        ------
        AlreadyRunningError
            Another bridge uses the same store.
        FreshEarsError
            The store or the OSC port cannot be used.
        """
        lock = FileLock(self._home.lock_path)
        if not lock.acquire():
            raise AlreadyRunningError(
                f"a bridge is already running (process {lock.holder_pid()}) with {self._home.store_path}; "
                "stop that one first, or give this one another place with FRESHEARS_HOME"
            )
        try:
            self._run_locked()
        finally:
            lock.release()

    def _run_locked(self) -> None:
        store = Store.open(self._home.store_path)
        folders = tuple(Path(folder).expanduser().absolute() for folder in self._config.watch.folders)
        executor = ThreadPoolExecutor(1, thread_name_prefix="identify")
        worker = WorkerClient(self._home.worker_lock_path, self._post)
        watcher = FolderWatcher(folders, recursive=self._config.watch.recursive, changed=self._changed)
        transport: OscTransport | None = None
        adapters: tuple[Adapter, ...] = ()
        try:
            if self._config.osc.enabled:
                transport = OscTransport(self._config.osc.port, self._offer)
            self._build(store, folders, executor, worker, watcher, transport)
            self._watcher = watcher
            watcher.start()
            if transport is not None:
                transport.start()
            self._page.start()
            self._publisher.page_url = self._page.url
            adapters = make_adapters(self._config, self._home, self._post)
            self._sessions.connect(adapters)
            for adapter in adapters:
                adapter.start()
            self._publish(
                Started(
                    __version__,
                    tuple(map(str, folders)),
                    transport.port if transport else None,
                    str(store.database.path),
                    self._page.url,
                )
            )
            for job in store.jobs.recover():
                log.info("job %d (%s of %s) goes on after an interruption", job.id, job.kind, job.path)
            self._loop()
        finally:
            for adapter in adapters:
                adapter.stop()
            if hasattr(self, "_page"):
                self._page.stop()
            watcher.stop()
            executor.shutdown(wait=True, cancel_futures=True)
            if transport is not None:
                transport.stop()
            if hasattr(self, "_job_queue"):
                self._sessions.close()
                self._job_queue.stop()
                self._reports.stop()
            if hasattr(self, "_publisher"):
                self._publisher.publish(running=False)
            store.close()
            self._publish(Stopped())

    def _build(
        self,
        store: Store,
        folders: tuple[Path, ...],
        executor: ThreadPoolExecutor,
        worker: WorkerClient,
        watcher: FolderWatcher,
        transport: OscTransport | None,
    ) -> None:
        self._store = store
        self._song_service = SongService(store, self._config)
        # Sessions and the intake come before what handles commands, which needs both: it is looked up when it is asked.
        self._sessions = SessionRegistry(
            store,
            self._config,
            self._song_service,
            lambda *asked: self._commands.master_from_daw(*asked),
            self._publish,
            own_plugin_list(self._home),
        )
        self._listeners.append(self._take_note)
        self._page = Page(self._config, self._home, self._post)
        self._listeners.append(self._page.on_event)
        self._job_queue = JobQueue(store, (worker,), self._publish, time.monotonic)
        self._reports = ReportWriter(store, self._config, self._publish, self._post, time.monotonic)
        self._listeners.append(self._reports.on_event)
        own = tuple(
            Path(folder).expanduser() for folder in (self._config.master.folder, self._config.report.folder) if folder
        )
        self._intake = Intake(store, self._config, folders, self._publish, executor, self._post, self._new, own)
        self._commands = CommandHandler(
            self._song_service,
            self._config,
            self._sessions,
            self._intake,
            folders,
            self._home.config_path.parent,
            self._publish,
        )
        self._page_desk = PageCommands(
            self._song_service,
            self._commands.master,
            self._commands.analyse_again,
            self._job_queue.cancel,
            SongCommands(self._song_service, self._sessions.answer),
        )
        self._publisher = StatusPublisher(
            store, folders, watcher, transport, self._job_queue, self._intake, self._sessions, self._publish
        )
        if transport is not None:
            self._osc = OscFront(
                transport, osc_handlers(self._commands, self._sessions, self._song_service, self._job_queue)
            )
            self._listeners.append(self._osc.on_event)

    def _loop(self) -> None:
        self._next_scan_s = 0.0
        troubled = False
        while not self._stopping.is_set():
            try:
                self._turn()
                troubled = False
            except StoreError as error:  # the disk is full, say: nothing is lost, it is tried again
                if not troubled:
                    self._publish(StoreTroubled(str(error)))
                troubled = True
                self._stopping.wait(_STORE_RETRY_S)

    def _turn(self) -> None:
        """Handle what happened and let time pass, once."""
        self._handle_events()
        now_s = time.monotonic()
        if now_s >= self._next_scan_s or self._changed.is_set():
            self._changed.clear()
            self._watcher.refresh()
            self._intake.scan(now_s)
            self._next_scan_s = now_s + self._config.watch.poll_s
        self._intake.tick(now_s)
        if self._intake.waiting:
            self._job_queue.warm_up()
        self._job_queue.tick()
        self._reports.tick()
        self._sessions.tick()
        self._nudge()
        self._publisher.tick()

    def _handle_events(self) -> None:
        """Wait a tick for the first event, then take all that are there; what the store cannot take is held."""
        try:
            if not self._held:
                self._held.append(self._events.get(timeout=_TICK_S))
            while True:
                self._handle(self._held[0])
                self._held.pop(0)
                if not self._held:
                    self._held.append(self._events.get_nowait())
        except queue.Empty:
            return

    def _handle(self, event: Arrival) -> None:
        if isinstance(event, Incoming):
            self._osc.handle(event)
        elif isinstance(event, Identified):
            found = self._intake.identified(event, time.monotonic())
            if found is not None:
                self._commands.fulfil(*found)
        elif isinstance(event, ExportSeen):
            self._commands.on_export(event)
        elif isinstance(event, DawEvent):
            self._sessions.handle(event)
        elif isinstance(event, PageCommand):
            self._page_desk.handle(event)
        elif isinstance(event, ReportAttempt):
            self._reports.on_attempt(event)
        else:
            self._job_queue.on_message(event)

    def _post(self, event: WorkerMessage | Identified | DawEvent | PageCommand | ReportAttempt) -> None:
        self._events.put(event)

    def _offer(self, incoming: Incoming) -> bool:
        try:
            self._events.put_nowait(incoming)
        except queue.Full:
            return False
        return True

    def _new(self, bounce: Bounce) -> None:
        self._commands.new(bounce)

    def _take_note(self, event: Event) -> None:
        if isinstance(event, BounceLanded):
            self._sessions.on_landed(event.bounce)
        elif isinstance(event, MasterMade) and event.bounce is not None:
            self._song_service.on_mastered(event.bounce)
        elif isinstance(event, MasterRefused):
            self._sessions.waits(event.bounce, event.text)
        elif isinstance(event, JobFailed) and event.job.kind == "master":
            self._sessions.master_failed(event.job.path, event.reason)

    def _nudge(self) -> None:
        """Say once of every bounce that its rest is over."""
        now_s = time.monotonic()
        if now_s >= self._next_nudge_s:
            self._next_nudge_s = now_s + _NUDGE_EVERY_S
            for bounce in self._song_service.nudges():
                self._publish(RestOver(bounce))

    def _publish(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)
