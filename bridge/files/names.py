"""Names of files that every system takes, measured in bytes, as file systems do."""

import itertools
import os
import re
import unicodedata
from collections.abc import Iterator

LONGEST_NAME_BYTES = 255  # of one name on ext4, btrfs, XFS, APFS and, in UTF-16 units and so never less, on NTFS
_NUMBER_BYTES = 8  # ours: left free by `safe_name` for the " (9999)" of a taken name

# What Windows refuses, control characters (C0, DEL, C1), line ends and marks that turn the direction of what follows,
# and surrogates that no bytes of a name become (those of ``os.fsdecode`` stay).
_NOT_IN_NAMES = re.compile(
    '[/\\\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udc7f\udd00-\udfff]'
)
# Microsoft, "Naming Files, Paths, and Namespaces": devices whatever follows the first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE)
_JOINS = {"\u200d", "\ufe0e", "\ufe0f"}  # joiner and variation selectors: one sign with what stands before them


def safe_name(text: str, tail: str = "", *, fallback: str = "Untitled") -> str:
    """Return a text as a file's name that every system takes: ``text`` and then ``tail``, which is never cut off.

    Parameters
    ----------
    text
        What a person wrote, of any length. It is cut, between characters, where name and tail are too long.
    tail
        What tells this file from its siblings: a number, a target, the ending with its dot.
    fallback
        Stands in for a text of which nothing remains.

    Returns
    -------
    str
        At most 247 bytes, so that `` (2)`` still fits; no character a file system refuses, no dot or space at either
        end, no name of a Windows device.
    """
    room = LONGEST_NAME_BYTES - _NUMBER_BYTES
    tail = _shortened(_NOT_IN_NAMES.sub("_", tail).rstrip(" ."), room // 2)
    name = _NOT_IN_NAMES.sub("_", text).strip(" .") or fallback
    if _DEVICE.match(name + tail):
        name = f"_{name}"
    return cut(name, room - len(os.fsencode(tail))).rstrip(" .") + tail


def cut(text: str, room_bytes: int) -> str:
    """Return the beginning of a text that takes no more than these bytes as a name; characters stay whole."""
    if len(os.fsencode(text)) <= room_bytes:
        return text
    end = size = 0
    for end, character in enumerate(text):  # noqa: B007 - the loop leaves where it no longer fits
        size += len(os.fsencode(character))
        if size > room_bytes:
            break
    whole = end
    while whole > 0 and (unicodedata.combining(text[whole]) or text[whole] in _JOINS or text[whole - 1] == "\u200d"):
        whole -= 1  # a letter goes with its accents, a sign with what it is joined to
    return text[: whole or end]


def numbered(stem: str, ending: str = "") -> Iterator[str]:
    """Yield a name and its alternatives without end: ``stem.wav``, ``stem (2).wav``, ``stem (3).wav`` ..."""
    yield f"{stem}{ending}"
    for number in itertools.count(2):
        mark = f" ({number}){ending}"
        yield cut(stem, LONGEST_NAME_BYTES - len(os.fsencode(mark))) + mark


def _shortened(tail: str, room_bytes: int) -> str:
    """Return a tail that leaves room for a name even where somebody's own target has a name like a novel."""
    start, dot, ending = tail.rpartition(".")
    ending = dot + ending
    return tail if len(os.fsencode(tail)) <= room_bytes else cut(start, room_bytes - len(os.fsencode(ending))) + ending
