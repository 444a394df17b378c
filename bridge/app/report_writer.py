"""Reports of bounces: written from what the store keeps, beside the bridge's own thread, whole or not at all.

The verdict does not depend on the report: it is kept first, and published with the report's path when that is there.
A report that cannot be written is tried again until there is room; then the verdict is published with it.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import NamedTuple

import msgspec

from bridge.errors import FreshEarsError
from bridge.model import Analysis, AnalysisHead, Bounce, head_of
from bridge.model.events import BounceExamined, BounceJudged, Event, EventHandler
from bridge.pathtext import to_path, to_text
from bridge.policy.findings.verdict import in_a_line, verdict_of
from bridge.policy.song.modes import current, hides_loudness
from bridge.policy.song.titles import number_title, song_title
from bridge.settings.config import Config
from bridge.songs.job_requests import report_folder, report_notes
from bridge.store import OwedReport, Store
from bridge.watch.hands import FolderHands

log = logging.getLogger(__name__)

# ours: a folder on a drive that hangs holds back no verdict for longer; on a working one a report takes a tenth of it.
PATIENCE_S = 5.0
# ours: somebody who made room looks for the report within the minute; a folder that is never writable costs nothing.
RETRY_AFTER_S = 30.0
LONGEST_RETRY_S = 600.0
_STOP_S = 2.0


class ReportOrder(NamedTuple):
    """A report to be written: everything about it that comes from the store."""

    bounce: Bounce
    source: OwedReport
    folder: Path
    place: Path | None  # must be there: nothing is made where a drive is away or a project was deleted
    notes: tuple[tuple[str, str], ...]
    hides_loudness: bool


class ReportAttempt(NamedTuple):
    """How that went: with a path, it is there; without, ``error`` says why not."""

    order: ReportOrder
    path: str = ""
    error: str = ""
    head: AnalysisHead | None = None  # None when the stored analysis cannot be read


def write(order: ReportOrder) -> ReportAttempt:
    """Write one report; whatever goes wrong is in what is returned."""
    from bridge.report.bounce_report import write_bounce_report  # loads the templates: not before there is a report

    head: AnalysisHead | None = None
    try:
        analysis = msgspec.json.decode(order.source.data, type=Analysis)
        head = head_of(analysis)
        if order.place is not None and not order.place.is_dir():
            raise FreshEarsError(f"{order.place}: is not there any more; the report waits for it")
        path = write_bounce_report(
            analysis,
            order.folder,
            song_title(order.bounce),
            number_title(order.bounce),
            json=order.source.data,
            notes=order.notes,
            hides_loudness=order.hides_loudness,
        )
    except FreshEarsError as error:
        return ReportAttempt(order, error=str(error), head=head)
    except Exception as error:
        log.exception("the report of bounce %d of %s", order.bounce.revision, order.bounce.song)
        return ReportAttempt(order, error=f"a fault in Fresh Ears ({type(error).__name__}: {error})", head=head)
    return ReportAttempt(order, path=to_text(path), head=head)


class _Awaited(NamedTuple):
    """A verdict that waits for its report."""

    examined: BounceExamined
    until_s: float


class _Written(NamedTuple):
    """A report that is being written; after a while others are, too."""

    future: "Future[None]"
    until_s: float


class ReportWriter:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config
        What reports are made of, and where they go.
    publish
        Receives the verdicts.
    post
        Called from the writing thread with every attempt; brings it to `on_attempt`.
    clock
        Seconds that only go forward.
    hands
        Who writes where: a drive that hangs holds back the reports of its own folder, and no others.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        publish: EventHandler,
        post: Callable[[ReportAttempt], None],
        clock: Callable[[], float],
        hands: FolderHands | None = None,
    ) -> None:
        self._store = store
        self._config = config
        self._publish = publish
        self._post = post
        self._clock = clock
        self._hands = hands or FolderHands(())
        self._writing: dict[Path | None, _Written] = {}  # by the watched folder it lies in
        self._new: list[int] = []  # bounces just examined, in order
        self._awaited: dict[int, _Awaited] = {}  # by bounce
        self._owed: list[int] = []  # bounces whose report is tried again in this round
        self._next_round_s = clock()
        self._pause_s = RETRY_AFTER_S
        self._failed_folders: set[Path] = set()
        self._unreadable: set[int] = set()  # jobs whose analysis no page can be made of

    def on_event(self, event: Event) -> None:
        """Take up a bounce that was examined."""
        if isinstance(event, BounceExamined):
            self._new.append(event.bounce.id)
            self._awaited[event.bounce.id] = _Awaited(event, self._clock() + PATIENCE_S)

    def tick(self) -> None:
        """Have the next report written; publish what waits too long for its own."""
        now_s = self._clock()
        for bounce_id, awaited in list(self._awaited.items()):
            if now_s > awaited.until_s:
                self._judge(bounce_id, "", "its folder does not answer; the report comes later")
        if any(now_s <= written.until_s for written in self._writing.values()):
            return
        order = self._next(now_s)
        if order is not None:
            future = self._hands.of(order.folder, "writing").submit(self._write, order)
            self._writing[self._hands.folder_of(order.folder)] = _Written(future, now_s + PATIENCE_S)

    def on_attempt(self, attempt: ReportAttempt) -> None:
        """Note a report that was written, and publish the verdict with it or without."""
        order = attempt.order
        if attempt.path:
            self._store.results.set_report(order.bounce.id, order.source.job_id, attempt.path)
        written = self._writing.pop(self._hands.folder_of(order.folder), None)
        if written is not None and self._clock() > written.until_s:  # its folder answers again
            self._next_round_s = self._clock()
        if attempt.path:
            self._pause_s = RETRY_AFTER_S
        else:
            self._try_again_later(attempt)
        if order.bounce.id in self._awaited:
            self._judge(order.bounce.id, attempt.path, attempt.error)
        elif attempt.path and attempt.head is not None:  # it was published without: now there is more to say
            findings = attempt.head.findings
            verdict, text = verdict_of(findings).kind, in_a_line(findings)
            self._publish(BounceJudged(order.bounce, verdict, text, attempt.head, attempt.path))

    def stop(self) -> None:
        """Let the report that is being written be finished, unless its folder hangs."""
        now_s = self._clock()
        wait([written.future for written in self._writing.values() if now_s <= written.until_s], _STOP_S)

    def _write(self, order: ReportOrder) -> None:
        self._post(write(order))

    def _judge(self, bounce_id: int, report_path: str, error: str) -> None:
        examined = self._awaited.pop(bounce_id).examined
        self._publish(
            BounceJudged(examined.bounce, examined.verdict, examined.text, examined.analysis, report_path, error)
        )

    def _next(self, now_s: float) -> ReportOrder | None:
        """Return the next report to write: of what was just examined, else of what could not be written before."""
        if not self._owed and now_s >= self._next_round_s:
            self._owed = self._store.results.without_report()
            self._failed_folders.clear()
            self._next_round_s = now_s + self._pause_s
        for waiting in (self._new, self._owed):
            while waiting:
                order = self._order(waiting[0])
                waiting.pop(0)
                if order is None or self._hands.folder_of(order.folder) in self._writing:
                    continue  # that folder hangs; its report is owed until a later round
                if waiting is self._new or order.folder not in self._failed_folders:
                    return order
        return None

    def _order(self, bounce_id: int) -> ReportOrder | None:
        """Return everything about a report, None when there is nothing (more) to write."""
        source = self._store.results.owed_report(bounce_id)
        if source is None or source.job_id in self._unreadable:
            return None
        bounce = self._store.bounces.by_id(bounce_id)
        mode = current(self._store.song_state.modes(song_id=bounce.song_id)).mode
        path = to_path(bounce.path)
        return ReportOrder(
            bounce,
            source,
            report_folder(self._config, path),
            None if self._config.report.folder else path.parent,
            report_notes(self._store, self._config, bounce),
            hides_loudness(mode),
        )

    def _try_again_later(self, attempt: ReportAttempt) -> None:
        log.warning("no report of %s: %s", attempt.order.bounce.path, attempt.error)
        if attempt.head is None:
            self._unreadable.add(attempt.order.source.job_id)
            return
        self._next_round_s = self._clock() + self._pause_s
        if not self._failed_folders:
            self._pause_s = min(2.0 * self._pause_s, LONGEST_RETRY_S)
        self._failed_folders.add(attempt.order.folder)
