"""The modes of a song: mixing, resting, mastering, released. What they are known from, what each one asks.

A mode is never a lock. It decides what is shown unasked and what the guard says.
"""

from collections.abc import Sequence

from msgspec import Struct

from bridge.errors import UsageError
from bridge.model import Bounce, Layout, Mode, ModeChange
from bridge.policy.bus.guard_texts import name_list
from bridge.text import plain_text

MODES: tuple[Mode, ...] = ("mixing", "resting", "mastering", "released")

MEANING: dict[Mode, str] = {
    "mixing": "You are making the feeling, element by element. Loudness can wait.",
    "resting": "The mix is handed off. Nothing has to be decided now.",
    "mastering": "You are protecting the feeling: the whole song, and how it travels.",
    "released": "The song is out of your hands.",
}

MANY_TRACKS = 8  # ours: a session with this many tracks is a mix; masters sit on one or two
FEW_TRACKS = 3


class Question(Struct, frozen=True, kw_only=True):
    """Something a mode asks; the answers are kept, nobody scores them."""

    key: str
    text: str


QUESTIONS: dict[Mode, tuple[Question, ...]] = {
    "mixing": (
        Question(key="needs", text="What does this song still need?"),
        Question(key="element", text="What is the element you are working on for?"),
        Question(key="feeling", text="What should somebody feel when the chorus comes?"),
    ),
    "resting": (Question(key="elsewhere", text="Where have you heard it since, away from the desk?"),),
    "mastering": (
        Question(key="communicates", text="Does it still communicate what the mix did?"),
        Question(key="beside", text="How does it sit beside other songs?"),
        Question(key="keep", text="What must not be lost?"),
    ),
    "released": (Question(key="next", text="What would you do differently in the next one?"),),
}


def parse_mode(text: str) -> Mode:
    """Return the mode a person named; raises UsageError listing the modes."""
    wanted = text.strip().casefold()
    for mode in MODES:
        if wanted == mode:
            return mode
    raise UsageError(f"{text!r} is not a mode; use one of {', '.join(MODES)}")


def current(history: Sequence[ModeChange]) -> ModeChange:
    """Return the mode a song is in: the last change, whatever its clock said; mixing before the first."""
    if history:
        return history[-1]
    return ModeChange(mode="mixing", source="guess", why="every song begins as a mix", at=0.0)


def hides_loudness(mode: Mode) -> bool:
    """Tell whether loudness numbers and references stay out of sight unless asked for; clipping never does."""
    return mode == "mixing"


def by_person(mode: Mode, at: float, why: str = "") -> ModeChange:
    """Return the change a person asked for."""
    return ModeChange(mode=mode, source="person", why=why or "you said so", at=at)


def by_handoff(revision: int, at: float) -> ModeChange:
    """Return the change that the hand-off of a bounce brings."""
    return ModeChange(mode="resting", source="bounce", why=f"bounce {revision} was handed off", at=at)


def by_new_bounce(mode: Mode, revision: int, at: float) -> ModeChange | None:
    """Return the change a new bounce brings: a song that rested or was released is being mixed again.

    While mastering, a new file may be a master made by hand: the mode stays what it is.
    """
    if mode in {"mixing", "mastering"}:
        return None
    return ModeChange(mode="mixing", source="bounce", why=f"bounce {revision} came out of the mix", at=at)


def by_master(mode: Mode, at: float) -> ModeChange | None:
    """Return the change that the first master of a bounce brings."""
    if mode in {"mastering", "released"}:
        return None
    return ModeChange(mode="mastering", source="master", why="a master was made", at=at)


def guess(
    track_count: int | None, *, held: str = "", layout: Layout = "", chain: Sequence[str] = (), at: float
) -> ModeChange | None:
    """Return what a session looks like, None when it could be anything.

    Parameters
    ----------
    track_count
        Tracks in the session, None when the DAW does not say.
    held
        The bounce of ours that the session holds little besides, in words; empty when it holds none, or much else.
    layout
        What the session looks like by what lies in it.
    chain
        Names of what masters on the strips before the master that everything passes through.
    """
    if track_count is None:
        return None
    if layout == "album":
        why = f"the session holds {track_count} songs one behind the other"
        return ModeChange(mode="mastering", source="guess", why=why, at=at)
    if layout == "one-mix" and chain:
        why = f"the session holds one imported mix with {name_list(chain)} on its track"
        return ModeChange(mode="mastering", source="guess", why=why, at=at)
    if held and track_count <= FEW_TRACKS:
        return ModeChange(mode="mastering", source="guess", why=f"the session holds little but {held}", at=at)
    if layout == "mix" and track_count < MANY_TRACKS:
        return ModeChange(mode="mixing", source="guess", why="the session holds the parts of a mix", at=at)
    if track_count >= MANY_TRACKS:
        return ModeChange(mode="mixing", source="guess", why=f"the session has {track_count} tracks", at=at)
    return None


def held_words(bounces: Sequence[Bounce]) -> str:
    """Return what a session holds in words: ``bounce 3 of Tide``; empty for nothing."""
    songs = dict.fromkeys(bounce.song for bounce in bounces)
    if len(songs) > 1:
        return f"bounces of {len(songs)} songs"
    newest = max(bounces, key=lambda bounce: (bounce.bounced_at, bounce.revision), default=None)
    return "" if newest is None else f"bounce {newest.revision} of {plain_text(newest.song, 80)}"


def may_replace(old: ModeChange, new: ModeChange) -> bool:
    """Tell whether a change is taken: a guess never overrules what a person said or a bounce showed."""
    if new.mode == old.mode:
        return False
    return new.source != "guess" or old.source == "guess"
