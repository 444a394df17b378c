"""Which of the files a session plays are bounces of ours: by path, by content, or by the name of a DAW's own copy.

A session that plays a bounce is mastering it, or makes something new of it; `policy.modes` decides. Looking at the
files (their dates, headers and, where the size says it may be a bounce, their content) is done in a thread of its
own and remembered, so that the bridge never waits for a disk.
"""

import hashlib
import re
import stat
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

from bridge.audio.reader import open_audio
from bridge.daw.projects.reading import copy_of
from bridge.errors import AudioFileError
from bridge.files import open_regular
from bridge.model import MOST_SOURCE_FILES, Bounce
from bridge.pathtext import to_path, to_text
from bridge.policy.song.modes import FEW_TRACKS
from bridge.store import Store

MAX_BYTES = 4 << 30  # ours: what WAV can hold; larger files are not read through
RECHECK_S = 60.0  # ours: a file may be bounced over, a new one may be recorded a little after it was imported
REMEMBERED = 512
SAME_LENGTH_S = 0.05  # ours: converting the rate moves the end by less
_BLOCK_BYTES = 1 << 20
_NOT_IN_NAMES = re.compile(r"[\W_]+")


class Look(NamedTuple):
    """What was seen of a file; ``size_bytes`` is -1 when there is no such regular file."""

    size_bytes: int
    mtime_ns: int
    half_s: float | None = None  # length of a DAW's own copy of one channel


class _Known(NamedTuple):
    look: Look
    sha256: str  # empty: not needed so far
    bounce_id: int | None
    looked_s: float


