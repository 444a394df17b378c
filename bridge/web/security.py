"""Who may talk to the page's server: this machine's browser, on our own page, and nobody else.

Loopback alone does not protect: any web site a browser has open can send requests to it, and so can other users'
programs. So every request must name one of our own hosts (a rebound DNS name does not), must not come from another
site, must bring the pass of the entrance, and writing needs a token that only our pages hold.
"""

import hmac
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.web.entrance import Entrance

HOST_NAMES = ("127.0.0.1", "localhost", "[::1]")
TOKEN_HEADER = "x-freshears-token"  # noqa: S105 - the header's name
MOST_BODY_BYTES = 64 * 1024
_WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def new_token() -> str:
    """Return a token for one run of the server."""
    return secrets.token_urlsafe(32)


def new_nonce() -> str:
    """Return a nonce for one page."""
    return secrets.token_urlsafe(16)


def content_policy(nonce: str) -> str:
    """Return the policy of a live page: our own scripts, styles and requests only.

    The nonce is for the style element that the waveform view puts into its shadow tree.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
        "connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class RequestGuard:
    """Middleware that refuses what does not come from our own pages and adds the headers that keep it so."""

    def __init__(self, app: ASGIApp, *, token: str, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or answer it with a refusal."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = self._with_headers(send)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        await self._app(scope, receive, answer)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        refused = self._elsewhere(scope, headers)
        if refused is None:
            at_the_door = self._entrance.answer(scope, headers)
            if at_the_door is not None:
                return at_the_door
            refused = self._method_refusal(scope, headers)
        return None if refused is None else PlainTextResponse(refused[1], refused[0])

    def _elsewhere(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        hosts = _allowed_hosts(scope)
        if headers.getlist("host") != [headers.get("host", "")] or headers.get("host", "").lower() not in hosts:
            return 421, "This address is not one of Fresh Ears."
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in hosts}:
            return 403, "Another site may not ask Fresh Ears."
        # A browser says where a request comes from. A link in another site may open ours, without the pass, which is
        # sent to pages of ours only; another port of this computer is the same site to a browser, and may not.
        site = headers.get("sec-fetch-site", "none")
        is_link = site == "cross-site" and scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
        if site not in {"none", "same-origin"} and not is_link:
            return 403, "Another site may not ask Fresh Ears."
        return None

    def _method_refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        if scope["method"] in _WRITING:
            return self._writing_refusal(headers)
        if scope["method"] not in {"GET", "HEAD"}:
            return 405, "Only reading and our own actions."
        return None

    def _writing_refusal(self, headers: Headers) -> tuple[int, str] | None:
        given = headers.get(TOKEN_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._token):
            return 403, "This page is from an earlier start of the bridge. Load it again."
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return 415, "Actions are sent as JSON."
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
            return 413, "Too much."
        return None

    def _with_headers(self, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["X-Frame-Options"] = "DENY"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), midi=()"
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            await send(message)

        return answer


def _allowed_hosts(scope: Scope) -> set[str]:
    """Return the values of the Host header that mean us: our names with the port we listen on."""
    server = scope.get("server")
    port = server[1] if server else None
    return {f"{name}:{port}" for name in HOST_NAMES} | ({*HOST_NAMES} if port == 80 else set())
