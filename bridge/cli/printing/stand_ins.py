"""Signs that an encoding cannot write, in signs that it can: Windows code pages, ASCII, a pipe of either.

A codec error handler, so that whoever writes to a stream that names it needs to know nothing of it.
"""

import codecs
import unicodedata

from bridge.text import escaped

HANDLER = "freshears-stand-ins"

# What we print ourselves, and what people put into names. Everything to the right is ASCII.
_STAND_INS = {
    "✓": "[ok]", "✗": "[x]", "◐": "[!]", "●": "*", "○": "o", "☑": "[x]", "☐": "[ ]", "•": "*", "·": "-",
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"',
    "»": '"', "…": "...", "×": "x", "±": "+/-", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "█": "#", "│": "|",
    "°": " deg", "µ": "u", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l",
    "Ł": "L", "đ": "d", "ı": "i", "¿": "?", "¡": "!",
    "♯": "#", "♭": "b",
    "\N{OBJECT REPLACEMENT CHARACTER}": "?", "\N{REPLACEMENT CHARACTER}": "?", "\N{SYMBOL FOR DELETE}": r"\x7f",
    **{chr(0x2400 + code): escaped(chr(code)) for code in range(0x20)},  # pictures of control characters
    # without width: they join letters, or choose between two looks of one sign
    **dict.fromkeys("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\ufe0e\ufe0f", ""),
}  # fmt: skip


def stand_in(character: str) -> str:
    """Return what every encoding can write in place of a character.

    A sign by its table, a letter without its marks, anything else by its number (``\\u591c``), which can be told from
    every other.
    """
    if character in _STAND_INS:
        return _STAND_INS[character]
    if unicodedata.category(character) == "Zs":
        return " "
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return bare if bare and bare.isascii() else escaped(character)


def _handle(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(map(stand_in, wrong)), error.end


codecs.register_error(HANDLER, _handle)
