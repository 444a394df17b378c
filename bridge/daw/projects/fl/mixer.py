"""The mixer of an FL Studio project: inserts, their slots, where they go.

An insert opens with event 236 (a float, then flags: 4 its effects are on, 8 it is on) and closes with 147; its name
(204) stands before it. In it 201 is the internal name of a slot's plug-in (``Fruity Wrapper`` for one that is not
FL's), 203 the person's name, 213 its data, and 98 closes the slot: the low byte is its place, 0 to 9. 235 holds a
byte for each insert that it plays into. Event 225 holds records of twelve bytes *u32, id u8, u8, channel u16, value
i32*; the slot is ``channel & 0x3F``, the insert ``channel >> 6 & 0x7F``, and id 1 is the slot's mix, 12,800 for all
of it. Id 0 is said to be the slot's switch, but in no public project it was seen off: it is not read.
"""

import struct
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bridge.model import FxSlot

MASTER = 0
MOST_INSERTS = 1000  # ours: FL Studio 24 has 127
_SLOTS = 10
_EFFECTS_ON = 4
_WHOLE_MIX = 12_800
_MIX_ID = 1
_NAME, _MAKER = 54, 56  # records of a wrapper's data
_MAX_NAME = 200
_WRAPPER = "Fruity Wrapper"
_TEMPLATE_LIMITER, _TEMPLATE_SLOT = "Fruity Limiter", 9
_PARAMETER = struct.Struct("<IBBHi")


class Slot(Struct):
    """One slot of an insert that holds something."""

    place: int
    internal: str
    own_name: str = ""
    plug_in: str = ""
    wet: float | None = None


class Insert(Struct):
    """One insert."""

    name: str
    effects_on: bool = True
    slots: list[Slot] = []
    to: list[int] = []


class MixerReader:
    """Collects the inserts from the events between and after them."""

    def __init__(self) -> None:
        self.inserts: list[Insert] = []
        self.has_parameters = False
        self._name = ""  # of the insert that comes next
        self._internal = self._own = self._plug_in = ""
        self._places = 0

    @property
    def is_as_known(self) -> bool:
        """Whether the mixer is laid out as in the versions that were seen."""
        return len(self.inserts) > 1 and self.has_parameters and self._places >= len(self.inserts) * _SLOTS

    def named(self, name: str) -> None:
        """Record the name of the insert that comes next."""
        self._name = name

    def begins(self, flags: bytes) -> None:
        """Record the beginning of an insert."""
        number = len(self.inserts)
        name = self._name or ("Master" if number == MASTER else f"Insert {number}")
        is_on = len(flags) < 8 or bool(int.from_bytes(flags[4:8], "little") & _EFFECTS_ON)
        if number <= MOST_INSERTS:
            self.inserts.append(Insert(name, effects_on=is_on))
        self._name = self._internal = self._own = self._plug_in = ""

    def plug_in(self, internal: str) -> None:
        """Record the internal name of a slot's plug-in."""
        self._internal = internal

    def called(self, name: str) -> None:
        """Record what the person calls it."""
        self._own = name

    def data(self, data: bytes) -> None:
        """Record its data: a wrapper's say which plug-in it holds."""
        if self._internal == _WRAPPER:
            self._plug_in = wrapped(data)

    def slot_ends(self, place: int) -> None:
        """Record that a slot is complete."""
        self._places += 1
        insert = self.inserts[-1]
        if self._internal and len(insert.slots) < _SLOTS:
            insert.slots.append(Slot(place & 0xFF, self._internal, self._own, self._plug_in))
        self._internal = self._own = self._plug_in = ""

    def routes(self, table: bytes) -> None:
        """Record where the insert plays into."""
        self.inserts[-1].to = [to for to, is_on in enumerate(table[:MOST_INSERTS]) if is_on]

    def parameters(self, records: bytes) -> None:
        """Record how much of each slot is heard."""
        self.has_parameters = True
        slots = {(at, slot.place): slot for at, insert in enumerate(self.inserts) for slot in insert.slots}
        whole = len(records) - len(records) % _PARAMETER.size
        for _, number, _, channel, value in _PARAMETER.iter_unpack(records[:whole]):
            if number == _MIX_ID and 0 <= value <= _WHOLE_MIX:
                slot = slots.get((channel >> 6 & 0x7F, channel & 0x3F))
                if slot is not None:
                    slot.wet = value / _WHOLE_MIX


def chain_of(insert: Insert, *, is_master: bool = False) -> tuple[FxSlot, ...]:
    """Return an insert's slots in their order; the limiter that FL Studio's template puts on the master says so."""
    slots = sorted(insert.slots, key=lambda slot: slot.place)
    chain = [
        FxSlot(
            name=slot.plug_in or (slot.own_name if slot.internal == _WRAPPER else slot.internal) or "plug-in",
            kind="VST" if slot.internal == _WRAPPER else "builtin",
            wet=slot.wet,
            slot_id=str(slot.place),
        )
        for slot in slots
    ]
    if is_master and [(slot.internal, slot.place) for slot in slots] == [(_TEMPLATE_LIMITER, _TEMPLATE_SLOT)]:
        chain[0] = replace(chain[0], from_template=True)
    return tuple(chain)


def wrapped(data: bytes) -> str:
    """Return the name of the plug-in in a wrapper's data: after four bytes, records *id u32, length u64, bytes*."""
    at = 4
    while at + 12 <= len(data):
        number, size = struct.unpack_from("<IQ", data, at)
        at += 12
        if number == _NAME:
            return data[at : at + min(size, 4 * _MAX_NAME)].decode("utf-8", "replace").strip("\0")[:_MAX_NAME]
        at += size
    return ""


def as_text(data: bytes, *, is_wide: bool) -> str:
    """Return a text: UTF-16 since FL Studio 11.5, before that the computer's own."""
    text = data[: 4 * _MAX_NAME].decode("utf-16-le" if is_wide else "cp1252", "replace")
    return text.partition("\0")[0][:_MAX_NAME]


def path_of(text: str, folder: Path) -> str:
    """Return where a sound file lies; "" where that is inside FL Studio or on another kind of computer."""
    if not text or text.startswith("%"):
        return ""
    if len(text) > 1 and text[1] == ":":
        return text if Path(text).is_absolute() else ""
    return str(folder / text)
