"""The whole run: copies are planned until every kind has its places, and examined by two processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass

from bench.faults.copies import Copy, Outcome, examine_copy
from bench.faults.journal import Journal
from bench.faults.kinds.kind import Kind, PlaceKind, SongKind
from bench.faults.music import Track

TOGETHER = 8  # kinds in one copy
ROUNDS = 40  # a kind that most songs cannot have ends somewhere
ALL = 1_000_000  # more than any kind asks for
SEED = 13


@dataclass(frozen=True, slots=True)
class Result:
    """One row: how many of a kind were found; at a rate of its own where that is asked (0: each song's own)."""

    kind: Kind
    rate_hz: int
    outcomes: tuple[Outcome, ...]

    @property
    def asked(self) -> tuple[Outcome, ...]:
        """Those that ``least`` is about."""
        if isinstance(self.kind, PlaceKind) and self.kind.only_standing_out:
            return tuple(o for o in self.outcomes if o.stands_out)
        return self.outcomes


def run(
    kinds: Sequence[Kind],
    songs: Sequence[Track],
    *,
    lossless: Sequence[Track] = (),
    share: float = 1.0,
    most: int | None = None,
    seed: int = SEED,
    processes: int = 2,
    journal: Journal | None = None,
    told: Callable[[str], None] = lambda line: None,
) -> list[Result]:
    """Put every kind into as many songs as it asks for (times ``share``, at ``most``) and return what was found.

    ``told`` hears a line after each round. ``lossless`` are the songs of kinds that need sound which nobody encoded.
    What ``journal`` knows is not examined again.
    """
    wanted = {
        (kind.name, rate): max(1, min(round(_places(kind, rate) * share), most or ALL))
        for kind in kinds
        for rate in _rates(kind)
    }
    outcomes: dict[tuple[str, int], list[Outcome]] = {key: [] for key in wanted}
    number = 0
    with ProcessPoolExecutor(processes) as pool:
        for _ in range(ROUNDS):
            lacking = {key: wanted[key] - len(outcomes[key]) for key in wanted}
            copies = _planned(kinds, songs, lossless, lacking, number)
            number += len(copies)
            for outcome in _examined(pool, copies, seed, journal):
                outcomes[outcome.kind, outcome.rate_hz].append(outcome)
            if not copies:
                break
            told(f"{sum(map(len, outcomes.values())):,} of {sum(wanted.values()):,} places")
    return [Result(k, rate, tuple(outcomes[k.name, rate])) for k in kinds for rate in _rates(k)]


def _examined(pool: Executor, copies: list[Copy], seed: int, journal: Journal | None) -> Iterator[Outcome]:
    """Yield what comes of copies, in their order."""
    known = [journal.known(copy, seed) if journal else None for copy in copies]
    new = [copy for copy, some in zip(copies, known, strict=True) if some is None]
    examined = pool.map(examine_copy, new, [seed] * len(new))
    for copy, some in zip(copies, known, strict=True):
        if some is None:
            some = next(examined)
            if journal:
                journal.keep(copy, seed, some)
        yield from some


def _places(kind: Kind, rate_hz: int) -> int:
    return kind.places_at_a_rate if isinstance(kind, PlaceKind) and rate_hz else kind.places


def _rates(kind: Kind) -> tuple[int, ...]:
    return (0, *kind.rates_hz) if isinstance(kind, PlaceKind) else (0,)


def _planned(
    kinds: Sequence[Kind],
    songs: Sequence[Track],
    lossless: Sequence[Track],
    lacking: dict[tuple[str, int], int],
    number: int,
) -> list[Copy]:
    """Return the copies of the next round: at most one for each song and group of kinds that still lack places."""
    copies: list[Copy] = []
    for rate in sorted({rate for _, rate in lacking}):
        open_kinds = [k for k in kinds if lacking.get((k.name, rate), 0) > 0]
        places = [k for k in open_kinds if isinstance(k, PlaceKind)]
        groups: list[tuple[Kind, ...]] = [tuple(places[i : i + TOGETHER]) for i in range(0, len(places), TOGETHER)]
        groups += [(k,) for k in open_kinds if isinstance(k, SongKind)]
        for group in groups:
            these = lossless if isinstance(group[0], SongKind) and group[0].is_from_lossless else songs
            for _ in range(min(max(lacking[k.name, rate] for k in group), len(these))):
                at = number + len(copies)
                copies.append(Copy(these[at % len(these)], tuple(k.name for k in group), at, rate))
    return copies
