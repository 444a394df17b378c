"""Where everything arrives that happens outside the bridge's own thread.

What the folders' threads find waits apart: however many files there are, whoever asks is answered first.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator

from bridge.app.adding.batches import FilesListed
from bridge.app.arriving.reading import Looked
from bridge.app.fronts.page import PageCommand
from bridge.app.identify import Identified
from bridge.app.intake import Found
from bridge.app.report_writer import ReportAttempt
from bridge.app.saves.arrived import ProjectRead, ProjectsLooked
from bridge.daw.contract import DawEvent
from bridge.osc.transport import Incoming
from bridge.watch.listing import FolderLook
from bridge.worker.protocol import WorkerMessage

Arrival = (
    Incoming
    | WorkerMessage
    | Found
    | DawEvent
    | PageCommand
    | ReportAttempt
    | FilesListed
    | ProjectsLooked
    | ProjectRead
)
_ASKED_SLICE_S, _FOUND_SLICE_S = 0.05, 0.03  # ours: then jobs and DAWs have their turn
_MOST = 2000  # what is answered at once; work itself waits in the store


class Arrivals:
    """Put from any thread, taken from the bridge's own."""

    def __init__(self) -> None:
        self._asked: deque[Arrival] = deque()
        self._found: deque[Arrival] = deque()  # bounded by how much is looked at and read at a time
        self._changed = threading.Condition()

    def post(self, arrival: Arrival) -> None:
        """Put something that must not be lost; waits while there is too much to do already."""
        with self._changed:
            if isinstance(arrival, FolderLook | Looked | Identified | ProjectsLooked | ProjectRead):
                self._found.append(arrival)
            else:
                self._changed.wait_for(lambda: len(self._asked) < _MOST)
                self._asked.append(arrival)
            self._changed.notify_all()

    def offer(self, arrival: Arrival) -> bool:
        """Put something that may be asked again; False when there is too much to do already."""
        with self._changed:
            if len(self._asked) >= _MOST:
                return False
            self._asked.append(arrival)
            self._changed.notify_all()
        return True

    def take(self, timeout_s: float) -> Iterator[Arrival]:
        """Wait for the first arrival, then yield those that are there, as many as a slice of time allows."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked or self._found, timeout_s)
        for waiting, slice_s in ((self._asked, _ASKED_SLICE_S), (self._found, _FOUND_SLICE_S)):
            ends_s = time.monotonic() + slice_s
            while waiting and time.monotonic() < ends_s:
                with self._changed:
                    arrival = waiting.popleft()
                    self._changed.notify_all()
                yield arrival
