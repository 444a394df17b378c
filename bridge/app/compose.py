"""Builds the parts of a bridge, each from those before it, and pushes how each ends onto a stack.

The stack runs backwards: what hears the world stops first, the store closes last.
"""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from bridge.app.adding.batches import Adding
from bridge.app.commands.handler import CommandHandler
from bridge.app.commands.inbox import Inbox
from bridge.app.commands.mending import MendCommands
from bridge.app.commands.mixes import MixCommands
from bridge.app.commands.records import Analyse
from bridge.app.commands.retries import Retries
from bridge.app.commands.settings_commands import SettingsCommands
from bridge.app.commands.song_commands import SongCommands
from bridge.app.intake import Intake
from bridge.app.job_queue import JobQueue
from bridge.app.landing import Landing
from bridge.app.live_settings import LiveSettings
from bridge.app.loop.arrivals import Arrivals
from bridge.app.loop.event_bus import EventBus
from bridge.app.report_writer import ReportWriter
from bridge.sessions.bus_monitor import date_of
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.settings.own_plugins import own_plugin_list
from bridge.songs.service import SongService
from bridge.store import Store
from bridge.watch.folder import FolderRules
from bridge.watch.hands import FolderHands
from bridge.worker.client import WorkerClient

log = logging.getLogger(__name__)


def folder_rules(config: Config) -> FolderRules:
    """Return what counts as a bounce in the watched folders."""
    own = tuple(Path(folder).expanduser() for folder in (config.master.folder, config.report.folder) if folder)
    return FolderRules(config.watch.patterns, config.watch.ignore, config.watch.recursive, own)


@dataclass(frozen=True, slots=True)
class Core:
    """What carries commands out: with it alone, a command line does without a running bridge."""

    store: Store
    song_service: SongService
    sessions: SessionRegistry
    job_queue: JobQueue
    reports: ReportWriter
    intake: Intake
    adding: Adding
    mends: MendCommands
    retries: Retries
    handler: CommandHandler
    inbox: Inbox
    live: LiveSettings
    hands: FolderHands


def watched_folders(config: Config) -> tuple[Path, ...]:
    """Return the watched folders, absolute."""
    return tuple(Path(folder).expanduser().absolute() for folder in config.watch.folders)


def compose_core(
    config: Config,
    home: Home,
    arrivals: Arrivals,
    bus: EventBus,
    stack: ExitStack,
    wall: Callable[[], float] = time.time,
    launched: Popen[bytes] | None = None,
    pinned_folders: tuple[str, ...] | None = None,
) -> Core:
    """Build what carries commands out, with a worker that was launched ahead, if one was.

    Raises
    ------
    StoreError
        The store cannot be used.
    """
    store = Store.open(home.store_path, wall=wall)
    stack.callback(store.close)
    folders = watched_folders(config)
    hands = FolderHands(folders)
    stack.callback(hands.stop)
    song_service = SongService(store, config, wall)
    song_service.write = hands.write
    reports = ReportWriter(store, config, bus.publish, arrivals.post, time.monotonic, hands)
    stack.callback(reports.stop)
    worker = WorkerClient(home.worker_lock_path, arrivals.post, launched=launched)
    job_queue = JobQueue(store, (worker,), bus.publish, time.monotonic, hanging=hands.hanging)
    stack.callback(job_queue.stop)
    sessions = SessionRegistry(
        store,
        config,
        song_service,
        bus.publish,
        own_plugin_list(home),
        hands.of,
        lambda path: hands.ask(path, date_of, path),
    )
    stack.callback(sessions.close)
    songs = SongCommands(song_service, sessions)
    landing = Landing(song_service, config, sessions, songs)
    intake = Intake(store, config, hands, bus.publish, arrivals.post, landing.on_new)
    mixes = MixCommands(song_service, config, sessions, intake, folders, home.config_path.parent, hands)
    retries = Retries(store, intake, bus.publish, lambda bounce: mixes.carry_out(Analyse(mix=bounce.id), bounce))
    mends = MendCommands(store, songs, sessions, bus.publish)
    adding = Adding(store, intake, config, folders, hands.of, arrivals.post, bus.publish)
    live = LiveSettings(config, home.config_path, bus.publish, pinned_folders)
    live.also(lambda: _take_settings(config, hands, sessions, intake, mixes, adding))
    live.also(lambda: mends.apply_rules(config.songs))
    settings = SettingsCommands(home, store, live.take_now, hands)
    handler = CommandHandler(
        song_service, mixes, songs, sessions, job_queue, retries, mends, settings, adding, bus.publish
    )
    inbox = Inbox(store, handler, mixes, intake, adding, bus.publish)
    bus.subscribe(reports.on_event)
    bus.subscribe(landing.on_event)
    bus.subscribe(inbox.on_event)
    bus.subscribe(adding.on_event)
    for job in store.jobs.recover():
        log.info("job %d (%s of %s) goes on after an interruption", job.id, job.kind, job.path)
    return Core(
        store,
        song_service,
        sessions,
        job_queue,
        reports,
        intake,
        adding,
        mends,
        retries,
        handler,
        inbox,
        live,
        hands,
    )


def _take_settings(
    config: Config,
    hands: FolderHands,
    sessions: SessionRegistry,
    intake: Intake,
    mixes: MixCommands,
    adding: Adding,
) -> None:
    """Hand on what has been worked out from settings that have changed."""
    folders = watched_folders(config)
    hands.watch(folders)
    sessions.take_settings(folders)
    intake.take_settings()
    mixes.take_folders(folders)
    adding.take_settings(folders)
