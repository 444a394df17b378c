"""Tells open pages what happens, as server-sent events: one bounded queue per page, the slow ones lose the oldest."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import msgspec

from bridge.web.records import Happened

MOST_LISTENERS = 32  # ours: a person has a few tabs open; more is a mistake or mischief
_WAITING = 200
_QUIET_S = 15.0  # a comment line now and then, so that a closed page is noticed


class Live:
    """The open pages. `publish` may be called from any thread, all else from the server's loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: set[asyncio.Queue[bytes | None]] = set()
        self._progress: dict[int, bytes] = {}
        self._closed = False
        self.run = secrets.token_hex(8)  # by it a page of an earlier start knows that its token is worthless
        self.changes = 0  # how many changes were published; a page knows by it whether it missed one before it listened

    @property
    def listeners(self) -> int:
        """How many pages listen."""
        return len(self._queues)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; events published before are nobody's."""
        self._loop = loop

    def close(self) -> None:
        """End all streams, so that the server can stop; from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._closed = True
        for queue in self._queues:
            _put(queue, None)

    def publish(self, happened: Happened) -> None:
        """Tell every open page, from any thread; after the server has stopped nothing happens."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._spread, happened)

    def _spread(self, happened: Happened) -> None:
        message = b"event: %b\ndata: %b\n\n" % (happened.kind.encode(), msgspec.json.encode(happened))
        if happened.kind == "changed":
            self.changes += 1
        if happened.job_id is not None:
            if happened.kind == "progress":
                self._progress[happened.job_id] = message
            else:
                self._progress.pop(happened.job_id, None)
        for queue in self._queues:
            _put(queue, message)

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield events for one page until it goes away."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._queues.add(queue)
        try:
            hello = msgspec.json.encode({"run": self.run, "changes": self.changes})
            yield b"retry: 1500\nevent: hello\ndata: %b\n\n" % hello
            for message in self._progress.values():  # a page opened in the middle of a job sees how far it is
                yield message
            while not self._closed:
                try:
                    next_message = await asyncio.wait_for(queue.get(), _QUIET_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if next_message is None:
                    return
                yield next_message
        finally:
            self._queues.discard(queue)


def _put(queue: "asyncio.Queue[bytes | None]", message: bytes | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(message)
