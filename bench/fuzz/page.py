"""Mutated actions and addresses of the page: through the real web application, handled as the bridge does."""

import asyncio
import json
import queue
import random
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args, get_type_hints

from bench.fuzz.sound_seeds import seeds
from bench.fuzz.texts import mutated_json, mutated_text
from bench.lanes.folders import fast_folder
from bench.lanes.isolated import tried
from bench.lanes.lane import Batch, Failure, Lane, Work, failure_of
from bench.lanes.state import State
from bridge.app.fronts.page import PageCommand, PageFront
from bridge.settings.page_key import PageKey
from bridge.songs.actions import Action, PageReply
from bridge.web.application import build_app
from bridge.web.entrance import Entrance
from bridge.web.live import Live
from bridge.web.reader import PageReader
from tests.app.doors import seeded
from tests.app.house import House

MOST_S = 2.0
_TOKEN = "token"
_KEY = PageKey(bytes(range(32)))
KINDS = get_args(get_type_hints(Action)["kind"])
_FIELDS = tuple(get_type_hints(Action))
_IDS = (0, 1, 2, 3, 4, 5, 999, -1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 1.5, "1", None, True, [], {})
_WORDS = (*(f'"{kind}"'.encode() for kind in KINDS), b'"bounce_id"', b'"song_id"', b'"words"', b'"mode"', b'"mixing"',
          b'"intimate"', b'"strength_percent"', b'"target"', b'"all"', b'"anyway"')  # fmt: skip
_TEXTS = ("", "cd", "spotify", "nobody", "a" * 5000, "\u202e\x1b[2J", "\ud800", "<script>", "é", "\x00", "/etc/passwd",
          "Tide.wav", "{{ 7 * 7 }}", "%00", "part-of-the-sound", "car", "Car")  # fmt: skip
_PATHS = ("/", "/songs/{n}", "/songs/{n}/compare", "/bounces/{n}", "/masters/{n}", "/api/bounce/{n}/curves",
          "/api/bounce/{n}/loudness", "/api/bounce/{n}/zoom/{n}", "/api/bounce/{n}/pcm", "/api/bounce/{n}/file",
          "/api/{w}/{n}/file", "/static/{w}", "/static/live.js", "/enter", "/{w}")  # fmt: skip
_QUERIES = ("", "json", "export", "start={n}&frames={n}", "a={n}&b={n}", "code={w}&to={w}", "start=0&frames=100", "{w}")
_RANGES = (
    b"bytes=0-",
    b"bytes=0-1,2-3",
    b"bytes=-1",
    b"bytes=9999999999-",
    b"bytes=1-0",
    b"lines=1",
    b"bytes=" + b"0-1," * 500,
)


def action(rng: random.Random) -> dict[str, Any]:
    """Return an action with everything that its kind may need, about rows that are there or may be."""
    words = ("needs", "survive", "references", "worries", "complete")
    made: dict[str, Any] = {
        **{name: rng.choice(_TEXTS) for name in _FIELDS if get_type_hints(Action)[name] is str},
        **{name: rng.random() < 0.5 for name in _FIELDS if get_type_hints(Action)[name] is bool},
        **{name: rng.randrange(1, 6) for name in _FIELDS if name.endswith("_id") and name != "warning_id"},
        "kind": rng.choice(KINDS),
        "target": rng.choice(("", "cd", "spotify", "all")),
        "mode": rng.choice(("mixing", "resting", "mastering", "released")),
        "intent": rng.choice(("intimate", "energetic", "strange", "neutral")),
        "place": rng.choice(("Car", "Headphones")),
        "note": rng.choice(_TEXTS),
        "words": {word: rng.choice(("1", "Tide.wav", "the breath\nthe air")) for word in words if rng.random() < 0.3},
        "strength_percent": rng.choice((None, 0, 50.0, 100)),
    }
    return {name: value for name, value in made.items() if name == "kind" or rng.random() < 0.85}


def request(rng: random.Random) -> tuple[str, str, str, bytes, bytes]:
    """Return (method, path, query, range, body)."""
    if rng.random() < 0.75:
        body = json.dumps(action(rng)).encode()
        kind = rng.random()
        if kind < 0.5:
            body = mutated_json(rng, body)
        elif kind < 0.8:
            body = mutated_text(rng, body, (), _WORDS)
        return "POST", "/api/actions", "", b"", body[:100_000]
    number = str(rng.choice(_IDS)) if rng.random() < 0.4 else rng.choice("1234")
    word = rng.choice(_TEXTS)
    path = rng.choice(_PATHS).replace("{n}", number).replace("{w}", word)
    query = rng.choice(_QUERIES).replace("{n}", number).replace("{w}", word)
    wanted = rng.choice(_RANGES) if rng.random() < 0.2 else b""
    return rng.choice(("GET", "GET", "GET", "HEAD", "PUT")), path, query, wanted, b""


