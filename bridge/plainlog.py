"""Log lines that can be shown: a record is one line, and nothing in it drives the terminal that shows the log."""

import logging
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
