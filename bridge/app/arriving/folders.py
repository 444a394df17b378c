"""What lies in the folders that are watched: what is new there, what is old on their first day, what is left alone."""

from collections.abc import Callable
from pathlib import Path

from bridge.model.events import EventHandler, FileLeftAlone, OldFilesLeft
from bridge.pathtext import to_text
from bridge.settings.config import Config
from bridge.songs.places import stems_folder
from bridge.store import Store
from bridge.watch.folder import Candidate, LeftAlone
from bridge.watch.hands import FolderHands
from bridge.watch.listing import FolderLook

_MOST_PARTS = 64  # ours: a mix is hardly exported as more stems than this
_NEVER = (0, 0)  # the stamp of what is left alone whatever it is: it is told once


class SeenFolders:
    """Says what is to be taken up of what a folder's thread saw; called from the bridge's own thread.

    Parameters
    ----------
    store, config
        What was seen before, and what becomes of what lies in a folder on its first day.
    hands
        Which folders are watched.
    publish
        Receives the events.
    is_part
        Tells whether a file has the name of a part of a mix.
    """

    def __init__(
        self,
        store: Store,
        config: Config,
        hands: FolderHands,
        publish: EventHandler,
        is_part: Callable[[Path], bool],
    ) -> None:
        self._store = store
        self._config = config
        self._hands = hands
        self._publish = publish
        self._is_part = is_part
        self._left_alone: dict[Path, dict[Path, str]] = {}  # folder → what is left alone in it, and why

    def left_alone(self, folder: Path) -> list[LeftAlone]:
        """Return what has the name of a bounce in a folder and is never opened."""
        return [LeftAlone(path, why) for path, why in self._left_alone.get(folder, {}).items()]

    def wanted(self, seen: FolderLook) -> tuple[Candidate, ...]:
        """Return what may be new in a folder; on its first day what is there is left alone, but for what is wanted."""
        if self._hands.folder_of(seen.folder) != seen.folder:  # it is watched no longer
            return ()
        files = seen.files
        if seen.is_first and not self._store.bounces.has_baseline(seen.folder):
            files = self._without_old(seen.folder, seen.files)
        if seen.left_alone is not None:
            self._tell(seen.folder, dict(seen.left_alone))
        return files

    def _tell(self, folder: Path, left_alone: dict[Path, str]) -> None:
        before = self._left_alone.get(folder, {})
        self._left_alone[folder] = left_alone
        for path, why in left_alone.items():
            if path not in before and not self._store.bounces.was_seen(path, *_NEVER):
                self._store.bounces.mark_seen(path, *_NEVER, "left alone")
                self._publish(FileLeftAlone(to_text(path), f"{path.name} is left alone: {why}"))

    def _without_old(self, folder: Path, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        files = sorted(found, key=lambda one: (stems_folder(one.path.parent, (folder,)) is None, one.stamp.mtime_ns))
        first_start = self._config.watch.first_start
        keep = {"all": len(files), "newest": 1, "none": 0}[first_start]
        count = max(len(files) - keep, 0)
        if first_start == "newest":  # the newest is a mix where there is one among the last
            last = range(len(files) - 1, max(count - _MOST_PARTS, -1), -1)
            newest = next((index for index in last if not self._is_part(files[index].path)), len(files) - 1)
            files[newest:] = [*files[newest + 1 :], *files[newest : newest + 1]]
        with self._store.database.transaction():
            self._store.bounces.mark_all_seen(((path, *stamp) for path, stamp in files[:count]), "baseline")
            self._store.bounces.set_baseline(folder)
        if count:
            taken = to_text(files[-1].path.name) if first_start == "newest" else ""
            self._publish(OldFilesLeft(to_text(folder), count, taken))
        return tuple(files[count:])
