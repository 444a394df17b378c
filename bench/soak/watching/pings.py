"""Whether a running bridge answers: a ping every tenth of a second, and the longest that one took."""

import socket
import threading
import time

from bridge.osc.addresses import PING
from bridge.osc.codec import encode

_EVERY_S = 0.1
_GIVE_UP_S = 60.0


class Pings:
    """Pings a bridge from a thread of its own, from `start` to `stop`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._ping, daemon=True)
        self.answers_s: list[float] = []

    def start(self) -> "Pings":
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> list[float]:
        """End; return how long each answer took."""
        self._stopping.set()
        self._thread.join()
        return self.answers_s

    def _ping(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(_GIVE_UP_S)
            while not self._stopping.wait(_EVERY_S):
                began_s = time.monotonic()
                sender.sendto(encode(PING), ("127.0.0.1", self._port))
                try:
                    sender.recv(65_536)
                except OSError:
                    if self._stopping.is_set():
                        return
                self.answers_s.append(time.monotonic() - began_s)
