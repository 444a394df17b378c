"""The one queue in which everything arrives that happens outside the bridge's own thread."""

import queue
import time
from collections.abc import Iterator

from bridge.app.fronts.page import PageCommand
from bridge.app.intake import Identified
from bridge.app.report_writer import ReportAttempt
from bridge.daw.contract import DawEvent
from bridge.osc.transport import Incoming
from bridge.worker.protocol import WorkerMessage

Arrival = Incoming | WorkerMessage | Identified | DawEvent | PageCommand | ReportAttempt
_SLICE_S = 0.1  # ours: then files, jobs and DAWs have their turn
_MOST = 2000  # what is answered at once; work itself waits in the store


class Arrivals:
    """Put from any thread, taken from the bridge's own."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Arrival] = queue.Queue(_MOST)

    def post(self, arrival: Arrival) -> None:
        """Put something that must not be lost; waits while the queue is full."""
        self._queue.put(arrival)

    def offer(self, arrival: Arrival) -> bool:
        """Put something that may be asked again; False when there is too much to do already."""
        try:
            self._queue.put_nowait(arrival)
        except queue.Full:
            return False
        return True

    def take(self, timeout_s: float) -> Iterator[Arrival]:
        """Wait for the first arrival, then yield those that are there, as many as a slice of time allows."""
        try:
            yield self._queue.get(timeout=timeout_s)
            ends_s = time.monotonic() + _SLICE_S
            while time.monotonic() < ends_s:
                yield self._queue.get_nowait()
        except queue.Empty:
            return