class _Page:
    """The application in a loop of its own thread, and this thread as the bridge that handles what is asked."""

    def __init__(self, folder: Path) -> None:
        self.seed = seeded(folder, lambda number: seeds()[number])
        self.house = House(folder, self.seed.config)
        self.front = PageFront(self.house.core.handler.handle)
        self._asked: queue.Queue[PageCommand | None] = queue.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        reader = PageReader(self.seed.home.store_path, self.seed.config, self.seed.home.config_path.parent)
        self._reader = reader
        self._app = build_app(reader, self._ask, Live(), _TOKEN, Entrance(_KEY))
        self._cookie = f"{_KEY.cookie_name}={_KEY.new_pass(time.time())}".encode()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        self.house.close()

    def answer(self, method: str, path: str, query: str, wanted: bytes, body: bytes) -> tuple[int, int]:
        """Ask; return the status and how many bytes came."""
        done: Future[tuple[int, int]] = Future()

        def finished(task: "asyncio.Task[tuple[int, int]]") -> None:
            error = task.exception()
            done.set_exception(error) if error is not None else done.set_result(task.result())
            self._asked.put(None)

        def begin() -> None:
            self._loop.create_task(self._call(method, path, query, wanted, body)).add_done_callback(finished)

        self._loop.call_soon_threadsafe(begin)
        fault: Exception | None = None
        while (asked := self._asked.get()) is not None:
            try:
                self.front.handle(asked)
            except Exception as error:  # noqa: BLE001 - raised when its answer has come
                self.front.set_aside(asked, "a fault")
                fault = error
        if fault is not None:
            raise fault
        return done.result(0)

    def _ask(self, asked: Action) -> PageReply:
        reply: Future[PageReply] = Future()
        self._asked.put(PageCommand(asked, reply))
        return reply.result(30.0)

    async def _call(self, method: str, path: str, query: str, wanted: bytes, body: bytes) -> tuple[int, int]:
        headers = [(b"host", b"127.0.0.1:80"), (b"cookie", self._cookie), (b"x-freshears-token", _TOKEN.encode()),
                   (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]  # fmt: skip
        headers += [(b"range", wanted)] if wanted else []
        raw = path.encode("utf-8", "surrogateescape" if "\ud800" not in path else "replace")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": raw.decode("utf-8", "replace"), "raw_path": raw, "query_string": query.encode("utf-8", "replace"),
            "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        status, size, sent = 0, 0, False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.sleep(3600)
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status, size
            status = message.get("status", status)
            size += len(message.get("body", b""))

        await self._app(scope, receive, send)
        return status, size


@contextmanager
def _opened(_: Path) -> Iterator[Work]:
    root = fast_folder()
    current = root / "current"

    def work(first: int, count: int, rng: random.Random) -> Batch:
        base = rng.getrandbits(60)
        pages: list[_Page] = []

        def attempt(number: int, batch: Batch) -> None:
            if not pages:
                folder = root / f"{first}-{number}"
                folder.mkdir()
                pages.append(_Page(folder))
            asked = request(random.Random(base + number))
            kept = repr(asked).encode("utf-8", "backslashreplace")
            current.write_bytes(kept)
            began_s = time.process_time()
            try:
                status, _ = pages[0].answer(*asked)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                batch.failures.append(failure_of(error, kept))
                return
            took_s = time.process_time() - began_s
            batch.peak("slowest_s", took_s)
            batch.count(f"{status // 100}xx")
            if asked[0] == "POST":
                batch.count("actions")
                batch.count("done", status == 200)
            if status >= 500 or status == 0:
                batch.failures.append(Failure(f"status {status}", str(asked[:2]), kept))
            if took_s > MOST_S:
                batch.failures.append(Failure("takes too long", f"{took_s:.1f} s", kept))

        batch = tried(count, attempt, current, at_end=lambda: pages[0].close())
        for left in root.glob(f"{first}-*"):
            shutil.rmtree(left)
        return batch

    try:
        yield work
    finally:
        shutil.rmtree(root)


def _result(state: State) -> str:
    counts = {name: f"{int(state.sums.get(name, 0)):,}" for name in ("actions", "done", "2xx", "3xx", "4xx", "5xx")}
    return (
        f"{counts['actions']} actions, of which {counts['done']} were done; answers: {counts['2xx']} 2xx, "
        f"{counts['3xx']} 3xx, {counts['4xx']} 4xx, {counts['5xx']} 5xx; the slowest took "
        f"{state.peaks.get('slowest_s', 0.0):.2f} s"
    )


LANES = (
    Lane("page", "Actions and addresses of the page through the web application, handled by core and store",
         134_000, 1_000, 60, _opened, _result),
)  # fmt: skip
