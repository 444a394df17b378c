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
from bridge.app.desk import Desk
from bridge.app.intake import Identified, Intake
from bridge.app.osc_deeds import osc_deeds
from bridge.app.osc_desk import OscDesk
from bridge.app.page import Asked, Page, PageDesk
from bridge.app.publisher import Publisher
from bridge.app.wishes import Wishes
from bridge.daw.adapter import Adapter, DawEvent, ExportSeen
from bridge.errors import AlreadyRunningError, StoreError
from bridge.filelock import FileLock
from bridge.model import Bounce
from bridge.model.news import (
    BounceLanded,
    JobFailed,
    Listener,
    MasterMade,
    MasterWaits,
    News,
    RestOver,
    Started,
    Stopped,
    StoreTroubled,
)
from bridge.osc.transport import Incoming, OscTransport
from bridge.sessions.sessions import Sessions
from bridge.settings.config import Config
from bridge.settings.own_plugins import own_plugin_list
from bridge.settings.paths import Home
from bridge.songs.song_desk import SongDesk
from bridge.songs.songbook import Songbook
from bridge.store import Store
from bridge.watch.folder import FolderWatcher
from bridge.worker.protocol import Answer
from bridge.worker.runner import WorkerProcess

log = logging.getLogger(__name__)

_TICK_S = 0.2  # events wake the bridge at once; this is how finely time passes in between
_QUEUE_EVENTS = 2000  # what is answered at once; work itself waits in the store
_STORE_RETRY_S = 1.0
Event = Incoming | Answer | Identified | DawEvent | Asked
_NUDGE_EVERY_S = 30.0


class Bridge:
    """One running bridge.

    Parameters
    ----------
    config, home
        What to watch and where our own files are.
    listeners
        Hear the news, in the bridge's thread; they must be quick and must not raise.
    """

    def __init__(self, config: Config, home: Home, listeners: tuple[Listener, ...] = ()) -> None:
        self._config = config
        self._home = home
        self._listeners = list(listeners)
        self._events: queue.Queue[Event] = queue.Queue(_QUEUE_EVENTS)
        self._stopping = threading.Event()
        self._changed = threading.Event()
        self._next_nudge = 0.0
        self._held: list[Event] = []  # events the store could not take; they are tried again

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
        worker = WorkerProcess(self._home.worker_lock_path, self._post)
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
            self._tell(
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
            if hasattr(self, "_desk"):
                self._sessions.close()
                self._desk.stop()
            if hasattr(self, "_publisher"):
                self._publisher.publish(running=False)
            store.close()
            self._tell(Stopped())

    def _build(
        self,
        store: Store,
        folders: tuple[Path, ...],
        executor: ThreadPoolExecutor,
        worker: WorkerProcess,
        watcher: FolderWatcher,
        transport: OscTransport | None,
    ) -> None:
        self._store = store
        self._book = Songbook(store, self._config)
        # Sessions and the intake come before what fulfils wishes, which needs both: it is looked up when it is asked.
        self._sessions = Sessions(
            store,
            self._config,
            self._book,
            lambda *asked: self._wishes.master_from_daw(*asked),
            self._tell,
            own_plugin_list(self._home),
        )
        self._listeners.append(self._take_note)
        self._page = Page(self._config, self._home, self._post)
        self._listeners.append(self._page.tell)
        self._desk = Desk(store, worker, self._tell, time.monotonic)
        own = tuple(
            Path(folder).expanduser() for folder in (self._config.master.folder, self._config.report.folder) if folder
        )
        self._intake = Intake(store, self._config, folders, self._tell, executor, self._post, self._new, own)
        self._wishes = Wishes(
            self._book, self._config, self._sessions, self._intake, folders, self._home.config_path.parent, self._tell
        )
        self._page_desk = PageDesk(
            self._book,
            self._wishes.master,
            self._wishes.analyse_again,
            self._desk.cancel,
            SongDesk(self._book, self._sessions.answer),
        )
        self._publisher = Publisher(
            store, folders, watcher, transport, self._desk, self._intake, self._sessions, self._tell
        )
        if transport is not None:
            self._osc = OscDesk(transport, osc_deeds(self._wishes, self._sessions, self._book, self._desk))
            self._listeners.append(self._osc.tell)

    def _loop(self) -> None:
        self._next_scan = 0.0
        troubled = False
        while not self._stopping.is_set():
            try:
                self._turn()
                troubled = False
            except StoreError as error:  # the disk is full, say: nothing is lost, it is tried again
                if not troubled:
                    self._tell(StoreTroubled(str(error)))
                troubled = True
                self._stopping.wait(_STORE_RETRY_S)

    def _turn(self) -> None:
        """Take what happened and let time pass, once."""
        self._handle_events()
        now = time.monotonic()
        if now >= self._next_scan or self._changed.is_set():
            self._changed.clear()
            self._watcher.refresh()
            self._intake.scan(now)
            self._next_scan = now + self._config.watch.poll_s
        self._intake.tick(now)
        if self._intake.waiting:
            self._desk.warm_up()
        self._desk.tick()
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

    def _handle(self, event: Event) -> None:
        if isinstance(event, Incoming):
            self._osc.handle(event)
        elif isinstance(event, Identified):
            found = self._intake.identified(event, time.monotonic())
            if found is not None:
                self._wishes.fulfil(*found)
        elif isinstance(event, ExportSeen):
            self._wishes.take_export(event)
        elif isinstance(event, DawEvent):
            self._sessions.handle(event)
        elif isinstance(event, Asked):
            self._page_desk.handle(event)
        else:
            self._desk.heard(event)

    def _post(self, event: Answer | Identified | DawEvent | Asked) -> None:
        self._events.put(event)

    def _offer(self, incoming: Incoming) -> bool:
        try:
            self._events.put_nowait(incoming)
        except queue.Full:
            return False
        return True

    def _new(self, bounce: Bounce) -> None:
        self._wishes.new(bounce)

    def _take_note(self, news: News) -> None:
        if isinstance(news, BounceLanded):
            self._sessions.landed(news.bounce)
        elif isinstance(news, MasterMade) and news.bounce is not None:
            self._book.mastered(news.bounce)
        elif isinstance(news, MasterWaits):
            self._sessions.waits(news.bounce, news.text)
        elif isinstance(news, JobFailed) and news.job.kind == "master":
            self._sessions.master_failed(news.job.path, news.reason)

    def _nudge(self) -> None:
        """Say once of every bounce that its rest is over."""
        now = time.monotonic()
        if now >= self._next_nudge:
            self._next_nudge = now + _NUDGE_EVERY_S
            for bounce in self._book.nudges():
                self._tell(RestOver(bounce))

    def _tell(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)
