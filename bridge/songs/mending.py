"""What a person mends when songs and bounces were named, joined or counted wrongly; each can be undone.

Only the store changes: files stay where and what they are. A number once shown stays known: what gets another one is
found under the old one, too, and no number is given twice. What lands later goes where the person has put its like.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.errors import UsageError
from bridge.model import Bounce, Song
from bridge.pathtext import to_path, to_text
from bridge.policy.song.titles import bounce_title, number_title
from bridge.songs.moving import Moved, Moving
from bridge.songs.naming import song_key, song_name
from bridge.songs.parts.names import PartName, part_name
from bridge.songs.places import place_of
from bridge.store import ChangedSinceError, Journal, Mend, Store
from bridge.text import plain_text

LONGEST_NAME = 120  # ours: file names hold 255 bytes, and a master's needs room beside its song's
LONGEST_VERSION = 40
_MOST_TOLD = 6  # ours: more numbers are a list, not a sentence


class Mended(NamedTuple):
    """What was done: its number for undoing, and a sentence."""

    id: int
    words: str
    song_ids: tuple[int, ...]  # the songs it touched


class _Named(NamedTuple):
    """A song that is shown, and what it is called where."""

    id: int
    folder: str
    name: str


class Mending:
    """Each method is one transaction, kept with all that undoing takes.

    All raise UsageError where what is asked makes no sense; then nothing has changed.

    Parameters
    ----------
    store
        Where the songs are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def rename(self, song: Song, name: str) -> Mended:
        """Call a song something else; bounces named as before, or as now, go on landing in it."""
        shown = checked_name(name)
        if shown == song.name:
            raise UsageError(f"{shown} is called so already")
        self._refuse_taken(shown, song.folder, but=song.id)
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            journal.set("songs", {"id": song.id}, {"name": shown})
            moving.lands_in(song.folder, song_key(shown), song.id)
            return keep(self._store, journal, "rename", (song.id,), f"{plain_text(song.name)} is called {shown} now.")

    def merge(self, song: Song, other: Song) -> Mended:
        """Make two songs one, called like the first; the numbers of the larger one stay as they are."""
        if song.id == other.id:
            raise UsageError(f"{plain_text(song.name)} is one song already")
        counts = {one.id: len(self._store.bounces.of_song(one.id)) for one in (song, other)}
        kept, gone = (other, song) if counts[other.id] > counts[song.id] else (song, other)
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            moved = moving.take_all(gone, kept)
            if kept.id != song.id:
                moving.call_like(kept, song)
            told = _numbers_told(moved)
            other_name = plain_text(other.name)
            words = f"{other_name} is part of {plain_text(song.name)} now{f': {told}' if told else ''}."
            return keep(self._store, journal, "merge", (kept.id, gone.id), words)

    def split(self, bounces: Sequence[Bounce], name: str = "") -> Mended:
        """Make bounces of one song a song of their own, called as asked or as their files are."""
        source = self._one_song(bounces)
        going = self._with_annexes(bounces)
        if len(going) == len(self._store.bounces.of_song(source.id)):
            raise UsageError(f"these are all bounces of {plain_text(source.name)}; rename it instead")
        read = place_of(to_path(bounces[0].path)).name.song
        if not name and song_key(read) == song_key(source.name):
            raise UsageError("say what the new song is called")
        shown = checked_name(name or to_text(read))
        self._refuse_taken(shown, source.folder, but=0)
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            made = moving.new_song(shown, source)
            moved = moving.move_all(going, made)
            moving.take_names(source, made, going)
            words = f"{shown} is a song of its own now, out of {plain_text(source.name)}: {_numbers_told(moved)}."
            return keep(self._store, journal, "split", (source.id, made), words)

    def move(self, bounce: Bounce, song: Song) -> Mended:
        """Make a bounce one of another song; the last bounce of a song takes the song's name with it."""
        if bounce.song_id == song.id:
            raise UsageError(f"{bounce_title(bounce)} is of {plain_text(song.name)} already")
        source = self._song(bounce.song_id)
        going = self._with_annexes([bounce])
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            if len(going) == len(self._store.bounces.of_song(source.id)):
                moving.take_all(source, song)
            else:
                moving.move_all(going, song.id)
                moving.take_names(source, song.id, going)
            after = self._store.bounces.by_id(bounce.id)
            return keep(
                self._store,
                journal,
                "move",
                (song.id, source.id),
                f"{bounce_title(bounce)} is {bounce_title(after)} now.",
            )

    def forget(self, bounces: Sequence[Bounce]) -> Mended:
        """Show bounces no longer, and leave their files alone, now and later; only `add` brings them back."""
        going = self._with_annexes(bounces)
        at = self._store.database.wall()
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            for bounce in going:
                journal.set("bounces", {"id": bounce.id}, {"forgotten_at": at})
            songs = tuple(dict.fromkeys(bounce.song_id for bounce in going))
            titles = [bounce_title(bounce) for bounce in going]
            more = f" and {len(titles) - _MOST_TOLD} more" if len(titles) > _MOST_TOLD else ""
            stays = "Its file stays where it is." if len(going) == 1 else "Their files stay where they are."
            return keep(
                self._store, journal, "forget", songs, f"Forgotten: {'; '.join(titles[:_MOST_TOLD])}{more}. {stays}"
            )

    def stem(self, song: Song, of: str, part: str = "") -> Mended:
        """Keep the bounces of what is no song as parts of another one's mix, called ``of``: no song, not examined."""
        going = self._store.bounces.of_song(song.id)
        at = self._store.database.wall()
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            for bounce in going:
                path = to_path(bounce.path)
                folder = to_text(path.parent)
                stem = part or (part_name(path.stem, {song_key(of)}.__contains__) or PartName("", song.name, "")).part
                kept = {"path": bounce.path, "set_id": journal.set_of_stems(folder, song_key(of), of, at), "stem": stem}
                row = kept | {"size_bytes": bounce.size_bytes, "mtime_ns": 0, "seen_at": at}
                journal.insert_unless_there("stem_files", row)
                journal.set("bounces", {"id": bounce.id}, {"forgotten_at": at})
            name = plain_text(song.name)
            words = f"{name} is a stem of {plain_text(of)} now, no song." if of else f"{name} is a stem now, no song."
            return keep(self._store, journal, "stem", (song.id,), words)

    def remember(self, bounce: Bounce) -> Mended:
        """Show a forgotten bounce again, under the number it had."""
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            journal.set("bounces", {"id": bounce.id}, {"forgotten_at": None})
            return keep(self._store, journal, "add", (bounce.song_id,), f"{bounce_title(bounce)} is back.")

    def version(self, bounce: Bounce, version: str) -> Mended:
        """Say which version of its song a bounce is; empty: the song itself."""
        if bounce.version == version:
            raise UsageError(f"{bounce_title(bounce)} is that already")
        going = self._with_annexes([bounce])
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            moving.move_all(going, bounce.song_id, version)
            after = self._store.bounces.by_id(bounce.id)
            words = f"{bounce_title(bounce)} is {bounce_title(after)} now."
            return keep(self._store, journal, "version", (bounce.song_id,), words)

    def annex(self, wet: Bounce, dry: Bounce) -> Mended | None:
        """Make one print of a mix the annex of the other: "3, and 3 dry"; ``None`` where it is that, or cannot be.

        It cannot where the two are no bounces of one song and version, or the wet one has a dry print already.
        """
        is_one = (wet.song_id, wet.version, wet.is_dry) == (dry.song_id, dry.version, False)
        taken = self._store.song_names.is_taken(wet.song_id, wet.version, wet.revision, is_dry=True, but=dry.id)
        if not is_one or taken or dry.is_dry:
            return None
        with self._store.database.transaction() as connection:
            journal = Journal(connection)
            moving = Moving(self._store, journal)
            moving.shown_before(dry)
            journal.set("bounces", {"id": dry.id}, {"is_dry": 1, "revision": wet.revision})
            after = self._store.bounces.by_id(dry.id)
            return keep(
                self._store, journal, "annex", (dry.song_id,), f"{bounce_title(dry)} is {bounce_title(after)} now."
            )

    def undo(self, mend_id: int | None = None) -> Mended:
        """Undo a mend, the last one without a number."""
        mends = self._store.mends
        mend = mends.last() if mend_id is None else mends.by_id(mend_id)
        if mend is None:
            raise UsageError("there is nothing to undo" if mend_id is None else f"there is no mend {mend_id}")
        if mend.undone_at is not None:
            raise UsageError(f"mend {mend.id} has been undone already")
        try:
            with self._store.database.transaction():
                before = self._names()
                mends.undo(mend.id)
                for song in self._names() - before:
                    self._refuse_given_away(mend, song)
                is_there = self._store.bounces.song(mend.song_id) is not None  # 0.1.0 kept mends of songs that went
                song_id = mend.song_id if is_there else None
                self._store.history.add("mend-undone", {"mend": mend.id, "words": mend.words}, song_id=song_id)
        except ChangedSinceError as error:
            raise UsageError(self._stands_in_the_way(mend, error)) from error
        return Mended(mend.id, f"Undone: {mend.words}", () if song_id is None else (song_id,))

    # helpers ----------------------------------------------------------------------------------------------------

    def _names(self) -> set[_Named]:
        return {_Named(song.id, song.folder, song.name) for song in self._store.bounces.songs()}

    def _refuse_given_away(self, mend: Mend, song: _Named) -> None:
        """Refuse a name that would come back, where another song has it, or was given it by a mend after this one."""
        key = song_key(song.name)
        owner = self._store.bounces.song_id(key, song.folder)
        alias = {"folder": song.folder, "key": key}
        if owner != song.id and self._store.mends.after_touching(mend.id, "song_aliases", alias) is not None:
            raise ChangedSinceError("song_aliases", alias)
        self._refuse_taken(song.name, song.folder, but=song.id)

    def _stands_in_the_way(self, mend: Mend, error: ChangedSinceError) -> str:
        later = self._store.mends.after_touching(mend.id, error.table, error.key)
        if later is None:
            return f"mend {mend.id} cannot be undone any more: its songs have changed since"
        return f"mend {mend.id} is undone after mend {later.id}, which changed the same: {later.words}"

    def _song(self, song_id: int) -> Song:
        song = self._store.bounces.song(song_id)
        if song is None:
            raise KeyError(song_id)
        return song

    def _one_song(self, bounces: Sequence[Bounce]) -> Song:
        songs = {bounce.song_id for bounce in bounces}
        if len(songs) != 1:
            raise UsageError("name bounces of one song" if songs else "name the bounces that are another song")
        return self._song(songs.pop())

    def _refuse_taken(self, name: str, folder: str, *, but: int) -> None:
        key = song_key(name)
        for song in self._store.bounces.songs():
            if song.id != but and song.folder == folder and song_key(song.name) == key:
                raise UsageError(f"there is a song called {plain_text(song.name)} beside it already; join them instead")

    def _with_annexes(self, bounces: Sequence[Bounce]) -> list[Bounce]:
        """Return bounces with the dry prints of the same numbers, in their order."""
        found: dict[int, Bounce] = {}
        dry: dict[int, dict[tuple[str, int], list[Bounce]]] = {}  # the dry prints of each song, by version and number
        for bounce in bounces:
            found[bounce.id] = bounce
            if bounce.song_id not in dry:
                dry[bounce.song_id] = self._dry_prints(bounce.song_id)
            if not bounce.is_dry:
                annexes = dry[bounce.song_id].get((bounce.version, bounce.revision), [])
                found |= {annex.id: annex for annex in annexes}
        return list(found.values())

    def _dry_prints(self, song_id: int) -> dict[tuple[str, int], list[Bounce]]:
        found: dict[tuple[str, int], list[Bounce]] = {}
        for bounce in self._store.bounces.of_song(song_id):
            if bounce.is_dry:
                found.setdefault((bounce.version, bounce.revision), []).append(bounce)
        return found


