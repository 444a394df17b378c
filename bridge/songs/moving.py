"""How bounces go from one song or version to another: with their numbers, their names, and what was said of them."""

from collections.abc import Sequence

from bridge.model import Bounce, Song
from bridge.pathtext import to_path, to_text
from bridge.songs.naming import song_key
from bridge.songs.places import place_of
from bridge.store import Journal, Store

Moved = tuple[Bounce, Bounce]  # as it was, as it is


class Moving:
    """Moves bounces inside one transaction; everything it does is noted in a journal.

    Parameters
    ----------
    store, journal
        Where the songs are kept, and where it is noted how they were.
    """

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._names = store.song_names
        self._journal = journal

    def new_song(self, name: str, source: Song, folder: str | None = None) -> int:
        """Make a song beside another one, in the mode that one is in; return its number."""
        store = self._store
        folder = source.folder if folder is None else folder
        key = self._names.free_key(folder, song_key(name))
        at = store.database.wall()
        made = self._journal.insert("songs", {"key": key, "folder": folder, "name": name, "created_at": at})
        self.lands_in(folder, song_key(name), made)
        modes = store.song_state.modes(song_id=source.id)
        if modes:
            last = modes[-1]
            row = {"song_id": made, "mode": last.mode, "source": last.source, "why": last.why, "at": last.at}
            self._journal.insert("modes", row)
        return made

    def take_all(self, gone: Song, kept: Song) -> list[Moved]:
        """Give everything of a song to another one, its names too."""
        bounces = self._store.bounces
        moved = self.move_all(bounces.of_song(gone.id, forgotten=True), kept.id)
        for table in ("modes", "replies", "events", "song_aliases"):
            self._journal.set_where(table, {"song_id": gone.id}, {"song_id": kept.id})
        self._journal.set_where("songs", {"merged_into": gone.id}, {"merged_into": kept.id})
        self._journal.set("songs", {"id": gone.id}, {"merged_into": kept.id})
        self.lands_in(gone.folder, self._names.key_of(gone.id), kept.id)
        return moved

    def call_like(self, kept: Song, gone: Song) -> None:
        """Give a song the name and place of one that has become part of it; it goes on being known by its own."""
        own_key = self._names.key_of(kept.id)
        key = self._names.free_key(gone.folder, song_key(gone.name))
        self._journal.set("songs", {"id": kept.id}, {"name": gone.name, "folder": gone.folder, "key": key})
        self.lands_in(kept.folder, own_key, kept.id)

    def take_names(self, source: Song, target_id: int, moved: Sequence[Bounce]) -> None:
        """Let what lands under the names of bounces that went go with them, where none of that name has stayed."""
        left = {_file_key(bounce) for bounce in self._store.bounces.of_song(source.id)}
        for key in dict.fromkeys(_file_key(bounce) for bounce in moved if _file_key(bounce) not in left):
            for folder in self._names.folders_of_key(source.id, key):
                self.lands_in(folder, key, target_id)

    def lands_in(self, folder: str, key: str, song_id: int) -> None:
        """Let what lands under a name go to a song."""
        owner = self._store.bounces.song_id(key, folder)
        if owner == song_id:
            return
        alias = {"folder": folder, "key": key}
        if self._names.is_alias(folder, key):
            self._journal.set("song_aliases", alias, {"song_id": song_id})
        else:
            self._journal.insert("song_aliases", alias | {"song_id": song_id, "at": self._store.database.wall()})

    def move_all(self, bounces: Sequence[Bounce], song_id: int, version: str | None = None) -> list[Moved]:
        """Move bounces to a song, or to a version of it; return each as it was and as it is."""
        moved: list[Moved] = []
        for bounce in sorted(bounces, key=lambda one: one.is_dry):  # the dry prints follow their wet ones
            to_version = bounce.version if version is None else version
            number = self._number(bounce, song_id, to_version, moved)
            self.shown_before(bounce)
            new = {"song_id": song_id, "version": to_version, "revision": number}
            self._journal.set("bounces", {"id": bounce.id}, new)
            if song_id != bounce.song_id:
                self._journal.set_where("events", {"bounce_id": bounce.id}, {"song_id": song_id})
            moved.append((bounce, self._store.bounces.by_id(bounce.id)))
        return moved

    def shown_before(self, bounce: Bounce) -> None:
        """Note the number under which a bounce was shown: it goes on meaning that bounce."""
        old = {"song_id": bounce.song_id, "version": bounce.version, "is_dry": int(bounce.is_dry),
               "revision": bounce.revision, "bounce_id": bounce.id}  # fmt: skip
        self._journal.insert_unless_there("bounce_aliases", old | {"at": self._store.database.wall()})

    def _number(self, bounce: Bounce, song_id: int, version: str, moved: Sequence[Moved]) -> int:
        """Return a bounce's number in another song or version: the one it had there, its wet print's, or the next."""
        names = self._names
        wanted = [names.number_before(bounce.id, song_id, version)]
        if bounce.is_dry:
            wanted += [
                after.revision
                for before, after in moved
                if (before.song_id, before.version, before.revision, before.is_dry)
                == (bounce.song_id, bounce.version, bounce.revision, False)
            ]
        for number in wanted:
            if number is not None and not names.is_taken(song_id, version, number, is_dry=bounce.is_dry, but=bounce.id):
                return number
        return self._store.bounces.next_number(song_id, version)


def _file_key(bounce: Bounce) -> str:
    return song_key(to_text(place_of(to_path(bounce.path)).name.song))
