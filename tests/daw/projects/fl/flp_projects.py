"""FL Studio projects written for the tests, in the layout of public ones."""

import struct
from collections.abc import Mapping, Sequence

SlotSpec = tuple[int, str, str, str]  # place, internal name, the person's name, the name of the plug-in in a wrapper
ChannelSpec = tuple[int, int, str]  # kind, insert, file


def event(number: int, value: int | bytes = 0) -> bytes:
    """Return an event as it stands in a project."""
    if number < 192:
        assert isinstance(value, int)
        return bytes([number]) + value.to_bytes((1, 2, 4)[number >> 6], "little", signed=value < 0)
    assert isinstance(value, bytes)
    size, left = b"", len(value)
    while left > 0x7F:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return bytes([number]) + size + bytes([left]) + value


def text(said: str, *, is_wide: bool = True) -> bytes:
    """Return a text as a project holds it."""
    return (said + "\0").encode("utf-16-le" if is_wide else "cp1252")


def wrapper(name: str) -> bytes:
    """Return the data of a wrapper around a plug-in."""
    records = [(50, b"\1\0\0\0"), (54, name.encode()), (56, b"Somebody")]
    return b"\x0a\0\0\0" + b"".join(struct.pack("<IQ", number, len(data)) + data for number, data in records)


def insert(
    slots: Sequence[SlotSpec], to: Sequence[int], *, name: str = "", flags: int = 12, high: int = 0, wide: bool = True,
    count: int = 10,
) -> bytes:  # fmt: skip
    """Return an insert; ``high`` is what stands in the high byte of a slot's place."""
    found = {slot[0]: slot for slot in slots}
    said = event(204, text(name, is_wide=wide)) if name else b""
    said += event(42) + event(236, struct.pack("<fII", 0.0, flags, 0))
    for place in range(count):
        if place in found:
            _, internal, own, plug_in = found[place]
            said += event(201, text(internal, is_wide=wide)) + event(212, bytes(52))
            said += event(203, text(own, is_wide=wide)) if own else b""
            said += event(155) + event(213, wrapper(plug_in) if plug_in else bytes(20))
        said += event(98, place | high << 8)
    return said + event(235, bytes(to_one in to for to_one in range(127))) + event(154, -1) + event(147, -1)


def project(
    inserts: Mapping[int, Sequence[SlotSpec]],
    channels: Sequence[ChannelSpec] = (),
    *,
    routes: Mapping[int, Sequence[int]] | None = None,
    names: Mapping[int, str] | None = None,
    flags: Mapping[int, int] | None = None,
    notes: Sequence[int] = (0, 1),
    clips: Sequence[tuple[int, int, int]] = (),
    mixes: Mapping[tuple[int, int], int] | None = None,
    version: str = "24.1.1.4239",
    count: int = 8,
    item_bytes: int = 60,
    high: int = 0,
) -> bytes:
    """Return a project.

    Parameters
    ----------
    inserts : the slots of each insert that has any.
    channels : kind, insert and file of each.
    routes : where an insert plays into; the others into the master.
    names, flags : of inserts.
    notes : the channels that have notes.
    clips : channel, position and length of each clip in the playlist, in ticks.
    mixes : of (insert, slot).
    """
    wide = not version.startswith("11.0")
    said = event(199, version.encode() + b"\0") + event(156, 120_000)
    said += event(224, b"".join(struct.pack("<IHHIHHBBBBBBBB", 0, 0, at, 24, 60, *[0] * 9) for at in notes))
    body = b""
    for at, (kind, to, file) in enumerate(channels):
        body += event(64, at) + event(21, kind) + event(22, to & 0xFF) + event(201, text("", is_wide=wide))
        body += event(203, text(f"channel {at}", is_wide=wide))
        body += event(196, text(file, is_wide=wide)) if file else b""
    said = event(199, version.encode() + b"\0") + event(156, 120_000) + body + said[said.index(b"\xe0") :]
    items = [struct.pack("<IHHI", at, 0x5000, channel, length) for channel, at, length in clips]
    items += [struct.pack("<IHHI", 0, 0x5000, 0x5001, 384)]
    said += event(233, b"".join(item.ljust(item_bytes, b"\0") for item in items))
    for at in range(count):
        to = (routes or {}).get(at, [0] if at else [])
        said += insert(
            inserts.get(at, ()),
            to,
            name=(names or {}).get(at, ""),
            flags=(flags or {}).get(at, 12),
            high=high,
            wide=wide,
        )
    records = [(0, 0, 0, 12_800)]
    records += [(number, at, slot, value) for at in range(count) for slot in range(10)
                for number, value in ((0, 1), (1, (mixes or {}).get((at, slot), 12_800)))]  # fmt: skip
    parameters = [struct.pack("<IBBHi", 4, n, 31, 0x2000 | at << 6 | slot, value) for n, at, slot, value in records]
    said += event(225, b"".join(parameters))
    return b"FLhd" + struct.pack("<IHHH", 6, 0, len(channels), 96) + b"FLdt" + struct.pack("<I", len(said)) + said
