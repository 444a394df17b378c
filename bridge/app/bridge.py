"""The bridge itself: builds the parts, connects them, runs one loop, stops in good order.

Everything that happens arrives as an event in one queue and is handled in one thread, which alone writes to the
store. Other threads (file events, OSC, the worker's answers, hashing) only put events.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from bridge import __version__
from bridge.app.adapters import make_adapters
from bridge.app.desk import Desk
from bridge.app.intake import Identified, Intake, Wish
from bridge.app.news import (
    BounceLanded,
    JobFailed,
    Listener,
    MasterMade,
    MasterWaits,
    News,
    RestOver,
    Started,
    StateChanged,
    Stopped,
    StoreTroubled,
)
from bridge.app.osc_desk import OscDesk, RefusedError, path_inside
from bridge.app.own_plugins import own_plugin_list
from bridge.app.page import Asked, Page, PageDesk
from bridge.app.plans import Extras, analyse_job, master_job, named_intent
from bridge.app.sessions import Sessions
from bridge.app.song_desk import SongDesk
from bridge.app.songbook import Songbook
from bridge.config import Config
from bridge.daw.adapter import Adapter, DawEvent, ExportSeen
from bridge.errors import AlreadyRunningError, FreshEarsError, StoreError
from bridge.filelock import FileLock
from bridge.jobs.protocol import Answer
from bridge.jobs.runner import WorkerProcess
from bridge.model import Bounce, Job
from bridge.osc import addresses as osc
from bridge.osc.codec import Value
from bridge.osc.transport import Incoming, OscTransport
from bridge.paths import Home
from bridge.policy.guard import bounce_findings
from bridge.policy.modes import parse_mode
from bridge.store import Store
from bridge.watch.folder import FolderWatcher

log = logging.getLogger(__name__)

_TICK_S = 0.1
_QUEUE_EVENTS = 2000
_STORE_RETRY_S = 1.0
Event = Incoming | Answer | Identified | DawEvent | Asked
_PUBLISH_EVERY_S = 1.0
# The queue holds only what is answered at once; work itself waits in the store.
_MAX_QUEUED_JOBS = 1000
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
        self._published_at = 0.0
        self._next_nudge = 0.0
        self._held: list[Event] = []  # events the store could not take; they are tried again
        self._published_live: tuple[object, ...] = ()
        self._last_state: tuple[str, int, tuple[str, ...]] | None = None

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
            self._build(store, folders, executor, worker, transport)
            self._folders, self._watcher, self._transport = folders, watcher, transport
            watcher.start()
            if transport is not None:
                transport.start()
            self._page.start()
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
            self._publish(running=False)
            store.close()
            self._tell(Stopped())

    def _build(
        self,
        store: Store,
        folders: tuple[Path, ...],
        executor: ThreadPoolExecutor,
        worker: WorkerProcess,
        transport: OscTransport | None,
    ) -> None:
        self._store = store
        self._book = Songbook(store, self._config)
        own_plugins = own_plugin_list(self._home)
        self._sessions = Sessions(store, self._config, self._book, self._master_from_daw, self._tell, own_plugins)
        self._listeners.append(self._take_note)
        self._page = Page(self._config, self._home, self._post)
        self._listeners.append(self._page.tell)
        self._desk = Desk(store, worker, self._tell, time.monotonic)
        self._page_desk = PageDesk(
            self._book,
            self._master,
            self._analyse_again,
            self._desk.cancel,
            SongDesk(self._book, self._sessions.answer),
        )
        own = tuple(
            Path(folder).expanduser() for folder in (self._config.master.folder, self._config.report.folder) if folder
        )
        self._intake = Intake(store, self._config, folders, self._tell, executor, self._post, self._queue_analysis, own)
        if transport is not None:
            deeds: dict[osc.Address, Callable[[tuple[Value, ...]], None]] = {
                osc.BOUNCE: lambda args: self._take_file(str(args[0]), None),
                osc.ANALYZE: lambda args: self._take_file(str(args[0]), Wish("analyse")),
                osc.MASTER: self._ask_master,
                osc.CANCEL: self._cancel,
                osc.ANSWER: lambda args: self._answer(str(args[0]), str(args[1])),
                osc.MODE: lambda args: self._set_mode(str(args[0]), str(args[1])),
            }
            self._osc = OscDesk(transport, deeds)
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
        self._note_state()

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
                self._fulfil(*found)
        elif isinstance(event, DawEvent):
            self._sessions.handle(event)
            if isinstance(event, ExportSeen):
                self._take_export(event)
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

    def _queue_analysis(self, bounce: Bounce) -> None:
        """Queue the examination of a new bounce, with what was on the master bus when it was made."""
        self._book.landed(bounce)
        items = self._sessions.bus_of(bounce)
        analyse_job(self._store, self._config, bounce, more=bounce_findings(items))

    def _analyse_again(self, bounce: Bounce) -> Job:
        more = bounce_findings(self._book.bus(bounce))
        return analyse_job(self._store, self._config, bounce, again=True, more=more)

    def _master(
        self,
        bounce: Bounce,
        target: str,
        anyway: bool,
        why: str = "",
        intent: str = "",
        extras: Extras = Extras(),
    ) -> Job:
        """Queue a master; raises `RefusedError` when something stands in the way and nobody said anyway."""
        reasons = self._book.in_the_way(bounce)
        if not anyway and not self._book.is_only_a_nudge(bounce, reasons):
            named = [r for r in reasons if r.kind != "sheet"] or reasons
            words = " ".join(f"{r.text} {r.remedy}" for r in named)
            raise RefusedError(f"{bounce.song} is not ready to be mastered: {words}")
        sheet = self._book.sheet(bounce)
        return master_job(
            self._store,
            self._config,
            bounce,
            target,
            anyway=anyway,
            intent=named_intent(intent) or (None if sheet is None else sheet.intent),
            notes=self._book.go_on_anyway(bounce, reasons, why) if anyway and reasons else (),
            settings_folder=self._home.config_path.parent,
            extras=extras,
        )

    def _fulfil(self, bounce: Bounce, wishes: list[Wish]) -> None:
        for wish in wishes:
            if wish.kind == "analyse":
                self._analyse_again(bounce)
                continue
            try:
                self._master(bounce, wish.target, wish.anyway, wish.why, wish.intent)
            except RefusedError as error:
                self._tell(MasterWaits(bounce, str(error)))
            except FreshEarsError as error:
                log.warning("no master of %s: %s", bounce.path, error)
                self._sessions.master_failed(bounce.path, str(error))

    def _take_file(self, text: str, wish: Wish | None) -> None:
        if len(self._store.jobs.by_state("queued")) >= _MAX_QUEUED_JOBS:
            raise RefusedError("too many jobs wait already; try again when some are done")
        path = path_inside(text, self._folders)
        known = self._intake.known_bounce(path) if wish is not None else None
        if known is not None and wish is not None:
            self._fulfil(known, [wish])
        else:
            self._intake.exported(path, "osc", time.monotonic(), wish)

    def _take_export(self, export: ExportSeen) -> None:
        """Take the DAW's word that a file is finished, if it lies where bounces are expected."""
        try:
            path = path_inside(export.path, (*self._folders, *self._sessions.folders()))
        except RefusedError as error:
            log.info("an export of %s is left alone: %s", export.daw, error)
            return
        place = self._sessions.place_of(export.daw, export.project_name, export.project_path)
        self._intake.exported(path, export.daw, time.monotonic(), place=place)

    def _master_from_daw(self, daw: str, path: str, target: str, intent: str, anyway: bool) -> None:
        """Master a bounce that was asked for inside a DAW; the DAW's window says when it is there."""
        try:
            bounce = path_inside(path, (*self._folders, *self._sessions.folders()))
        except RefusedError as error:
            log.warning("no master: %s", error)
            self._sessions.master_failed(path, str(error))
            return
        why = "asked twice in the DAW" if anyway else ""
        wish = Wish("master", target or self._config.master.target, anyway, why, intent)
        self._intake.exported(bounce, "daw", time.monotonic(), wish, place=self._sessions.place_of(daw))

    def _take_note(self, news: News) -> None:
        if isinstance(news, BounceLanded):
            self._sessions.landed(news.bounce)
        elif isinstance(news, MasterMade) and news.bounce is not None:
            self._book.mastered(news.bounce)
        elif isinstance(news, MasterWaits):
            self._sessions.waits(news.bounce, news.text)
        elif isinstance(news, JobFailed) and news.job.kind == "master":
            self._sessions.master_failed(news.job.path, news.reason)

    def _ask_master(self, args: tuple[Value, ...]) -> None:
        target, why = ([*map(str, args[1:]), "", ""])[:2]
        self._take_file(str(args[0]), Wish("master", target or self._config.master.target, len(args) > 2, why))

    def _answer(self, warning_id: str, word: str) -> None:
        if not self._sessions.answer(warning_id, word):
            raise RefusedError("no such warning stands, or it does not offer that answer")

    def _set_mode(self, song: str, mode: str) -> None:
        self._book.say_mode(self._book.song(song).id, parse_mode(mode), "you said so over OSC")

    def _nudge(self) -> None:
        """Say once of every bounce that its rest is over."""
        now = time.monotonic()
        if now >= self._next_nudge:
            self._next_nudge = now + _NUDGE_EVERY_S
            for bounce in self._book.nudges():
                self._tell(RestOver(bounce))

    def _cancel(self, args: tuple[Value, ...]) -> None:
        if not self._desk.cancel(int(args[0])):
            raise RefusedError(f"there is no job {args[0]} that waits or runs")

    def _tell(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)

    def _note_state(self) -> None:
        queued = len(self._store.jobs.by_state("queued"))
        state = "working" if self._desk.current or self._intake.waiting else "idle"
        warnings = tuple(warning.id for warning in self._sessions.warnings())
        if (state, queued, warnings) != self._last_state:
            self._last_state = (state, queued, warnings)
            self._tell(StateChanged(state, queued, len(warnings)))
            self._publish(running=True)
        elif self._live_now() != self._published_live or time.monotonic() - self._published_at >= _PUBLISH_EVERY_S * 5:
            self._publish(running=True)

    def _live_now(self) -> tuple[object, ...]:
        """Return what a person would want to see at once when it changes."""
        daws = tuple((daw.daw, daw.connected, daw.channels, daw.project_path) for daw in self._sessions.daws())
        return daws, tuple(warning.id for warning in self._sessions.noticed())

    def _publish(self, *, running: bool) -> None:
        """Write what `status` shows; it needs no connection to this process."""
        if not hasattr(self, "_folders"):
            return
        self._published_at = time.monotonic()
        self._published_live = self._live_now()
        missing = set(self._watcher.missing())
        self._store.results.set_runtime(
            "bridge",
            {
                "running": running,
                "version": __version__,
                "folders": [{"path": str(folder), "there": folder not in missing} for folder in self._folders],
                "page_url": self._page.url,
                "osc_port": self._transport.port if self._transport else None,
                "osc_dropped": dict(self._transport.dropped) if self._transport else {},
                "waiting_for": [
                    path.name.encode("utf-8", "backslashreplace").decode() for path in self._intake.waiting
                ],
                "warnings": msgspec.to_builtins(self._sessions.warnings()),
                "noticed": msgspec.to_builtins(self._sessions.noticed()),
                "daws": msgspec.to_builtins(self._sessions.daws()),
                "current_job": msgspec.to_builtins(self._desk.current),
            },
        )
