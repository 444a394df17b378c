"""Write `docs/daw-protocol.md` from the tables: `python -m bridge.daw.protocol.docs docs/daw-protocol.md`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from bridge.daw.protocol.state import STATE
from bridge.daw.protocol.table import (
    FORMAT,
    KIND_WORDS,
    MAX_PANEL_BYTES,
    MAX_REQUEST_CHARS,
    MAX_TEXT_CHARS,
    NOTICE_KINDS,
    PANEL,
    REQUESTS,
    VERSION,
    Argument,
    Field,
    Request,
)
from bridge.daw.reaper.mailbox import MAX_REQUEST_BYTES, MAX_STATE_BYTES

_OSC_TYPES = {"text": "s", "whole": "i", "yes": "i", "seconds": "f"}

_HEAD = f"""# What bridge and DAW scripts say to each other

*Written from `bridge/daw/protocol/` by `python -m bridge.daw.protocol.docs docs/daw-protocol.md`; do not edit.*

Scripts inside a DAW have no sockets to listen on. So the bridge writes files that they read, and they answer with
files (REAPER) or OSC messages (Ardour). Everything the bridge reads here was written by another program: it is bounded
and checked against these tables, and what does not fit is dropped. This is version {VERSION}.

A window of another kind, a plug-in's for one, can speak it, too: read the panel, show it, send requests.

## Versions

