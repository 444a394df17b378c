"""The work on arriving files that the folders' own threads do: looking whether they are finished, reading them."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bridge.app.identify import Identified, identify
from bridge.audio.probe import probe
from bridge.watch.folder import stamp_now
from bridge.watch.hands import FolderHands
from bridge.watch.settle import FileLook, LookRequest, Settled, Stamp, look_at

# ours: read ahead of what is recorded. More would only keep the cores from recording, and from the first examination.
_MOST_AHEAD = 16


class Looked(NamedTuple):
    """What was seen of some files that may be finished."""

    folder: Path | None
    looks: tuple[FileLook, ...]


class FileReader:
    """Has files looked at and read where they lie; called from the bridge's own thread.

    ``post`` is called from the threads of the folders with what they found.
    """

    def __init__(self, hands: FolderHands, post: Callable[[Looked | Identified], None]) -> None:
        self._hands = hands
        self._post = post
        self._waiting: dict[Path | None, deque[Settled]] = {}  # folder → finished, not read yet
        self._reading: dict[Path | None, set[Path]] = {}

    def look(self, questions: Sequence[LookRequest]) -> None:
        """Have files looked at, those of each folder together."""
        by_folder: dict[Path | None, list[LookRequest]] = {}
        for question in questions:
            by_folder.setdefault(self._hands.folder_of(question.path), []).append(question)
        for folder, some in by_folder.items():
            lane = self._hands.of(some[0].path, "looking")
            lane.submit(self._look, folder, some, lane.beat)

    def add(self, settled: Settled) -> None:
        """Have a finished file read in its turn."""
        self._waiting.setdefault(self._hands.folder_of(settled.path), deque()).append(settled)

    def tick(self) -> None:
        """Begin to read what waits, no further ahead than is of use."""
        for folder, waiting in self._waiting.items():
            reading = self._reading.setdefault(folder, set())
            while waiting and len(reading) < _MOST_AHEAD:
                path, stamp = waiting.popleft()
                reading.add(path)
                self._hands.of(path, "reading").submit(self._read, path, stamp)

    def done(self, path: Path) -> None:
        """Let the next one be read: what this file held is known."""
        self._reading.get(self._hands.folder_of(path), set()).discard(path)

    # in the folders' own threads --------------------------------------------------------------------------------

    def _look(self, folder: Path | None, questions: list[LookRequest], beat: Callable[[], None]) -> None:
        self._post(Looked(folder, look_at(questions, stamp_now, probe, beat)))

    def _read(self, path: Path, stamp: Stamp) -> None:
        self._post(identify(path, stamp))
