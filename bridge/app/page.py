"""The page in the bridge: its server, what it is told, and what a person asks for on it.

The server runs in threads of its own. What is asked is put into the bridge's queue like everything else, done in the
bridge's thread, and answered from there.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING

from msgspec import Struct

from bridge.errors import FreshEarsError, UsageError
from bridge.model import Bounce, Job
from bridge.model.events import (
    BounceJudged,
    BounceLanded,
    ComparisonMade,
    Event,
    FileStuck,
    JobFailed,
    JobProgressed,
    JobRetried,
    MasterMade,
    MasterRefused,
    RestOver,
    StateChanged,
    WarningCleared,
    WarningRaised,
)
from bridge.settings.config import Config
from bridge.settings.home import Home
from bridge.songs.actions import Action, PageReply
from bridge.songs.comparisons import ComparisonQueue, reference_files
from bridge.songs.job_requests import Extras
from bridge.songs.service import SongService
from bridge.songs.song_commands import SongCommands
from bridge.web.queries import StoreQueries
from bridge.web.records import Happened

if TYPE_CHECKING:
    from bridge.web.server import PageServer

log = logging.getLogger(__name__)

_PATIENCE_S = 10.0


class PageCommand(Struct, frozen=True):
    """Something a person asked for on a page; the reply goes into the future."""

    action: Action
    reply: Future[PageReply]


class Page:
    """Serves the pages while the bridge runs. `start`, `stop`, `tell` and `answer` belong to the bridge's thread."""

    def __init__(self, config: Config, home: Home, post: Callable[[PageCommand], None]) -> None:
        self._config = config
        self._home = home
        self._post = post
        self._server: PageServer | None = None

    @property
    def url(self) -> str | None:
        """The address of the first page; None when nothing is served."""
        return self._server.url if self._server is not None else None

    def start(self) -> None:
        """Serve. A taken port is not a reason for the bridge not to run: the next free one is used."""
        if not self._config.page.enabled:
            return
        from bridge.web.server import PageError, PageServer  # only who serves pages waits for a web server to load

        source = StoreQueries(self._home.store_path, self._config, self._home.config_path.parent)
        for port in dict.fromkeys((self._config.page.port, 0)):
            server = PageServer(source, self._ask, port)
            try:
                server.start()
            except PageError as error:
                log.warning("%s", error)
                continue
            self._server = server
            return

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def on_event(self, event: Event) -> None:
        """Pass on to the open pages what concerns them."""
        if self._server is None:
            return
        happened = happened_of(event)
        if happened is not None:
            self._server.publish(happened)

    def _ask(self, action: Action) -> PageReply:
        """Have an action done in the bridge's thread; called from a thread of the server."""
        reply: Future[PageReply] = Future()
        self._post(PageCommand(action, reply))
        try:
            return reply.result(_PATIENCE_S)
        except FutureTimeoutError:
            return PageReply(ok=False, message="The bridge is busy. Try again in a moment.")


class PageCommands:
    """Does what pages ask for, in the bridge's thread."""

    def __init__(
        self,
        song_service: SongService,
        master: Callable[[Bounce, str, bool, str, str, Extras], Job],
        analyse: Callable[[Bounce], Job],
        cancel: Callable[[int], bool],
        songs: SongCommands,
    ) -> None:
        self._song_service = song_service
        self._beside = ComparisonQueue(song_service.store)
        self._master = master
        self._analyse = analyse
        self._cancel = cancel
        self._songs = songs

    def handle(self, asked: PageCommand) -> None:
        """Do it and reply; whatever goes wrong is the reply."""
        try:
            reply = self._do(asked.action)
        except FreshEarsError as error:
            reply = PageReply(ok=False, message=str(error))
        except KeyError:
            reply = PageReply(ok=False, message="There is no such bounce any more. Load the page again.")
        asked.reply.set_result(reply)

    def _do(self, action: Action) -> PageReply:
        if action.kind == "cancel":
            done = action.job_id is not None and self._cancel(action.job_id)
            return PageReply(ok=done, message="Cancelled." if done else "It has already ended.")
        if action.bounce_id is None:
            return self._songs.do(action) or PageReply(ok=False, message="The bridge cannot do this.")
        bounce = self._song_service.store.bounces.by_id(action.bounce_id)
        if action.kind == "master":
            job = self._make(bounce, action)
            return PageReply(ok=True, message="The master is on its way.", job_id=job.id)
        if action.kind == "analyse":
            job = self._analyse(bounce)
            return PageReply(ok=True, message="It is examined again.", job_id=job.id)
        if action.kind in {"compare", "references"}:
            job = self._beside.queue(bounce, action, self._song_service.sheet(bounce))
            return PageReply(ok=True, message="", job_id=job.id)
        return self._songs.do(action) or PageReply(ok=False, message="The bridge cannot do this.")

    def _make(self, bounce: Bounce, action: Action) -> Job:
        files = reference_files(bounce, self._song_service.sheet(bounce)) if action.follow_references else ()
        if action.follow_references and not files:
            raise UsageError("no reference on the sheet is a sound file that is there; write one down, or do without")
        extras = Extras(
            preset=action.preset or None,
            strength_percent=action.strength_percent,
            references=files,
            codec_safe=action.codec_safe,
        )
        return self._master(bounce, action.target, action.anyway, action.why, action.intent or "", extras)


def happened_of(event: Event) -> Happened | None:
    """Return what open pages are told about an event; None when it does not concern them."""
    match event:
        case JobProgressed(job, stage, fraction):
            return Happened(
                kind="progress", bounce_id=job.bounce_id, job_id=job.id, stage=stage.capitalize(), fraction=fraction
            )
        case BounceLanded(bounce):
            return _changed(bounce, f"{bounce.song}, bounce {bounce.revision} has landed.")
        case BounceJudged(bounce, _, text, _, _):
            return _changed(bounce, text)
        case MasterMade(bounce, result):
            message = f"A master for {result.target} is done."
            return _changed(bounce, message) if bounce is not None else Happened(kind="changed", message=message)
        case JobFailed(job, reason, cancelled):
            return Happened(
                kind="changed",
                bounce_id=job.bounce_id,
                job_id=job.id,
                message="Cancelled." if cancelled else reason,
            )
        case ComparisonMade(job) | JobRetried(job, _):
            return Happened(kind="changed", bounce_id=job.bounce_id, job_id=job.id)
        case WarningRaised(warning):
            return Happened(kind="changed", message=warning.seen)
        case WarningCleared():
            return Happened(kind="changed")
        case RestOver(bounce):
            return _changed(bounce, f"{bounce.song}, bounce {bounce.revision} has rested. Listen with fresh ears.")
        case MasterRefused(bounce, text):
            return _changed(bounce, text)
        case FileStuck(_, reason):
            return Happened(kind="changed", message=reason)
        case StateChanged(state, queued, _):
            words = "" if state == "idle" and not queued else f"{queued} waiting" if queued else "At work"
            return Happened(kind="state", message=words)
    return None


def _changed(bounce: Bounce, message: str) -> Happened:
    return Happened(kind="changed", song_id=bounce.song_id, bounce_id=bounce.id, message=message)
