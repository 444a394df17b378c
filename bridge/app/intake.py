"""From files in folders to bounces in the store: look, wait until finished, identify by content, record once."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

from bridge.app.loop.fence import reason_of
from bridge.audio.probe import probe
from bridge.audio.reader import open_audio
from bridge.daw.projects.nearby import session_near
from bridge.errors import AudioFileError
from bridge.files import open_regular
from bridge.model import Bounce, SessionSnapshot
from bridge.model.events import BounceLanded, CopySeen, EventHandler, FileSeen, FileStuck, NoBounce, OldFilesLeft
from bridge.pathtext import to_text
from bridge.settings.config import Config
from bridge.songs.naming import SongName, song_key, song_name
from bridge.store import NewBounce, Store
from bridge.watch.folder import Candidate, FolderRules, is_there, list_candidates, stamp_of
from bridge.watch.settle import Settled, Settler, Stamp, Stuck, Vanished
from bridge.worker.passing import may_pass

log = logging.getLogger(__name__)

_HASH_BLOCK_BYTES = 1 << 20
_SLICE_S = 0.02  # ours: a tenth of a turn
_MOST_DUE = 64  # ours: of the files that may be finished, as many are looked at in one turn


SongFolder = tuple[str, str]  # (song, folder) under which a bounce is recorded


class Identified(NamedTuple):
    """What a finished file is: its content hash, or why it cannot be read; and the saved session beside it."""

    path: Path
    stamp: Stamp
    sha256: str
    error: str
    saved: SessionSnapshot | None = None
    may_pass: bool = False  # the error says nothing of the file: its drive was away


def identify(path: Path, stamp: Stamp) -> Identified:
    """Hash a file's content and see whether it opens as sound; runs in a thread of its own."""
    digest = hashlib.sha256()
    try:
        with open_regular(path) as file:
            while block := file.read(_HASH_BLOCK_BYTES):
                digest.update(block)
        with open_audio(path) as reader:
            if reader.format.frames == 0:
                raise AudioFileError(f"{path.name}: holds no sound (0 frames); bounce it again")
    except OSError as error:
        reason = f"{path.name}: cannot be read ({error.strerror or error}); look at its rights"
        return Identified(path, stamp, "", reason, may_pass=may_pass(error))
    except AudioFileError as error:
        return Identified(path, stamp, digest.hexdigest(), str(error), may_pass=may_pass(error))
    except Exception as error:  # a decoder that trips over a file says nothing about the next one
        log.exception("%s cannot be identified", path)
        return Identified(path, stamp, digest.hexdigest(), f"{path.name}: {reason_of(error)}")
    return Identified(path, stamp, digest.hexdigest(), "", session_near(path))


