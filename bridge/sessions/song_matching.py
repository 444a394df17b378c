"""Which song a session's bounces go to, and where a new song of a session is kept.

Two projects may have one name: a folder of templates is full of "Mix". What their bounces have taught decides first;
only then the name, and not when that song comes from another project that is still there.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.daw.projects.reading import home_of
from bridge.model import Song
from bridge.pathtext import to_path, to_text
from bridge.policy.bus.guard_state import UNSAVED
from bridge.songs.naming import song_key, song_name
from bridge.store import Store


class SongMatching:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store
        What is known of songs.
    folders
        The watched folders, absolute; a session's songs are kept under the first one.
    names
        The person's own patterns of names, as in the settings.
    exists
        Tells whether a project is still there.
    """

    def __init__(
        self,
        store: Store,
        folders: tuple[Path, ...],
        names: Mapping[str, str] | None = None,
        exists: Callable[[Path], bool] = Path.exists,
    ) -> None:
        self._store = store
        self._folder = to_text(folders[0]) if folders else ""
        self._names = names or {}
        self._exists = exists
        self._known: dict[
            tuple[str, str], Song | None
        ] = {}  # (project, name) → its song, while the store stays as it is
        self._known_state = (-1, -1)

    def take_settings(self, folders: tuple[Path, ...], names: Mapping[str, str]) -> None:
        """Take these folders and names from now on."""
        self._folder = to_text(folders[0]) if folders else ""
        self._names = names
        self._known.clear()

    def of(self, project: str, name: str) -> Song | None:
        """Return the song a project's bounces go to, None before the first one."""
        state = self._store.database.state()
        if state != self._known_state:
            self._known_state = state
            self._known.clear()
        asked = project, name
        if asked not in self._known:
            self._known[asked] = self._recorded(project) or self._named(project, name)
        return self._known[asked]

    def place(self, project: str, name: str) -> tuple[str, str]:
        """Return (song, folder) under which a bounce of a project is recorded."""
        song = self.of(project, name)
        if song is not None:
            return song.name, song.folder
        new = to_text(song_name(name, self._names).song)
        if new in self._names.values():  # the person's own pattern: one song, wherever its bounces lie
            return new, ""
        folder = self._folder
        taken = any(song_key(s.name) == song_key(new) and s.folder == folder for s in self._store.bounces.songs())
        if taken or not folder:  # by another project of that name
            folder = to_text(home_of(project)) if project and not project.startswith(UNSAVED) else folder
        return new, folder

    def _recorded(self, project: str) -> Song | None:
        song_id = self._store.sessions.song_of_project(project)
        return next((song for song in self._store.bounces.songs() if song.id == song_id), None)

    def _named(self, project: str, name: str) -> Song | None:
        key = song_key(to_text(song_name(name, self._names).song)) if name else ""
        songs = [song for song in self._store.bounces.songs() if key and song_key(song.name) == key]
        own = [song for song in songs if not self._is_of_another(song, project)]
        here = [song for song in own if song.folder in {"", self._folder}]
        found = here or own
        return found[-1] if found else None

    def _is_of_another(self, song: Song, project: str) -> bool:
        """Tell whether a song was bounced from another project that is still there.

        A project that was moved or saved under a new name in its folder goes on with its song.
        """
        others = {p for p in self._store.sessions.projects_of_song(song.id) if not p.startswith(UNSAVED)}
        homes = {home_of(other) for other in others}
        if not others or project.startswith(UNSAVED) or home_of(project) in homes:
            return False
        return any(self._exists(to_path(other)) for other in others)
