"""The local page: a small web server on the loopback interface, in a thread of its own.

Pages are made here from templates and work without a script; scripts of ours make them live and let them play.
"""

import asyncio
import logging
import os
import socket
import threading

import uvicorn

from bridge.errors import FreshEarsError
from bridge.settings.page_key import PageKey
from bridge.web import security
from bridge.web.application import build_app
from bridge.web.connections import Connection
from bridge.web.entrance import Entrance
from bridge.web.live import Live
from bridge.web.reader import PageReader
from bridge.web.records import Ask, Happened

log = logging.getLogger(__name__)

_START_S = 10.0
_LOOK_S = 0.5  # how soon the server notices that it should end
_STOP_S = 5.0


class PageError(FreshEarsError):
    """The page cannot be served."""


class _Server(uvicorn.Server):
    """uvicorn's own loop wakes ten times a second to see whether it should end."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:
            await asyncio.sleep(_LOOK_S)


class PageServer:
    """Serves the pages until it is stopped.

    Parameters
    ----------
    reader, ask
        Where the pages read, and what is called for an action (in a thread of the server's).
    port
        TCP port on 127.0.0.1; 0 takes a free one.
    key
        Whose codes and passes open the pages.
    """

    def __init__(self, reader: PageReader, ask: Ask, port: int, key: PageKey) -> None:
        self._live = Live()
        self.token = security.new_token()
        self._app = build_app(reader, ask, self._live, self.token, Entrance(key))
        self._wanted_port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the start."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def listeners(self) -> int:
        """How many pages listen just now."""
        return self._live.listeners

    @property
    def connections(self) -> int:
        """How many connections are held just now."""
        return len(self._server.server_state.connections) if self._server is not None else 0

    def publish(self, happened: Happened) -> None:
        """Tell the open pages; from any thread, never waits."""
        self._live.publish(happened)

    def start(self) -> None:
        """Listen, and return when pages can be read.

        Raises
        ------
        PageError
            The port is taken.
        """
        self._socket = self._listen()
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="on",
            http=Connection,
            loop="asyncio",
            ws="none",
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, name="page", daemon=True)
        self._thread.start()
        ready = threading.Event()
        waited = 0.0
        while not self._server.started and self._thread.is_alive() and waited < _START_S:
            ready.wait(0.01)
            waited += 0.01
        if not self._server.started:
            self.stop()
            raise PageError("the page's server did not start; see the log")

    def stop(self) -> None:
        """Stop serving; open pages notice and wait for the next start."""
        if self._server is not None and self._thread is not None:
            self._live.close()
            self._server.should_exit = True
            self._thread.join(_STOP_S)
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._server = self._thread = None

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let another program take the port over
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._wanted_port))
            listener.listen(64)
        except OSError as error:
            listener.close()
            raise PageError(
                f"port {self._wanted_port} is taken ({error.strerror or error}); "
                "choose another one under [page] in the configuration, or port = 0 for any free one"
            ) from error
        return listener

    def _serve(self) -> None:
        server, listener = self._server, self._socket
        if server is None or listener is None:
            return
        try:
            asyncio.run(server.serve(sockets=[listener]))
        except Exception:
            log.exception("the page's server ended")
            raise
