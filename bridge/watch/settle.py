"""When is a file finished? A pure state machine over what was seen of it and when.

A file is *settled* when its size and date have stood still for the settle time and its header agrees with its
length; one whose header names no length (a stream) when it has stood still for much longer. One that stands still and
stays incomplete is *stuck* after the give-up time: reported, never dropped; if it moves again it starts anew. Which
files are to be looked at, and what was seen, are asked for and told: looking itself (`look_at`) belongs into the
folder's own thread.
"""

import heapq
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bridge.audio.probe import Probe

log = logging.getLogger(__name__)

# ours: a DAW that says "exported" has closed the file; this only covers the disk cache of network drives.
EXPORTED_SETTLE_S = 0.3
# ours: what is written to the end without a word in its header has ended when nothing came for so long; a DAW that
# renders, and a network that copies, pause for seconds.
OPEN_SETTLE_S = 30.0
# ours: as finely as a person notices; with many files each is looked at less often, at most as many in a second.
_LOOK_EVERY_S = 0.2
_LOOKS_A_SECOND = 500
_STUCK_LOOK_S = 10.0  # ours: who goes on writing after the give-up time is in no hurry, and the folder's listing tells


class Stamp(NamedTuple):
    """Size and date of a file: the cheapest sign that it changed."""

    size: int
    mtime_ns: int


class Settled(NamedTuple):
    """A file is finished."""

    path: Path
    stamp: Stamp


class Stuck(NamedTuple):
    """A file stands still and is not complete; `reason` is for people."""

    path: Path
    stamp: Stamp
    reason: str


class Vanished(NamedTuple):
    """A file went away before it was finished."""

    path: Path


class LookRequest(NamedTuple):
    """A file to be looked at; its header too where it may be finished if it still is as it was."""

    path: Path
    stamp: Stamp
    may_be_finished: bool


class FileLook(NamedTuple):
    """What was seen of a file: its stamp, None when it is gone; its header, where that was asked and it stood still."""

    path: Path
    stamp: Stamp | None
    probe: Probe | None = None
    is_unclear: bool = False  # the drive answered with an error: it may still be there


def look_at(
    requests: Sequence[LookRequest],
    stamp_of: Callable[[Path], Stamp | None],
    probe: Callable[[Path], Probe],
    beat: Callable[[], None],
) -> tuple[FileLook, ...]:
    """Look at files; ``beat`` is called before each."""
    looks = []
    for request in requests:
        beat()
        looks.append(_look(request, stamp_of, probe))
    return tuple(looks)


def _look(request: LookRequest, stamp_of: Callable[[Path], Stamp | None], probe: Callable[[Path], Probe]) -> FileLook:
    path = request.path
    try:
        stamp = stamp_of(path)
    except (OSError, ValueError):
        return FileLook(path, None, is_unclear=True)
    if stamp is None or stamp != request.stamp or not request.may_be_finished:
        return FileLook(path, stamp)
    try:
        return FileLook(path, stamp, probe(path))
    except FileNotFoundError:
        return FileLook(path, None)
    except OSError as error:
        return FileLook(path, stamp, Probe("incomplete", f"it cannot be read ({error.strerror or error})"))
    except Exception:
        log.exception("the header of %s cannot be read", path)
        return FileLook(path, stamp, Probe("alien", "its header makes no sense"))  # the reader has the last word


class _Pending:
    __slots__ = ("changed_s", "due_s", "exported", "is_asked", "reported", "stamp")

    def __init__(self, stamp: Stamp, now_s: float, *, exported: bool) -> None:
        self.stamp = stamp
        self.changed_s = now_s
        self.due_s = now_s
        self.exported = exported
        self.reported = False
        self.is_asked = False


