"""JSON and TOML as they can be written on a given stream and shown by any terminal, without losing a character.

Outside ASCII, and among what does not print, characters stand only inside strings, where both formats know escapes.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from bridge.text import printable, without_surrogates

_BEYOND_16_BITS = 0x10000
_FIRST_HIGH, _FIRST_LOW, _LOW_BITS = 0xD800, 0xDC00, 10  # RFC 8259, section 7: a pair of surrogates


def as_json(value: Any, *, indent: int = 0) -> str:
    """Return a record or plain value as JSON; bytes of a file name that are no text are written ``\\udcXX``."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_without_surrogates(msgspec.to_builtins(value)))
    return (msgspec.json.format(encoded, indent=indent) if indent else encoded).decode("utf-8")


def shown_json(text: str, *, ascii_only: bool) -> str:
    """Return JSON with every character escaped that does not print, or that ASCII has not."""
    return _escaped(text, _json_escape, ascii_only=ascii_only)


def shown_toml(text: str, *, ascii_only: bool) -> str:
    """Return TOML with every character escaped that does not print, or that ASCII has not."""
    return _escaped(text, _toml_escape, ascii_only=ascii_only)


def _escaped(text: str, escape: Callable[[str], str], *, ascii_only: bool) -> str:
    def stands(character: str) -> bool:
        return character == "\n" or ((character.isascii() or not ascii_only) and printable(character) == character)

    return "".join(character if stands(character) else escape(character) for character in text)


def _json_escape(character: str) -> str:
    code = ord(character)
    if code < _BEYOND_16_BITS:
        return f"\\u{code:04x}"
    rest = code - _BEYOND_16_BITS
    return f"\\u{_FIRST_HIGH + (rest >> _LOW_BITS):04x}\\u{_FIRST_LOW + (rest & (1 << _LOW_BITS) - 1):04x}"


def _toml_escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < _BEYOND_16_BITS else f"\\U{code:08x}"


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
    return [_without_surrogates(one) for one in value] if isinstance(value, list | tuple) else value
