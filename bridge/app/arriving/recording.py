"""From a finished file to a bounce in the store: its song, version and print, its number and its place in time."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.app.identify import Identified
from bridge.model import Bounce, Song
from bridge.model.events import OrderUnclear, SongAsked
from bridge.pathtext import to_path, to_text
from bridge.policy.bus.dual_print import print_name
from bridge.settings.config import Config
from bridge.songs.naming import SongName, has_no_title, song_key, song_name
from bridge.songs.near import nearest_song
from bridge.songs.order import SONG_S, Dated, disagreement, place_among
from bridge.songs.parts.names import PartName, is_one_length, is_part_by_name, is_part_of, looks_like_part, part_name
from bridge.songs.places import Place, place_of, title_of
from bridge.store import NewBounce, PlacedBounce, Store
from bridge.watch.settle import Stamp

SongFolder = tuple[str, str]  # (song, folder) under which a bounce is recorded

# ours: who copies many files is done with one after the other within this; each says on its own when it was made.
TOGETHER_S = 240.0
MOST_COMPARED = 200  # ours: songs or bounces that a new one is held against; where there are more, nobody is asked


class Recorder:
    """Reads where files belong; all methods are called from the bridge's own thread.

    Parameters
    ----------
    store, config, roots
        What is known, the person's own patterns of names, and what is watched now.
    """

    def __init__(self, store: Store, config: Config, roots: Callable[[], tuple[Path, ...]]) -> None:
        self._store = store
        self._config = config
        self._roots = roots
        self._lengths_s: dict[int, float] = {}  # of what landed last and is not examined yet

    def place(self, path: Path, given: SongFolder | None = None, project: str = "") -> Place:
        """Return what a file is; ``given`` is the song of the session it came from, ``project`` lies beside it."""
        return place_of(path, self._config.songs, given[0] if given is not None else project, self._roots())

    def is_ruled(self, path: Path) -> bool:
        """Tell whether one of the person's own rules of names says what a file is."""
        return song_name(path.stem, self._config.songs).song in self._config.songs.values()

    def part(self, path: Path, given: SongFolder | None = None, project: str = "") -> PartName | None:
        """Return what a file may be as a part of a mix; ``None`` where its name is none's, or is known as a song."""
        part = self.part_named(path, given, project)
        song_id = None if part is None else self.song_at(path, given, project)
        if song_id is None or self._store.bounces.newest(song_id) is None or self._store.landings.is_asked(song_id):
            return part
        return None

    def part_named(self, path: Path, given: SongFolder | None = None, project: str = "") -> PartName | None:
        """Return what a name says of a file as a part of a mix, whatever is known; ``None`` where it says nothing."""
        if part_name(path.stem) is None or self.is_ruled(path) or self.place(path, given, project).is_stem:
            return None
        name, folder = self._song(path, given, project)
        title = song_key(self._title(path, given, project))
        if title and song_key(to_text(name.song)) == title:
            return None  # a song that is called so
        return part_name(path.stem, lambda key: key == title or self._store.bounces.song_id(key, folder) is not None)

    def song_of_part(self, part: PartName, path: Path, given: SongFolder | None, project: str) -> str:
        """Return the song that a part belongs to, empty where nothing says it."""
        title = self._title(path, given, project)
        if part.song and song_key(title) != part.key:
            _, folder = self._song(path, given, project)
            song_id = self._store.bounces.song_id(song_key(to_text(part.song)), folder)
            song = None if song_id is None else self._store.bounces.song(song_id)
            return to_text(part.song) if song is None else song.name
        return to_text(title)

    def song_at(self, path: Path, given: SongFolder | None, project: str) -> int | None:
        """Return the song that a file's bounce would go to, ``None`` where there is none yet."""
        name, folder = self._song(path, given, project)
        return self._store.bounces.song_id(song_key(to_text(name.song)), folder)

    def new_bounce(
        self,
        path: Path,
        stamp: Stamp,
        sha256: str,
        source: str,
        *,
        given: SongFolder | None = None,
        project: str = "",
        length_s: float = 0.0,
    ) -> NewBounce:
        """Return a finished file, ready to be recorded."""
        name, folder = self._song(path, given, project)
        key = song_key(to_text(name.song))
        new = NewBounce(
            path=path,
            size_bytes=stamp.size,
            mtime_ns=stamp.mtime_ns,
            sha256=sha256,
            song=to_text(name.song),
            song_key=key,
            song_folder=folder,
            label=to_text(name.label),
            source=source,
            version=name.version,
            is_dry=name.is_dry,
        )
        song_id = self._store.bounces.song_id(key, folder)
        return new if song_id is None else self._among(new, song_id, name, length_s)

    def after(self, bounce: Bounce, found: Identified, given: SongFolder | None) -> list[SongAsked | OrderUnclear]:
        """Return what there is to say of a new bounce beside that it landed: a question, two orders; kept with it."""
        said: list[SongAsked | OrderUnclear] = []
        self._lengths_s[bounce.id] = found.length_s
        if len(self._lengths_s) > MOST_COMPARED:
            del self._lengths_s[next(iter(self._lengths_s))]
        asked = self.ask_about(bounce, found, given)
        if asked is not None:
            said.append(asked)
        unclear = self.disagreement(bounce)
        if unclear:
            self._store.history.add("order", {"text": unclear}, song_id=bounce.song_id, bounce_id=bounce.id)
            said.append(OrderUnclear(bounce, unclear))
        return said

    def ask_about(self, bounce: Bounce, found: Identified, given: SongFolder | None) -> SongAsked | None:
        """Ask whether the song of its first bounce is one that is there under a near name; return that question.

        Nothing is asked where a DAW or the person's own pattern said what song it is. What looks like a part is asked
        about whoever exported it.
        """
        song = self._store.bounces.song(bounce.song_id)
        if song is None or not song.folder or has_no_title(song.name):
            return None
        if self._store.bounces.has_other(song.id, bounce.id):
            return None
        others = self._store.bounces.songs_beside(song, song_key(song.name), MOST_COMPARED + 1)
        others = others if len(others) <= MOST_COMPARED else []
        part = self.part_named(found.path, given, found.project)
        near = None if part is None else self._mix_of(part, found, given, others)
        if near is None and given is None:
            near = nearest_song(song.name, others)
        if near is None:
            return None
        asked, of = (
            (near, song) if part is None and is_part_of(near.name, song.name) else (song, near)
        )  # where the part came before its mix
        question = self._store.landings.ask(asked.id, of.id)
        return None if question is None else SongAsked(question, asked.name, of.name)

    def _mix_of(
        self, part: PartName, found: Identified, given: SongFolder | None, others: Sequence[Song]
    ) -> Song | None:
        """Return the song that a file may be a part of: by its name, its project, or where there is only one."""
        key = song_key(self.song_of_part(part, found.path, given, found.project))
        if key:
            return next((song for song in others if song_key(song.name) == key), None)
        if not part.instrument:
            return None
        since = self._store.database.wall() - TOGETHER_S
        mixes = [song for song in others if not looks_like_part(song.name)]
        newest = [(song, last[0]) for song in mixes if (last := self._store.bounces.landed_last(song.id, "", 1))]
        alike = [song for song, last in newest if is_one_length(self._length_s(last), found.length_s)]
        alone = [song for song, last in newest if len(newest) == 1 and last.bounce.seen_at < since]
        return alike[0] if len(alike) == 1 else next(iter(alone), None)

    def _length_s(self, last: PlacedBounce) -> float:
        return last.length_s or self._lengths_s.get(last.bounce.id, 0.0)

    def disagreement(self, bounce: Bounce) -> str:
        """Return in words that the names and the dates of a song's bounces tell two orders, empty where they agree."""
        listed = self._store.bounces.landed_last(bounce.song_id, bounce.version, MOST_COMPARED)
        stems = {one.bounce.id: (to_path(one.bounce.path).stem, _dated(one)) for one in listed}
        mine = stems.pop(bounce.id, None)
        dry = {one.bounce.id for one in listed if one.bounce.is_dry != bounce.is_dry}
        others = [found for bounce_id, found in stems.items() if bounce_id not in dry]
        return "" if mine is None else disagreement(mine[1], others, mine[0])

    def _song(self, path: Path, given: SongFolder | None, project: str) -> tuple[SongName, str]:
        """Return a file's name taken apart, and the folder its song is kept under."""
        place = self.place(path, given, project)
        # Somebody wants this one examined: then a part of a mix is a mix.
        name = song_name(path.stem, self._config.songs) if place.is_stem else place.name
        if name.song in self._config.songs.values():
            return name, ""
        if given is not None:
            # One song, wherever its session's exports lie: in the session's own folder or in the bounce folder.
            return (name if is_part_by_name(path.stem, name.song, given[0]) else name._replace(song=given[0])), given[1]
        own = to_text(path.parent)
        # Songs from before projects' folders counted stay where they are.
        is_there = self._store.bounces.song_id(song_key(to_text(name.song)), own) is not None
        return name, own if is_there or place.is_stem else to_text(Path(place.folder))

    def _title(self, path: Path, given: SongFolder | None, project: str) -> str:
        """Return the song that a file is of as far as its session, its project or its folder says; empty: nothing."""
        return given[0] if given is not None else title_of(path, project, self._roots())

    def _among(self, new: NewBounce, song_id: int, name: SongName, length_s: float) -> NewBounce:
        """Return a bounce with its place among those of its song: which other print it has, and when it sorts."""
        siblings = self._store.bounces.landed_last(song_id, new.version, MOST_COMPARED)
        mix = print_name(new.path.stem).mix
        others = (one.bounce for one in siblings if one.bounce.is_dry != new.is_dry)
        number = next((one.revision for one in others if print_name(to_path(one.path).stem).mix == mix), None)
        new = new._replace(dry_of=number) if new.is_dry else new._replace(wet_of=number)
        # A DAW's word tells when a bounce was made, and a file that was bounced over is the next one.
        if new.source != "folder" or self._store.bounces.by_path(new.path) is not None:
            return new
        since, at = self._store.database.wall() - TOGETHER_S, new.mtime_ns / 1e9
        together = [
            _dated(one)
            for one in siblings
            if one.bounce.source == "folder" and one.bounce.seen_at >= since and one.bounce.is_dry == new.is_dry
        ]
        place = place_among(Dated(name.numbers, at, length_s or SONG_S), together)
        return new if place == at else new._replace(sorts_at=place)


def _dated(one: PlacedBounce) -> Dated:
    numbers = place_of(to_path(one.bounce.path), project=one.bounce.song).name.numbers
    return Dated(numbers, one.bounce.bounced_at, one.length_s or SONG_S, one.sorts_at)
