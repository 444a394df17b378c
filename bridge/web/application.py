"""The pages as a web application: which address is answered by what, through which middleware."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount, Route

from bridge.web import security
from bridge.web.endpoints import Endpoints
from bridge.web.entrance import Entrance
from bridge.web.live import Live
from bridge.web.pages import bounce, compare, master, song, songs
from bridge.web.pages.shown import Show
from bridge.web.reader import PageReader
from bridge.web.records import Ask
from bridge.web.static_files import Statics

PAGES: tuple[tuple[str, Show], ...] = (
    ("/", songs.show),
    ("/songs/{song_id:int}", song.show),
    ("/songs/{song_id:int}/compare", compare.show),
    ("/bounces/{bounce_id:int}", bounce.show),
    ("/masters/{master_id:int}", master.show),
)
# Charts are long and repetitive. Sound, peaks and events are sent as they are: their bytes are all different, or asked
# for in ranges, or must not wait. Level 5 takes two thirds of the time of 9 or less, for two per cent more bytes.
PACKED = (Middleware(GZipMiddleware, compresslevel=5),)


def routes(endpoints: Endpoints) -> list[BaseRoute]:
    """Return what is answered."""
    sound = "/api/{kind:str}/{item_id:int}"
    return [
        *(Route(path, endpoints.page(show), middleware=PACKED) for path, show in PAGES),
        Route(f"{sound}/curves", endpoints.curves, middleware=PACKED),
        Route(f"{sound}/loudness", endpoints.loudness, middleware=PACKED),
        Route(f"{sound}/zoom/{{level:int}}", endpoints.zoom),
        Route(f"{sound}/pcm", endpoints.pcm),
        Route(f"{sound}/file", endpoints.file),
        Route("/api/events", endpoints.events),
        Route("/api/actions", endpoints.act, methods=["POST"]),
        Mount("/static", Statics(), middleware=PACKED),
    ]


def build_app(reader: PageReader, ask: Ask, live: Live, token: str, entrance: Entrance) -> Starlette:
    """Return the application: pages, data, sound, events and the one door for actions."""
    endpoints = Endpoints(reader, ask, live, token)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        live.open(asyncio.get_running_loop())
        yield
        live.close()
        endpoints.close()

    return Starlette(
        routes=routes(endpoints),
        middleware=[Middleware(security.RequestGuard, token=token, entrance=entrance)],
        exception_handlers={404: endpoints.missing, 500: endpoints.broken},
        lifespan=lifespan,
    )
