"""Log lines that can be shown: a record is one line, and nothing in it drives the terminal that shows the log."""

import logging

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
