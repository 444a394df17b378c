"""Text that every layer writes: one line that is safe to show, a position in a song, JSON."""

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Any

LONGEST_LINE = 200  # ours: no product or song is called anything longer; hostile names are
_NEAR = 0.7  # ours: two letters of a short word exchanged, or one of it wrong; another word is not near
# Persian words and many emoji need them; they have no width and move nothing.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def plain_text(text: str, longest: int = LONGEST_LINE) -> str:
    """Return a text safe to show: one line, no control, format or unassigned characters, at most ``longest`` long."""
    cut = unicodedata.normalize("NFKC", text[: 4 * longest])
    shown = "".join(" " if c.isspace() else c for c in cut if c.isspace() or unicodedata.category(c)[0] != "C")
    shown = " ".join(shown.split())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def printable(text: str) -> str:
    """Return a text as one line for a terminal: what prints as it is, all else by its escape (``\\x1b``, ``\\n``).

    Escaped are control characters of both kinds, signs that turn the reading direction, lone surrogates (bytes of a
    file name that are no text), line ends, and what this Python's Unicode does not know.
    """
    return text if text.isprintable() else "".join(c if _prints(c) else escaped(c) for c in text)


def printable_lines(text: str) -> str:
    """Return a text made `printable` line by line: line ends stay."""
    return "\n".join(printable(line) for line in text.split("\n"))


def escaped(character: str) -> str:
    """Return a character as Python and JSON write it by its number: ``\\x1b``, ``\\u202e``, ``\\U0001f3b5``."""
    return character.encode("unicode_escape").decode("ascii")


def _prints(character: str) -> bool:
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"


def without_surrogates(text: str) -> str:
    """Return a text that UTF-8 can hold: bytes of a file name that are no text are written ``\\udcXX``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def clock(seconds: float, digits: int = 0) -> str:
    """Return a position in a song: ``1:05``, ``1:02:05`` from an hour on, with decimals when asked for."""
    scale = 10**digits
    units = round(max(0.0, seconds) * scale)
    whole, part = divmod(units, scale)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    decimals = f".{part:0{digits}d}" if digits else ""
    if hours:
        return f"{hours}:{minutes:02d}:{second:02d}{decimals}"
    return f"{minutes}:{second:02d}{decimals}"


def json_text(value: Any) -> str:
    """Return a record or plain value as JSON."""
    import msgspec  # `freshears --help` writes no JSON and does not wait for it

    return msgspec.json.encode(value).decode("utf-8")


def nearest(word: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return what somebody who misspelt a word may have meant, the nearest first; case does not count."""
    by_key = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_key, most, _NEAR)
    return tuple(by_key[key] for key in found)
