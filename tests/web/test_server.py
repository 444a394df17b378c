"""The page's server: what it shows, what it refuses, what it tells."""

import gzip
import http.client
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from bridge.model import Display, Series, Zoom
from bridge.pathtext import to_text
from bridge.songs.actions import PageReply
from bridge.web import live as live_module
from bridge.web.reader import PageReader
from bridge.web.records import Happened
from bridge.web.server import PageError, PageServer
from tests.report.records import a_fault, an_analysis
from tests.report.test_master_html import a_result
from tests.web.entering import KEY, enter
from tests.web.filled import FilledStore, a_warning
from tests.web.html_reading import read

pytestmark = pytest.mark.slow

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'


class Client:
    """Sends one request and returns the whole answer."""

    def __init__(self, server: PageServer) -> None:
        self.server = server
        self.cookie = enter(server.port)

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            if "Cookie" not in (headers or {}):
                connection.putheader("Cookie", self.cookie)
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
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledStore]:
    folder = tmp_path_factory.mktemp("sound")
    noise = np.random.default_rng(5).uniform(-0.5, 0.5, (48000, 2))
    for name in ("mix.wav", "master.wav"):
        soundfile.write(folder / name, noise, 48000, subtype="PCM_24")
    filled = FilledStore(folder)
    first = filled.add_bounce(analysis=an_analysis(findings=(a_fault(),)), path=str(folder / "mix.wav"))
    filled.add_bounce(analysis=an_analysis(sha256="cd" * 32), path=str(folder / "gone.wav"))
    filled.add_bounce()
    filled.add_master(first, a_result(output=str(folder / "master.wav")))
    analysis = an_analysis(file=f"/music/{EVIL}.wav", sha256="ef" * 32, findings=(a_fault(message=EVIL),))
    filled.add_bounce(EVIL, analysis)
    filled.warn(a_warning(EVIL, first.song_id, EVIL, EVIL))
    yield filled
    filled.close()


@pytest.fixture(scope="module")
def client(filled: FilledStore, serve: Callable[[FilledStore], PageServer]) -> Client:
    return Client(serve(filled))


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
    status, _, body = client.get(path)  # bounce 2 is known, but its file is gone
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
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_other_sites_get_nothing(client: Client, filled: FilledStore, headers: dict[str, str]) -> None:
    headers = {name: value.format(port=client.server.port) for name, value in headers.items()}
    status, answered, body = client.ask("GET", "/songs/1", headers=headers)
    assert status == 403
    assert b"Second Wind" not in body
    assert "access-control-allow-origin" not in answered
    before = len(filled.asked)
    assert client.act({"kind": "cancel", "job_id": 1}, **{k.replace("-", "_"): v for k, v in headers.items()})[0] == 403
    assert len(filled.asked) == before


def test_a_link_elsewhere_may_open_the_page(client: Client) -> None:
    status, _, _ = client.ask("GET", "/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert status == 200


def test_an_action_reaches_the_bridge_and_its_reply_the_page(client: Client, filled: FilledStore) -> None:
    filled.reply = PageReply(ok=True, message="On its way.", job_id=7)
    status, body = client.act({"kind": "master", "bounce_id": 1, "target": "cd"})
    assert status == 200
    assert json.loads(body) == {"ok": True, "message": "On its way.", "job_id": 7}
    assert (filled.asked[-1].kind, filled.asked[-1].target) == ("master", "cd")
    filled.reply = PageReply(ok=False, message="No.")
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
    client: Client, filled: FilledStore, headers: dict[str, str], expected: int
) -> None:
    before = len(filled.asked)
    assert client.act({"kind": "cancel", "job_id": 1}, **headers)[0] == expected
    assert len(filled.asked) == before


def test_numbers_no_row_can_have_are_refused(client: Client, filled: FilledStore) -> None:
    before = len(filled.asked)
    for name in ("bounce_id", "other_id", "master_id", "song_id", "job_id"):
        for number in (2**63, 10**30, 0, -1, -(2**63), 1.5, "1", [1], True):
            assert client.act({"kind": "compare", name: number})[0] == 422, (name, number)
    assert len(filled.asked) == before


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"kind":"cancel","why":"\xff"}', b"\x00", b"", b"{", b"[" * 60_000])
def test_bodies_that_are_no_text_are_refused(client: Client, filled: FilledStore, body: bytes) -> None:
    before = len(filled.asked)
    headers = {"Content-Type": "application/json", "X-FreshEars-Token": client.server.token}
    assert client.ask("POST", "/api/actions", headers=headers, body=body)[0] == 422
    assert len(filled.asked) == before


