"""The real adapter beside the stand-in, on one fake clock, over a link that can be as bad as a test likes."""

import random
from collections.abc import Callable
from pathlib import Path

from bridge.daw.contract import DawEvent, Panel, SnapshotSeen
from bridge.daw.reaper.adapter import ReaperAdapter
from bridge.model import SessionSnapshot
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.surface import Surface

STEP_S = 1 / 30


class Link:
    """Carries datagrams: loses, doubles, delays and so reorders them, from a seed."""

    def __init__(self, seed: int = 0, *, lose: float = 0.0, double: float = 0.0, delay_s: float = 0.0) -> None:
        self._random = random.Random(seed)
        self._lose, self._double, self._delay_s = lose, double, delay_s
        self._under_way: list[tuple[float, int, bytes]] = []
        self._count = 0

    def send(self, datagram: bytes, now_s: float) -> None:
        """Put a datagram on its way."""
        if self._random.random() < self._lose:
            return
        for _ in range(2 if self._random.random() < self._double else 1):
            self._count += 1
            self._under_way.append((now_s + self._random.random() * self._delay_s, self._count, datagram))

    def arrived(self, now_s: float) -> list[bytes]:
        """Return what arrives now, in the order of arrival."""
        due = sorted(item for item in self._under_way if item[0] <= now_s)
        self._under_way = [item for item in self._under_way if item[0] > now_s]
        return [datagram for _, _, datagram in due]


class Rig:
    """One REAPER and one bridge's adapter."""

    def __init__(self, host: Host, *, osc: bool = True, link: Link | None = None) -> None:
        self.host = host
        self.surface = Surface(host)
        self.link = link or Link()
        self.osc = osc
        self.events: list[DawEvent] = []
        self.on_event: Callable[[DawEvent], None] = lambda _event: None
        self.adapter = self.new_adapter()
        self._next_look = 0.0

    def new_adapter(self) -> ReaperAdapter:
        """Return an adapter as a bridge that starts now would have it."""
        folder: Path = self.host.resource
        adapter = ReaperAdapter(self._post, lambda: (folder,), None, clock=lambda: self.host.now_s, wall=self.host.wall)
        adapter._send = self._to_reaper  # type: ignore[method-assign]
        return adapter

    def _post(self, event: DawEvent) -> None:
        self.events.append(event)
        self.on_event(event)

    def _to_reaper(self, action: int | str) -> None:
        from bridge.daw.reaper.surface import run_action

        if self.osc:
            self.surface.receive(run_action(action))

    def run(self, seconds: float) -> None:
        """Let time pass for both."""
        until = self.host.now_s + seconds
        while self.host.now_s < until - 1e-9:
            self.host.now_s += STEP_S
            self.host.turn()
            self.bridge_turn()

    def bridge_turn(self) -> None:
        """Let the bridge hear and look, as often as its thread would."""
        if self.osc:
            for datagram in self.surface.poll():
                self.link.send(datagram, self.host.now_s)
            for datagram in self.link.arrived(self.host.now_s):
                if self.adapter.hear(datagram):
                    self._next_look = 0.0
        if self.host.now_s >= self._next_look:
            self._next_look = self.host.now_s + 0.2
            self.adapter.look()

    @property
    def snapshots(self) -> list[SessionSnapshot]:
        return [event.snapshot for event in self.events if isinstance(event, SnapshotSeen)]

    @property
    def latest(self) -> SessionSnapshot:
        return self.snapshots[-1]

    def of(self, kind: type) -> list[DawEvent]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def show(self, **fields: object) -> None:
        """Show a panel about the project in front."""
        base = {"project_path": self.host.project.path, "song": "Tide", "mode": "mixing",
                "bounce_folder": str(self.host.resource / "Bounces")}  # fmt: skip
        self.adapter.show(Panel(**{**base, **fields}))  # type: ignore[arg-type]
