"""Which strips everything that makes the mix passes through, found in the routing and not by their names.

Pure: a graph of strips goes in, positions come out, the same way for every DAW, saved or live. A *source* is an enabled
strip with items or an instrument whose sound reaches the place the mix leaves by. A strip is *passed* by a source when
no way of its whole sound leads around it; an effect send beside that way is none. Solo and mute play no part: they
change while one listens.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from bridge.model import Layout

# "whole-file": one imported file of a song's length; what tells a finished mix, a reference and a song of an album.
Content = Literal["empty", "material", "instrument", "whole-file"]

# ours: shorter ones are loops, hits and phrases.
LEAST_WHOLE_S = 60.0
# ours: two songs of a live album run into each other this far.
MOST_OVERLAP_S = 15.0
# ours: two files one behind the other are two takes as well.
LEAST_SONGS = 3
# ours: more files beside the bus than this are part of the mix.
MOST_REFERENCES = 3
# ours: a project of more strips is no project; finding the bus in it would cost more than it tells.
MOST_STRIPS = 10_000

_BUS_NAME = re.compile(
    r"\b(?:2|two|mix|mixing|stereo|main|master|print)[ _-]?b(?:us|uss)\b|\bpre[ _-]?master\b|\bmix ?down\b"
    r"|^\W*(?:the )?(?:mix|master|main mix|final mix)\W*$",
    re.IGNORECASE,
)
_ASIDE_NAME = re.compile(r"\b(?:click(?: track)?|metronome|talk ?back|count[ -]?in|cue(?: mix)?)\b", re.IGNORECASE)
_REFERENCE_NAME = re.compile(r"\b(?:refs?|references?)\b|\breference[ _-]?track\b", re.IGNORECASE)


class RoutedStrip(Struct, frozen=True, kw_only=True):
    """One track, folder, group or bus; the master is none of them.

    ``to`` holds the strips its whole sound goes on to, ``sends`` those that get it beside that way, both as positions.
    """

    name: str = ""
    to: tuple[int, ...] = ()
    sends: tuple[int, ...] = ()
    to_master: bool = False
    to_hardware: bool = False
    content: Content = "empty"
    enabled: bool = True
    is_fed: bool = False  # by another, where it is not said which
    span_s: tuple[float, float] = (0.0, 0.0)  # of a whole file: where it begins and ends on the time line


def passed_by_all(strips: Sequence[RoutedStrip]) -> tuple[int, ...]:
    """Return the strips that every source passes on its way to where the mix leaves, in the order of the flow.

    With fewer than two sources nothing is passed by all, but for two cases: one imported mix alone passes its own strip
    and those behind it; in a project in which nothing stands yet, each strip that no other feeds is a source to come.
    """
    if len(strips) > MOST_STRIPS:
        return ()
    flow = _Flow(strips)
    if flow.is_template:
        passed = flow.passed_by(flow.to_come)
        return passed if layout_of(strips) == "one-mix" else tuple(at for at in passed if at not in flow.to_come)
    sources = flow.sources
    if len(sources) < 2:
        is_mix = bool(sources) and strips[sources[0]].content == "whole-file"
        return flow.passed_by(sources) if is_mix else ()
    return flow.passed_by(sources) or _past_references(flow)


def leaves_by_hardware(strips: Sequence[RoutedStrip]) -> bool:
    """Tell whether there are sources, and every one of them goes past the master."""
    flow = _Flow(strips)
    return not flow.is_template and bool(flow.sources) and not any(strips[at].to_master for at in flow.leaves)


def layout_of(strips: Sequence[RoutedStrip]) -> Layout:
    """Return what a project looks like by what lies in it."""
    held = [strip for strip in strips if strip.enabled and strip.content != "empty" and not _is_aside(strip)]
    if len(strips) == 1 and strips[0].content == "empty":
        return "one-mix" if _BUS_NAME.search(strips[0].name) else ""
    parts = sum(strip.content != "whole-file" for strip in held)
    if parts:
        return "mix" if parts > 1 else ""
    if len(held) == 1:
        return "one-mix"
    spans = sorted(strip.span_s for strip in held)
    apart = all(later[0] >= earlier[1] - MOST_OVERLAP_S for earlier, later in pairwise(spans))
    return "album" if len(held) >= LEAST_SONGS and apart else ""


def main_ways(strips: Sequence[RoutedStrip]) -> list[tuple[int, ...]]:
    """Return where each strip's whole sound goes on to; of several ways, one to a strip named as the bus is meant."""
    ways = []
    for strip in strips:
        to = tuple(at for at in dict.fromkeys(strip.to) if 0 <= at < len(strips))
        named = tuple(at for at in to if _BUS_NAME.search(strips[at].name))
        ways.append(named if len(to) > 1 and len(named) == 1 and not strip.to_master else to)
    return ways


