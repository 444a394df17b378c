"""Sides that work against each other: mended where somebody or the delivery asks for it, told otherwise.

Who mixed wide meant it: nothing is narrowed unasked.
"""

import math
from dataclasses import dataclass

from bridge.engine.mastering.spec import MasterSpec
from bridge.model import Analysis, TimeSpan
from bridge.policy.findings.places import turned_over
from bridge.text import clock
from dsp.mastering.stereo_width import MAX_SIDE_GAIN_DB

_TOLD_PLACES = 3
_LEAST_DB = 0.2  # ours: a side lower by less is heard by nobody


@dataclass(frozen=True, slots=True)
class MendedSides:
    """How much lower the sides get in which stretches (start and length in seconds), and who asks for it."""

    gain_db: float
    stretches_s: tuple[tuple[float, float], ...]
    why: str


def stretches_apart(analysis: Analysis) -> tuple[TimeSpan, ...]:
    """Return where left and right work against each other for seconds, the ten longest of these stretches at most.

    Where one side is inverted from here to there, that is the fault, and it is told as such.
    """
    if analysis.format.channels != 2 or analysis.measurement.inverted_channels:
        return ()
    told = turned_over(analysis.places)
    return tuple(place for place in analysis.places.out_of_phase.worst if place not in told)


def mending(spec: MasterSpec, analysis: Analysis) -> MendedSides | None:
    """Return what is done against sides that outweigh the middle; None where nobody asks or nothing hurts.

    A person's request may take what it needs; a delivery's is held to the intent's cap, and never works against
    references whose width is followed.
    """
    request = spec.request
    asked = request.mend_phase or spec.preset.mend_phase
    follows = bool(request.references) and "width" in request.match
    needed = spec.target.mend_phase and not follows
    if spec.is_off("width") or not (asked or needed):
        return None
    places = stretches_apart(analysis)
    most_db = MAX_SIDE_GAIN_DB if asked else spec.caps.max_width_change_db
    gain_db = round(min(_outweighs_db(analysis), most_db) * spec.strength, 2)
    if not places or gain_db < _LEAST_DB:
        return None
    why = "asked for" if asked else f"{spec.target.title} needs it"
    return MendedSides(-gain_db, tuple((place.start_s, place.length_s) for place in places), why)


def _outweighs_db(analysis: Analysis) -> float:
    """Return by how much the sides outweigh the middle where they do so most.

    With equal channels a correlation r means sides of (1 - r) / (1 + r) of the middle's power.
    """
    worst = analysis.measurement.correlation_min
    worst = max(min(worst if worst is not None else 0.0, 0.0), -0.99)
    return 10.0 * math.log10((1.0 - worst) / (1.0 + worst))


def places_in_words(stretches_s: tuple[tuple[float, float], ...]) -> str:
    """Return the stretches as positions in the song: the first few, and how many more there are."""
    words = [f"{clock(start)} to {clock(start + length)}" for start, length in stretches_s[:_TOLD_PLACES]]
    more = len(stretches_s) - len(words)
    return ", ".join(words) + (f" and {more} more" if more else "")


def note_on_sides(spec: MasterSpec, analysis: Analysis) -> str:
    """Say that the sides were left as they are where in mono much of them is lost; empty where they were mended."""
    if mending(spec, analysis) is not None:
        return ""
    asked = spec.request.mend_phase or spec.preset.mend_phase
    places = tuple((place.start_s, place.length_s) for place in stretches_apart(analysis))
    if not places:
        return _nothing_to_mend(analysis) if asked else ""
    found = any(finding.check == "correlation" for finding in analysis.findings)
    if not asked and (not found or spec.target.vinyl):  # a cutter is told in other words
        return ""
    left = "The sides are left as they were mixed"
    if spec.is_off("width"):
        left += ": the stage width is off"
    elif asked:
        left += f": at a strength of {100.0 * spec.strength:g} % nobody would hear what was done"
    else:
        left += "; --mend-phase lowers them there"
    seconds = sum(length for _, length in places)
    return (
        f"Left and right work against each other for {seconds:.0f} s ({places_in_words(places)}): in mono much of the "
        f"sound is lost there. {left}."
    )


def _nothing_to_mend(analysis: Analysis) -> str:
    """Say why a request to mend the phase finds nothing to do."""
    if analysis.measurement.inverted_channels or analysis.places.out_of_phase.count:
        return "One side has the opposite polarity: that is mended in the mix; lower sides would mend nothing."
    if analysis.format.channels == 1:
        return "The mix is mono: it has no sides to mend."
    return "Nowhere do left and right work against each other for seconds: there was no phase to mend."
