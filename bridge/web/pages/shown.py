"""A page that has been read and formatted, ready to be put into its template."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.requests import Request

from bridge.web.reader import PageReader


class Shown(NamedTuple):
    """What a page's module gives to the server."""

    template: str
    title: str
    kicker: str  # what kind of page it is, in its corner
    record: object  # what was found, for ``?json``
    values: Mapping[str, object]  # what the template prints
    song_id: int | None = None  # what the page is about: it is made anew when something happens to that
    bounce_id: int | None = None


# Called in the thread that reads; raises `HTTPException` for what is not there.
Show = Callable[[PageReader, Request], Shown]