class Intake:
    """Follows the bounce folders; all methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config
        Where bounces are kept, and what counts as one.
    folders
        The watched folders, absolute.
    publish
        Receives the events.
    executor_of, on_identified
        Who reads a file, and who is told (from that thread) when that is done.
    on_new
        Called with every new bounce and the saved session beside it, inside the transaction that records it: queue
        its work there.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        folders: tuple[Path, ...],
        publish: EventHandler,
        executor_of: Callable[[Path], Executor],
        on_identified: Callable[[Identified], None],
        on_new: Callable[[Bounce, SessionSnapshot | None], None],
        own_folders: tuple[Path, ...] = (),
    ) -> None:
        self._store = store
        self._config = config
        self._folders = folders
        self._rules = FolderRules(config.watch.patterns, config.watch.ignore, config.watch.recursive, own_folders)
        self._publish = publish
        self._executor_of = executor_of
        self._on_identified = on_identified
        self._on_new = on_new
        self._settler = Settler(config.watch.settle_s, config.watch.give_up_s, stamp_of, probe)
        self._looking: Iterator[Candidate] = iter(())
        self._known: dict[Path, Stamp] = {}
        self._identifying: dict[Path, str] = {}  # and who told us of it
        self._sources: dict[Path, str] = {}
        self._asked: set[Path] = set()  # somebody waits for what becomes of these
        self._places: dict[Path, SongFolder] = {}

    def take_settings(self, folders: tuple[Path, ...], own_folders: tuple[Path, ...]) -> None:
        """Follow these folders from now on, by the rules that the settings hold now."""
        watch = self._config.watch
        self._folders = folders
        self._rules = FolderRules(watch.patterns, watch.ignore, watch.recursive, own_folders)
        self._settler.take_times(watch.settle_s, watch.give_up_s)

    @property
    def waiting(self) -> tuple[Path, ...]:
        """Return the files that are not finished or not identified yet."""
        return (*self._settler.waiting(), *self._identifying)

    def scan(self, now_s: float) -> None:
        """Begin to look through the folders; `tick` goes on with it."""
        self._looking = self._look()
        self._go_on_looking(now_s)

    def _look(self) -> Iterator[Candidate]:
        for folder in self._folders:
            if is_there(folder):
                self._baseline(folder)
                yield from list_candidates(folder, self._rules)

    def _go_on_looking(self, now_s: float) -> None:
        """Consider what a slice of time allows: with ten thousand files the others still get their turn."""
        ends_s = time.monotonic() + _SLICE_S
        for path, stamp in self._looking:
            self._consider(path, stamp, now_s)
            if time.monotonic() > ends_s:
                return

    def known_bounce(self, path: Path) -> Bounce | None:
        """Return the bounce a file holds, if the file is as it was when it was recorded."""
        stamp = stamp_of(path)
        if stamp is None or not self._is_known(path, stamp):
            return None
        return self._store.bounces.by_path(path)

    def exported(
        self, path: Path, source: str, now_s: float, *, asked: bool = False, place: SongFolder | None = None
    ) -> bool:
        """Record the word that a file is finished; tell whether it is there.

        When somebody ``asked`` for it, it is looked at even if it was left alone before. ``place`` is the song of the
        session it came from: what its bounces are called does not matter then.
        """
        stamp = stamp_of(path)
        if stamp is None:
            return False
        if asked:
            self._asked.add(path)
            self._known.pop(path, None)
        elif self._is_known(path, stamp):
            return True
        if place is not None:
            self._places[path] = place
        self._sources[path] = source
        if path not in self._identifying:
            self._settler.see(path, stamp, now_s, exported=True)
        return True

    def tick(self, now_s: float) -> None:
        """Go on looking through the folders; see which files are finished."""
        self._go_on_looking(now_s)
        for outcome in self._settler.due(now_s, most=_MOST_DUE):
            if isinstance(outcome, Settled):
                self._identifying[outcome.path] = self._sources.pop(outcome.path, "folder")
                future = self._executor_of(outcome.path).submit(identify, outcome.path, outcome.stamp)
                future.add_done_callback(lambda done: None if done.cancelled() else self._on_identified(done.result()))
            elif isinstance(outcome, Stuck):
                self._fail(outcome.path, outcome.stamp, f"{outcome.path.name}: never became complete: {outcome.reason}")
            elif isinstance(outcome, Vanished):
                self._no_bounce(outcome.path, f"{outcome.path.name}: is not there any more")

    def identified(self, found: Identified, now_s: float) -> Bounce | None:
        """Record a finished file; return its bounce, ``None`` when it is none.

        A store that cannot take it raises `StoreError`; called again, nothing is lost.
        """
        source = self._identifying.get(found.path, "folder")
        stamp = stamp_of(found.path)
        if stamp is None:
            self._no_bounce(found.path, f"{found.path.name}: is not there any more")
            return None
        if stamp != found.stamp:  # it changed while it was being read
            self._identifying.pop(found.path, None)
            self._sources[found.path] = source
            self._settler.see(found.path, stamp, now_s)
            return None
        if found.error:
            self._fail(found.path, stamp, found.error, may_pass=found.may_pass)
            return None
        if self._store.results.is_master(to_text(found.path), found.sha256):
            self._mark(found.path, stamp, "own")
            self._no_bounce(found.path, f"{found.path.name}: is a master made here; name the mix it was made of")
            return None
        bounce = self._record(found, source, quiet=found.path in self._asked)
        self._forget(found.path)
        return bounce

    def set_aside(self, found: Identified, reason: str) -> None:
        """Leave alone a file that could not be recorded, until it changes; say why."""
        self._identifying.pop(found.path, None)
        self._known[found.path] = found.stamp
        self._fail(found.path, found.stamp, f"{found.path.name}: {reason}")

    def _record(self, found: Identified, source: str, *, quiet: bool) -> Bounce:
        name = song_name(found.path.stem, self._config.songs)
        overridden = name.song in self._config.songs.values()
        folder = "" if overridden else to_text(found.path.parent)
        place = self._places.get(found.path)
        if place is not None and not overridden:
            # One song, wherever its session's exports lie: in the session's own folder or in the bounce folder.
            name, folder = SongName(place[0], name.label), place[1]
        new = NewBounce(
            path=found.path,
            size_bytes=found.stamp.size,
            mtime_ns=found.stamp.mtime_ns,
            sha256=found.sha256,
            song=to_text(name.song),
            song_key=song_key(to_text(name.song)),
            song_folder=folder,
            label=to_text(name.label),
            source=source,
        )
        with self._store.database.transaction():
            bounce, is_new = self._store.bounces.record(new)
            if is_new:
                self._store.history.add(
                    "bounce", {"path": bounce.path, "source": source}, song_id=bounce.song_id, bounce_id=bounce.id
                )
                self._on_new(bounce, found.saved)
        self._known[found.path] = found.stamp
        if is_new:
            self._publish(BounceLanded(bounce))
        elif not quiet:
            self._publish(CopySeen(to_text(found.path), bounce))
        return bounce

    def _baseline(self, folder: Path) -> None:
        """On a folder's first day, leave what is there alone, but for what the settings say."""
        if self._store.bounces.has_baseline(folder):
            return
        files = sorted(list_candidates(folder, self._rules), key=lambda found: found.stamp.mtime_ns)
        first_start = self._config.watch.first_start
        keep = {"all": len(files), "newest": 1, "none": 0}[first_start]
        old = files[: max(len(files) - keep, 0)]
        with self._store.database.transaction():
            for path, stamp in old:
                self._mark(path, stamp, "baseline")
            self._store.bounces.set_baseline(folder)
        if old:
            taken = to_text(files[-1].path.name) if first_start == "newest" else ""
            self._publish(OldFilesLeft(to_text(folder), len(old), taken))

    def _consider(self, path: Path, stamp: Stamp, now_s: float) -> None:
        if path in self._identifying or self._is_known(path, stamp):
            return
        if path not in self._settler:
            self._publish(FileSeen(to_text(path)))
        self._settler.see(path, stamp, now_s)

    def _is_known(self, path: Path, stamp: Stamp) -> bool:
        if self._known.get(path) == stamp:
            return True
        if self._store.bounces.was_seen(path, *stamp):
            self._known[path] = stamp
            return True
        return False

    def _forget(self, path: Path) -> None:
        """Drop what was said about a file: the next one of its name is another file."""
        for said in (self._sources, self._places, self._identifying):
            said.pop(path, None)
        self._asked.discard(path)

    def _no_bounce(self, path: Path, reason: str) -> None:
        """Tell who waits for a file that it became no bounce."""
        if path in self._asked:
            self._publish(NoBounce(to_text(path), reason))
        self._forget(path)

    def _mark(self, path: Path, stamp: Stamp, outcome: str) -> None:
        self._store.bounces.mark_seen(path, stamp.size, stamp.mtime_ns, outcome)
        self._known[path] = stamp

    def _fail(self, path: Path, stamp: Stamp, reason: str, *, may_pass: bool = False) -> None:
        """Record a file that is no bounce as a failed job with its reason, and say so once."""
        with self._store.database.transaction():
            job = self._store.jobs.add("analyse", path, "{}", f"file:{to_text(path)}:{stamp.size}:{stamp.mtime_ns}")
            self._store.jobs.end(job.id, "failed", reason, may_pass=may_pass)
            self._store.history.add("failed", {"path": to_text(path), "reason": reason})
            self._mark(path, stamp, "failed")
        self._no_bounce(path, reason)
        self._publish(FileStuck(to_text(path), reason))
