"""When is a file finished? A pure state machine over what was seen of it and when.

A file is *settled* when its size and date have stood still for the settle time and its header agrees with its
length. One that stands still and stays incomplete is *stuck* after the give-up time: reported, never dropped;
if it moves again it starts anew.
"""

import logging
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bridge.audio.probe import Probe

log = logging.getLogger(__name__)

# ours: a DAW that says "exported" has closed the file; this only covers the disk cache of network drives.
EXPORTED_SETTLE_S = 0.3


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


class _Pending:
    __slots__ = ("changed_s", "exported", "last_reason", "reported", "stamp")

    def __init__(self, stamp: Stamp, now_s: float) -> None:
        self.stamp = stamp
        self.changed_s = now_s
        self.exported = False
        self.reported = False
        self.last_reason = ""


class Settler:
    """Keeps every file that is not finished yet.

    Parameters
    ----------
    settle_s, give_up_s
        How long a file must stand still to be looked at, and to be called stuck.
    stamp_of
        Returns a file's stamp, ``None`` when it is gone.
    probe
        Tells whether the header agrees with the length; may raise ``OSError``.
    """

    def __init__(
        self,
        settle_s: float,
        give_up_s: float,
        stamp_of: Callable[[Path], Stamp | None],
        probe: Callable[[Path], Probe],
    ) -> None:
        self._settle_s = settle_s
        self._give_up_s = give_up_s
        self._stamp_of = stamp_of
        self._probe = probe
        self._pending: dict[Path, _Pending] = {}

    def take_times(self, settle_s: float, give_up_s: float) -> None:
        """Wait as long as this from now on."""
        self._settle_s, self._give_up_s = settle_s, give_up_s

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, path: object) -> bool:
        return path in self._pending

    def waiting(self) -> tuple[Path, ...]:
        """Return the files that are not finished yet."""
        return tuple(self._pending)

    def see(self, path: Path, stamp: Stamp, now_s: float, *, exported: bool = False) -> None:
        """Note that a file exists with this stamp; `exported` when the DAW says it has finished writing."""
        pending = self._pending.get(path)
        if pending is None:
            pending = self._pending[path] = _Pending(stamp, now_s)
        elif pending.stamp != stamp:
            exported_before = pending.exported
            pending = self._pending[path] = _Pending(stamp, now_s)
            pending.exported = exported_before
        pending.exported = pending.exported or exported

    def due(self, now_s: float, *, most: int | None = None) -> list[Settled | Stuck | Vanished]:
        """Look at the files that may be decided, ``most`` of them, and return what became of those that are.

        Those that are not looked at now come first the next time.
        """
        decided: list[Settled | Stuck | Vanished] = []
        for path, pending in list(islice(self._pending.items(), most)):
            self._pending[path] = self._pending.pop(path)  # to the end of the line
            outcome = self._look(path, pending, now_s)
            if outcome is not None:
                decided.append(outcome)
                if not isinstance(outcome, Stuck):
                    del self._pending[path]
        return decided

    def _look(self, path: Path, pending: _Pending, now_s: float) -> Settled | Stuck | Vanished | None:
        stamp = self._stamp_of(path)
        if stamp is None:
            return Vanished(path)
        if stamp != pending.stamp or now_s < pending.changed_s:  # changed, or the clock jumped back
            self.see(path, stamp, now_s)
            self._pending[path].changed_s = now_s
            return None
        still_s = now_s - pending.changed_s
        if still_s < (EXPORTED_SETTLE_S if pending.exported else self._settle_s) or pending.reported:
            return None
        try:
            probe = self._probe(path)
        except FileNotFoundError:
            return Vanished(path)
        except OSError as error:
            probe = Probe("incomplete", f"it cannot be read ({error.strerror or error})")
        except Exception:
            log.exception("the header of %s cannot be read", path)
            probe = Probe("alien", "its header makes no sense")  # the reader has the last word
        if probe.state != "incomplete":
            return Settled(path, stamp)
        pending.last_reason = probe.reason
        if still_s < self._give_up_s:
            return None
        pending.reported = True
        return Stuck(path, stamp, probe.reason)