def look_at(path: Path) -> Look:
    """Look at a file without reading it through; runs in a thread of its own."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Look(-1, -1)
        if copy_of(path.stem) is None:
            return Look(status.st_size, status.st_mtime_ns)
        with open_audio(path) as reader:
            half_s = reader.format.duration_s if reader.format.channels == 1 else None
    except (OSError, ValueError):
        return Look(-1, -1)
    except AudioFileError:
        half_s = None
    return Look(status.st_size, status.st_mtime_ns, half_s)


def hash_of(path: Path, look: Look, stopping: threading.Event) -> str:
    """Return the content hash of a file, empty when it cannot be read or has changed; runs in a thread of its own."""
    digest = hashlib.sha256()
    left = look.size_bytes
    try:
        with open_regular(path) as file:
            while left > 0 and (block := file.read(min(_BLOCK_BYTES, left))):
                if stopping.is_set():
                    return ""
                digest.update(block)
                left -= len(block)
        after = path.stat()
    except OSError:
        return ""
    return digest.hexdigest() if (after.st_size, after.st_mtime_ns) == (look.size_bytes, look.mtime_ns) else ""


class SourceFiles:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        What is known of bounces and masters.
    executor
        Where files are looked at; one thread of its own by default.
    clock
        Seconds, for how long something is remembered.
    reader_of
        Who looks at a file; in the place of ``executor``.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor | None = None,
        clock: Callable[[], float] = time.monotonic,
        reader_of: Callable[[Path], Executor] | None = None,
    ) -> None:
        self._store = store
        self._executor = executor
        self._reader_of = reader_of
        self._clock = clock
        self._stopping = threading.Event()
        self._known: dict[str, _Known] = {}
        self._looking: dict[str, Future[Look]] = {}
        self._hashing: dict[str, tuple[Look, Future[str]]] = {}

    def close(self) -> None:
        """End the thread; a file that is being read is left."""
        self._stopping.set()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def held(self, paths: Sequence[str], track_count: int | None, folder: str) -> tuple[Bounce, ...]:
        """Return the bounces that a session holds little besides; empty: none, too much else, or not known yet.

        References may lie beside them; what was recorded or copied into the session's own folder is something new
        that is being made.

        Parameters
        ----------
        paths
            The sound files the session plays.
        track_count
            Its tracks.
        folder
            Where the session keeps its files; empty while it is unsaved.
        """
        if not 0 < len(paths) <= MOST_SOURCE_FILES or track_count is None or track_count > FEW_TRACKS:
            return ()
        if not all(Path(path).is_absolute() for path in paths):
            return ()
        for path in paths:
            self._ask(path)
        if any(path not in self._known for path in paths):
            return ()
        ours = {path: self._known[path].bounce_id for path in paths}
        others = [Path(path) for path, bounce_id in ours.items() if bounce_id is None]
        if any(not folder or other.is_relative_to(folder) for other in others):
            return ()
        return tuple(self._store.bounces.by_id(i) for i in dict.fromkeys(ours.values()) if i is not None)

    def held_now(self, paths: Sequence[str], track_count: int | None, folder: str) -> tuple[Bounce, ...]:
        """Return the same as `held` after looking at the files, however long that takes."""
        self.held(paths, track_count, folder)
        while self._looking or self._hashing:
            wait(self._looking.values())
            wait([hashed for _, hashed in self._hashing.values()])
            self.tick()
        return self.held(paths, track_count, folder)

    def tick(self) -> bool:
        """Read what was found out since; tell whether there is anything new."""
        found = False
        for path, future in list(self._looking.items()):
            if future.done():
                del self._looking[path]
                found |= self._looked(path, future.result())
        for path, (look, hashed) in list(self._hashing.items()):
            if hashed.done():
                del self._hashing[path]
                found |= self._decide(path, look, hashed.result())
        return found

    def _ask(self, path: str) -> None:
        known = self._known.get(path)
        if path in self._looking or path in self._hashing:
            return
        if known is not None and self._clock() - known.looked_s < RECHECK_S:
            return
        self._looking[path] = self._worker(Path(path)).submit(look_at, Path(path))

    def _worker(self, path: Path) -> Executor:
        if self._reader_of is not None:
            return self._reader_of(path)
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="source-files")
        return self._executor

    def _looked(self, path: str, look: Look) -> bool:
        known = self._known.get(path)
        sha256 = known.sha256 if known is not None and known.look == look else ""
        may_be_ours = 0 < look.size_bytes <= MAX_BYTES and self._store.bounces.has_size(look.size_bytes)
        if sha256 or not may_be_ours or self._by_path(path, look) is not None:
            return self._decide(path, look, sha256)
        self._hashing[path] = (look, self._worker(Path(path)).submit(hash_of, Path(path), look, self._stopping))
        return False

    def _decide(self, path: str, look: Look, sha256: str) -> bool:
        before = self._known.pop(path, None)
        bounce_id = self._by_path(path, look)
        if bounce_id is None and sha256:
            bounce = self._store.bounces.by_sha256(sha256)
            bounce_id = None if bounce is None else bounce.id
        if bounce_id is None:
            bounce_id = self._store.results.bounce_of_master(to_text(path))
        if bounce_id is None and look.half_s is not None:
            bounce_id = self._by_half(Path(path).stem, look.half_s)
        self._known[path] = _Known(look, sha256, bounce_id, self._clock())
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return before is None or before.bounce_id != bounce_id

    def _by_path(self, path: str, look: Look) -> int | None:
        """Return the bounce that was recorded at this path, if the file is as it was then."""
        where = Path(path)
        bounce = self._store.bounces.by_path(where)
        if bounce is None or not self._store.bounces.was_seen(where, look.size_bytes, look.mtime_ns):
            return None
        return bounce.id

    def _by_half(self, stem: str, length_s: float) -> int | None:
        """Return the bounce that a DAW's own copy was made from, by name and length."""
        wanted = _plain(copy_of(stem) or "")
        for path, bounce_id, duration_s in self._store.bounces.paths_and_lengths():
            if _plain(to_path(path).stem) == wanted and abs(duration_s - length_s) <= SAME_LENGTH_S:
                return bounce_id
        return None


def _plain(stem: str) -> str:
    """Return a name without what DAWs replace in file names."""
    return _NOT_IN_NAMES.sub("_", to_text(stem)).casefold()
