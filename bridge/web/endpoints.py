"""What the pages' server answers: pages, data for charts and players, events, and the one door for actions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse

from bridge.audio.kinds import mime_type
from bridge.pathtext import to_path
from bridge.report import html
from bridge.songs.actions import Action
from bridge.web import player_data, security
from bridge.web.http_helpers import audio_kind, kept, path_number, query_number
from bridge.web.live import MOST_LISTENERS, Live
from bridge.web.pages.shown import Show, Shown
from bridge.web.reader import PageReader
from bridge.web.records import Ask, AudioSlice
from bridge.web.static_files import player_modules

log = logging.getLogger(__name__)

MOST_FRAMES = 1 << 21  # ours: 16 MB of stereo; the player asks for a few seconds at a time
_BODY_S = 5.0  # ours: for the 64 KiB of an action
T = TypeVar("T")


class Endpoints:
    """All that can be asked for; `bridge.web.application` says under which address."""

    def __init__(self, reader: PageReader, ask: Ask, live: Live, token: str) -> None:
        self._reader = reader
        self._ask = ask
        self._live = live
        self._token = token
        # One thread reads: a connection to the store belongs to the thread that uses it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page-reader")

    def close(self) -> None:
        """Let go of what reading needed, in the thread that read."""
        self._thread.submit(self._reader.close).result()
        self._thread.shutdown()

    def page(self, show: Show) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of a page: live, with ``?export`` as one file to keep, with ``?json`` its numbers."""

        async def endpoint(request: Request) -> Response:
            return self._answer(request, await self._read(request, lambda: show(self._reader, request)))

        return endpoint

    async def curves(self, request: Request) -> Response:
        """Return what the interactive charts draw, as JSON."""
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        data = await self._read(request, lambda: player_data.curves_of(self._reader, kind, item_id))
        if data is None:
            raise HTTPException(404, "There are no curves of it.")
        return _json(data)

    async def loudness(self, request: Request) -> Response:
        """Return the short-term loudness for looking closer, as JSON."""
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        series = await self._read(request, lambda: self._reader.sounds.loudness(kind, item_id))
        if series is None:
            raise HTTPException(404, "There is no loudness of it.")
        return _json(series)

    async def zoom(self, request: Request) -> Response:
        """Return the waveform at one zoom: a byte for each peak, channel after channel."""
        kind, item_id, level = audio_kind(request), path_number(request, "item_id"), path_number(request, "level")
        found = await self._read(request, lambda: self._reader.sounds.zoom(kind, item_id, level))
        if found is None:
            raise HTTPException(404, "There is no such zoom.")
        headers = {
            "X-Step-S": f"{found.step_s:g}",
            "X-Channels": str(found.channels),
            "X-Full-Scale": f"{found.full_scale:g}",
            "Cache-Control": "private, max-age=600",
        }
        return Response(found.peaks, media_type="application/octet-stream", headers=headers)

    async def pcm(self, request: Request) -> Response:
        """Return a stretch of sound as float32 samples; what the players are fed with."""
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        start, frames = query_number(request, "start"), query_number(request, "frames")
        if frames > MOST_FRAMES:
            raise HTTPException(400, f"frames is {frames}; at most {MOST_FRAMES} at a time")
        sound: AudioSlice | None = await self._read(
            request, lambda: self._reader.sounds.slice(kind, item_id, start, frames)
        )
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
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        path = await self._read(request, lambda: self._reader.sounds.path(kind, item_id))
        if path is None:
            raise HTTPException(404, "The sound file is not there any more, or it has changed since.")
        real = to_path(path)
        name = real.name.encode("utf-8", "replace").decode()
        return FileResponse(real, media_type=mime_type(real.suffix), filename=name, content_disposition_type="inline")

    async def events(self, _: Request) -> Response:
        """Tell what happens for as long as the page is open."""
        if self._live.listeners >= MOST_LISTENERS:
            raise HTTPException(503, "Too many pages are open.")
        return StreamingResponse(self._live.stream(), media_type="text/event-stream")

    async def act(self, request: Request) -> Response:
        """Do what a person asked for."""
        try:
            async with asyncio.timeout(_BODY_S):
                body = await _body(request)
            action = msgspec.json.decode(body, type=Action)
        except TimeoutError as error:
            raise HTTPException(408, "The rest of it did not come.") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise HTTPException(422, f"This action is not understood ({error}).") from error
        reply = await run_in_threadpool(self._ask, action)
        return _json(reply, status=200 if reply.ok or reply.go_on else 409)  # a question is no failure

    async def missing(self, request: Request, error: Exception) -> Response:
        """Say that there is no such thing: a page for people, a line for programs."""
        words = error.detail if isinstance(error, HTTPException) and error.detail != "Not Found" else ""
        if request.url.path.startswith(("/api/", "/static/")):
            return PlainTextResponse(words or "There is nothing here.", 404)
        shown = Shown("missing.html", "Not here", "", None, {"words": words or "There is no such page."})
        answer = self._answer(request, shown)
        answer.status_code = 404
        return answer

    async def broken(self, _: Request, error: Exception) -> Response:
        """Say that something went wrong, and log it."""
        log.error("a page could not be made", exc_info=error)
        return PlainTextResponse("Fresh Ears could not make this page. The log says why.", 500)

    def _answer(self, request: Request, page: Shown) -> Response:
        if "json" in request.query_params:
            return _json(page.record, kept(page.title, ".json"))
        named = {"page_title": f"{page.title} – Fresh Ears", "kicker": page.kicker, **page.values}
        if "export" in request.query_params:
            return HTMLResponse(html.render(page.template, named), headers=kept(page.title, ".html"))
        nonce = security.new_nonce()
        changes = getattr(request.state, "changes", 0)
        live = html.LivePage(
            self._token, nonce, changes, self._live.run, page.song_id, page.bounce_id, player_modules()
        )
        words = html.render(page.template, named, live=live)
        return HTMLResponse(words, headers={"Content-Security-Policy": security.content_policy(nonce)})

    async def _read(self, request: Request, read: Callable[[], T]) -> T:
        request.state.changes = self._live.changes  # before reading: what happens from here on, the page will hear of
        return await asyncio.get_running_loop().run_in_executor(self._thread, read)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > security.MOST_BODY_BYTES:
            raise HTTPException(413, "Too much.")
    return bytes(body)


def _json(record: object, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(record), status, headers, media_type="application/json")
