"""How the pages read a request: numbers and kinds of sounds, or a refusal; and name what a browser keeps."""

import json

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bridge.report import html
from bridge.web.records import AudioKind


def kept(title: str, ending: str) -> dict[str, str]:
    """Return the header under which a browser keeps an answer as a file."""
    name = json.dumps(html.file_name(title).encode("ascii", "replace").decode().replace("?", "_") + ending)
    return {"Content-Disposition": f"attachment; filename={name}"}


def path_number(request: Request, name: str) -> int:
    """Return a number of the path; what no row can have is not found."""
    value = int(request.path_params[name])
    if value > 2**62:  # SQLite's integers end at 2**63 - 1
        raise HTTPException(404, "Not Found")
    return value


def query_number(request: Request, name: str) -> int:
    """Return a whole number of the query; anything else is a bad request."""
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise HTTPException(400, f"{name} must be a whole number")
    return int(text)


def audio_kind(request: Request) -> AudioKind:
    """Return what kind of sound the path asks for; anything else is not found."""
    kind = request.path_params["kind"]
    if kind == "bounce":
        return "bounce"
    if kind == "master":
        return "master"
    if kind == "reference":
        return "reference"
    raise HTTPException(404, "Not Found")