class Settler:
    """Keeps every file that is not finished yet.

    Parameters
    ----------
    settle_s, give_up_s
        How long a file must stand still to be looked at, and to be called stuck.
    """

    def __init__(self, settle_s: float, give_up_s: float) -> None:
        self._settle_s = settle_s
        self._give_up_s = give_up_s
        self._pending: dict[Path, _Pending] = {}
        self._due: list[tuple[float, int, Path]] = []  # a heap; what is not (any more) due then is passed over
        self._planned = itertools.count()
        self._now_s = 0.0

    def take_times(self, settle_s: float, give_up_s: float) -> None:
        """Wait as long as this from now on."""
        self._settle_s, self._give_up_s = settle_s, give_up_s

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, path: object) -> bool:
        return path in self._pending

    def waiting(self) -> Iterator[Path]:
        """Yield the files that are not finished yet."""
        return iter(self._pending)

    def see(self, path: Path, stamp: Stamp, now_s: float, *, exported: bool = False) -> None:
        """Note that a file exists with this stamp; `exported` when the DAW says it has finished writing."""
        pending = self._pending.get(path)
        if pending is None or pending.stamp != stamp:
            new = self._pending[path] = _Pending(stamp, now_s, exported=exported)
            if pending is not None:
                new.exported = exported or pending.exported
                new.is_asked = pending.is_asked
            self._plan(path, new, now_s)
        elif exported and not pending.exported:
            pending.exported = True
            self._plan(path, pending, now_s)

    def requests(self, now_s: float, most: int) -> list[LookRequest]:
        """Return the files to be looked at now, ``most`` of them; each is asked for again after it was `seen`."""
        if now_s < self._now_s:  # the clock jumped back
            self._due = [(now_s, next(self._planned), path) for path in self._pending]
            for waiting in self._pending.values():
                waiting.due_s, waiting.changed_s = now_s, min(waiting.changed_s, now_s)
        self._now_s = now_s
        asked: list[LookRequest] = []
        while self._due and self._due[0][0] <= now_s and len(asked) < most:
            due_s, _, path = heapq.heappop(self._due)
            pending = self._pending.get(path)
            if pending is None or pending.due_s != due_s or pending.is_asked:
                continue
            pending.is_asked = True
            asked.append(LookRequest(path, pending.stamp, self._is_still(pending, now_s)))
        return asked

    def looked(self, look: FileLook, now_s: float) -> Settled | Stuck | Vanished | None:
        """Return what became of a file that was looked at; None while it is not decided."""
        pending = self._pending.get(look.path)
        if pending is None:
            return None
        pending.is_asked = False
        if look.stamp is None and not look.is_unclear:
            del self._pending[look.path]
            return Vanished(look.path)
        if look.stamp is not None and look.stamp != pending.stamp:
            self.see(look.path, look.stamp, now_s)
            return None
        if look.probe is not None and self._is_whole(look.probe, pending, now_s):
            del self._pending[look.path]
            return Settled(look.path, pending.stamp)
        self._plan(look.path, pending, now_s)
        if look.probe is None or pending.reported or now_s - pending.changed_s < self._give_up_s:
            return None
        pending.reported = True
        if look.probe.state == "blank":  # it waits for a network, not for the person
            return None
        return Stuck(look.path, pending.stamp, look.probe.reason)

    def _is_still(self, pending: _Pending, now_s: float) -> bool:
        return now_s - pending.changed_s >= (EXPORTED_SETTLE_S if pending.exported else self._settle_s)

    def _is_whole(self, probe: Probe, pending: _Pending, now_s: float) -> bool:
        if probe.state != "open":
            return probe.state not in {"incomplete", "blank"}
        return pending.exported or now_s - pending.changed_s >= min(OPEN_SETTLE_S, self._give_up_s)

    def _plan(self, path: Path, pending: _Pending, now_s: float) -> None:
        """Have a file looked at when it may be finished, and now and then before and after."""
        needed_s = pending.changed_s + (EXPORTED_SETTLE_S if pending.exported else self._settle_s) - now_s
        often_s = max(_LOOK_EVERY_S, len(self._pending) / _LOOKS_A_SECOND)
        if pending.reported:
            often_s = max(often_s, _STUCK_LOOK_S)
        pending.due_s = now_s + (min(needed_s, often_s) if needed_s > 0.0 else often_s)
        heapq.heappush(self._due, (pending.due_s, next(self._planned), path))
