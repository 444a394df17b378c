"""The desk for DAW sessions: what the adapters say comes in here, what the DAWs should show goes out.

It keeps the last whole state of every session; policy decides what deserves to be said.
"""

from bridge.daw.adapter import Adapter, ConnectionChanged, DawEvent, DawStatus, SnapshotSeen
from bridge.model import SessionSnapshot


class Sessions:
    """All methods are called from the bridge's own thread."""

    def __init__(self) -> None:
        self._adapters: dict[str, Adapter] = {}
        self._snapshots: dict[str, SessionSnapshot] = {}
        self._status: dict[str, DawStatus] = {}

    def connect(self, adapters: tuple[Adapter, ...]) -> None:
        """Take the adapters this bridge runs."""
        self._adapters = {adapter.daw: adapter for adapter in adapters}

    def handle(self, event: DawEvent) -> None:
        """Take an event of an adapter."""
        if isinstance(event, SnapshotSeen):
            self._snapshots[event.snapshot.daw] = event.snapshot
        elif isinstance(event, ConnectionChanged):
            self._status[event.status.daw] = event.status
            if not event.status.connected:
                self._snapshots.pop(event.status.daw, None)

    def tick(self) -> None:
        """Let time pass: called a few times a second."""

    def daws(self) -> list[DawStatus]:
        """Return the DAWs that were heard of, for `status`."""
        return list(self._status.values())

    def snapshot(self, daw: str) -> SessionSnapshot | None:
        """Return the last state of a DAW's session."""
        return self._snapshots.get(daw)
