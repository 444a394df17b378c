"""The door of the page: nothing without a pass, a code gives one, no other program can use it."""

import http.client
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.settings.page_key import PageKey
from bridge.web.server import PageServer
from tests.report.records import an_analysis
from tests.web.entering import KEY, enter, link
from tests.web.filled import FilledStore

EVERYTHING = (
    *("/", "/songs/1", "/songs/1?json", "/songs/1?export", "/bounces/1", "/masters/1", "/songs/1/compare?a=1&b=2"),
    *("/api/bounce/1/curves", "/api/bounce/1/loudness", "/api/bounce/1/zoom/0", "/api/bounce/1/pcm?start=0&frames=9"),
    *("/api/bounce/1/file", "/api/reference/1/file", "/api/events", "/static/live.js", "/nothing", "/enter"),
)
Answer = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[FilledStore], PageServer]
) -> Iterator[PageServer]:
    filled = FilledStore(tmp_path_factory.mktemp("store"))
    filled.add_bounce(analysis=an_analysis())
    yield serve(filled)
    filled.close()


def ask(server: PageServer, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode(errors="replace")
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", EVERYTHING)
@pytest.mark.parametrize("cookie", ["", "a=b", "{name}=", "{name}=1.2.3", "{name}={code}", "{name}={other}"])
def test_nothing_is_shown_without_a_pass(server: PageServer, path: str, cookie: str) -> None:
    other = PageKey(b"z" * 32).new_pass(time.time())
    cookie = cookie.format(name=KEY.cookie_name, code=KEY.new_code(time.time()), other=other)
    status, headers, body = ask(server, path, Cookie=cookie)
    assert status == 401
    assert "Second Wind" not in body
    assert "freshears open" in body
    assert "set-cookie" not in headers
    assert server.token not in body


def test_actions_need_the_pass_also_with_the_pages_token(server: PageServer) -> None:
    token = {"X-FreshEars-Token": server.token, "Content-Type": "application/json"}
    assert ask(server, "/api/actions", "POST", **token)[0] == 401


def test_a_link_opens_once_and_the_browser_is_known_from_then_on(server: PageServer) -> None:
    path = link(server.port, to="/songs/1").partition(str(server.port))[2]
    status, headers, _ = ask(server, path)
    assert (status, headers["location"]) == (303, "/songs/1")
    cookie = headers["set-cookie"]
    assert re.search(r"; HttpOnly", cookie)
    assert re.search(r"; SameSite=strict", cookie, re.IGNORECASE)
    assert headers["cache-control"] == "no-store"
    known = cookie.partition(";")[0]
    assert ask(server, "/songs/1", Cookie=f"other=program; {known}; odd\x7f=(/)")[0] == 200
    assert ask(server, path)[0] == 401  # somebody who saw the link comes too late
    status, headers, _ = ask(server, path, Cookie=known)  # the person presses it again
    assert (status, headers["location"]) == (303, "/songs/1")
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "to", ["//evil.example", "http://evil.example", "/\\evil.example", "/x%0d%0aSet-Cookie:a=b", ""]
)
def test_a_link_leads_to_pages_of_ours_only(server: PageServer, to: str) -> None:
    status, headers, _ = ask(server, link(server.port, to=to).partition(str(server.port))[2])
    assert (status, headers["location"]) == (303, "/")
    assert "a=b" not in headers["set-cookie"]


def test_looking_at_a_link_does_not_use_it_up(server: PageServer) -> None:
    path = link(server.port).partition(str(server.port))[2]
    assert ask(server, path, "HEAD")[0] == 401
    assert ask(server, path)[0] == 303


@pytest.mark.slow
def test_a_pass_holds_over_a_restart(tmp_path: Path) -> None:
    filled = FilledStore(tmp_path)
    cookies = []
    for _ in range(2):
        server = PageServer(filled.reader(), filled.ask, 0, KEY)
        server.start()
        try:
            cookies.append(enter(server.port))
            assert {ask(server, "/", Cookie=cookie)[0] for cookie in cookies} == {200}
        finally:
            server.stop()
    filled.close()


@pytest.mark.parametrize("mode", ["navigate", "cors", "no-cors"])
def test_another_port_of_this_computer_may_not_ask_with_our_pass(server: PageServer, mode: str) -> None:
    known = enter(server.port)
    sent = {"Cookie": known, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": mode}
    assert ask(server, "/", **sent)[0] == 403
