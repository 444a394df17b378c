"""How far a master may go towards references: a range for each octave, by intent. Data, each number with its reason."""

from typing import Literal, get_args

from msgspec import Struct

from bridge.model import Intent

OctaveName = Literal["63", "125", "250", "500", "1000", "2000", "4000", "8000", "16000"]
DEFAULT_AMOUNT_PERCENT = 100.0  # all of what lies inside the range: who names a reference asks for it
MAX_AMOUNT_PERCENT = 150.0  # ours: beyond, the song lies further away on the other side than it did on its own


class MatchRange(Struct, frozen=True, kw_only=True):
    """The most that each octave from 63 Hz to 16 kHz is lowered and raised by, in dB, and why."""

    cut_db: tuple[float, ...]
    boost_db: tuple[float, ...]
    why: str


# A reference is a request, so its range is not the cap of what a master corrects unasked. ours: two songs of one kind
# lie up to 9 dB apart in most octaves; what lies further apart is another arrangement, which no equaliser can lend.
_ASKED = MatchRange(
    cut_db=(9.0,) * 9,
    boost_db=(6.0, *(9.0,) * 7, 6.0),
    why="a lowest octave raised further eats the headroom, a highest one brings up hiss",
)
RANGES: dict[Intent, MatchRange] = {
    "neutral": _ASKED,
    "energetic": _ASKED,
    "intimate": MatchRange(
        cut_db=(6.0,) * 9,
        boost_db=(4.0, *(6.0,) * 7, 4.0),
        why="a voice keeps its own colour; half-way to another is far enough",
    ),
    "strange": MatchRange(
        cut_db=(3.0,) * 9,
        boost_db=(3.0,) * 9,
        why="an unusual tone is not a fault; a reference may lean on it, not replace it",
    ),
}


def match_range(intent: Intent, by_hand: dict[OctaveName, float]) -> MatchRange:
    """Return an intent's range; a number of a preset stands for both directions."""
    found = RANGES[intent]
    if not by_hand:
        return found
    names = get_args(OctaveName)
    cut, boost = (
        tuple(by_hand.get(name, limit) for name, limit in zip(names, limits, strict=True))
        for limits in (found.cut_db, found.boost_db)
    )
    return MatchRange(cut_db=cut, boost_db=boost, why="the preset says so")
