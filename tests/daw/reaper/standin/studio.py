"""A real bridge beside the stand-in, on the real clock, over real files and sockets: what a musician would see."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bridge.app.status import read_status
from bridge.model import Job
from bridge.settings.config import load
from bridge.settings.home import home
from bridge.store import Store
from tests.app.bridge_process import BridgeProcess
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.screen import Screen
from tests.daw.reaper.standin.surface import Surface
from tests.waiting import for_a_while

PANEL = "freshears_panel.lua"
SETTLE_S = 1.0
MIXED_S = 2.0


def free_ports(count: int) -> list[int]:
    """Return UDP ports nobody uses now."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Studio:
    """One computer: REAPER (the stand-in with the real scripts) and a bridge in a process of its own."""

    def __init__(self, folder: Path) -> None:
        resource = folder / "REAPER"
        resource.mkdir(parents=True)
        (resource / "reaper.ini").touch()
        listen, reaper = free_ports(2)
        self.host = Host(resource)
        self.host.piece_s = 0.0
        self.surface = Surface(self.host)
        self._listen = listen
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", reaper))
        self._socket.setblocking(False)
        where = msgspec.json.encode([str(resource)]).decode()
        extra = (
            f"[reaper]\nfolders = {where}\nlisten_port = {listen}\nreaper_port = {reaper}\n"
            f"[ardour]\nenabled = false\n[guard]\nsettle_s = {SETTLE_S}\nmixed_s = {MIXED_S}\n"
        )
        self.bridge = BridgeProcess(folder / "home", folder / "Bounces", extra=extra).start()
        self._began = time.monotonic()
        self.host.now_s, self.host.epoch = 0.0, time.time()
        self.start_reaper()

    def start_reaper(self) -> None:
        """Start REAPER's scripts, as its start-up does."""
        self.host.start("freshears_watch.lua")
        self.run(0.3)

    def turn(self) -> None:
        """Let REAPER and its surface do one turn."""
        self.host.now_s = time.monotonic() - self._began
        self.host.turn()
        for datagram in self.surface.poll():
            self._socket.sendto(datagram, ("127.0.0.1", self._listen))
        try:
            while True:
                self.surface.receive(self._socket.recv(4096))
        except BlockingIOError:
            pass
        for_a_while(1 / 60)  # as often as REAPER draws

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.turn()

    def until(self, reached: Callable[[], Any], limit_s: float) -> float:
        """Let time pass until something is so; return how long it took."""
        start = time.monotonic()
        while not reached():
            assert time.monotonic() - start < limit_s, f"not within {limit_s} s: {self.shown()} {self.status()}"
            self.turn()
        return time.monotonic() - start

    def status(self) -> dict[str, Any]:
        """Return what `freshears status --json` prints."""
        return read_status(home(str(self.bridge.home)), load(self.bridge.home / "config.toml"))

    def jobs(self, kind: str) -> list[Job]:
        """Return the bridge's finished jobs of a kind."""
        store = Store.open(self.bridge.store_path, read_only=True)
        try:
            return [job for job in store.jobs.by_state("done") if job.kind == kind]
        finally:
            store.close()

    def warnings(self) -> list[str]:
        """Return the plug-ins that stand in warnings now, by `status`."""
        return [name for warning in self.status()["warnings"] for name in warning["plugins"]]

    @property
    def screen(self) -> Screen:
        return self.host.screens.setdefault(PANEL, Screen())

    def shown(self) -> str:
        """Return what the panel shows, empty when it is closed."""
        return " ".join(self.screen.texts()) if PANEL in self.host.scripts else ""

    def press(self, label: str) -> None:
        """Click a button of the panel."""
        x, y = next((op[1], op[2]) for op in self.screen.frame if op[0] == "text" and op[3] == label)
        self.screen.values.update(mouse_x=x + 2, mouse_y=y + 2, mouse_cap=1.0)
        self.run(0.1)
        self.screen.values["mouse_cap"] = 0.0
        self.run(0.2)

    def requests_left(self) -> int:
        """Return how many requests of the scripts the bridge has not taken."""
        return len(list((self.host.resource / "FreshEars" / "requests").glob("*.json")))

    def panel(self) -> dict[str, Any]:
        """Return what the bridge gave REAPER to show."""
        path = self.host.resource / "FreshEars" / "board.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def close(self) -> None:
        """End both."""
        self.bridge.stop()
        self._socket.close()
