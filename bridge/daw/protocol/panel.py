"""The panel as the scripts read it: a JSON record for REAPER, lines of text for Ardour, both from the table."""

import json
from typing import Any

from msgspec.structs import replace

from bridge.daw.contract import Panel
from bridge.daw.protocol.table import MAX_PANEL_BYTES, MAX_TEXT_CHARS, PANEL, VERSION, Field


def panel_json(panel: Panel, head: dict[str, Any]) -> str:
    """Return the text of ``board.json``: ``head`` first, then every field; never longer than scripts read.

    It is ASCII: a file name that is not UTF-8 would make the whole panel unreadable otherwise.
    """
    shortest = 1
    text = ""
    for most in (10_000, 50, 20, 5, shortest):
        record = {**head, "protocol": VERSION, **_record(panel, PANEL, most)}
        text = json.dumps(record, separators=(",", ":"))
        if len(text) <= MAX_PANEL_BYTES:
            return text
    return json.dumps({**head, "protocol": VERSION, **_record(Panel(project_path=panel.project_path), PANEL, shortest)})


def _record(holder: object, fields: tuple[Field, ...], most: int) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for field in fields:
        value = _json_value(field, getattr(holder, field.name), most)
        record[field.name] = value
        if field.old:
            record[field.old] = value
    return record


def _json_value(field: Field, value: Any, most: int) -> Any:
    match field.kind:
        case "text":
            return value[:MAX_TEXT_CHARS]
        case "texts":
            return [text[:MAX_TEXT_CHARS] for text in value[: min(field.most, most)]]
        case "records":
            return [_record(entry, field.fields, most) for entry in value[: min(field.most, most)]]
    return value


def panel_lines(panel: Panel, *, ticket: str = "", popup: bool = False) -> str:
    """Return the text of ``board.txt``.

    ``ticket`` is the question it answers; ``popup`` says that the bridge, not the person, opens the window, which then
    holds only what may interrupt.
    """
    if popup:
        panel = replace(panel, notices=tuple(n for n in panel.notices if n.interrupt), noticed=())
    head = line("ticket", ticket) + line("popup", "1" if popup else "0") + line("protocol", str(VERSION))
    return head + "".join(_lines(field, getattr(panel, field.name)) for field in PANEL) + line("done", "1")


def _lines(field: Field, value: Any) -> str:
    key = field.line or field.name
    if field.kind == "texts":
        return "".join(line(key, text) for text in value[: field.most])
    if field.kind == "records":
        return "".join(_entry_lines(key, field, entry) for entry in value[: field.most])
    text = _line_value(field, value)
    return line(key, text) + (line(field.old_line, text) if field.old_line else "")


def _entry_lines(key: str, field: Field, entry: object) -> str:
    """Return the line of one record, and below it one for each entry of a list in it."""
    flat = [f for f in field.fields if f.kind != "records"]
    below = [f for f in field.fields if f.kind == "records"]
    own = line(key, *(_line_value(f, getattr(entry, f.name)) for f in flat))
    return own + "".join(_lines(f, getattr(entry, f.name)) for f in below)


def _line_value(field: Field, value: Any) -> str:
    match field.kind:
        case "yes":
            return "1" if value else "0"
        case "seconds":
            return f"{value:.6f}"
    return str(value)


def line(*values: str) -> str:
    """Return one line of a mailbox file: a key and its values with tabs between them."""
    return "\t".join(escape(value) for value in values) + "\n"


def escape(text: str) -> str:
    """Return one value as it stands in a line; control characters other than tab and line end become spaces."""
    text = text[:MAX_TEXT_CHARS].replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return "".join(c if c.isprintable() else " " for c in text)


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    out, characters = [], iter(text)
    for c in characters:
        if c != "\\":
            out.append(c)
            continue
        follower = next(characters, "\\")
        out.append({"t": "\t", "n": "\n"}.get(follower, follower))
    return "".join(out)
