"""What the page's server answers: pages, data for charts and players, events, and the one door for actions."""

import asyncio
import gzip
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from typing import TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bridge.pathtext import to_path
from bridge.report import guards, html, page_views
from bridge.report.contract import Action, Ask, AudioKind, AudioSlice, Source
from bridge.report.live import MOST_LISTENERS, Live
from bridge.report.master_views import master_view
from bridge.report.views import bounce_view

log = logging.getLogger(__name__)

MOST_FRAMES = 1 << 21  # ours: 16 MB of stereo; the player asks for a few seconds at a time
_SOUND_TYPES = {
    ".wav": "audio/wav",
    ".wave": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
}
T = TypeVar("T")


class Pages:
    """The endpoints."""

    def __init__(self, source: Source, ask: Ask, live: Live, token: str) -> None:
        self._source = source
        self._ask = ask
        self._live = live
        self._token = token
        # One thread reads: a connection to the store belongs to the thread that uses it.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="page-reader")

    def close(self) -> None:
        """Let go of what reading needed, in the thread that read."""
        self._reader.submit(self._source.close).result()
        self._reader.shutdown()

    async def songs(self, request: Request) -> Response:
        """Show all songs."""
        cards, warnings = await self._read(request, lambda: (self._source.songs(), self._source.warnings()))
        view = page_views.songs_view(cards, warnings)
        return self._page(request, "songs.html", "Songs", "Songs", {"view": view})

    async def song(self, request: Request) -> Response:
        """Show one song."""
        page = await self._read(request, lambda: self._source.song(_number(request, "song_id")))
        if page is None:
            raise HTTPException(404, "There is no such song.")
        view = page_views.song_view(page)
        return self._page(request, "song.html", page.song.name, "Song", {"view": view}, song_id=page.song.id)

    async def bounce(self, request: Request) -> Response:
        """Show one bounce."""
        bounce_id = _number(request, "bounce_id")
        page, targets = await self._read(request, lambda: (self._source.bounce(bounce_id), self._source.targets()))
        if page is None:
            raise HTTPException(404, "There is no such bounce.")
        bounce = page.bounce
        around = page_views.around_bounce(page, targets)
        title = f"{bounce.song}, revision {bounce.revision}"
        keys = {"song_id": bounce.song_id, "bounce_id": bounce.id}
        if page.analysis is None:
            return self._page(request, "waiting.html", title, "Bounce", {"around": around}, **keys)
        view = bounce_view(
            page.analysis,
            song=bounce.song,
            revision=bounce.revision,
            made_at=page.analysed_at,
            notes=page_views.sheet_notes(page.sheet),
            hides_loudness=page.hides_loudness,
        )
        return self._page(
            request,
            "bounce.html",
            title,
            "Bounce",
            {"view": view, "around": around, "sha256": bounce.sha256},
            **keys,
        )

    async def master(self, request: Request) -> Response:
        """Show one master."""
        page = await self._read(request, lambda: self._source.master(_number(request, "master_id")))
        if page is None:
            raise HTTPException(404, "There is no such master.")
        bounce, result = page.bounce, page.result
        view = master_view(
            result,
            song=bounce.song if bounce is not None else PurePath(result.input).stem,
            revision=bounce.revision if bounce is not None else None,
            target_title=page.target_title or None,
            mix=page.mix,
            made_at=page.made_at,
            notes=(),
        )
        around = page_views.around_master(page)
        values = {"view": view, "around": around, "sha256": result.output_sha256}
        song_id, bounce_id = (bounce.song_id, bounce.id) if bounce is not None else (None, None)
        title = f"{view.song}, master for {view.target}"
        return self._page(request, "master.html", title, "Master", values, song_id=song_id, bounce_id=bounce_id)

    async def compare(self, request: Request) -> Response:
        """Show two bounces of one song side by side."""
        first, second = (_query_number(request, name) for name in ("a", "b"))
        song_id = _number(request, "song_id")
        pages = await self._read(request, lambda: (self._source.bounce(first), self._source.bounce(second)))
        a, b = pages
        if a is None or b is None or {a.bounce.song_id, b.bounce.song_id} != {song_id}:
            raise HTTPException(404, "Choose two bounces of this song.")
        if a.analysis is None or b.analysis is None:
            raise HTTPException(409, "One of the two has not been examined yet.")
        view = page_views.compare_view(a, b)
        title = f"{a.bounce.song}, revisions {a.bounce.revision} and {b.bounce.revision}"
        return self._page(request, "compare.html", title, "Comparison", {"view": view}, song_id=song_id)

    async def curves(self, request: Request) -> Response:
        """Return what the interactive charts draw, as JSON."""
        kind, item_id = _kind(request), _number(request, "item_id")
        data = await self._read(request, lambda: page_views.curves_of(self._source, kind, item_id))
        if data is None:
            raise HTTPException(404, "There are no curves of it.")
        return _packed(request, Response(msgspec.json.encode(data), media_type="application/json"))

    async def pcm(self, request: Request) -> Response:
        """Return a stretch of sound as float32 samples; what the players are fed with."""
        kind, item_id = _kind(request), _number(request, "item_id")
        start, frames = _query_number(request, "start"), _query_number(request, "frames")
        if frames > MOST_FRAMES:
            raise HTTPException(400, f"frames is {frames}; at most {MOST_FRAMES} at a time")
        sound: AudioSlice | None = await self._read(request, lambda: self._source.audio(kind, item_id, start, frames))
        if sound is None:
            raise HTTPException(404, "The sound file is not there any more, or it has changed since.")
        headers = {
            "X-Rate-Hz": str(sound.rate_hz),
            "X-Channels": str(sound.channels),
            "X-Frames": str(sound.frames),
            "X-Start": str(sound.start),
            "Cache-Control": "private, max-age=600",
        }
        return Response(sound.data, media_type="application/octet-stream", headers=headers)

    async def file(self, request: Request) -> Response:
        """Return the sound file itself, in ranges when asked for."""
        kind, item_id = _kind(request), _number(request, "item_id")
        path = await self._read(request, lambda: self._source.audio_path(kind, item_id))
        if path is None:
            raise HTTPException(404, "The sound file is not there any more, or it has changed since.")
        real = to_path(path)
        sound_type = _SOUND_TYPES.get(real.suffix.lower(), "application/octet-stream")
        name = real.name.encode("utf-8", "replace").decode()
        return FileResponse(real, media_type=sound_type, filename=name, content_disposition_type="inline")

    async def events(self, _: Request) -> Response:
        """Tell what happens for as long as the page is open."""
        if self._live.listeners >= MOST_LISTENERS:
            raise HTTPException(503, "Too many pages are open.")
        return StreamingResponse(self._live.stream(), media_type="text/event-stream")

    async def act(self, request: Request) -> Response:
        """Do what a person asked for."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > guards.MOST_BODY_BYTES:
                raise HTTPException(413, "Too much.")
        try:
            action = msgspec.json.decode(body, type=Action)
        except msgspec.DecodeError as error:
            raise HTTPException(422, f"This action is not understood ({error}).") from error
        reply = await run_in_threadpool(self._ask, action)
        return Response(msgspec.json.encode(reply), 200 if reply.ok else 409, media_type="application/json")

    async def missing(self, request: Request, error: Exception) -> Response:
        """Say that there is no such thing: a page for people, a line for programs."""
        words = error.detail if isinstance(error, HTTPException) and error.detail != "Not Found" else ""
        if request.url.path.startswith(("/api/", "/static/")):
            return PlainTextResponse(words or "There is nothing here.", 404)
        page = self._page(request, "missing.html", "Not here", "", {"words": words or "There is no such page."})
        page.status_code = 404
        return page

    async def broken(self, _: Request, error: Exception) -> Response:
        """Say that something went wrong, and log it."""
        log.error("a page could not be made", exc_info=error)
        return PlainTextResponse("Fresh Ears could not make this page. The log says why.", 500)

    def _page(
        self,
        request: Request,
        template: str,
        title: str,
        kicker: str,
        values: Mapping[str, object],
        *,
        song_id: int | None = None,
        bounce_id: int | None = None,
    ) -> Response:
        """Return a live page, or with ``?export`` the same as one file to keep."""
        if "export" in request.query_params:
            page = html.render(template, {"page_title": f"{title} – Fresh Ears", "kicker": kicker, **values})
            name = json.dumps(html.file_name(title).encode("ascii", "replace").decode().replace("?", "_") + ".html")
            return HTMLResponse(page, headers={"Content-Disposition": f"attachment; filename={name}"})
        nonce = guards.new_nonce()
        live = html.LivePage(self._token, nonce, getattr(request.state, "changes", 0), song_id, bounce_id)
        named = {"page_title": f"{title} – Fresh Ears", "kicker": kicker, **values}
        page = html.render(template, named, live=live)
        answer = HTMLResponse(page, headers={"Content-Security-Policy": guards.content_policy(nonce)})
        return _packed(request, answer)

    async def _read(self, request: Request, read: Callable[[], T]) -> T:
        request.state.changes = self._live.changes  # before reading: what happens from here on, the page will hear of
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)


class Statics(StaticFiles):
    """Our own scripts and styles: asked for anew each time, so that an update is seen; 304 when unchanged."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _packed(request: Request, response: Response) -> Response:
    """Return the response gzipped for a browser that takes it: charts are long and repetitive."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 5, mtime=0)
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _number(request: Request, name: str) -> int:
    value = int(request.path_params[name])
    if value > 2**62:  # SQLite's integers end at 2**63 - 1
        raise HTTPException(404, "Not Found")
    return value


def _query_number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise HTTPException(400, f"{name} must be a whole number")
    return int(text)


def _kind(request: Request) -> AudioKind:
    kind = request.path_params["kind"]
    if kind == "bounce":
        return "bounce"
    if kind == "master":
        return "master"
    raise HTTPException(404, "Not Found")