@pytest.mark.parametrize("action", [{}, [], 5, "x", {"kind": "delete"}, {"kind": "master", "path": "/etc/passwd"}])
def test_actions_that_are_none_are_refused(client: Client, filled: FilledStore, action: object) -> None:
    before = len(filled.asked)
    assert client.act(action)[0] == 422
    assert len(filled.asked) == before


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


def test_sound_comes_as_samples_and_as_ranges_of_the_file(client: Client, filled: FilledStore) -> None:
    path = Path(filled.store.bounces.by_id(1).path)
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


def test_looking_closer_gives_bytes_and_every_value(client: Client, filled: FilledStore) -> None:
    curves = an_analysis().curves
    assert curves is not None
    whole = curves.short_term_lufs
    thinned = replace(curves, short_term_lufs=replace(whole, step_s=10 * whole.step_s, values=whole.values[::10]))
    zoom = Zoom(step_s=0.01, channels=2, full_scale=0.5, peaks=bytes([1, 2, 3, 4]))
    filled.draw(filled.store.bounces.by_id(1).sha256, Display(curves=thinned, zooms=(zoom,)))
    status, headers, body = client.get("/api/bounce/1/zoom/0")
    assert (status, body) == (200, bytes([1, 2, 3, 4]))
    assert (headers["x-step-s"], headers["x-channels"], headers["x-full-scale"]) == ("0.01", "2", "0.5")
    assert json.loads(client.get("/api/bounce/1/curves")[2])["zoom_steps_s"] == [0.01]
    assert len(json.loads(client.get("/api/bounce/1/curves")[2])["short_term_lufs"]) == 200
    assert msgspec.json.decode(client.get("/api/bounce/1/loudness")[2], type=Series) == whole
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
        self._connection.request("GET", "/api/events", headers={"Cookie": enter(server.port)})
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
    filled: FilledStore, serve: Callable[[FilledStore], PageServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.web.endpoints.MOST_LISTENERS", 2)
    server = serve(filled)
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
    closed_in: list[str] = []

    class Closing(PageReader):
        def close(self) -> None:
            super().close()
            closed_in.append(threading.current_thread().name)

    filled = FilledStore(tmp_path)
    server = PageServer(Closing(filled.path, filled.config), filled.ask, 0, KEY)
    server.start()
    port = server.port
    assert Client(server).get("/")[0] == 200
    with Ear(server) as ear:
        assert ear.kind() == "hello"
        server.stop()
        assert ear.next() is None
    filled.close()
    assert closed_in == ["page-reader_0"]  # SQLite closes a connection in the thread that opened it
    server.publish(Happened(kind="state"))  # nobody is there; nothing happens
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_named_with_its_remedy(filled: FilledStore) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PageError, match=rf"port {port} is taken.*\[page\]"):
            PageServer(filled.reader(), filled.ask, port, KEY).start()


def test_it_listens_on_the_loopback_only(client: Client) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in addresses:
        if address.startswith("127."):
            continue
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, client.server.port)) != 0


