"""Ardour's OSC datagrams to messages and back. What does not parse is dropped: the next poll repairs it.

Ardour answers some questions at the address ``#reply``, without a slash, so the strict codec of our own messages does
not fit here.
"""

import struct

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageParseError
from pythonosc.osc_message_builder import BuildError, OscMessageBuilder
from pythonosc.parsing.osc_types import ParseError

MAX_DATAGRAM_BYTES = 65_536
MAX_STRING_CHARS = 4096
MAX_VALUES = 4096
_TAGS = b"sifhdTF"


def decode(datagram: bytes) -> tuple[str, tuple[object, ...]] | None:
    """Return (address, values) of one datagram, None when it is not a message we can read."""
    if len(datagram) % 4 or not datagram.startswith((b"/", b"#reply\x00")):
        return None
    end = datagram.find(b"\x00")
    tags_start = end + 4 - end % 4
    tags = datagram[tags_start : datagram.find(b"\x00", tags_start)]
    if not tags.startswith(b",") or tags[1:].strip(_TAGS) or len(tags) > MAX_VALUES:
        return None
    try:
        message = OscMessage(datagram)
    except (ParseError, MessageParseError, ValueError, IndexError, struct.error):
        return None
    values = tuple(message.params)
    if any(isinstance(value, str) and len(value) > MAX_STRING_CHARS for value in values):
        return None
    return message.address, values


def encode(address: str, values: tuple[object, ...]) -> bytes:
    """Return the datagram for a message of strings, integers and floats.

    Raises
    ------
    OSError
        A value does not fit into OSC.
    """
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    try:
        return bytes(builder.build().dgram)
    except (BuildError, struct.error) as error:
        raise OSError(f"{address}: {error}") from error
