"""The way into the page for tests, the same as a person's: a code of the home's key, then the cookie."""

import http.client
import time
from pathlib import Path
from typing import Any

from bridge.settings.page_key import PageKey, page_key

KEY = PageKey(bytes(range(32)))  # of servers that tests make without a home


def link(port: int, key: PageKey = KEY, to: str = "/") -> str:
    """Return an address that opens the page once."""
    return f"http://127.0.0.1:{port}/enter?code={key.new_code(time.time())}&to={to}"


def let_in(context: Any, address: str) -> None:
    """Open a link in a browser's context, which is known from then on."""
    page = context.new_page()
    page.goto(address)
    page.close()


def enter(port: int, key: PageKey = KEY) -> str:
    """Go in with a fresh code; return what the Cookie header holds from then on."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", link(port, key).partition(str(port))[2])
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status
        return answer.getheader("set-cookie", "").partition(";")[0]
    finally:
        connection.close()


def key_of(home: Path) -> PageKey:
    """Return the key of a bridge with this home folder, as `freshears open` reads it."""
    return page_key(home / "freshears.page-key")