`protocol` is the version the bridge speaks. `format` is what scripts check before they read on; it stays {FORMAT}
for as long as older scripts can read what is written. A name is never given another meaning and none is taken away:
a field that a version renamed is written under both names, and scripts pass over names they do not know. Scripts of
0.1.0 (version 1, which had no `protocol`) and this bridge understand each other both ways, and a test runs them.
"""

_FILES = (
    (
        "`FreshEars/board.json` in REAPER's resource folder, or where `install` put it",
        "bridge",
        (
            f"the panel as JSON, ASCII, at most {MAX_PANEL_BYTES // 1024} KiB; at least every five seconds. "
            "`serial` stands first and is new each time"
        ),
    ),
    (
        "`FreshEars/state.json`",
        "REAPER's scripts",
        f"the state, at least once a second, at most {MAX_STATE_BYTES // 1024} KiB",
    ),
    ("`FreshEars/busy.json`", "REAPER's scripts", "`what` and `since`: a render keeps them from writing"),
    (
        "`FreshEars/requests/*.json`",
        "REAPER's scripts",
        f"one request each, at most {MAX_REQUEST_BYTES // 1024} KiB; the bridge removes it",
    ),
    ("`FreshEars/bridge.json`", "`install`", "`command`: how the bridge is started"),
    ("`freshears/board.txt` in Ardour's settings folder", "bridge", "the panel as lines, when a script asks"),
    ("`freshears/bridge.txt`", "bridge", "`port`, `version`, `pid`; there as long as it runs"),
    ("`freshears/shown.txt`", "bridge", "the session and key of every notice whose window was opened"),
    (
        "`freshears/bounced.txt`",
        "Ardour's scripts",
        "`bounced` and its values as below, for a bounce made while no bridge answered; read when its session is open",
    ),
    (
        "`freshears/dual_print.txt`",
        "Ardour's scripts",
        "what to switch on again after a dual print that was interrupted",
    ),
)

_LINES = f"""
Every file is replaced whole, so that nobody reads half of one. A line of Ardour's files is a key and its values with
tabs between them; a tab, a line end and a backslash in a value are written `\\t`, `\\n` and `\\\\`. Numbers are
decimal,
*yes* is `1` and *no* is `0`. A text of the panel has at most {MAX_TEXT_CHARS} characters.
"""


def render() -> str:
    """Return the page."""
    return "\n".join(
        [
            _HEAD,
            "## Files",
            "",
            *_table(("file", "written by", "what"), _FILES),
            _LINES,
            "## The panel: bridge to DAW",
            "",
            "Always the whole of it. In JSON a field stands under its name; beside the fields stand `serial`,",
            "`format`, `protocol`, `at` (POSIX seconds) and `bridge` (its version). As lines it begins with `ticket`,",
            "`popup` and `protocol` and ends with `done 1`; a list has one line for each entry, and a list inside a",
            "record follows it.",
            "",
            *_table(("field", "kind", "line", "before 2", "meaning"), map(_panel_row, PANEL)),
            "",
            *_records(),
            "### Kinds of notices",
            "",
            *(f"- `{kind}`: {meaning}" for kind, meaning in NOTICE_KINDS.items()),
            "",
            "## Requests: DAW to bridge",
            "",
            "Ardour's scripts send `/freshears/ardour/KEY/NAME` over OSC, with `port` and `key` from `bridge.txt`,",
            "and the values in this order. Scripts that know no key leave it out; where it is known whose a socket is",
            "(Linux) they are heard while theirs is open. REAPER's write a file with `format`, `id` (in its name, too;",
            "done once), `kind`, `at` and the",
            "values; where the kind is `action`, `action` is the request's name and its values, all but",
            f"`project_path`, stand in `values` as texts. A value has at most {MAX_REQUEST_CHARS} characters.",
            "",
            *(line for request in REQUESTS.values() for line in _request(request)),
            "## The state: DAW to bridge",
            "",
            "Whole, at least once a second. In REAPER `state.json`, in Ardour the message `/freshears/ardour/state`.",
            "",
            *_table(
                ("meaning", "in `state.json`", "in Ardour's message, in this order"),
                ((field.meaning, _code(field.reaper), field.ardour or "–") for field in STATE),
            ),
            "",
        ]
    )


def _panel_row(field: Field) -> tuple[str, ...]:
    most = f", at most {field.most}" if field.most else ""
    since = f" (since version {field.since})" if field.since > 1 else ""
    before = ", ".join(f"`{name}`" for name in dict.fromkeys((field.old, field.old_line)) if name) or "–"
    key = _code(field.line or field.name)
    return _code(field.name), KIND_WORDS[field.kind] + most, key, before, field.meaning + since


def _records() -> Iterable[str]:
    seen: set[str] = set()
    for field in PANEL:
        yield from _record(field, seen)


def _record(field: Field, seen: set[str]) -> Iterable[str]:
    key = field.line or field.name
    if field.kind != "records" or key in seen:
        return
    seen.add(key)
    yield f"### A record of `{field.name}`"
    yield ""
    flat = [inner for inner in field.fields if inner.kind != "records"]
    below = [inner for inner in field.fields if inner.kind == "records"]
    yield f"Line: `{key}`, then {', '.join(f'`{inner.name}`' for inner in flat)}."
    yield ""
    rows = (
        (_code(f.name), KIND_WORDS[f.kind], f.meaning + (f" (since version {f.since})" if f.since > 1 else ""))
        for f in field.fields
    )
    yield from _table(("field", "kind", "meaning"), rows)
    yield ""
    for inner in below:
        yield from _record(inner, seen)


def _request(request: Request) -> Iterable[str]:
    shown = " ".join(f"{_OSC_TYPES[argument.kind]} {argument.name}" for argument in request.arguments)
    where = f"Ardour: `/freshears/ardour/{request.name} {shown}`"
    if request.reaper:
        kind = f'kind `"{request.reaper}"`' + (f', action `"{request.name}"`' if request.reaper == "action" else "")
        where += f" · REAPER: {kind}"
    yield from (f"### `{request.name}`", "", f"{request.meaning}  ", where, "")
    yield from (f"- `{argument.name}` ({_kind(argument)}): {argument.meaning}" for argument in request.arguments)
    yield ""


def _kind(argument: Argument) -> str:
    return KIND_WORDS[argument.kind]


def _code(text: str) -> str:
    return f"`{text}`" if text else "–"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
