"""A real bridge in a process of its own, and its news as they come."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from pythonosc.osc_message import OscMessage

from bridge.model.events import Event, Started, StateChanged
from bridge.osc.address import Address
from bridge.osc.codec import Value, encode

ROOT = Path(__file__).parent.parent.parent
T = TypeVar("T")

SETTINGS = """
[watch]
folders = [{folder}]
first_start = "{first_start}"
settle_s = {settle_s}
poll_s = 0.5
give_up_s = {give_up_s}
[osc]
port = 0
"""


class BridgeProcess:
    """Start with `start`, end with `stop` or `kill`; may be started again with the same home."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        *,
        first_start: str = "all",
        settle_s: float = 0.4,
        give_up_s: float = 3.0,
        extra: str = "",
    ) -> None:
        self.home = home
        self.folder = folder
        home.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        quoted = msgspec.json.encode(str(folder)).decode()
        text = SETTINGS.format(folder=quoted, first_start=first_start, settle_s=settle_s, give_up_s=give_up_s)
        for daw in ("reaper", "ardour"):  # a DAW that runs on this computer is none of a test's business
            if f"[{daw}]" not in extra:
                extra += f"\n[{daw}]\nenabled = false\n"
        (home / "config.toml").write_text(text + extra)
        self.environment = dict(os.environ, FRESHEARS_HOME=str(home), PYTHONPATH=str(ROOT))
        self.environment.setdefault("FRESHEARS_PRIORITY", "normal")  # on a shared machine little is left over
        self.seen: list[Event] = []

    @property
    def store_path(self) -> Path:
        return self.home / "freshears.db"

    def start(self) -> "BridgeProcess":
        """Start and wait until it listens."""
        self.launch()
        return self.wait_until_listening()

    def launch(self) -> None:
        """Start, and wait for nothing: another process may be in its way."""
        self._news: queue.Queue[Event | None] = queue.Queue()
        self.seen = []
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # who sends stays, or is not heard
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", "run", "--json"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._read, args=(self.process, self._news), daemon=True)
        self._reader.start()

    def wait_until_listening(self) -> "BridgeProcess":
        """Wait until it has started."""
        self.port = self.wait_for(Started).osc_port or 0
        return self

    @staticmethod
    def _read(process: "subprocess.Popen[bytes]", event: "queue.Queue[Event | None]") -> None:
        decoder = msgspec.json.Decoder(Event)
        assert process.stdout is not None
        for line in process.stdout:
            event.put(decoder.decode(line))
        event.put(None)

    def next_news(self, timeout_s: float = 180.0) -> Event:
        """Return the next piece of news."""
        event = self._news.get(timeout=timeout_s)
        assert event is not None, (
            f"the bridge ended: {self.process.stderr.read().decode() if self.process.stderr else ''}"
        )
        self.seen.append(event)
        return event

    def wait_for(self, kind: type[T], fits: Callable[[T], bool] = lambda _: True, timeout_s: float = 180.0) -> T:
        """Return the next news of a kind that fits."""
        end = time.monotonic() + timeout_s
        while True:
            event = self.next_news(max(end - time.monotonic(), 0.01))
            if isinstance(event, kind) and fits(event):
                return event

    def wait_until_idle(self) -> None:
        """Wait until nothing is left to do."""
        self.wait_for(StateChanged, lambda event: event.state == "idle" and event.queued == 0)

    def say(self, address: Address, *args: Value) -> None:
        """Send an OSC message."""
        self._sender.sendto(encode(address, *args), ("127.0.0.1", self.port))

    def ask(self, address: Address, *args: Value, timeout_s: float = 10.0) -> OscMessage:
        """Send an OSC message and return the answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(timeout_s)
            sender.sendto(encode(address, *args), ("127.0.0.1", self.port))
            return OscMessage(sender.recv(65_536))

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self, *, may_have_faults: bool = False) -> int:
        """Ask it to stop; return its exit code. A fault that it has logged fails the test, unless it made it."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self._reap()
        log = self.home / "freshears.log"
        logged = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        assert may_have_faults or "a fault in Fresh Ears" not in logged, logged[-4000:]
        return code

    def _reap(self) -> int:
        self._sender.close()
        code = self.process.wait(20.0)
        self._reader.join(5.0)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code
