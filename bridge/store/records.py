"""How kept JSON becomes records again."""

import logging
from typing import TypeVar

import msgspec

log = logging.getLogger(__name__)
T = TypeVar("T")


def read(text: str | bytes | None, kind: type[T], what: str) -> T | None:
    """Return a kept record, only as much of it as ``kind`` names.

    ``None`` when there is none, or when another version of Fresh Ears wrote it so differently that it cannot be read:
    then it is as if it were not there, and the log says so. ``what`` names it there.
    """
    try:
        return None if text is None else msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:  # a ValidationError is one, too
        log.warning("%s cannot be read (%s); it counts as not there", what, error)
        return None
