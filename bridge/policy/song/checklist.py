"""The listening checklist: where a bounce has been heard, and where not yet."""

from collections.abc import Sequence

from msgspec import Struct

from bridge.errors import UsageError
from bridge.model import ListeningTick
from bridge.text import nearest, plain_text

DEFAULT_PLACES = ("car", "headphones", "phone", "small speaker", "mono", "quiet")
LONGEST_PLACE = 40
LONGEST_NOTE = 2000


class PlaceHeard(Struct, frozen=True, kw_only=True):
    """One place and the last time the bounce was heard there; None: not yet."""

    place: str
    heard_at: float | None
    note: str


def make_tick(place: str, note: str, at: float, places: Sequence[str] = DEFAULT_PLACES) -> ListeningTick:
    """Return a tick; a place is one of the person's own, however it is written, or a new one.

    Raises
    ------
    UsageError
        The place is empty.
    """
    shown = plain_text(place, LONGEST_PLACE)
    if not shown:
        raise UsageError(f"name the place where you listened, for example: {', '.join(places[:3])}")
    known = {name.casefold(): name for name in places}
    return ListeningTick(place=known.get(shown.casefold(), shown), heard_at=at, note=plain_text(note, LONGEST_NOTE))


def misspelt(place: str, known: Sequence[str]) -> str:
    """Return the known place that a new one looks like; empty when it is one of them, or like none.

    A place is known when it is on the person's list, or was ticked before.
    """
    shown = plain_text(place, LONGEST_PLACE)
    if not shown or shown.casefold() in {name.casefold() for name in known}:
        return ""
    return next(iter(nearest(shown, known, 1)), "")


def overview(ticks: Sequence[ListeningTick], places: Sequence[str] = DEFAULT_PLACES) -> tuple[PlaceHeard, ...]:
    """Return every place in the person's order, then places ticked besides; the latest tick counts."""
    last: dict[str, ListeningTick] = {}
    for tick in ticks:
        last[tick.place.casefold()] = tick
    names = {name.casefold(): name for name in places} | {
        key: tick.place for key, tick in last.items() if key not in {name.casefold() for name in places}
    }
    return tuple(
        PlaceHeard(
            place=name,
            heard_at=last[key].heard_at if key in last else None,
            note=last[key].note if key in last else "",
        )
        for key, name in names.items()
    )


def not_heard(ticks: Sequence[ListeningTick], places: Sequence[str] = DEFAULT_PLACES) -> tuple[str, ...]:
    """Return the places where the bounce has not been heard yet."""
    return tuple(heard.place for heard in overview(ticks, places) if heard.heard_at is None)


def words(ticks: Sequence[ListeningTick], places: Sequence[str] = DEFAULT_PLACES) -> str:
    """Return one sentence about what has not been heard yet."""
    missing = not_heard(ticks, places)
    if not missing:
        return "Heard everywhere you wanted to hear it."
    if len(missing) == len(overview(ticks, places)):
        return "Not heard anywhere but here yet."
    return f"Not heard yet: {', '.join(missing)}."
