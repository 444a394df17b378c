"""What a fault to be put in is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dsp.core.arrays import F32


@dataclass(frozen=True, slots=True)
class Put:
    """Where it was put, in frames; ``stands_out``: whether it can be heard there, None where that is not asked."""

    start: int
    end: int
    stands_out: bool | None = None


@dataclass(frozen=True, slots=True)
class PlaceKind:
    """A fault at one place: several kinds share a copy of a song, each once, seconds apart.

    ``put`` changes the song in place, at or after the frame it is given and within ``room_s``, and returns where; None
    where it cannot be put there. ``checks`` are the findings that count as found, *fault* or *listen*, within 30 ms of
    its start or around it.
    """

    name: str
    checks: frozenset[str]
    put: Callable[[F32, int, int, np.random.Generator], Put | None]
    least: float | None = None  # the share to be found
    places: int = 300
    room_s: float = 3.0
    rates_hz: tuple[int, ...] = ()  # also at these rates, beside the song's own
    places_at_a_rate: int = 15
    only_standing_out: bool = False  # ``least`` asks for those that stand out


@dataclass(frozen=True, slots=True)
class SongKind:
    """A fault of a whole song, in a copy of its own: ``put`` returns the song as it is then, its rate, the true values.

    ``put`` returns None where the song cannot have it. Found is any *fault* or *listen* of ``checks`` where ``names``
    (if given) agrees: it is asked with the values of each such finding and with the true ones.
    """

    name: str
    checks: frozenset[str]
    put: Callable[[F32, int, np.random.Generator], tuple[F32, int, dict[str, float]] | None]
    least: float | None = None
    places: int = 60
    names: Callable[[dict[str, float], dict[str, float]], bool] | None = None
    seconds: float | None = 60.0  # of the song's middle; None is all of it
    subtype: str = "PCM_24"
    against_past: bool = False  # the song as it was is the bounce before
    is_from_lossless: bool = False  # put into rendered songs, which nobody encoded before


Kind = PlaceKind | SongKind
