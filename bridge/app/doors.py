"""What hears the world and shows things to it: folders, OSC, the page, DAWs; built on the core, and started.

Each is built from what is there already, and pushes how it ends onto the stack before it starts.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from bridge import __version__
from bridge.app.adapters import make_adapters
from bridge.app.compose import Core, folder_rules, watched_folders
from bridge.app.fronts.daw import DawFront
from bridge.app.fronts.osc import OscFront
from bridge.app.fronts.page import PageFront
from bridge.app.fronts.page_server import Page
from bridge.app.loop.arrivals import Arrivals
from bridge.app.loop.event_bus import EventBus
from bridge.app.saves.watching import ProjectFolders
from bridge.app.status_publisher import StatusPublisher
from bridge.errors import StoreError
from bridge.model.events import Started, Stopped
from bridge.osc.transport import OscTransport
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.watch.watcher import FolderWatcher

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """What hears the world and shows things to it."""

    watcher: FolderWatcher
    projects: ProjectFolders
    transport: OscTransport | None
    osc: OscFront | None
    page: PageFront
    daw: DawFront
    publisher: StatusPublisher


def open_doors(
    config: Config,
    home: Home,
    core: Core,
    arrivals: Arrivals,
    bus: EventBus,
    stack: ExitStack,
) -> Doors:
    """Build and start everything that hears the world; what cannot start is told, and the others do without it."""
    once = bus.fence.once
    folders = watched_folders(config)
    stack.callback(bus.publish, Stopped())
    transport = _transport(config, arrivals, bus, stack)
    osc = None if transport is None else OscFront(transport, core.handler.handle, lambda: config.watch.folders)
    daw = DawFront(core.sessions, core.intake, folders, core.handler.handle, core.hands)
    page = Page(config, home, arrivals.post)
    for front in (osc, daw, page):
        if front is not None:
            bus.subscribe(front.on_event)
    watcher = FolderWatcher(folders, folder_rules(config), core.hands, arrivals.post, config.watch.poll_s)
    core.intake.look_again = watcher.look_again
    projects = ProjectFolders(config, arrivals.post, core.sessions.on_saved)
    publisher = StatusPublisher(
        core.store, watcher, projects, transport, core.job_queue, core.intake, core.sessions, bus
    )
    core.live.also(lambda: _take_settings(config, daw, watcher))
    core.live.also(projects.take_settings)
    stack.callback(_quietly, lambda: publisher.publish(running=False))
    stack.callback(watcher.stop)
    stack.callback(projects.stop)
    once("watching the folders", watcher.tick)
    if transport is not None:
        once("OSC", transport.start)
    stack.callback(page.stop)
    once("the page", page.start)
    publisher.page_url = page.url
    once("the DAWs", lambda: _start_adapters(config, home, core, arrivals, bus, stack))
    port = transport.port if transport is not None else None
    bus.publish(Started(__version__, tuple(map(str, folders)), port, str(core.store.database.path), page.url))
    return Doors(watcher, projects, transport, osc, PageFront(core.handler.handle), daw, publisher)


def _take_settings(config: Config, daw: DawFront, watcher: FolderWatcher) -> None:
    """Hand on the folders that are watched from now on."""
    folders = watched_folders(config)
    daw.take_folders(folders)
    watcher.watch(folders, folder_rules(config), config.watch.poll_s)


def _transport(config: Config, arrivals: Arrivals, bus: EventBus, stack: ExitStack) -> OscTransport | None:
    """Return the OSC socket; None when it is not wanted, or its port is taken: folders and page do without it."""
    made: list[OscTransport] = []
    if config.osc.enabled:
        bus.fence.once("OSC", lambda: made.append(OscTransport(config.osc.port, arrivals.offer)))
    for transport in made:
        stack.callback(transport.stop)
    return made[0] if made else None


def _start_adapters(
    config: Config, home: Home, core: Core, arrivals: Arrivals, bus: EventBus, stack: ExitStack
) -> None:
    adapters = make_adapters(config, home, arrivals.post)
    core.sessions.connect(adapters)
    for adapter in adapters:
        stack.callback(adapter.stop)
        bus.fence.once(f"the adapter for {adapter.daw}", adapter.start)


def _quietly(write: Callable[[], None]) -> None:
    """Write what is nice to have at the end, on a disk that may be full."""
    try:
        write()
    except StoreError as error:
        log.warning("the end could not be noted: %s", error)
