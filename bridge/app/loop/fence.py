"""A fence round every part of the bridge: what one raises is logged and told, and the others go on.

An arrival that cannot be handled is set aside: it comes from outside, and whoever sends another one may send a right
one. A part that lets time pass would raise again five times a second: after three faults of one kind it is stopped
until the next start, and says so. `StoreError` is no fault of a part: it passes, and the loop tries again.
"""

import logging
import traceback
from collections import Counter
from collections.abc import Callable

from bridge.errors import FreshEarsError, StoreError
from bridge.model.events import EventHandler, PartFailed

log = logging.getLogger(__name__)

MOST_OF_A_KIND = 3  # ours: once may be bad luck, twice a coincidence

# Who else wants to know of faults: tests, in which a fault behind the fence is a failure like any other.
watchers: list[Callable[[str, Exception], None]] = []


class Fence:
    """Runs the parts of the bridge; all methods are called from the bridge's own thread, or while it starts.

    Parameters
    ----------
    publish
        Receives `PartFailed`; what it raises is only logged.
    """

    def __init__(self, publish: EventHandler) -> None:
        self._publish = publish
        self._faults: Counter[tuple[str, str]] = Counter()
        self._stopped: dict[str, str] = {}
        self._is_telling = False

    @property
    def stopped(self) -> dict[str, str]:
        """Return the parts that were stopped, and why."""
        return dict(self._stopped)

    def part(self, name: str, call: Callable[[], object]) -> bool:
        """Run a part that lets time pass, unless it is stopped; tell whether it went well.

        Raises
        ------
        StoreError
            The store cannot be used just now.
        """
        if name in self._stopped:
            return False
        fault = self._run(name, call)
        if fault is None:
            return True
        kind = (name, _kind(fault))
        self._faults[kind] += 1
        is_stopped = self._faults[kind] >= MOST_OF_A_KIND
        if is_stopped:
            self._stopped[name] = reason_of(fault)
        self._tell(name, fault, is_stopped=is_stopped)
        return False

    def once(self, name: str, call: Callable[[], object], otherwise: Callable[[str], object] | None = None) -> bool:
        """Do something that is not done again by itself: handle an arrival, start a door.

        ``otherwise`` is called with the reason when it fails: set the arrival aside, answer whoever asked.

        Raises
        ------
        StoreError
            The store cannot be used just now.
        """
        fault = self._run(name, call)
        if fault is None:
            return True
        if otherwise is not None:
            reason = reason_of(fault)
            self._run(f"{name}, set aside", lambda: otherwise(reason))
        self._tell(name, fault, is_stopped=False)
        return False

    def _run(self, name: str, call: Callable[[], object]) -> Exception | None:
        try:
            call()
        except StoreError:
            raise
        except FreshEarsError as fault:  # no fault of ours, but its reason is for people
            log.warning("%s: %s", name, fault)
            return fault
        except Exception as fault:
            log.exception("a fault in Fresh Ears: %s", name)
            for watcher in watchers:
                watcher(name, fault)
            return fault
        return None

    def _tell(self, name: str, fault: Exception, *, is_stopped: bool) -> None:
        if self._is_telling:  # who hears of it has a fault, too
            return
        self._is_telling = True
        try:
            self._run("telling of a fault", lambda: self._publish(PartFailed(name, reason_of(fault), is_stopped)))
        finally:
            self._is_telling = False


def reason_of(fault: Exception) -> str:
    """Return a fault as one line for people; the log has all of it."""
    text = " ".join(str(fault).split())[:200]
    if isinstance(fault, FreshEarsError):
        return text
    return f"a fault in Fresh Ears ({type(fault).__name__}: {text}); the log has the details"


def _kind(fault: Exception) -> str:
    """Return what makes two faults one kind: what was raised, and where."""
    last = traceback.extract_tb(fault.__traceback__)[-1:]
    return f"{type(fault).__qualname__} {[(frame.filename, frame.lineno) for frame in last]}"