def test_a_store_that_cannot_be_read_is_a_plain_error(
    filled: FilledStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "secret" / "store.db"
    path.parent.mkdir()
    path.write_bytes(b"no database at all, sorry" * 100)
    server = PageServer(PageReader(path, filled.config), filled.ask, 0, KEY)
    server.start()
    try:
        status, _, body = Client(server).get("/")
    finally:
        server.stop()
    assert status == 500
    assert b"secret" not in body
    assert b"log" in body
    assert str(path) in caplog.text


def test_names_that_are_not_text_are_shown(tmp_path: Path, serve: Callable[[FilledStore], PageServer]) -> None:
    filled = FilledStore(tmp_path)
    filled.add_bounce(to_text(Path(os.fsdecode(b"caf\xe9"))), an_analysis())
    client = Client(serve(filled))
    for path in ("/", "/songs/1", "/bounces/1", "/songs/1?export"):
        assert client.get(path)[0] == 200
    filled.close()


@pytest.mark.parametrize("path", [*PAGES, "/static/live.js", "/api/bounce/1/curves", "/songs/1?json", "/songs/99"])
def test_what_is_long_and_repetitive_is_packed_for_who_takes_it(client: Client, path: str) -> None:
    plain_status, plain, whole = client.get(path)
    status, headers, body = client.get(path, Accept_Encoding="gzip")
    assert "content-encoding" not in plain
    assert headers["content-encoding"] == "gzip"
    assert headers["vary"] == plain["vary"] == "Accept-Encoding"
    assert len(body) < len(whole)
    unpacked = gzip.decompress(body).decode()
    nonce = re.compile(r'"freshears-nonce" content="[^"]+"')  # another one for every page
    assert (status, nonce.sub("", unpacked)) == (plain_status, nonce.sub("", whole.decode()))


@pytest.mark.parametrize("path", ["/api/bounce/1/pcm?start=0&frames=9000", "/api/bounce/1/file"])
def test_sound_and_ranges_are_sent_as_they_are(client: Client, path: str) -> None:
    headers = client.get(path, Accept_Encoding="gzip", Range="bytes=0-9999")[1]
    assert "content-encoding" not in headers


# Programs read these; a key is never taken away or renamed.
SONG = {"id", "name", "folder", "created_at"}
BOUNCE = {"id", "song_id", "song", "revision", "label", "sha256", "path", "size_bytes", "source", "seen_at"}
BOUNCE_PAGE = {
    *("bounce", "analysis", "analysed_at", "job", "masters", "master_job", "mode", "hides_loudness", "sheet"),
    *("readiness", "remarks", "checklist", "master_bus", "bus_adds", "references", "rest_until"),
}
MASTER = {"id", "bounce_id", "revision", "target", "path", "made_at", "integrated_lufs", "true_peak_dbtp"}
KEYS: dict[tuple[str, str], set[str]] = {
    ("/", "0"): {"song", "revisions", "masters", "last", "verdict", "mode", "warnings"},
    ("/", "0 song"): SONG,
    ("/songs/1", ""): {
        *("song", "bounces", "masters", "history", "mode", "modes", "mode_why", "hides_loudness", "mode_means"),
        *("questions", "rest_until", "warnings"),
    },
    ("/songs/1", "bounces 0"): {
        *("bounce", "verdict", "summary", "integrated_lufs", "true_peak_dbtp", "duration_s"),
    },
    ("/songs/1", "bounces 0 bounce"): BOUNCE,
    ("/songs/1", "masters 0"): MASTER,
    ("/songs/1", "history 0"): {"at", "words"},
    ("/songs/1", "modes 0"): {"mode", "source", "why", "at"},
    ("/songs/1", "questions 0"): {"key", "text", "answer"},
    ("/songs/1", "warnings 0"): {"id", "song_id", "title", "message", "answers"},
    ("/bounces/1", ""): BOUNCE_PAGE,
    ("/bounces/1", "analysis"): {
        *("file", "sha256", "format", "measurement", "findings", "places", "tags", "curves"),
    },
    ("/bounces/1", "masters 0"): MASTER,
    ("/bounces/1", "checklist 0"): {"place", "heard_at", "note"},
    ("/bounces/1", "references"): {"files", "comparison", "ids", "job"},
    ("/bounces/3", ""): BOUNCE_PAGE,
    ("/masters/1", ""): {
        *("id", "made_at", "result", "target_title", "bounce", "mix", "curves", "beside", "references", "notes"),
        "playback",
    },
    ("/masters/1", "playback 0"): {"name", "label", "level_lufs", "turns_up", "peak_dbtp"},
    ("/masters/1", "beside"): {"difference", "job"},
    ("/songs/1/compare?a=1&b=2", ""): {"a", "b", "beside"},
    ("/songs/1/compare?a=1&b=2", "a"): BOUNCE_PAGE,
}


@pytest.mark.parametrize(("path", "inside"), KEYS)
def test_a_pages_numbers_have_the_keys_they_always_had(client: Client, path: str, inside: str) -> None:
    found = json.loads(client.get(f"{path}{'&' if '?' in path else '?'}json")[2])
    for step in inside.split():
        found = found[int(step)] if step.isdecimal() else found[step]
    assert set(found) >= KEYS[path, inside]  # another one may be added
