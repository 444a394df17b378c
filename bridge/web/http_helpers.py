"""What the page's server needs to read a request and to write an answer."""

import gzip
import json
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bridge.report import html
from bridge.web.records import AudioKind


def kept(title: str, ending: str) -> dict[str, str]:
    """Return the header under which a browser keeps an answer as a file."""
    name = json.dumps(html.file_name(title).encode("ascii", "replace").decode().replace("?", "_") + ending)
    return {"Content-Disposition": f"attachment; filename={name}"}


class Statics(StaticFiles):
    """Our own scripts and styles, packed: asked for anew each time, so that an update is seen; 304 when unchanged."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and scope["method"] == "GET":
            plain = Response(_contents(str(response.path), response.headers["etag"]), media_type=response.media_type)
            plain.headers["ETag"] = response.headers["etag"]
            response = packed(Request(scope), plain)
        response.headers["Cache-Control"] = "no-cache"
        return response


@lru_cache(maxsize=64)
def _contents(path: str, _: str) -> bytes:
    """Return a file of ours, read once for each of its versions."""
    return Path(path).read_bytes()


def packed(request: Request, response: Response) -> Response:
    """Return the response gzipped for a browser that takes it: charts are long and repetitive."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 5, mtime=0)
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def path_number(request: Request, name: str) -> int:
    value = int(request.path_params[name])
    if value > 2**62:  # SQLite's integers end at 2**63 - 1
        raise HTTPException(404, "Not Found")
    return value


def query_number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise HTTPException(400, f"{name} must be a whole number")
    return int(text)


def audio_kind(request: Request) -> AudioKind:
    kind = request.path_params["kind"]
    if kind == "bounce":
        return "bounce"
    if kind == "master":
        return "master"
    if kind == "reference":
        return "reference"
    raise HTTPException(404, "Not Found")
