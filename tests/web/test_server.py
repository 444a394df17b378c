"""The page's server: what it shows, what it refuses, what it tells."""

import http.client
import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from bridge.model import Series, Zoom
from bridge.songs.actions import PageReply
from bridge.web import live as live_module
from bridge.web.records import Happened, StandingWarning
from bridge.web.server import PageError, PageServer
from tests.report.records import a_fault, an_analysis
from tests.report.test_master_html import a_result
from tests.web.pages import read
from tests.web.shelf import Shelf

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'


class Client:
    """Sends one request and returns the whole answer."""

    def __init__(self, server: PageServer) -> None:
        self.server = server

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            if body is not None and "Content-Length" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def act(self, action: object, **changes: str) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "X-FreshEars-Token": self.server.token}
        headers |= {k.replace("_", "-"): v for k, v in changes.items()}
        status, _, body = self.ask("POST", "/api/actions", headers=headers, body=json.dumps(action).encode())
        return status, body


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("sound")
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, (48000, 2))
    for name in ("mix.wav", "master.wav"):
        soundfile.write(folder / name, noise, 48000, subtype="PCM_24")
    shelf = Shelf()
    song = shelf.add_song()
    first = shelf.add_bounce(song, an_analysis(findings=(a_fault(),)), str(folder / "mix.wav"))
    shelf.add_bounce(song, an_analysis(sha256="cd" * 32), str(folder / "gone.wav"))
    shelf.add_bounce(song, None)
    shelf.add_master(first, a_result(output=str(folder / "master.wav")))
    evil = shelf.add_song(EVIL)
    analysis = an_analysis(file=f"/music/{EVIL}.wav", sha256="ef" * 32, findings=(a_fault(message=EVIL),))
    shelf.add_bounce(evil, analysis)
    shelf.standing.append(StandingWarning(id="w1", song_id=1, title=EVIL, message=EVIL, answers=((EVIL, EVIL),)))
    return shelf


@pytest.fixture(scope="module")
def client(shelf: Shelf, serve: Callable[[Shelf], PageServer]) -> Client:
    return Client(serve(shelf))


PAGES = (
    "/",
    "/songs/1",
    "/songs/2",
    "/bounces/1",
    "/bounces/3",
    "/bounces/4",
    "/masters/1",
    "/songs/1/compare?a=1&b=2",
)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_shown_under_a_strict_policy(client: Client, path: str) -> None:
    status, headers, body = client.get(path)
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    page = read(body.decode())
    assert [s["src"] for s in page.named("script")] == ["/static/live.js"]
    assert not page.named("img")
    for _, attributes in page.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert not attributes.get("href", "/").startswith(("http", "//", "javascript"))
    assert "\u202e" not in body.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_kept_as_one_file(client: Client, path: str) -> None:
    status, headers, body = client.get(path + ("&export" if "?" in path else "?export"))
    assert status == 200
    assert headers["content-disposition"].startswith("attachment")
    page = read(body.decode())
    assert not page.named("script")
    assert not page.named("link") or all(link["href"].startswith("data:") for link in page.named("link"))
    assert "freshears-token" not in body.decode()
    assert client.server.token not in body.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/songs/99",
        "/bounces/99",
        "/masters/99",
        "/bounces/99999999999999999999999999",
        "/songs/1/compare?a=1&b=4",
        "/nothing",
        "/api/bounce/99/pcm?start=0&frames=10",
        "/api/bounce/2/file",
        "/api/other/1/file",
    ],
)
def test_what_is_not_there_is_said_so(client: Client, path: str) -> None:
    status, _, body = client.get(path)
    if path == "/api/bounce/2/file":  # known, but the file is gone
        assert status in {404, 500}
        return
    assert status == 404
    assert body


@pytest.mark.parametrize(
    "path", ["/songs/1/compare", "/songs/1/compare?a=1&b=x", "/api/bounce/1/pcm?start=-1&frames=1"]
)
def test_bad_numbers_are_refused(client: Client, path: str) -> None:
    assert client.get(path)[0] == 400


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "",
        "0.0.0.0:{port}",
    ],
)
def test_a_foreign_host_gets_nothing(client: Client, host: str) -> None:
    status, _, body = client.get("/", Host=host.format(port=client.server.port))
    assert status in {400, 421}
    assert b"Second Wind" not in body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_our_own_names_are_answered(client: Client, host: str) -> None:
    assert client.get("/", Host=host.format(port=client.server.port))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_other_sites_get_nothing(client: Client, shelf: Shelf, headers: dict[str, str]) -> None:
    headers = {name: value.format(port=client.server.port) for name, value in headers.items()}
    status, answered, body = client.ask("GET", "/songs/1", headers=headers)
    assert status == 403
    assert b"Second Wind" not in body
    assert "access-control-allow-origin" not in answered
    before = len(shelf.asked)
    assert client.act({"kind": "cancel", "job_id": 1}, **{k.replace("-", "_"): v for k, v in headers.items()})[0] == 403
    assert len(shelf.asked) == before