def _is_aside(strip: RoutedStrip) -> bool:
    return bool(_ASIDE_NAME.search(strip.name) or _REFERENCE_NAME.search(strip.name))


class _Flow:
    """The graph walked: where the mix leaves, which strips have a way there, which of them are sources."""

    def __init__(self, strips: Sequence[RoutedStrip]) -> None:
        self.strips = strips
        self.ways = main_ways(strips)
        self._back: list[list[int]] = [[] for _ in strips]
        for at, ways in enumerate(self.ways):
            for to in ways:
                self._back[to].append(at)
        self._fed = {to for strip in strips for to in (*strip.to, *strip.sends)}
        self._fed.update(at for at, strip in enumerate(strips) if strip.is_fed)
        self.is_template = not any(strip.content != "empty" for strip in strips)
        # Into the master; into the hardware where nothing that sounds reaches the master.
        self.leaves = frozenset(at for at, strip in enumerate(strips) if strip.to_master)
        if not (self.to_come if self.is_template else self.sources):
            self.leaves = frozenset(at for at, strip in enumerate(strips) if strip.to_hardware)

    @property
    def sources(self) -> list[int]:
        """The enabled strips that hold something and have a way out."""
        return self._heard(lambda at: self.strips[at].content != "empty")

    @property
    def to_come(self) -> list[int]:
        """The strips that no other feeds: what will be sources in a project in which nothing stands yet."""
        return self._heard(lambda at: at not in self._fed)

    def _heard(self, counts: Callable[[int], bool]) -> list[int]:
        return [
            at
            for at in sorted(self._reaching())
            if self.strips[at].enabled and counts(at) and not _is_aside(self.strips[at])
        ]

    def _reaching(self) -> set[int]:
        """Return the strips with a way to where the mix leaves."""
        found = set(self.leaves)
        waiting = list(found)
        while waiting:
            new = [at for at in self._back[waiting.pop()] if at not in found]
            found.update(new)
            waiting += new
        return found

    def passed_by(self, sources: Sequence[int]) -> tuple[int, ...]:
        """Return the strips without which none of these sources reaches where the mix leaves, in the order of the flow.

        What all pass, the first passes: only the strips of one of its ways can be meant. That way is walked once, and
        from each strip on it everything beside it: how far up the way, or out, one gets without what follows.
        """
        way = self._one_way(sources[0]) if sources else []
        place = {at: step for step, at in enumerate(way)}
        been: set[int] = set()
        furthest = max((self._beside(at, place, been) for at in sources), default=0)
        passed = []
        for step, at in enumerate(way):
            if furthest <= step:
                passed.append(at)
            been.add(at)
            furthest = max([furthest, *(self._beside(to, place, been) for to in self.ways[at])])
        return tuple(passed)

    def _beside(self, start: int, place: Mapping[int, int], been: set[int]) -> int:
        """Return the furthest step of the way that is reached from a strip beside it; its length for out."""
        furthest, waiting = -1, [start]
        while waiting:
            at = waiting.pop()
            if at in place:
                furthest = max(furthest, place[at])
            elif at not in been:
                been.add(at)
                furthest = len(place) if at in self.leaves else furthest
                waiting += self.ways[at]
        return furthest

    def _one_way(self, start: int) -> list[int]:
        """Return a shortest way from a strip to where the mix leaves."""
        came_from = {start: start}
        waiting = [start]
        for at in waiting:  # it grows while it is walked
            if at in self.leaves:
                way = [at]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            for to in self.ways[at]:
                if to not in came_from:
                    came_from[to] = at
                    waiting.append(to)
        return []


def _past_references(flow: _Flow) -> tuple[int, ...]:
    """Return what all but a few whole files pass that go straight out, when its name says that it is the bus.

    A beat beside a group of voices looks the same; so only the name settles it.
    """
    strips, sources = flow.strips, flow.sources
    past = [at for at in sources if strips[at].content == "whole-file" and at in flow.leaves and not flow.ways[at]]
    others = [at for at in sources if at not in past]
    if not 0 < len(past) <= MOST_REFERENCES or len(others) < 2 or len(others) <= len(past):
        return ()
    passed = flow.passed_by(others)
    return passed if any(_BUS_NAME.search(strips[at].name) for at in passed) else ()
