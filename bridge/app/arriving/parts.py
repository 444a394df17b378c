"""Parts of mixes that lie outside folders of stems: kept as a set where what they came with proves what they are.

One alone is a song that is asked about; when the next part of the same mix comes, both are a set.
"""

from pathlib import Path
from typing import NamedTuple

from bridge.app.arriving.recording import TOGETHER_S, Recorder, SongFolder
from bridge.app.arriving.stem_intake import StemIntake
from bridge.app.identify import Identified
from bridge.model import Bounce
from bridge.model.events import EventHandler, SongsMended
from bridge.pathtext import to_path
from bridge.songs.mending import Mending
from bridge.songs.naming import SongName, song_key
from bridge.songs.parts.names import PartName, is_one_length, is_one_mix
from bridge.songs.places import Place
from bridge.store import Store


class _Landed(NamedTuple):
    """A bounce that may be a part: nothing has proved it yet."""

    bounce: Bounce
    part: PartName
    length_s: float
    at_s: float


class _Kept(NamedTuple):
    """A part that was kept with its set."""

    folder: Path
    song: str
    length_s: float
    at_s: float


class PartIntake:
    """All methods are called from the bridge's own thread.

    Parameters
    ----------
    store, recorder, stems
        What is known, who reads where files belong, and who keeps sets.
    publish
        Hears of songs that turned out to be parts.
    """

    def __init__(self, store: Store, recorder: Recorder, stems: StemIntake, publish: EventHandler) -> None:
        self._store = store
        self._recorder = recorder
        self._stems = stems
        self._publish = publish
        self._mending = Mending(store)
        self._landed: list[_Landed] = []
        self._kept: list[_Kept] = []

    def take(self, found: Identified, given: SongFolder | None, proved: PartName | None, now_s: float) -> bool:
        """Keep a finished file with its set if it is a part of a mix; tell whether it is.

        ``proved`` is what it is by those it came with.
        """
        path = found.path
        if self._recorder.is_ruled(path):
            return False
        known = self._store.landings.stem_at(path)
        if known is not None:  # it was exported anew
            self._keep(found, *known, now_s)
            return True
        part = proved or self._recorder.part(path, given, found.project)
        if part is None:
            return False
        song = self._recorder.song_of_part(part, path, given, found.project)
        beside = "" if song or not part.instrument else self._song_of_set(path.parent, found.length_s, now_s)
        others = self._others(path, part, found.length_s, now_s)
        has_set = bool(song and part.instrument) and self._store.landings.has_stem_set(path.parent, song_key(song))
        if proved is None and not others and not has_set and not beside:
            return False
        song = song or beside
        nameless = self._without_song(path.parent, part, found.length_s, now_s) if song else []
        others += [one for one in nameless if one not in others]
        for landed in others:
            self._landed.remove(landed)
            self._no_song(landed.bounce.song_id, song, landed.part.part)
        alone = self._recorder.song_at(path, given, found.project)
        if alone is not None:  # it came before, and was asked about
            self._no_song(alone, song, part.part)
        self._kept = [one for one in self._kept if 0.0 <= now_s - one.at_s < TOGETHER_S]
        self._kept.append(_Kept(path.parent, song, found.length_s, now_s))
        self._keep(found, song, part.part, now_s)
        return True

    def landed(self, bounce: Bounce, found: Identified, given: SongFolder | None, now_s: float) -> None:
        """Remember a bounce that may be a part: the next one may prove it."""
        part = self._recorder.part_named(found.path, given, found.project)
        if part is not None:
            self._landed = [one for one in self._landed if 0.0 <= now_s - one.at_s < TOGETHER_S]
            self._landed.append(_Landed(bounce, part, found.length_s, now_s))

    def _others(self, path: Path, part: PartName, length_s: float, now_s: float) -> list[_Landed]:
        """Return what landed a while ago and is a part of the same mix.

        Without a song's name two prove nothing: a song may be called "Bass", and another one "Vocals".
        """
        landed = self._landed_in(path.parent, now_s)
        found = [one for one in landed if is_one_mix(one.part, part, (one.length_s, length_s))]
        instruments = {one.part.instrument for one in found}
        return found if part.song or len(instruments) > 1 else []

    def _without_song(self, folder: Path, part: PartName, length_s: float, now_s: float) -> list[_Landed]:
        """Return what landed beside a part of a song, as long, under an instrument's name alone: "Vocals bounce"."""
        return [
            one
            for one in self._landed_in(folder, now_s)
            if not one.part.song
            and one.part.instrument not in {"", part.instrument}
            and is_one_length(one.length_s, length_s)
        ]

    def _song_of_set(self, folder: Path, length_s: float, now_s: float) -> str:
        """Return the song whose parts of one length were kept a while ago, empty where there is none, or several."""
        songs = {
            one.song
            for one in self._kept
            if one.folder == folder and 0.0 <= now_s - one.at_s < TOGETHER_S and is_one_length(one.length_s, length_s)
        }
        return songs.pop() if len(songs) == 1 else ""

    def _landed_in(self, folder: Path, now_s: float) -> list[_Landed]:
        """Return what landed in a folder a while ago, may be a part, and was not said to be a song."""
        return [
            one
            for one in self._landed
            if to_path(one.bounce.path).parent == folder
            and 0.0 <= now_s - one.at_s < TOGETHER_S
            and not self._store.bounces.has_other(one.bounce.song_id, one.bounce.id)
            and not self._store.landings.was_answered(one.bounce.song_id)
        ]

    def _no_song(self, song_id: int, song: str, part: str) -> None:
        """Make a song that was none a part of a mix; it is told, and can be undone."""
        made = self._store.bounces.song(song_id)
        if made is not None and self._store.bounces.of_song(song_id):
            mended = self._mending.stem(made, song, part)
            self._publish(SongsMended(mended.id, mended.words, mended.song_ids))

    def _keep(self, found: Identified, song: str, part: str, now_s: float) -> None:
        self._stems.keep(found.path, found.stamp, Place(SongName(song, part), found.path.parent, True), now_s)
