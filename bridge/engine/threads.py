"""How many threads of this process compute at once: two, and one where the transport of a DAW rolls beside it.

A number that changes while a file is measured or a master is made counts from the next block on: what runs is not
interrupted. No compiled kernel has threads of its own, and numpy's matrix products are held to one
(`bridge.worker.launching`), so nothing else computes.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

MOST = 2  # ours: what one job may take of the machine a mix is running on


class ThreadBudget:
    """Lets so many threads compute at once; all methods may be called from any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._at_work = 0
        self._changed = threading.Condition()
        self.highest = 0  # how many computed at once since `allow` was called last

    def allow(self, threads: int) -> None:
        """Let so many compute from now on, 0 for as many as usual; those at work end what they do."""
        with self._changed:
            self._most = max(1, min(threads or MOST, MOST))
            self.highest = 0
            self._changed.notify_all()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Wait for a place and hold it while the block runs; blocks must not be nested."""
        with self._changed:
            self._changed.wait_for(lambda: self._at_work < self._most)
            self._at_work += 1
            self.highest = max(self.highest, self._at_work)
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def run(self, task: Callable[..., T], *given: object) -> T:
        """Do a task when there is a place for it."""
        with self.working():
            return task(*given)


budget = ThreadBudget()  # of this process: the system counts threads by process, and so does a DAW beside it
