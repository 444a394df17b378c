"""From files in folders to bounces in the store: wait until finished, identify by content, record once.

What lies in the folders is looked at in the folders' own threads (`bridge.watch`); here is only decided.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bridge.app.arriving.folders import SeenFolders
from bridge.app.arriving.parts import PartIntake
from bridge.app.arriving.reading import FileReader, Looked
from bridge.app.arriving.recording import Recorder, SongFolder
from bridge.app.arriving.stem_intake import StemIntake
from bridge.app.arriving.together import Together
from bridge.app.identify import Identified
from bridge.app.loop.fence import reason_of
from bridge.errors import StoreError
from bridge.model import Bounce, SessionSnapshot
from bridge.model.events import (
    BounceLanded,
    CopySeen,
    EventHandler,
    FileSeen,
    FileStuck,
    NoBounce,
)
from bridge.pathtext import to_text
from bridge.settings.config import Config
from bridge.store import Store
from bridge.watch.folder import Candidate, LeftAlone, stamp_of
from bridge.watch.hands import FolderHands
from bridge.watch.listing import FolderLook
from bridge.watch.settle import Settled, Settler, Stamp, Stuck, Vanished

log = logging.getLogger(__name__)

_SLICE_S = 0.02  # ours: a tenth of a turn
_MOST_LOOKS = 256  # ours: of the files that may be finished, as many are looked at in one turn
T = TypeVar("T")

Found = FolderLook | Looked | Identified


class Intake:
    """Follows the bounce folders; all methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config
        Where bounces are kept, and what counts as one.
    hands
        Who looks at files and reads them.
    publish
        Receives the events.
    post
        Called from the threads of the folders with what they found; brings it to `found`.
    on_new
        Called with every new bounce and the saved session beside it, inside the transaction that records it: queue
        its work there.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        hands: FolderHands,
        publish: EventHandler,
        post: Callable[[Found], None],
        on_new: Callable[[Bounce, SessionSnapshot | None], None],
    ) -> None:
        self._store = store
        self._config = config
        self._hands = hands
        self._publish = publish
        self._on_new = on_new
        self.look_again: Callable[[Path], None] = lambda _: None  # set by whoever lists the folders
        self._settler = Settler(config.watch.settle_s, config.watch.give_up_s)
        self._seen: deque[Candidate] = deque()
        self._outcomes: deque[Settled | Stuck | Vanished] = deque()
        self._identifying: dict[Path, str] = {}  # and who told us of it
        self._changed: dict[Path, Stamp] = {}  # while they were being read
        self._sources: dict[Path, str] = {}
        self._asked: set[Path] = set()  # somebody waits for what becomes of these
        self._places: dict[Path, SongFolder] = {}
        self._recorder = Recorder(store, config, lambda: hands.folders)
        self._reader = FileReader(hands, post)
        self._folders = SeenFolders(store, config, hands, publish, lambda path: self._recorder.part(path) is not None)
        self._together = Together(self._recorder.place, self._recorder.part)
        self._stems = StemIntake(store, publish, lambda: hands.folders)
        self._parts = PartIntake(store, self._recorder, self._stems, publish)

    def take_settings(self) -> None:
        """Wait for files as long as the settings say now."""
        self._settler.take_times(self._config.watch.settle_s, self._config.watch.give_up_s)

    @property
    def is_waiting(self) -> bool:
        """Tell whether some file is not finished or not identified yet."""
        return bool(self._seen or self._outcomes or self._settler or self._identifying)

    @property
    def is_behind(self) -> bool:
        """Tell whether there is something to be done at once."""
        return bool(self._seen or self._outcomes)

    def waiting(self, most: int) -> list[Path]:
        """Return the files that are not finished or not identified yet, ``most`` of them."""
        files = (*islice(self._identifying, most), *islice(self._settler.waiting(), most))
        return list(files[:most])

    def left_alone(self, folder: Path) -> list[LeftAlone]:
        """Return what has the name of a bounce in a folder and is never opened."""
        return self._folders.left_alone(folder)

    def found(self, found: FolderLook | Looked, now_s: float) -> None:
        """Take up what a folder's thread has found; `tick` goes on with it."""
        if isinstance(found, FolderLook):
            self._seen.extend(self._folders.wanted(found))
            return
        for look in found.looks:
            outcome = self._settler.looked(look, now_s)
            if isinstance(outcome, Settled):
                self._identifying[outcome.path] = self._sources.pop(outcome.path, "folder")
            if outcome is not None:
                self._outcomes.append(outcome)

    def tick(self, now_s: float) -> None:
        """Go on with what was found, for as long as a slice of time allows; have files looked at and read."""
        ends_s = time.monotonic() + _SLICE_S
        _drain(self._outcomes, lambda outcome: self._decided(outcome, now_s), ends_s)
        _drain(self._seen, lambda seen: self._consider(*seen, now_s), ends_s)
        self._stems.tick(now_s)
        self._reader.look(self._settler.requests(now_s, _MOST_LOOKS))
        self._reader.tick()

    def known_bounce(self, path: Path) -> Bounce | None:
        """Return the bounce a file holds, if the file is as it was when it was recorded.

        Raises
        ------
        DriveHangsError
            Its drive does not answer.
        """
        stamp = self._hands.ask(path, stamp_of, path)
        if stamp is None or not self._store.bounces.was_seen(path, *stamp):
            return None
        return self._store.bounces.by_path(path)

    def exported(
        self, path: Path, source: str, now_s: float, *, asked: bool = False, place: SongFolder | None = None
    ) -> bool:
        """Record the word that a file is finished; tell whether it is there.

        When somebody ``asked`` for it, it is looked at even if it was left alone before. ``place`` is the song of the
        session it came from: what its bounces are called does not matter then.

        Raises
        ------
        DriveHangsError
            Its drive does not answer.
        """
        stamp = self._hands.ask(path, stamp_of, path)
        if stamp is None:
            return False
        if asked:
            self._asked.add(path)
        elif self._store.bounces.was_seen(path, *stamp):
            return True
        if place is not None:
            self._places[path] = place
        self._sources[path] = source
        if path not in self._identifying:
            self._settler.see(path, stamp, now_s, exported=True)
        return True

    def take(self, path: Path, stamp: Stamp, source: str) -> None:
        """Read a file that somebody adds, at once, even if it was left alone before."""
        self._asked.add(path)
        if path not in self._identifying:
            self._identifying[path] = source
            self._outcomes.append(Settled(path, stamp))

    def follows(self, path: Path) -> bool:
        """Tell whether it is not known yet what becomes of a file."""
        return path in self._identifying or path in self._settler

    def identified(self, found: Identified, now_s: float) -> Bounce | None:
        """Record a finished file; return its bounce, ``None`` when it is none, or waits for its siblings (`in_order`).

        A store that cannot take it raises `StoreError`; called again, nothing is lost.
        """
        self._reader.done(found.path)
        source = self._identifying.get(found.path, "folder")
        stamp = self._changed.get(found.path, found.stamp_after)
        if stamp is None:
            self._vanished(found.path)
            return None
        if stamp != found.stamp:  # it changed while it was being read
            self._identifying.pop(found.path, None)
            self._changed.pop(found.path, None)
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
        if source == "folder" and found.path not in self._asked and self._together.hold(found, now_s):
            return None
        return None if self._is_part(found, now_s) else self._recorded(found, source, now_s)

    def in_order(self, now_s: float) -> Iterator[tuple[Path, Bounce]]:
        """Record the files that waited for their siblings and need wait no longer; yield each with its bounce."""
        ends_s = time.monotonic() + _SLICE_S
        for found in self._together.due(now_s):
            if time.monotonic() > ends_s:  # the others stay held until the next turn
                return
            if found.path in self._changed:  # while it waited
                self._together.released(found.path)
                self.identified(found, now_s)
                continue
            try:
                if self._is_part(found, now_s):
                    continue
                bounce = self._recorded(found, "folder", now_s)
            except StoreError:
                raise
            except Exception as error:  # it says nothing about the next one
                log.exception("%s cannot be recorded", found.path)
                self.set_aside(found, reason_of(error))
                continue
            yield found.path, bounce

    def set_aside(self, found: Identified, reason: str) -> None:
        """Leave alone a file that could not be recorded, until it changes; say why."""
        self._reader.done(found.path)
        self._fail(found.path, found.stamp, f"{found.path.name}: {reason}")

    def _decided(self, outcome: Settled | Stuck | Vanished, now_s: float) -> None:
        path = outcome.path
        if isinstance(outcome, Settled) and self._is_stem(path, outcome.stamp, now_s):
            self._forget(path)
        elif isinstance(outcome, Settled):
            self._reader.add(outcome)
        elif isinstance(outcome, Stuck):
            self._fail(path, outcome.stamp, f"{path.name}: never became complete: {outcome.reason}")
        else:
            self._vanished(path)

    def _is_stem(self, path: Path, stamp: Stamp, now_s: float) -> bool:
        """Keep a part of a mix with its set, unless somebody wants it examined; tell whether it is one."""
        place = self._recorder.place(path, self._places.get(path))
        if not place.is_stem or path in self._asked:
            return False
        self._stems.keep(path, stamp, place, now_s)
        return True

    def _is_part(self, found: Identified, now_s: float) -> bool:
        """Keep a part of a mix, as which those beside it or before it prove it, with its set; tell whether it is."""
        if found.path in self._asked:
            return False
        with self._store.database.transaction():
            proved = self._together.part(found.path)
            is_part = self._parts.take(found, self._places.get(found.path), proved, now_s)
        if is_part:
            self._forget(found.path)
        return is_part

    def _consider(self, path: Path, stamp: Stamp, now_s: float) -> None:
        if path in self._identifying:
            self._changed[path] = stamp
            return
        if self._store.bounces.was_seen(path, *stamp):
            return
        if path not in self._settler:
            self._publish(FileSeen(to_text(path)))
            self._together.expect(path)
        self._settler.see(path, stamp, now_s)

    def _vanished(self, path: Path) -> None:
        """Tell that a file went away; should it be back before its folder was looked at, it is seen again."""
        self._no_bounce(path, f"{path.name}: is not there any more")
        self.look_again(path)

    def _recorded(self, found: Identified, source: str, now_s: float) -> Bounce:
        quiet = found.path in self._asked
        given = self._places.get(found.path)
        new = self._recorder.new_bounce(
            found.path,
            found.stamp,
            found.sha256,
            source,
            given=given,
            project=found.project,
            length_s=found.length_s,
        )
        with self._store.database.transaction():
            bounce, is_new = self._store.bounces.record(new)
            if is_new:
                self._store.history.add(
                    "bounce", {"path": bounce.path, "source": source}, song_id=bounce.song_id, bounce_id=bounce.id
                )
                self._on_new(bounce, found.saved)
                said = self._recorder.after(bounce, found, given)
                self._store.landings.drop_stem(found.path)  # somebody wants it examined
        if is_new:
            self._parts.landed(bounce, found, given, now_s)
            self._publish(BounceLanded(bounce))
            for event in said:
                self._publish(event)
        elif not quiet and bounce.forgotten_at is None:
            self._publish(CopySeen(to_text(found.path), bounce))
        self._forget(found.path)
        return bounce

    def _forget(self, path: Path) -> None:
        """Drop what was said about a file: the next one of its name is another file."""
        self._sources.pop(path, None)
        self._places.pop(path, None)
        self._identifying.pop(path, None)
        self._changed.pop(path, None)
        self._asked.discard(path)
        self._together.released(path)

    def _no_bounce(self, path: Path, reason: str) -> None:
        """Tell who waits for a file that it became no bounce."""
        if path in self._asked:
            self._publish(NoBounce(to_text(path), reason))
        self._forget(path)

    def _mark(self, path: Path, stamp: Stamp, outcome: str) -> None:
        self._store.bounces.mark_seen(path, stamp.size, stamp.mtime_ns, outcome)

    def _fail(self, path: Path, stamp: Stamp, reason: str, *, may_pass: bool = False) -> None:
        """Record a file that is no bounce as a failed job with its reason, and say so once."""
        with self._store.database.transaction():
            job = self._store.jobs.add("analyse", path, "{}", f"file:{to_text(path)}:{stamp.size}:{stamp.mtime_ns}")
            self._store.jobs.end(job.id, "failed", reason, may_pass=may_pass)
            self._store.history.add("failed", {"path": to_text(path), "reason": reason})
            self._mark(path, stamp, "failed")
        self._no_bounce(path, reason)
        self._publish(FileStuck(to_text(path), reason))


def _drain(waiting: deque[T], handle: Callable[[T], None], ends_s: float) -> None:
    """Handle what waits, in order, until a moment; what the store cannot take now stays, and raises `StoreError`."""
    while waiting and time.monotonic() < ends_s:
        try:
            handle(waiting[0])
        except StoreError:
            raise
        except Exception:
            waiting.popleft()
            raise
        waiting.popleft()
