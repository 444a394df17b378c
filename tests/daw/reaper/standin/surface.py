"""REAPER's OSC surface as the facts describe it, for one device on the master.

It sends only what changed (a cache per address), floats as float32, several messages as one bundle with time tag 1, at
most 1024 bytes a packet; prefixes are cut off names except "CLAP: "; "/fx/N/bypass 1" means enabled; an emptied slot
sends "", "", 0. It takes only i, f and s, and aborts a packet over 1024 bytes.
"""

import struct
from collections.abc import Iterator

from pythonosc.osc_message import OscMessage

from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.world import Fx

DEVICE_FX_COUNT = 64
PACKET_BYTES = 1024
_STRIPPED = ("VST: ", "VSTi: ", "VST3: ", "VST3i: ", "JS: ", "DX: ", "AU: ", "AUi: ")
Value = str | float


def message(address: str, value: Value) -> bytes:
    """Return one OSC message with one argument, as REAPER sends it."""

    def padded(text: str) -> bytes:
        data = text.encode()
        return data + b"\0" * (4 - len(data) % 4)

    if isinstance(value, str):
        return padded(address) + padded(",s") + padded(value)
    return padded(address) + padded(",f") + struct.pack(">f", value)


class Surface:
    """The device. `poll` returns the packets that are due; `receive` takes one."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._cache: dict[str, Value] = {}
        self.current_track = 0
        self.received: list[str] = []
        self.aborted = 0

    def _shown(self, fx: Fx) -> str:
        name = fx.renamed or fx.name
        for prefix in _STRIPPED:
            if name.startswith(prefix):
                return name.removeprefix(prefix)
        return name

    def _state(self) -> Iterator[tuple[str, Value]]:
        project = self._host.project
        yield "/play", float(bool(project.play_state & 1))
        yield "/stop", float(not project.play_state & 1)
        yield "/record", float(bool(project.play_state & 4))
        track = project.master if self.current_track == 0 else project.tracks[self.current_track - 1]
        yield "/track/name", "MASTER" if self.current_track == 0 else track.name
        for number in range(1, DEVICE_FX_COUNT + 1):
            fx = track.fx[number - 1] if number <= len(track.fx) else None
            if fx is None and f"/fx/{number}/name" not in self._cache:
                continue
            yield f"/fx/{number}/name", "" if fx is None else self._shown(fx)
            yield f"/fx/{number}/number/str", "" if fx is None else str(number)
            yield f"/fx/{number}/bypass", 0.0 if fx is None else float(fx.enabled)

    def poll(self) -> list[bytes]:
        """Return the packets for everything that changed since the last poll."""
        if self._host.rendering is not None:
            return []
        changed = [(address, value) for address, value in self._state() if self._cache.get(address) != value]
        self._cache.update(changed)
        return list(_packets([message(address, value) for address, value in changed]))

    def receive(self, datagram: bytes) -> None:
        """Take a packet from the bridge."""
        if len(datagram) > PACKET_BYTES:
            self.aborted += 1
            return
        incoming = OscMessage(datagram)
        if any(not isinstance(value, int | float | str) or isinstance(value, bool) for value in incoming.params):
            return
        self.received.append(incoming.address)
        if incoming.address == "/action" and incoming.params == [41743]:
            self._cache = {address: value for address, value in self._cache.items() if value == ""}
        elif incoming.address.startswith("/action/_"):
            self._host.run_command(self._host.command(incoming.address.removeprefix("/action/")))


def _packets(messages: list[bytes]) -> Iterator[bytes]:
    """Bundle messages into packets of at most 1024 bytes, time tag 1 ("at once")."""
    head = b"#bundle\0" + struct.pack(">Q", 1)
    batch: list[bytes] = []
    size = len(head)
    for one in messages:
        if batch and size + 4 + len(one) > PACKET_BYTES:
            yield _bundle(head, batch)
            batch, size = [], len(head)
        batch.append(one)
        size += 4 + len(one)
    if batch:
        yield _bundle(head, batch)


def _bundle(head: bytes, batch: list[bytes]) -> bytes:
    return batch[0] if len(batch) == 1 else head + b"".join(struct.pack(">i", len(one)) + one for one in batch)
