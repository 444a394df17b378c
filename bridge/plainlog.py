"""Log lines that can be shown: a record is one line, and nothing in it drives the terminal that shows the log."""

import errno
import json
import logging
import re
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import cast

from bridge.files.private import private_opener
from bridge.text import printable, printable_lines


class PlainFormatter(logging.Formatter):
    """As `logging.Formatter`; names in a message cannot begin a line of their own, tracebacks keep their lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - its name in the standard library
        """Return the line of a record."""
        record.message = printable(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return a record with its traceback."""
        return printable_lines(super().format(record))


class PrivateRotatingLog(RotatingFileHandler):
    """A rotating log whose files only this user may read."""

    def _open(self) -> TextIOWrapper:
        opened = open(  # noqa: SIM115 - the handler closes it; a path's own `open` takes no opener
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=private_opener
        )
        return cast("TextIOWrapper", opened)


class FaultFormatter(logging.Formatter):
    """What went wrong, one JSON object a line, without anything a person may want to keep to themselves.

    Of a message only its own words are kept, as they stand in the source, without the names and paths that are put
    into them; of an error its kind and where it arose. Other people's loggers may have put names into theirs.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        ours = record.name.split(".")[0] in _OURS
        said = record.msg if ours and isinstance(record.msg, str) else ""
        note: dict[str, object] = {"at": round(record.created), "level": record.levelname, "logger": record.name}
        note["says"] = said
        if record.exc_info and record.exc_info[1] is not None:
            note["errors"] = [_told(error) for error in _chain(record.exc_info[1])]
        elif ours and (place := _PLACE.search(record.getMessage())):  # a worker's traceback, line by line
            file = place[1].replace("\\", "/")
            note["errors"] = [{"at": [f"{file}:{place[2]} in {place[3]}"]}]
        return json.dumps(note)


_OURS = {"bridge", "dsp"}
_PLACE = re.compile(r'File ".*\b((?:bridge|dsp)[\\/][\w\\/]+\.py)", line (\d+), in (\w+)')
_MOST_FRAMES, _MOST_ERRORS = 12, 4  # ours: a traceback's end tells most


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and those it arose from."""
    found: list[BaseException] = []
    after: BaseException | None = error
    while after is not None and after not in found and len(found) < _MOST_ERRORS:
        found.append(after)
        after = after.__cause__ or (None if after.__suppress_context__ else after.__context__)
    return found


def _told(error: BaseException) -> dict[str, object]:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    number = error.errno if isinstance(error, OSError) else None
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    told: dict[str, object] = {"kind": kind, "at": frames[-_MOST_FRAMES:]}
    return told if number is None else {**told, "errno": errno.errorcode.get(number, str(number))}
