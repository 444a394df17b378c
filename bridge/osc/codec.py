"""Datagrams to checked messages and back. Everything that arrives is hostile until it fits the table."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageParseError
from pythonosc.osc_message_builder import BuildError, OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

from bridge.errors import OscError
from bridge.osc.address import Address
from bridge.osc.addresses import ADDRESSES
from bridge.text import without_surrogates

# ours: the longest path most systems allow is 4096 bytes; a few of them fit, nothing of ours is longer.
MAX_DATAGRAM_BYTES = 16_384
MAX_STRING_CHARS = 4096
_BUNDLE_START = b"#bundle\x00"
_BUNDLE_HEADER_BYTES = 16
_MAX_BUNDLE_DEPTH = 4
_MAX_BUNDLE_MESSAGES = 64

Value = str | int | float


class Message(NamedTuple):
    """One checked message: its arguments fit the address."""

    address: Address
    args: tuple[Value, ...]


def decode(datagram: bytes) -> list[Message]:
    """Return the messages of one datagram (a message or a bundle; time tags are not waited for).

    Raises
    ------
    OscError
        Anything in it is too large, malformed, unknown or of the wrong types.
    """
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise OscError("oversized")
    return [_check(message) for message in _messages(datagram, 0)]


def encode(address: Address, *args: Value) -> bytes:
    """Return the datagram for one message.

    Raises
    ------
    OscError
        The arguments do not fit the address.
    """
    _check_args(address, args)
    builder = OscMessageBuilder(address.path)
    for value, arg in zip(args, address.args, strict=False):
        builder.add_arg(_clean(value) if isinstance(value, str) else value, arg.type)
    try:
        return bytes(builder.build().dgram)
    except (BuildError, struct.error) as error:
        raise OscError(f"{address.path}: {error}") from error


def _clean(text: str) -> str:
    """Cut what OSC strings cannot hold (NUL ends them) and what is too long; odd bytes become visible."""
    clean = without_surrogates(text.replace("\x00", ""))
    return clean[:MAX_STRING_CHARS]


def _messages(datagram: bytes, depth: int) -> Iterator[OscMessage]:
    if not datagram.startswith(_BUNDLE_START):
        if not datagram.startswith(b"/") or len(datagram) % 4 or not _has_known_types(datagram):
            raise OscError("malformed")
        try:
            yield OscMessage(datagram)
        except (ParseError, MessageParseError, ValueError, IndexError, struct.error) as error:
            raise OscError("malformed") from error
        return
    if depth >= _MAX_BUNDLE_DEPTH:
        raise OscError("malformed")
    count = 0
    for element in _bundle_elements(datagram):
        for message in _messages(element, depth + 1):
            count += 1
            if count > _MAX_BUNDLE_MESSAGES:
                raise OscError("oversized")
            yield message


def _has_known_types(datagram: bytes) -> bool:
    """Tell whether the type tags are only those of our table (the parser logs every other one it meets)."""
    start = datagram.find(b"\x00")
    start += 4 - start % 4
    end = datagram.find(b"\x00", start)
    tags = datagram[start:end]
    return tags[:1] == b"," and not tags[1:].strip(b"sif")


def _bundle_elements(datagram: bytes) -> Iterator[bytes]:
    """Cut a bundle (OSC 1.0 specification, "OSC Bundles") into its elements."""
    position = _BUNDLE_HEADER_BYTES
    if len(datagram) < position:
        raise OscError("malformed")
    while position < len(datagram):
        if position + 4 > len(datagram):
            raise OscError("malformed")
        size = struct.unpack_from(">i", datagram, position)[0]
        position += 4
        if size <= 0 or position + size > len(datagram):
            raise OscError("malformed")
        yield datagram[position : position + size]
        position += size


def _check(message: OscMessage) -> Message:
    address = ADDRESSES.get(message.address)
    if address is None or address.direction != "in":
        raise OscError("unknown")
    args = tuple(message.params)
    _check_args(address, args)
    return Message(address, args)


def _check_args(address: Address, args: tuple[object, ...]) -> None:
    if not address.least_args <= len(args) <= len(address.args):
        raise OscError("malformed")
    for value, arg in zip(args, address.args, strict=False):
        if arg.type == "s":
            fits = isinstance(value, str)
        elif arg.type == "i":
            fits = isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
        else:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        if not fits or (address.direction == "in" and isinstance(value, str) and len(value) > MAX_STRING_CHARS):
            raise OscError("malformed")


__all__ = ["MAX_DATAGRAM_BYTES", "Message", "decode", "encode"]
