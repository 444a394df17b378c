"""What the scripts ask for and tell, checked against the table: the same for every DAW."""

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from bridge.daw.contract import ActionAsked, ActionName, AnswerGiven, ExportSeen, PrintKind
from bridge.daw.protocol.table import MAX_REQUEST_CHARS, REQUESTS, Kind
from bridge.model import DawName

_PRINTS: dict[str, PrintKind] = {"bounce": "bounce", "print-wet": "print-wet", "print-dry": "print-dry"}
_ACTIONS: dict[str, ActionName] = {"master": "master", "handoff": "handoff", "mode": "mode", "reply": "reply"}


def values_of(name: str, daw: DawName, values: Sequence[object]) -> dict[str, str] | None:
    """Return a request's values by name, from the values in the table's order; None when they do not fit it."""
    request = REQUESTS.get(name)
    if request is None or daw not in request.daws or len(values) != len(request.arguments):
        return None
    found: dict[str, str] = {}
    for argument, value in zip(request.arguments, values, strict=True):
        text = _as_text(argument.kind, value)
        if text is None:
            return None
        found[argument.name] = text
    return found


def _as_text(kind: Kind, value: object) -> str | None:
    match kind, value:
        case "text", str():
            return value[:MAX_REQUEST_CHARS]
        case "yes", int():
            return "1" if value else "0"
        case "seconds" | "whole", int() | float():
            return repr(value)
    return None


def event_of(
    daw: DawName, at: float, name: str, values: Mapping[str, str]
) -> ExportSeen | AnswerGiven | ActionAsked | None:
    """Return what a request means to the rest of the bridge, None when it makes no sense.

    Parameters
    ----------
    at
        POSIX seconds.
    name
        Its name in the table.
    values
        Its values by name; those the table does not know are passed over, those that are missing are empty.
    """
    request = REQUESTS.get(name)
    if request is None or daw not in request.daws:
        return None
    known = {
        argument.name: values[argument.name][:MAX_REQUEST_CHARS]
        for argument in request.arguments
        if argument.name in values
    }
    project = known.pop("project_path", "")
    if name == "answer":
        return AnswerGiven(
            daw=daw, at=at, project_path=project, key=known.get("key", ""), answer=known.get("answer", "")
        )
    if name in {"bounced", "exported"}:
        return _export(daw, at, project, known)
    if name in _ACTIONS:
        return ActionAsked(daw=daw, at=at, project_path=project, action=_ACTIONS[name], values=known)
    return None


def _export(daw: DawName, at: float, project: str, values: Mapping[str, str]) -> ExportSeen | None:
    path, kind = values.get("path", ""), values.get("print", "")
    try:
        start_s = float(values.get("start_s", "") or 0.0)
    except ValueError:
        return None
    is_absolute = PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()
    if not is_absolute or (kind and kind not in _PRINTS) or not math.isfinite(start_s):
        return None
    return ExportSeen(
        daw=daw,
        seen_at=at,
        path=path,
        name=values.get("name", ""),
        project_path=project,
        project_name=values.get("project_name", ""),
        kind=_PRINTS[kind] if kind else "export",
        pair=values.get("pair", ""),
        start_s=start_s,
    )
