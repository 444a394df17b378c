"""The mode of each project a DAW shows: its song's, or its own before the first bounce; what a session looks like."""

import time
from collections.abc import Callable, Iterator

from bridge.daw.projects.reading import home_of
from bridge.model import Mode, ModeChange, SessionSnapshot
from bridge.policy.bus.guard import mastering_before_master
from bridge.policy.song import modes
from bridge.sessions.song_matching import SongMatching
from bridge.sessions.source_files import SourceFiles
from bridge.songs.service import SongService
from bridge.text import plain_text


class SessionModes:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    book
        What is known of the songs.
    songs
        Which song a project's bounces go to.
    sources
        Which files of a session are bounces of ours.
    wall
        POSIX seconds.
    """

    def __init__(
        self,
        song_service: SongService,
        songs: SongMatching | None = None,
        sources: SourceFiles | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._song_service = song_service
        self._tables = song_service.store.song_state
        self._songs = songs or SongMatching(song_service.store, ())
        self._sources = sources or SourceFiles(song_service.store)
        self._wall = wall
        self._names: dict[str, str] = {}  # project → name of its session
        self._seen: dict[str, SessionSnapshot] = {}  # project → its last whole state, while a DAW shows it
        self._guessed: dict[tuple[str, str], Mode] = {}  # (DAW, project) → what its session looks like

    def song_id(self, project: str) -> int | None:
        """Return the song a project's bounces go to, None before the first one."""
        song = self._songs.of(project, self._names.get(project, ""))
        return None if song is None else song.id

    def mode(self, project: str) -> Mode:
        """Return what is done to this project: mixing until something says otherwise."""
        return self.known(project).mode

    def known(self, project: str) -> ModeChange:
        """Return the mode of this project and where it is known from."""
        song_id = self.song_id(project)
        own = self._tables.modes(project=project)
        if song_id is not None:
            history = self._tables.modes(song_id=song_id)
            if history or not own:
                return modes.current(history)
        return modes.current(own)

    def say(self, project: str, mode: Mode, why: str = "you said so in your DAW") -> None:
        """Keep what the person said inside a session."""
        song_id = self.song_id(project)
        if song_id is not None:
            self._song_service.say_mode(song_id, mode, why)
        else:
            change = modes.by_person(mode, self._wall(), plain_text(why))
            self._tables.add_mode(change, project=project)

    def recorded(self, project: str, song_id: int) -> None:
        """Record that a bounce of a project was recorded: a new song begins in the mode its project was in."""
        if not self._tables.modes(song_id=song_id):
            for change in self._tables.modes(project=project):
                self._tables.add_mode(change, song_id=song_id)

    def on_snapshot(self, project: str, snapshot: SessionSnapshot) -> frozenset[int]:
        """Handle a session, and what it looks like; return the songs whose bounces it has just begun to master."""
        self._names[project] = snapshot.project_name
        self._seen[project] = snapshot
        return self._guess(project, snapshot)

    def on_gone(self, daw: str, project: str) -> None:
        """Record that a DAW does not show a project any more: its next look is a new one."""
        self._seen.pop(project, None)
        self._guessed.pop((daw, project), None)

    def tick(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Look again when something was found out about files; yield (project, songs) as `saw` returns them."""
        if self._sources.tick():
            for project, snapshot in list(self._seen.items()):
                if begun := self._guess(project, snapshot):
                    yield project, begun

    def _guess(self, project: str, snapshot: SessionSnapshot) -> frozenset[int]:
        """Read what a session looks like, once per look; it never overrules what a person said or a bounce showed."""
        if not snapshot.project_path and not snapshot.project_id:
            return frozenset()  # the next unsaved project would be taken for this one
        folder = str(home_of(project)) if snapshot.project_path else ""
        held = self._sources.held(snapshot.source_files, snapshot.track_count, folder)
        song_id = self.song_id(project)
        if song_id is not None and any(bounce.song_id != song_id for bounce in held):
            held = ()  # a song made out of another one
        looks = modes.guess(
            snapshot.track_count,
            held=modes.held_words(held),
            layout=snapshot.layout,
            chain=mastering_before_master(snapshot),
            at=self._wall(),
        )
        if looks is None or self._guessed.get((snapshot.daw, project)) == looks.mode:
            return frozenset()
        self._guessed[snapshot.daw, project] = looks.mode
        self._keep(project, song_id, looks)
        return frozenset(bounce.song_id for bounce in held) if looks.mode == "mastering" else frozenset()

    def _keep(self, project: str, song_id: int | None, looks: ModeChange) -> None:
        """Keep a guess with the song, or with the project while it has none."""
        if song_id is None:
            history = self._tables.modes(project=project)
            if not history or modes.may_replace(modes.current(history), looks):
                self._tables.add_mode(looks, project=project)
        elif not self._tables.modes(song_id=song_id):
            self._tables.add_mode(looks, song_id=song_id)
        else:
            self._song_service.change_mode(song_id, looks)
