"""What the page's server answers: pages, data for charts and players, events, and the one door for actions."""

import asyncio
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

from bridge.audio.kinds import mime_type
from bridge.pathtext import to_path
from bridge.policy.song.handoff import sheet_notes
from bridge.report import html
from bridge.report.bounce_view import bounce_view
from bridge.report.master_view import master_view
from bridge.songs.actions import Action
from bridge.web import player_data, security
from bridge.web.compare_page import compare_view
from bridge.web.comparison_view import comparison_view
from bridge.web.http_helpers import audio_kind, kept, packed, path_number, query_number
from bridge.web.live import MOST_LISTENERS, Live
from bridge.web.page_view import bounce_page_view, master_page_view
from bridge.web.records import Ask, AudioSlice, Source
from bridge.web.song_pages import song_view, songs_view

log = logging.getLogger(__name__)

MOST_FRAMES = 1 << 21  # ours: 16 MB of stereo; the player asks for a few seconds at a time
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
        return self._page(request, "songs.html", "Songs", "Songs", cards, {"view": songs_view(cards, warnings)})

    async def song(self, request: Request) -> Response:
        """Show one song."""
        page = await self._read(request, lambda: self._source.song(path_number(request, "song_id")))
        if page is None:
            raise HTTPException(404, "There is no such song.")
        values = {"view": song_view(page, linked="export" not in request.query_params)}
        return self._page(request, "song.html", page.song.name, "Song", page, values, song_id=page.song.id)

    async def bounce(self, request: Request) -> Response:
        """Show one bounce."""
        bounce_id = path_number(request, "bounce_id")
        page, options = await self._read(request, lambda: (self._source.bounce(bounce_id), self._source.options()))
        if page is None:
            raise HTTPException(404, "There is no such bounce.")
        bounce = page.bounce
        title = f"{bounce.song}, bounce {bounce.revision}"
        values: dict[str, object] = {"around": bounce_page_view(page, options)}
        if page.analysis is not None:
            values |= {
                "sha256": bounce.sha256,
                "view": bounce_view(
                    page.analysis,
                    song=bounce.song,
                    revision=bounce.revision,
                    made_at=page.analysed_at,
                    notes=sheet_notes(page.sheet),
                    hides_loudness=page.hides_loudness,
                    references=page.references.comparison,
                ),
            }
        template = "bounce.html" if page.analysis is not None else "waiting.html"
        keys = {"song_id": bounce.song_id, "bounce_id": bounce.id}
        return self._page(request, template, title, "Bounce", page, values, **keys)

    async def master(self, request: Request) -> Response:
        """Show one master."""
        page = await self._read(request, lambda: self._source.master(path_number(request, "master_id")))
        if page is None:
            raise HTTPException(404, "There is no such master.")
        bounce, result = page.bounce, page.result
        view = master_view(
            result,
            song=bounce.song if bounce is not None else PurePath(result.input).stem,
            revision=bounce.revision if bounce is not None else None,
            target_title=page.target_title or None,
            mix=page.mix,
            curves=page.curves,
            made_at=page.made_at,
            notes=page.notes,
        )
        action = Action(kind="compare", bounce_id=bounce.id if bounce is not None else None, master_id=page.id)
        beside = comparison_view(page.beside, action, result.format.duration_s) if bounce is not None else None
        around = master_page_view(page)
        values = {"view": view, "around": around, "beside": beside, "sha256": result.output_sha256}
        song_id, bounce_id = (bounce.song_id, bounce.id) if bounce is not None else (None, None)
        title = f"{view.song}, master for {view.target}"
        return self._page(request, "master.html", title, "Master", page, values, song_id=song_id, bounce_id=bounce_id)

    async def compare(self, request: Request) -> Response:
        """Show two bounces of one song side by side."""
        first, second = (query_number(request, name) for name in ("a", "b"))
        song_id = path_number(request, "song_id")
        a, b, beside = await self._read(
            request,
            lambda: (
                self._source.bounce(first),
                self._source.bounce(second),
                self._source.beside(("bounce", first), ("bounce", second)),
            ),
        )
        if a is None or b is None or beside is None or {a.bounce.song_id, b.bounce.song_id} != {song_id}:
            raise HTTPException(404, "Choose two bounces of this song.")
        if a.analysis is None or b.analysis is None:
            raise HTTPException(409, "One of the two has not been examined yet.")
        values = {"view": compare_view(a, b, beside)}
        title = f"{a.bounce.song}, bounces {a.bounce.revision} and {b.bounce.revision}"
        record = {"a": a, "b": b, "beside": beside}
        return self._page(request, "compare.html", title, "Comparison", record, values, song_id=song_id)

    async def curves(self, request: Request) -> Response:
        """Return what the interactive charts draw, as JSON."""
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        data = await self._read(request, lambda: player_data.curves_of(self._source, kind, item_id))
        if data is None:
            raise HTTPException(404, "There are no curves of it.")
        return packed(request, Response(msgspec.json.encode(data), media_type="application/json"))

    async def loudness(self, request: Request) -> Response:
        """Return the short-term loudness for looking closer, as JSON."""
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        series = await self._read(request, lambda: self._source.loudness(kind, item_id))
        if series is None:
            raise HTTPException(404, "There is no loudness of it.")
        return packed(request, Response(msgspec.json.encode(series), media_type="application/json"))

    async def zoom(self, request: Request) -> Response:
        """Return the waveform at one zoom: a byte for each peak, channel after channel."""
        kind, item_id, level = audio_kind(request), path_number(request, "item_id"), path_number(request, "level")
        found = await self._read(request, lambda: self._source.zoom(kind, item_id, level))
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
        kind, item_id = audio_kind(request), path_number(request, "item_id")
        path = await self._read(request, lambda: self._source.audio_path(kind, item_id))
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
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > security.MOST_BODY_BYTES:
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
        page = self._page(request, "missing.html", "Not here", "", None, {"words": words or "There is no such page."})
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
        record: object,
        values: Mapping[str, object],
        *,
        song_id: int | None = None,
        bounce_id: int | None = None,
    ) -> Response:
        """Return a live page; with ``?export`` the same as one file to keep, with ``?json`` its numbers."""
        named = {"page_title": f"{title} – Fresh Ears", "kicker": kicker, **values}
        if "json" in request.query_params:
            numbers = Response(msgspec.json.encode(record), media_type="application/json", headers=kept(title, ".json"))
            return packed(request, numbers)
        if "export" in request.query_params:
            return HTMLResponse(html.render(template, named), headers=kept(title, ".html"))
        nonce = security.new_nonce()
        changes = getattr(request.state, "changes", 0)
        live = html.LivePage(self._token, nonce, changes, self._live.run, song_id, bounce_id)
        page = html.render(template, named, live=live)
        answer = HTMLResponse(page, headers={"Content-Security-Policy": security.content_policy(nonce)})
        return packed(request, answer)

    async def _read(self, request: Request, read: Callable[[], T]) -> T:
        request.state.changes = self._live.changes  # before reading: what happens from here on, the page will hear of
        return await asyncio.get_running_loop().run_in_executor(self._reader, read)
