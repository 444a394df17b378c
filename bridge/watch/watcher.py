"""Looks into the bounce folders when something happens there, and every few seconds; each in its own thread."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bridge.model import FolderState
from bridge.watch.events import FolderEvents
from bridge.watch.folder import FolderRules
from bridge.watch.hands import FolderHands
from bridge.watch.listing import FolderListing, FolderLook

log = logging.getLogger(__name__)

# ours: looking takes a thousandth of a core's time where nothing happens, and a fifth where a lot does.
_IDLE_SHARE, _BUSY_SHARE = 0.001, 0.2
_LONGEST_WHOLE_S = 60.0  # ours: for folders of more files than anybody bounces
_EVENTS_GATHER_S = 0.1


class _Watched:
    """One folder; `tick` belongs to the bridge's own thread, `note` to any, everything else to the folder's."""

    def __init__(
        self,
        folder: Path,
        rules: FolderRules,
        hands: FolderHands,
        post: Callable[[FolderLook], None],
        poll_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.folder = folder
        self._post = post
        self._poll_s = poll_s
        self._clock = clock
        self._lane = hands.of(folder, "looking")
        self._listing = FolderListing(folder, rules, self._lane.beat)
        self._events = FolderEvents(folder, recursive=rules.recursive, on_file=self.note)
        self._lock = threading.Lock()
        self._named: set[str] = set()
        self._is_looking = self._is_stopped = self._renews = False
        self._next_poll_s = self._next_whole_s = self._not_before_s = clock()
        self.fault: Exception | None = None
        self.was_there: bool | None = None  # None: not looked at yet

    def note(self, path: str) -> None:
        """Note that something happened to a file: it is looked at soon."""
        with self._lock:
            self._named.add(path)
        self.look_if_due()

    def look_if_due(self) -> None:
        """Have the folder looked at, if there is a reason and nobody looks already."""
        now_s = self._clock()
        with self._lock:
            has_reason = now_s >= self._next_poll_s or (self._named and now_s >= self._not_before_s)
            if self._is_looking or self._is_stopped or self.fault is not None or not has_reason:
                return
            self._is_looking = True
        try:
            self._lane.submit(self._look)
        except RuntimeError:  # it is being stopped
            log.debug("%s is not looked at any more", self.folder)

    def renew(self) -> None:
        """Have everything looked at soon, with events begun anew."""
        self._renews = True
        self._next_poll_s = self._next_whole_s = self._clock()

    def stop(self) -> None:
        self._is_stopped = True
        self._events.stop()

    def _look(self) -> None:
        began_s, cost_s = self._clock(), time.thread_time()
        with self._lock:
            named, self._named = self._named, set()
        whole = began_s >= self._next_whole_s
        try:
            if self._renews:
                self._renews = False
                self._events.stop()
            self._events.follow()
            if self._is_stopped:  # meanwhile
                self._events.stop()
                return
            seen = self._listing.look(named, whole=whole)
            self._tell(seen)
        except Exception as fault:  # noqa: BLE001 - it is raised in the bridge's own thread
            self.fault = fault
        cost_s = time.thread_time() - cost_s
        now_s = self._clock()
        self._next_poll_s = now_s + self._poll_s
        self._not_before_s = now_s + max(_EVENTS_GATHER_S, cost_s / _BUSY_SHARE)
        if whole:
            self._next_whole_s = now_s + min(max(self._poll_s, cost_s / _IDLE_SHARE), _LONGEST_WHOLE_S)
        self._is_looking = False

    def _tell(self, seen: FolderLook) -> None:
        before, self.was_there = self.was_there, seen.is_there
        if seen.is_there != before:
            if not seen.is_there:
                log.warning("%s is not there; it is watched again when it comes back", self.folder)
            elif before is not None:
                log.info("%s is back", self.folder)
        if seen.files or seen.is_first or seen.left_alone is not None or seen.is_there != before:
            self._post(seen)


class FolderWatcher:
    """All methods but `note` are called from the bridge's own thread; none of them touches a drive.

    Parameters
    ----------
    folders, rules
        What is watched, absolute, and what counts as a bounce there.
    hands
        The folders' own threads.
    post
        Called from those threads with what was seen.
    poll_s
        How often a folder is looked at although nothing was heard of it.
    """

    def __init__(
        self,
        folders: tuple[Path, ...],
        rules: FolderRules,
        hands: FolderHands,
        post: Callable[[FolderLook], None],
        poll_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hands = hands
        self._post = post
        self._clock = clock
        self._rules, self._poll_s = rules, poll_s
        self._watched: dict[Path, _Watched] = {}
        self.watch(folders, rules, poll_s)

    def watch(self, folders: tuple[Path, ...], rules: FolderRules, poll_s: float) -> None:
        """Watch these folders from now on, by these rules, and no others."""
        before, self._watched = self._watched, {}
        is_as_before = (rules, poll_s) == (self._rules, self._poll_s)
        self._rules, self._poll_s = rules, poll_s
        for folder in folders:
            known = before.pop(folder, None) if is_as_before else None
            self._watched[folder] = known or _Watched(folder, rules, self._hands, self._post, poll_s, self._clock)
        for watched in before.values():
            watched.stop()

    def tick(self) -> None:
        """Have looked at what is due; raises what went wrong in a folder's thread, which then waits for the next."""
        for watched in self._watched.values():
            fault, watched.fault = watched.fault, None
            if fault is not None:
                raise fault
            watched.look_if_due()

    def renew(self) -> None:
        """Watch all folders anew: over a sleep, a drive may have come back without its watch."""
        for watched in self._watched.values():
            watched.renew()

    def look_again(self, path: Path) -> None:
        """Have a file looked at although nothing is known to have happened to it."""
        folder = self._hands.folder_of(path)
        if folder in self._watched:
            self._watched[folder].note(str(path))

    def states(self) -> dict[Path, FolderState]:
        """Return how each folder is: one that was not looked at yet counts as there."""
        return {folder: self._state(watched) for folder, watched in self._watched.items()}

    def _state(self, watched: _Watched) -> FolderState:
        if self._hands.hangs(watched.folder):
            return "hangs"
        return "missing" if watched.was_there is False else "there"

    def stop(self) -> None:
        """Hear nothing more of any folder."""
        for watched in self._watched.values():
            watched.stop()
