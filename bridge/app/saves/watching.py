"""The project folders: a project that was saved is read once its file is quiet, in its folder's own thread."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from bridge.app.saves.arrived import ProjectRead, ProjectsLooked
from bridge.app.saves.copies import PATTERNS, is_copy
from bridge.app.saves.settling import Due, SaveSettling
from bridge.daw.projects.nearby import as_session
from bridge.daw.projects.reading import read_project
from bridge.errors import DawError
from bridge.model import FolderState, SessionSnapshot
from bridge.settings.config import Config
from bridge.watch.folder import FolderRules, stamp_of
from bridge.watch.hands import FolderHands
from bridge.watch.watcher import FolderWatcher

log = logging.getLogger(__name__)

_RULES = FolderRules(PATTERNS, recursive=True)
_MOST_BYTES = 64 * 1024 * 1024  # ours: packed sets of hours have two; what is larger would be read for seconds


class ProjectFolders:
    """All methods are called from the bridge's own thread; none of them touches a drive.

    Parameters
    ----------
    config
        Which folders are watched; read anew by `take_settings`.
    post
        Called from the folders' threads with what was seen and read.
    on_saved
        Called with each project that was saved, as it was saved.
    clock, wall
        Monotonic seconds, POSIX seconds.
    """

    def __init__(
        self,
        config: Config,
        post: Callable[[ProjectsLooked | ProjectRead], None],
        on_saved: Callable[[SessionSnapshot], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._post = post
        self._on_saved = on_saved
        self._clock = clock
        self._wall = wall
        self._settling = SaveSettling()
        self._is_reading = False
        folders = self._folders()
        self._hands = FolderHands(folders)
        self._watcher = FolderWatcher(
            folders, _RULES, self._hands, lambda look: post(ProjectsLooked(look)), config.watch.poll_s, clock
        )

    def _folders(self) -> tuple[Path, ...]:
        return tuple(Path(folder).expanduser().absolute() for folder in self._config.projects.folders)

    def take_settings(self) -> None:
        """Watch the folders that the settings name now."""
        folders = self._folders()
        self._hands.watch(folders)
        self._watcher.watch(folders, _RULES, self._config.watch.poll_s)

    def tick(self) -> None:
        """Have looked at what is due, and read what is quiet, one at a time."""
        self._watcher.tick()
        if not self._is_reading and (due := self._settling.due(self._clock())):
            self._is_reading = True
            try:
                self._hands.of(due.path).submit(self._read, due)
            except RuntimeError:  # it is being stopped
                log.debug("%s is not read any more", due.path)

    def looked(self, seen: ProjectsLooked) -> None:
        """Record what a look at a folder has found."""
        look = seen.look
        files = [file for file in look.files if not is_copy(file.path, look.folder)]
        self._settling.seen(files, self._clock(), self._wall(), is_first=look.is_first)

    def read(self, done: ProjectRead) -> None:
        """Handle a project that was read."""
        self._is_reading = False
        self._settling.done(done.took_s, self._clock())
        if done.stamp_after is not None and done.stamp_after != done.stamp:
            self._settling.again(done.path, done.stamp_after, self._clock())
        elif done.session is not None:
            self._on_saved(done.session)

    def _read(self, due: Due) -> None:
        """Read a project, in its folder's thread."""
        began_s, session = self._clock(), None
        try:
            if due.stamp.size <= _MOST_BYTES:
                session = as_session(read_project(due.path), due.stamp.mtime_ns / 1e9)
        except DawError as error:
            log.info("a saved project says nothing: %s", error)
        except Exception:  # whatever is wrong with one project, the next one is read
            log.exception("%s cannot be read", due.path)
        self._post(ProjectRead(due.path, session, stamp_of(due.path), due.stamp, self._clock() - began_s))

    def states(self) -> dict[Path, FolderState]:
        """Return how each folder is."""
        return self._watcher.states()

    def renew(self) -> None:
        """Look at everything anew: the computer slept."""
        self._watcher.renew()

    def stop(self) -> None:
        """Hear and read nothing more."""
        self._watcher.stop()
        self._hands.stop()
