"""The door of the page: who has no pass is told how to get one; who brings a code gets a pass."""

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Scope

from bridge.settings.page_key import PASS_S, CodeChecker, PageKey

ENTER = "/enter"
_HERE = re.compile(r"/(?!/)[\w/?=&.-]*", re.ASCII)  # a place of ours: never another host
_LOCKED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Fresh Ears</title></head>
<body><h1>Fresh Ears</h1>
<p>{why} Run this in a terminal, and the page opens here:</p>
<pre>freshears open</pre>
<p>This browser is then known, also after a restart.</p></body></html>
"""
UNKNOWN = "This page is for the person who runs Fresh Ears, and this browser is not known yet."
OLD_CODE = "This link has been used already, or is more than two minutes old."


class Entrance:
    """Tells who may come in.

    Parameters
    ----------
    key
        Whose codes and passes are good.
    wall
        Seconds since 1970.
    """

    def __init__(self, key: PageKey, wall: Callable[[], float] = time.time) -> None:
        self._key = key
        self._wall = wall
        self._codes = CodeChecker(key, wall())

    def answer(self, scope: Scope, headers: Headers) -> Response | None:
        """Return what a request is answered with at the door; None when it may go on."""
        knows = self._has_pass(headers)
        if scope["path"] == ENTER and scope["method"] == "GET":
            return self._enter(scope, knows=knows)
        return None if knows else locked(scope, UNKNOWN)

    def _enter(self, scope: Scope, *, knows: bool) -> Response:
        query = parse_qs(scope["query_string"].decode("ascii", "replace"), max_num_fields=4)
        code, to = query.get("code", [""])[0], query.get("to", ["/"])[0]
        at = self._wall()
        fresh = self._codes.take(code, at)
        if not (fresh or knows):
            return locked(scope, OLD_CODE)
        answer = RedirectResponse(to if _HERE.fullmatch(to) else "/", 303)
        if fresh:
            answer.set_cookie(
                self._key.cookie_name, self._key.new_pass(at), max_age=PASS_S, httponly=True, samesite="strict"
            )
        return answer

    def _has_pass(self, headers: Headers) -> bool:
        name = self._key.cookie_name
        for line in headers.getlist("cookie"):
            found = cookie_parser(line).get(name, "")  # other programs' cookies come along, and may be anything
            if self._key.is_pass(found, self._wall()):
                return True
        return False


def locked(scope: Scope, why: str) -> Response:
    """Return the refusal of who is not known: a page for people, a line for programs."""
    if scope["path"].startswith(("/api/", "/static/")):
        return PlainTextResponse(f"{why} Run: freshears open", 401)
    return HTMLResponse(_LOCKED.format(why=why), 401)
