"""The page in the bridge: its server, and what it is told.

The server runs in threads of its own. What is asked is put into the bridge's queue like everything else, done in the
bridge's thread, and answered from there.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING

from bridge.app.fronts.page import PageCommand, happened_of
from bridge.model.events import Event
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.settings.page_key import PageKeyError, page_key
from bridge.songs.actions import Action, PageReply
from bridge.web.reader import PageReader

if TYPE_CHECKING:
    from bridge.web.server import PageServer

log = logging.getLogger(__name__)

_PATIENCE_S = 10.0


class Page:
    """Serves the pages while the bridge runs. `start`, `stop`, `tell` and `answer` belong to the bridge's thread."""

    def __init__(self, config: Config, home: Home, post: Callable[[PageCommand], None]) -> None:
        self._config = config
        self._home = home
        self._post = post
        self._server: PageServer | None = None

    @property
    def url(self) -> str | None:
        """The address of the first page; None when nothing is served."""
        return self._server.url if self._server is not None else None

    def start(self) -> None:
        """Serve. A taken port is not a reason for the bridge not to run: the next free one is used."""
        if not self._config.page.enabled:
            return
        from bridge.web.server import PageError, PageServer  # only who serves pages waits for a web server to load

        try:
            key = page_key(self._home.page_key_path)
        except PageKeyError as error:
            log.warning("no page is served: %s", error)
            return

        source = PageReader(self._home.store_path, self._config, self._home.config_path.parent)
        for port in dict.fromkeys((self._config.page.port, 0)):
            server = PageServer(source, self._ask, port, key)
            try:
                server.start()
            except PageError as error:
                log.warning("%s", error)
                continue
            self._server = server
            return

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def on_event(self, event: Event) -> None:
        """Pass on to the open pages what concerns them."""
        if self._server is None:
            return
        happened = happened_of(event)
        if happened is not None:
            self._server.publish(happened)

    def _ask(self, action: Action) -> PageReply:
        """Have an action done in the bridge's thread; called from a thread of the server."""
        reply: Future[PageReply] = Future()
        self._post(PageCommand(action, reply))
        try:
            return reply.result(_PATIENCE_S)
        except FutureTimeoutError:
            return PageReply(ok=False, message="The bridge is busy. Try again in a moment.")