def test_a_link_elsewhere_may_open_the_page(client: Client) -> None:
    status, _, _ = client.ask("GET", "/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert status == 200


def test_an_action_reaches_the_bridge_and_its_reply_the_page(client: Client, shelf: Shelf) -> None:
    shelf.reply = PageReply(ok=True, message="On its way.", job_id=7)
    status, body = client.act({"kind": "master", "bounce_id": 1, "target": "cd"})
    assert status == 200
    assert json.loads(body) == {"ok": True, "message": "On its way.", "job_id": 7}
    assert (shelf.asked[-1].kind, shelf.asked[-1].target) == ("master", "cd")
    shelf.reply = PageReply(ok=False, message="No.")
    assert client.act({"kind": "cancel", "job_id": 1})[0] == 409


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X_FreshEars_Token": ""}, 403),
        ({"X_FreshEars_Token": "wrong"}, 403),
        ({"X_FreshEars_Token": "\xff\xfe"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Length": "99999999"}, 413),
    ],
)
def test_actions_need_the_pages_token_and_form(
    client: Client, shelf: Shelf, headers: dict[str, str], expected: int
) -> None:
    before = len(shelf.asked)
    assert client.act({"kind": "cancel", "job_id": 1}, **headers)[0] == expected
    assert len(shelf.asked) == before


@pytest.mark.parametrize("action", [{}, [], 5, "x", {"kind": "delete"}, {"kind": "master", "path": "/etc/passwd"}])
def test_actions_that_are_none_are_refused(client: Client, shelf: Shelf, action: object) -> None:
    before = len(shelf.asked)
    assert client.act(action)[0] == 422
    assert len(shelf.asked) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert client.ask(method, "/", headers={"Content-Length": "0"})[0] in {400, 403, 404, 405, 413, 415}


@pytest.mark.parametrize(
    "path",
    [
        "/static/../html.py",
        "/static/..%2fhtml.py",
        "/static/%2e%2e/html.py",
        "/static/..\\html.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/page.css%00.txt",
        "/static/",
        "/static/vendor",
        "/api/bounce/1/../../../../etc/passwd",
        "//etc/passwd",
        "/api/bounce/..%2f1/file",
    ],
)
def test_path_tricks_get_nothing(client: Client, path: str) -> None:
    status, _, body = client.get(path)
    assert status in {400, 404, 405}
    assert b"root:" not in body
    assert b"import" not in body


def test_pages_styles_and_scripts_are_served(client: Client) -> None:
    for name in ("page.css", "live.css", "live.js", "player.js", "vendor/wavesurfer.js", "vendor/uplot.js"):
        status, headers, body = client.get(f"/static/{name}")
        assert status == 200
        assert body
        assert headers["cache-control"] == "no-cache"
        assert client.get(f"/static/{name}", If_None_Match=headers["etag"])[0] == 304


def test_sound_comes_as_samples_and_as_ranges_of_the_file(client: Client, shelf: Shelf) -> None:
    path = Path(shelf.bounces[1][0].path)
    status, headers, body = client.get("/api/bounce/1/pcm?start=1000&frames=500")
    assert status == 200
    assert (headers["x-rate-hz"], headers["x-channels"], headers["x-frames"]) == ("48000", "2", "48000")
    expected, _ = soundfile.read(path, start=1000, frames=500, dtype="float32")
    np.testing.assert_array_equal(np.frombuffer(body, "<f4").reshape(-1, 2), expected)
    assert (
        client.get("/api/bounce/1/pcm?start=47990&frames=500")[2]
        == client.get("/api/bounce/1/pcm?start=47990&frames=10")[2]
    )
    assert client.get("/api/bounce/1/pcm?start=99999&frames=10")[2] == b""
    assert client.get("/api/bounce/1/pcm?start=0&frames=999999999")[0] == 400
    status, headers, body = client.get("/api/bounce/1/file", Range="bytes=100-199")
    assert status == 206
    assert headers["content-type"] == "audio/wav"
    assert body == path.read_bytes()[100:200]


def test_curves_are_what_was_measured(client: Client) -> None:
    status, _, body = client.get("/api/bounce/1/curves")
    assert status == 200
    data = json.loads(body)
    assert data["duration_s"] == 200.0
    assert len(data["waveform"]["peaks"]) == 2
    assert len(data["waveform"]["peaks"][0]) == 2000
    assert data["findings"][0]["at_s"] == [10.25, 61.2]
    assert client.get("/api/master/1/curves")[0] == 404  # made before masters kept their curves
    assert client.get("/api/bounce/3/curves")[0] == 404


def test_looking_closer_gives_bytes_and_every_value(client: Client, shelf: Shelf) -> None:
    shelf.zooms["bounce", 1] = (Zoom(step_s=0.01, channels=2, full_scale=0.5, peaks=bytes([1, 2, 3, 4])),)
    shelf.loudnesses["bounce", 1] = Series(start_s=3.0, step_s=0.1, values=(-20.0, None))
    status, headers, body = client.get("/api/bounce/1/zoom/0")
    assert (status, body) == (200, bytes([1, 2, 3, 4]))
    assert (headers["x-step-s"], headers["x-channels"], headers["x-full-scale"]) == ("0.01", "2", "0.5")
    assert json.loads(client.get("/api/bounce/1/curves")[2])["zoom_steps_s"] == [0.01]
    assert json.loads(client.get("/api/bounce/1/loudness")[2])["values"] == [-20.0, None]
    for path in ("bounce/1/zoom/1", "bounce/99/zoom/0", "evil/1/zoom/0", "bounce/1/zoom/-1", f"bounce/1/zoom/{10**25}"):
        assert client.get(f"/api/{path}")[0] == 404, path
    assert client.get("/api/master/1/loudness")[0] == 404


def test_numbers_are_kept_beside_the_page(client: Client) -> None:
    for path in ("/", "/songs/1", "/bounces/1", "/bounces/3", "/masters/1", "/songs/1/compare?a=1&b=2"):
        status, headers, body = client.get(f"{path}{'&' if '?' in path else '?'}json")
        assert status == 200, path
        assert headers["content-type"] == "application/json"
        assert headers["content-disposition"].endswith('.json"')
        assert json.loads(body)
    assert EVIL in json.loads(client.get("/songs/2?json")[2])["song"]["name"]


class Ear:
    """An open page that listens; use it in a `with`."""

    def __init__(self, server: PageServer) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        self._connection.request("GET", "/api/events")
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.getheader("content-type", "").startswith("text/event-stream")

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._connection.close()

    def next(self) -> tuple[str, dict[str, object]] | None:
        """Return the next event, None at the end."""
        kind = ""
        for raw in self._answer:
            line = raw.decode().strip()
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                return kind, json.loads(line[6:])
        return None

    def kind(self) -> str:
        event = self.next()
        assert event is not None
        return event[0]


def test_open_pages_hear_what_happens_from_any_thread(client: Client) -> None:
    with Ear(client.server) as first:
        assert first.kind() == "hello"
        told = Happened(kind="progress", bounce_id=1, job_id=5, stage="Limiting", fraction=0.5)
        threading.Thread(target=client.server.publish, args=(told,)).start()
        event = first.next()
        assert event is not None
        assert event[0] == "progress"
        assert msgspec.convert(event[1], Happened) == told
        with Ear(client.server) as later:  # who comes in the middle of a job hears how far it is
            assert [later.kind(), later.kind()] == ["hello", "progress"]
        client.server.publish(Happened(kind="changed", bounce_id=1, job_id=5, message="\n\nevent: evil\ndata: x"))
        assert first.kind() == "changed"
        with Ear(client.server) as third:
            assert third.kind() == "hello"
            client.server.publish(Happened(kind="state", message="idle"))
            assert third.kind() == "state"  # the job is over


def test_only_so_many_pages_may_listen(
    shelf: Shelf, serve: Callable[[Shelf], PageServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.web.routes.MOST_LISTENERS", 2)
    server = serve(shelf)
    with Ear(server) as one, Ear(server) as two:
        assert [one.kind(), two.kind()] == ["hello", "hello"]
        assert Client(server).get("/api/events")[0] == 503


def test_a_slow_page_loses_the_oldest_and_nothing_grows() -> None:
    import asyncio

    async def scene() -> list[bytes]:
        live = live_module.Live()
        live.open(asyncio.get_running_loop())
        stream = live.stream()
        await anext(stream)
        for number in range(1000):
            live.publish(Happened(kind="state", message=str(number)))
        await asyncio.sleep(0.01)
        got = [await anext(stream) for _ in range(200)]
        live.close()
        assert [message async for message in stream] == []
        return got

    got = asyncio.run(scene())
    assert b'"800"' in got[0]
    assert b'"999"' in got[-1]


def test_stopping_ends_open_pages_and_frees_the_port(tmp_path: Path) -> None:
    shelf = Shelf()
    server = PageServer(shelf, shelf.ask, 0)
    server.start()
    port = server.port
    with Ear(server) as ear:
        assert ear.kind() == "hello"
        server.stop()
        assert ear.next() is None
    assert shelf.closed
    server.publish(Happened(kind="state"))  # nobody is there; nothing happens
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_named_with_its_remedy() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        shelf = Shelf()
        with pytest.raises(PageError, match=rf"port {port} is taken.*\[page\]"):
            PageServer(shelf, shelf.ask, port).start()


def test_it_listens_on_the_loopback_only(client: Client) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in addresses:
        if address.startswith("127."):
            continue
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, client.server.port)) != 0


def test_a_source_that_fails_is_a_plain_error(
    serve: Callable[[Shelf], PageServer], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Shelf):
        def songs(self) -> list[object]:  # type: ignore[override]
            raise RuntimeError("secret path /home/me")

    status, _, body = Client(serve(Broken())).get("/")
    assert status == 500
    assert b"secret" not in body
    assert b"log" in body
    assert "secret path" in caplog.text


def test_names_that_are_not_text_are_shown(serve: Callable[[Shelf], PageServer]) -> None:
    shelf = Shelf()
    song = shelf.add_song(os.fsdecode(b"caf\xe9"))
    shelf.add_bounce(song, an_analysis())
    client = Client(serve(shelf))
    for path in ("/", "/songs/1", "/bounces/1", "/songs/1?export"):
        assert client.get(path)[0] == 200
