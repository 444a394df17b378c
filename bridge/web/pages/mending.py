"""The part of a song's page with which it is put right: its forms, and what was put right so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from bridge.model import Bounce, Song
from bridge.policy.bus.guard_state import GuardState
from bridge.policy.song.titles import bounce_title, number_title
from bridge.report import text
from bridge.store.records import read
from bridge.web.reader import PageReader
from bridge.web.records import Choice

VERSIONS = ("instrumental", "a cappella", "clean", "radio edit", "tv mix")  # offered; any other may be typed
_MOST_MENDS = 20


class MendEntry(Struct, frozen=True, kw_only=True):
    """One thing that was put right, and whether it was undone."""

    id: int
    at: float
    words: str
    is_undone: bool


class Mendable(Struct, frozen=True, kw_only=True):
    """What a song can be joined with, and what was put right."""

    others: tuple[Song, ...] = ()
    accepted: tuple[str, ...] = ()  # plug-ins on its master bus that are part of the sound, as was answered
    mends: tuple[MendEntry, ...] = ()


def read_mendable(reader: PageReader, song: Song) -> Mendable:
    """Return what is needed to put a song right."""
    store = reader.store
    guards = (store.sessions.guard(project) for project in store.sessions.projects_of_song(song.id))
    states = (read(guard, GuardState, "what was answered") for guard in guards)
    return Mendable(
        accepted=tuple(dict.fromkeys(name for state in states if state is not None for name in state.accepted)),
        others=tuple(other for other in store.bounces.songs() if other.id != song.id),
        mends=tuple(
            MendEntry(id=mend.id, at=mend.at, words=mend.words, is_undone=mend.undone_at is not None)
            for mend in store.mends.newest(song_id=song.id, limit=_MOST_MENDS)
        ),
    )


@dataclass(frozen=True, slots=True)
class MendLine:
    """One line of what was put right."""

    id: int
    words: str
    when: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class MendView:
    """The forms that put a song right."""

    song_id: int
    name: str
    bounces: tuple[Choice, ...]
    others: tuple[Choice, ...]
    versions: tuple[str, ...]
    mends: tuple[MendLine, ...]
    answered: str = ""


def mend_view(song: Song, bounces: Sequence[Bounce], mendable: Mendable) -> MendView:
    """Prepare the forms; songs of one name are told apart by their folders."""
    names = [other.name.casefold() for other in (song, *mendable.others)]
    return MendView(
        song_id=song.id,
        name=song.name,
        bounces=tuple((str(bounce.id), _short(bounce)) for bounce in bounces),
        others=tuple(
            (str(other.id), f"{other.name} ({other.folder})" if names.count(other.name.casefold()) > 1 else other.name)
            for other in mendable.others
        ),
        versions=VERSIONS,
        answered=", ".join(mendable.accepted),
        mends=tuple(
            MendLine(mend.id, mend.words, text.day_and_time(mend.at), mend.is_undone) for mend in mendable.mends
        ),
    )


def _short(bounce: Bounce) -> str:
    return bounce_title(bounce) if bounce.version else f"Bounce {number_title(bounce)}"