def checked_name(name: str) -> str:
    """Return a name that a song can have; raises UsageError for none."""
    shown = plain_text(name, LONGEST_NAME)
    if not shown:
        raise UsageError("say what the song is called")
    return shown


def keep(store: Store, journal: Journal, kind: str, song_ids: tuple[int, ...], words: str) -> Mended:
    """Keep what a journal has noted, with its line in the history; part of the transaction that did it."""
    mend_id = store.mends.keep(journal, kind, song_ids[0], words)
    store.history.add("mend", {"mend": mend_id, "words": words}, song_id=song_ids[0])
    return Mended(mend_id, words, song_ids)


def version_named(text: str) -> str:
    """Return the version a person names as it is kept; empty for the song itself."""
    shown = plain_text(text, LONGEST_VERSION).casefold()
    if shown in {"", "main", "song", "original"}:
        return ""
    return song_name(f"Song ({shown})").version or shown


def _numbers_told(moved: Sequence[Moved]) -> str:
    """Return the numbers that changed: ``bounce 1 is 4, 2 is 5``."""
    changed = [
        f"{number_title(before)} is {number_title(after)}"
        for before, after in moved
        if before.revision != after.revision and not before.is_dry
    ]
    if not changed:
        return "" if not moved else "its numbers stay"
    more = f" and {len(changed) - _MOST_TOLD} more" if len(changed) > _MOST_TOLD else ""
    return f"bounce {', '.join(changed[:_MOST_TOLD])}{more}"
