"""In which order bounces of a song stand that came together: by the numbers in their names, else by their own dates.

Dates of files that were copied at once say when they were copied. They count where they differ by more than a song's
length; nearer together, the numbers in the names decide where one kind of number runs through all of them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.songs.naming import NameNumber

SONG_S = 240.0  # ours: where a length is not known
# Which kind of number says most about the order, where several run through the names.
_KINDS = ("v", "rev", "mix", "bounce", "master", "mixdown", "render", "export", "final", "rough", "demo", "take")
_FROM_NOTHING = ("copy",)  # of these the first has none: Song, Song-001, Song-002
_STEP_S = 1.0  # ours: among files that were copied at once a second says nothing

Rank = tuple[tuple[int, ...], str]


class Dated(NamedTuple):
    """A bounce as its name and its file tell it."""

    numbers: tuple[NameNumber, ...]
    at: float  # the file's date
    length_s: float = SONG_S
    sorts_at: float = 0.0  # its place among its siblings, where it has one already


def running_kind(all_numbers: Sequence[tuple[NameNumber, ...]]) -> str:
    """Return the kind of number that runs through all names and differs in each, empty when none does."""
    ranked = [{number.kind: number.order for number in numbers} for numbers in all_numbers]
    kinds = dict.fromkeys(kind for numbers in ranked for kind in numbers)
    for kind in sorted(kinds, key=lambda one: (_KINDS.index(one) if one in _KINDS else len(_KINDS), one)):
        # "Rain" comes before "Rain (1)"; "Rain mix 2" has a number of its own.
        values = [
            numbers.get(kind, ((0,), "") if kind in _FROM_NOTHING and not numbers else None) for numbers in ranked
        ]
        if None not in values and len(set(values)) == len(values) > 1:
            return kind
    return ""


def in_order(bounces: Sequence[Dated]) -> list[int]:
    """Return the indices of bounces that came together, in the order in which they are numbered."""
    kind = running_kind([bounce.numbers for bounce in bounces])
    by_date = sorted(range(len(bounces)), key=lambda index: bounces[index].at)
    return sorted(by_date, key=lambda index: _rank(bounces[index], kind)) if kind else by_date


def place_among(new: Dated, siblings: Sequence[Dated]) -> float:
    """Return the place in time of a new bounce among those it came together with.

    It is the file's date, but for siblings that are dated within a song's length of it and whose names share a running
    number: among these it stands by that number.
    """
    near = [one for one in siblings if abs(one.at - new.at) <= max(new.length_s, one.length_s)]
    kind = running_kind([new.numbers, *(one.numbers for one in near)]) if near else ""
    if not kind:
        return new.at
    mine = _rank(new, kind)
    after = max((one.sorts_at for one in near if _rank(one, kind) < mine), default=None)
    before = min((one.sorts_at for one in near if _rank(one, kind) > mine), default=None)
    place = new.at
    if after is not None and place <= after:
        place = after + _STEP_S
    if before is not None and place >= before:
        place = before - _STEP_S if after is None else (after + before) / 2.0
    return place


def disagreement(new: Dated, siblings: Sequence[tuple[str, Dated]], name: str) -> str:
    """Return in words that dates and numbers tell two orders, empty where they agree; siblings are (name, bounce)."""
    for other_name, other in siblings:
        kind = running_kind([new.numbers, other.numbers])
        if not kind or abs(other.at - new.at) <= max(new.length_s, other.length_s):
            continue
        if (_rank(new, kind) < _rank(other, kind)) == (new.at > other.at):
            later, earlier = (name, other_name) if new.at > other.at else (other_name, name)
            return f"By their names {earlier} is the later one, by their dates {later}: they are sorted by their dates"
    return ""


def _rank(bounce: Dated, kind: str) -> Rank:
    return next((number.order for number in bounce.numbers if number.kind == kind), ((0,), ""))
