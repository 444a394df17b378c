"""Connections that do not ask are closed, room is bounded, and the page stays there for who asks."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bridge.web import connections
from bridge.web.server import PageServer
from tests.web.entering import enter
from tests.web.filled import FilledStore


@pytest.fixture
def server(
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[FilledStore], PageServer],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[PageServer]:
    monkeypatch.setattr(connections, "PATIENCE_S", 0.5)
    filled = FilledStore(tmp_path_factory.mktemp("store"))
    yield serve(filled)
    filled.close()


def connect(server: PageServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def closed_after(connection: socket.socket, trickle: bytes = b"") -> float:
    """Return how long the server left a connection open, while bytes trickle in."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < 10:
        try:
            if connection.recv(65_536) == b"":
                break
        except TimeoutError:
            if trickle:
                connection.sendall(trickle)
        except OSError:
            break
    return time.monotonic() - began


REQUEST = b"GET /static/page.css HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "trickle"),
    [
        (b"", b""),
        (b"GET /stat", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", b""),
        (b"GET / HTTP/1.1\r\nX-Slow: ", b"a"),  # what trickles in buys no time
        (REQUEST, b""),  # answered, then idle
        (REQUEST + b"GET /again", b"a"),
        (b"POST /api/actions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 60000\r\n\r\n", b"a"),
    ],
    ids=["idle", "half-line", "half-head", "trickle", "then-idle", "half-second", "body-of-a-refused"],
)
def test_who_does_not_ask_loses_the_connection(server: PageServer, sent: bytes, trickle: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(sent.replace(b"%d", str(server.port).encode()))
        assert closed_after(connection, trickle) < 5.0


@pytest.mark.slow
def test_the_page_is_there_while_others_hold_every_connection(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE_S", 60.0)
    with ExitStack() as stack:
        held = [stack.enter_context(connect(server)) for _ in range(200)]
        for connection in held[::2]:
            connection.sendall(b"GET / HTTP/1.1\r\nX-Half: ")
        assert enter(server.port)
        assert server.connections <= connections.MOST_CONNECTIONS + 1
        monkeypatch.undo()


@pytest.mark.slow
def test_another_users_connection_is_answered_and_closed(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections.Connection, "check_owner", True)
    monkeypatch.setattr(connections, "tcp_peer_is_ours", lambda _peer, _port: False)
    with connect(server) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert connection.recv(65_536) == b""
