r"""File names as text that JSON, SQLite and a terminal can hold, and back without loss.

Names on Linux may hold any bytes; those that are not UTF-8 reach Python as lone surrogates, which nothing
else accepts. They are written ``\udcXX``; every other name stays as it is.
"""

import os
import re
from pathlib import Path

_SURROGATE = re.compile("[\ud800-\udfff]")
# A name that already holds such a sequence has its backslash written as \u005c, so that reading is unambiguous.
_LOOKALIKE = re.compile(r"\\(?=u(?:d[89a-f][0-9a-f]{2}|005c))")
_ESCAPED = re.compile(r"\\u(d[89a-f][0-9a-f]{2}|005c)")


def to_text(path: Path | str) -> str:
    """Return a path as clean text; ``to_path`` is its inverse."""
    text = _LOOKALIKE.sub(r"\\u005c", os.fspath(path))
    return _SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def to_path(text: str) -> Path:
    """Turn the text of ``to_text`` back into the path."""
    return Path(_ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text))
