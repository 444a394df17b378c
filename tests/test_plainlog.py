"""Log lines that can be shown."""

import io
import logging

from bridge.plainlog import PlainFormatter


def test_a_name_drives_no_terminal_and_begins_no_line_and_a_traceback_keeps_its_lines() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(PlainFormatter("%(levelname)s %(message)s"))
    log = logging.Logger("names")
    log.addHandler(handler)
    name = "Song\x1b[2J\nERROR forged \u202e"
    log.warning("%s waits", name)
    try:
        raise ValueError(name)
    except ValueError:
        log.exception("it broke")
    first, second, *traceback = written.getvalue().splitlines()
    assert first == "WARNING Song\\x1b[2J\\nERROR forged \\u202e waits"
    assert second == "ERROR it broke"
    assert traceback[0] == "Traceback (most recent call last):"
    assert "ValueError: Song\\x1b[2J" in traceback
