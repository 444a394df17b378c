"""The UDP socket on the loopback interface: hears, checks, counts, hands over; sends to subscribers.

Nothing that arrives can stop it: what does not fit is dropped and counted, and the counts are logged once a
minute. What fits is handed to `on_message` from the socket's own thread.
"""

import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from bridge.errors import OscError
from bridge.osc.address import Address
from bridge.osc.addresses import PING, PONG
from bridge.osc.codec import MAX_DATAGRAM_BYTES, Message, Value, decode, encode
from bridge.socket_owner import SenderCheck, sender_check

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# ours: far above what a person and a few scripts send, far below what would cost a musician's CPU.
MESSAGES_PER_S = 500.0
BURST = 1000.0
MAX_SUBSCRIBERS = 16
LEASE_S = 600.0
COUNTS_EVERY_S = 60.0
FOREIGN = "from another user, or from a port that was closed at once"
_RECEIVE_TIMEOUT_S = 0.25
_MOST_AT_ONCE = 255


class Incoming(NamedTuple):
    """A checked message and the port to answer to."""

    message: Message
    reply_port: int


class OscTransport:
    """Owns the socket and its thread.

    Parameters
    ----------
    port
        UDP port on the loopback interface; 0 takes a free one.
    on_message
        Called from the socket's thread; returns ``False`` when the bridge has too much to do already
        (then the message is counted as dropped).
    clock
        Seconds that only go forward.
    senders
        Tells whose a sender is; without it as the system says.
    """

    def __init__(
        self,
        port: int,
        on_message: Callable[[Incoming], bool],
        clock: Callable[[], float] = time.monotonic,
        senders: SenderCheck | None = None,
    ) -> None:
        self._on_message = on_message
        self._clock = clock
        self._senders = sender_check(time.monotonic) if senders is None else senders
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((LOOPBACK, port))
        except OSError as error:
            self._socket.close()
            raise OscError(
                f"UDP port {port} on {LOOPBACK} is taken ({error.strerror or error}); "
                "close the program that uses it or set another `port` under [osc]"
            ) from error
        self._socket.settimeout(_RECEIVE_TIMEOUT_S)
        self.port = int(self._socket.getsockname()[1])
        self.dropped: Counter[str] = Counter()
        self._unlogged: Counter[str] = Counter()
        self._logged_s = clock()
        self._tokens = BURST
        self._tokens_s = clock()
        self._subscribers: dict[int, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="osc", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and free the port."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2.0)
        self._socket.close()

    def subscribe(self, port: int) -> None:
        """Send everything to a port of this computer for the length of a lease; the oldest gives way to the newest."""
        if not 0 < port < 65_536:
            raise OscError(f"port {port} must lie between 1 and 65535")
        with self._lock:
            self._subscribers.pop(port, None)
            if len(self._subscribers) >= MAX_SUBSCRIBERS:
                del self._subscribers[min(self._subscribers, key=lambda key: self._subscribers[key])]
            self._subscribers[port] = self._clock()

    def renew(self) -> None:
        """Keep every subscriber for a whole lease from now: while the computer slept none could renew its own."""
        with self._lock:
            self._subscribers = dict.fromkeys(self._subscribers, self._clock())

    def unsubscribe(self, port: int) -> None:
        """Stop sending to a port."""
        with self._lock:
            self._subscribers.pop(port, None)

    def subscribers(self) -> tuple[int, ...]:
        """Return the ports that are sent to."""
        with self._lock:
            now_s = self._clock()
            for port in [port for port, since_s in self._subscribers.items() if now_s - since_s > LEASE_S]:
                del self._subscribers[port]
            return tuple(self._subscribers)

    def broadcast(self, address: Address, *args: Value) -> None:
        """Send a message to every subscriber."""
        datagram = encode(address, *args)
        for port in self.subscribers():
            self._send(datagram, port)

    def send(self, port: int, address: Address, *args: Value) -> None:
        """Send a message to one port of this computer."""
        self._send(encode(address, *args), port)

    def pong(self, port: int, version: str, pid: int) -> None:
        """Answer a ping."""
        self.send(port, PONG, version, pid)

    def _send(self, datagram: bytes, port: int) -> None:
        try:
            self._socket.sendto(datagram, (LOOPBACK, port))
        except OSError as error:  # nobody listens any more, or the buffer is full: the next state repairs it
            log.debug("not sent to port %d: %s", port, error)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                datagram, sender = self._socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
            except TimeoutError:
                self._log_counts()
                continue
            except OSError:
                # An ICMP answer to something we sent (Windows reports it here), or the socket was closed.
                if not self._stopping.is_set():
                    self._stopping.wait(0.01)
                continue
            self._take_all([(datagram, int(sender[1])), *self._waiting()])
            self._log_counts()

    def _waiting(self) -> list[tuple[bytes, int]]:
        """Return what else has come by now, so that one look at whose the senders are serves for all of it."""
        found: list[tuple[bytes, int]] = []
        self._socket.setblocking(False)
        try:
            while len(found) < _MOST_AT_ONCE:
                datagram, sender = self._socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
                found.append((datagram, int(sender[1])))
        except OSError:
            pass  # no more, or the socket was closed: the next wait tells
        finally:
            self._socket.settimeout(_RECEIVE_TIMEOUT_S)
        return found

    def _take_all(self, arrived: list[tuple[bytes, int]]) -> None:
        passing = self._senders.passing({port for _, port in arrived})
        for datagram, port in arrived:
            if port in passing:
                self._take(datagram, port)
            else:
                self._drop(FOREIGN)

    def _take(self, datagram: bytes, port: int) -> None:
        try:
            messages = decode(datagram)
        except OscError as error:
            self._drop(str(error))
            return
        for message in messages:
            # "Are you there?" costs nothing and must be answered above all when there is much ado.
            if (message.address is not PING and not self._has_token()) or not self._on_message(Incoming(message, port)):
                self._drop("too many")

    def _has_token(self) -> bool:
        now_s = self._clock()
        self._tokens = min(BURST, self._tokens + (now_s - self._tokens_s) * MESSAGES_PER_S)
        self._tokens_s = now_s
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def _drop(self, why: str) -> None:
        self.dropped[why] += 1
        self._unlogged[why] += 1

    def _log_counts(self) -> None:
        now_s = self._clock()
        if self._unlogged and now_s - self._logged_s >= COUNTS_EVERY_S:
            counts = ", ".join(f"{count} {why}" for why, count in sorted(self._unlogged.items()))
            log.warning("OSC messages dropped: %s", counts)
            self._unlogged.clear()
            self._logged_s = now_s
