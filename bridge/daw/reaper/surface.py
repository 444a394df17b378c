"""What REAPER's OSC surface says about the master and the transport, as hints, and the doorbell that runs actions.

The surface sends only changes and knows nothing of containers, offline effects, monitoring FX or projects, so
this is never more than a hint: quick, and corrected by the mailbox (source: the OSC surface in REAPER's SDK).
"""

import re
import struct
from collections.abc import Iterator

from msgspec import Struct
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageParseError
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

from bridge.model import FxSlot, Transport

REFRESH_ACTION = 41743  # "Control surface: refresh all surfaces": everything is sent again
MAX_DATAGRAM_BYTES = 8192  # REAPER sends at most 1024; more is not REAPER
MAX_FX = 64  # DEVICE_FX_COUNT of our pattern file
_MAX_MESSAGES = 256
_FX = re.compile(r"/fx/(\d{1,3})/(name|number/str|bypass)")
_BAD = (ParseError, MessageParseError, ValueError, IndexError, struct.error)
_MASTER_NAMES = {"MASTER", "Master", ""}


class Surface(Struct):
    """What the surface has said so far. Effects are those at the top level of the master."""

    names: dict[int, str] = {}
    numbers: dict[int, str] = {}
    enabled: dict[int, bool] = {}
    playing: bool | None = None
    recording: bool | None = None
    on_master: bool = True
    heard_s: float | None = None
    changed_s: float | None = None
    dropped: int = 0

    def take(self, datagram: bytes, now_s: float) -> bool:
        """Handle one datagram; True when something about the session changed."""
        if len(datagram) > MAX_DATAGRAM_BYTES:
            self.dropped += 1
            return False
        changed = False
        try:
            for address, values in _messages(datagram):
                changed = self.apply(address, values) or changed
                self.heard_s = now_s
        except _BAD:
            self.dropped += 1
        if changed:
            self.changed_s = now_s
        return changed

    def forget(self) -> None:
        """Start anew: what was said belongs to a REAPER that is gone."""
        self.names, self.numbers, self.enabled = {}, {}, {}
        self.playing = self.recording = self.heard_s = self.changed_s = None
        self.on_master = True

    def apply(self, address: str, values: list[object]) -> bool:
        """Handle one message; True when something about the session changed."""
        value = values[0] if values else None
        if match := _FX.fullmatch(address):
            number = int(match.group(1))
            return self.on_master and 1 <= number <= MAX_FX and self._fx(number, match.group(2), value)
        if address in {"/play", "/stop", "/record"} and isinstance(value, int | float):
            return self._transport(address, bool(value))
        if address == "/track/name" and isinstance(value, str):
            self.on_master = value in _MASTER_NAMES
        return False

    def _fx(self, number: int, what: str, value: object) -> bool:
        if what == "bypass" and isinstance(value, int | float):
            return self._put(self.enabled, number, bool(value))  # 1 means enabled
        if what == "name" and isinstance(value, str):
            return self._put(self.names, number, value[:1000])
        if what == "number/str" and isinstance(value, str):
            return self._put(self.numbers, number, value[:16])
        return False

    @staticmethod
    def _put(table: dict[int, object] | dict[int, str] | dict[int, bool], number: int, value: object) -> bool:
        before = table.get(number)
        table[number] = value  # type: ignore[assignment]
        return before != value

    def _transport(self, address: str, on: bool) -> bool:
        before = (self.playing, self.recording)
        if address == "/record":
            self.recording = on
        elif address == "/play":
            self.playing = on
        elif on:
            self.playing = self.recording = False
        return before != (self.playing, self.recording)

    def transport(self) -> Transport | None:
        """Return what the transport does, None when the surface has not said."""
        if self.recording:
            return "recording"
        if self.playing is None and self.recording is None:
            return None
        return "playing" if self.playing else "stopped"

    def chain(self) -> tuple[FxSlot, ...]:
        """Return the master's effects as far as the surface knows them; emptied slots are left out."""
        present = [n for n in sorted(self.names) if self.names[n] and self.numbers.get(n, "1") != ""]
        return tuple(FxSlot(name=self.names[n], enabled=self.enabled.get(n, True)) for n in present)

    def over(self, chain: tuple[FxSlot, ...]) -> tuple[FxSlot, ...]:
        """Return a chain from the mailbox with what the surface says about its top-level effects laid over it.

        Only where the names agree: otherwise the surface speaks of another chain than the mailbox knew.
        """
        top = [at for at, slot in enumerate(chain) if not slot.container]
        result = list(chain)
        for number, at in enumerate(top, start=1):
            name, slot = self.names.get(number, ""), chain[at]
            if number in self.enabled and name and _same(name, slot.name):
                result[at] = FxSlot(
                    name=slot.name, kind=slot.kind, enabled=self.enabled[number], offline=slot.offline, wet=slot.wet,
                    container=slot.container, slot_id=slot.slot_id,
                )  # fmt: skip
        return tuple(result)


def _same(surface_name: str, name: str) -> bool:
    """Tell whether both mean one effect: the surface keeps "CLAP: " and cuts long names."""
    said = surface_name.removeprefix("CLAP: ")
    return bool(said) and (name.startswith(said) or said.startswith(name))


def _messages(datagram: bytes, depth: int = 0) -> Iterator[tuple[str, list[object]]]:
    """Yield (address, values) of a message or bundle; time tags are not waited for."""
    if not datagram.startswith(b"#bundle\x00"):
        if not datagram.startswith(b"/") or len(datagram) % 4:
            raise ValueError("not an OSC message")
        tags = datagram[(datagram.find(b"\x00") // 4 + 1) * 4 :]
        if tags[:1] != b"," or tags[1 : tags.find(b"\x00")].strip(b"sif"):
            raise ValueError("types REAPER does not send")
        message = OscMessage(datagram)
        yield message.address, list(message.params)
        return
    if depth > 2 or len(datagram) < 16:
        raise ValueError("a bundle that makes no sense")
    position, count = 16, 0
    while position + 4 <= len(datagram) and count < _MAX_MESSAGES:
        size = struct.unpack_from(">i", datagram, position)[0]
        if size <= 0 or position + 4 + size > len(datagram):
            raise ValueError("a bundle that ends in the middle")
        yield from _messages(datagram[position + 4 : position + 4 + size], depth + 1)
        position, count = position + 4 + size, count + 1


def received_messages(datagram: bytes) -> list[tuple[str, object]]:
    """Return (address, first value) of every message in a datagram; nothing of one that makes no sense."""
    try:
        return [(address, values[0] if values else None) for address, values in _messages(datagram)]
    except _BAD:
        return []


def run_action(action: int | str) -> bytes:
    """Return the datagram that runs an action by number or by name (``_FRESHEARS_WATCH``)."""
    if isinstance(action, int):
        builder = OscMessageBuilder("/action")
        builder.add_arg(action, "i")
    else:
        builder = OscMessageBuilder(f"/action/{action}")
    return bytes(builder.build().dgram)
