"""Connections to the page's server: whose they are, how many, and how long they may take to ask.

uvicorn waits for ever for a first request, or for the rest of a half one. Here who holds a connection without asking
loses it, the room is bounded, and programs of other users get an answer and no connection.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from bridge.socket_owner import tcp_peer_is_ours, tells_owners

MOST_CONNECTIONS = 64
PATIENCE_S = 5.0  # ours: for a whole request head, and for the next one on the same connection
FOREIGN = "This page belongs to another user of this computer."
FULL = "Too many connections. Close some pages."


class Connection(H11Protocol):
    """One connection; a deadline runs whenever it is the client's turn, and what trickles in does not move it."""

    check_owner: ClassVar[bool] = tells_owners()

    deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or answer and close: another user's at once, one too many when nobody can be sent away."""
        super().connection_made(transport)
        if self._is_foreign():
            self._turn_away("403 Forbidden", FOREIGN)
        elif len(self.connections) > MOST_CONNECTIONS and not self._make_room():
            self._turn_away("503 Service Unavailable", FULL)
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.stop_waiting()
        super().connection_lost(exc)

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn."""
        cycle: Any = self.cycle
        return cycle is None or bool(cycle.response_complete)

    def _watch(self) -> None:
        if not self.waits:
            self.stop_waiting()
        elif self.deadline is None and not self.transport.is_closing():
            self.deadline = self.loop.call_later(PATIENCE_S, self.transport.abort)

    def stop_waiting(self) -> None:
        """Let the client take its time."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _is_foreign(self) -> bool:
        if not self.check_owner or self.client is None or self.server is None or self.server[1] is None:
            return False
        return not tcp_peer_is_ours(self.client[1], self.server[1])

    def _make_room(self) -> bool:
        """Close the connection that has waited longest for its client; False when all are at work."""
        waiting = [
            other
            for other in self.connections
            if isinstance(other, Connection) and other is not self and other.deadline is not None
        ]
        if not waiting:
            return False
        longest = min(waiting, key=_waits_until)
        self.connections.discard(longest)
        longest.stop_waiting()
        longest.transport.abort()
        return True

    def _turn_away(self, status: str, words: str) -> None:
        self.connections.discard(self)
        body = words.encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()


def _waits_until(connection: Connection) -> float:
    return connection.deadline.when() if connection.deadline is not None else float("inf")
