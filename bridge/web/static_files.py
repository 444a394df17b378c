"""Our own styles and scripts: those of saved reports, and those that only a live page has."""

from functools import cache, lru_cache
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bridge.report.html import STATIC as REPORT_STATIC

STATIC = Path(__file__).parent / "static"


class Statics(StaticFiles):
    """Files from memory: asked for anew each time, so that an update is seen; 304 when unchanged."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self.all_directories = [STATIC, REPORT_STATIC]

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folders."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and scope["method"] == "GET":
            etag = response.headers["etag"]
            contents = _contents(str(response.path), etag)
            response = Response(contents, media_type=response.media_type, headers={"ETag": etag})
        response.headers["Cache-Control"] = "no-cache"
        return response


@lru_cache(maxsize=64)
def _contents(path: str, _: str) -> bytes:
    """Return a file of ours, read once for each of its versions."""
    return Path(path).read_bytes()


@cache
def player_modules() -> tuple[str, ...]:
    """Return the scripts a page with a player imports: named at once, the browser need not find them one by one."""
    return tuple(
        path.relative_to(STATIC).as_posix() for pattern in ("*.js", "vendor/wave*.js") for path in STATIC.glob(pattern)
    )
