"""Holes: where the sound is gone for a while, or for good; a fault where that cannot be meant."""

from collections.abc import Iterator

from bridge.model import Detections, Finding, FindingKind, Speakers, TimeSpans
from bridge.policy.findings.places import at_places
from bridge.policy.findings.wording import channel_names, times, where
from bridge.text import clock


def check_holes(places: Detections, speakers: Speakers) -> Iterator[Finding]:
    """Yield what is to be said of holes: faults first."""
    yield from _dropouts(places.dropouts, speakers)
    yield from _repeats("fault", places.repeats, speakers)
    yield from _lost(places.lost, speakers)
    yield from _ended(places.ended, speakers)
    yield from _mutes(places.mutes, speakers)
    yield from _gaps(places.gaps, speakers)
    yield from _repeats("listen", places.stutters, speakers)
    yield from _cut(places)


def _dropouts(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest_s = max(p.severity for p in places.worst)
        yield at_places(
            "fault",
            "dropout",
            f"The sound drops out {times(places.count)} for up to {_length(longest_s)} {where(places, speakers)}.",
            "Bounce again offline with a larger buffer; a gap that stays is in a recorded clip.",
            places,
            longest_s=longest_s,
        )


def _repeats(kind: FindingKind, places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest_s = max(p.severity for p in places.worst)
        meant = "" if kind == "fault" else " It may be an effect."
        yield at_places(
            kind,
            "repeated_buffer",
            f"A few milliseconds are played again, sample for sample, {times(places.count)} for up to "
            f"{_length(longest_s)} {where(places, speakers)}.{meant}",
            "If it is no stutter effect, bounce again offline with a larger buffer.",
            places,
            longest_s=longest_s,
        )


def _lost(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    for place in places.worst:
        yield at_places(
            "fault",
            "channel_dies",
            f"{_the(place.channels, speakers)} dies at {clock(place.start_s, 1)} and stays silent to the end, while "
            "what it had in common with the others goes on.",
            "Look at that moment for a plug-in that breaks down, a cable or a mute on one side, and bounce again.",
            TimeSpans(count=1, total_s=place.length_s, places=1, worst=(place,)),
            start_s=place.start_s,
        )


def _ended(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    for place in places.worst:
        yield at_places(
            "listen",
            "channel_ends",
            f"{_the(place.channels, speakers)} stops at {clock(place.start_s, 1)} and stays silent to the end. "
            "It may be a part that ends there.",
            "If it is not, look at that moment for a plug-in that breaks down or a mute on one side.",
            TimeSpans(count=1, total_s=place.length_s, places=1, worst=(place,)),
            start_s=place.start_s,
        )


def _mutes(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest_s = max(p.severity for p in places.worst)
        yield at_places(
            "listen",
            "demo_mutes",
            f"The sound is gone {times(places.count)}, each time for as long ({_length(longest_s)}) and equally far "
            f"apart, {where(places, speakers)}: so demo versions of plug-ins mute.",
            "Look for a plug-in that is not registered, or for gates and mutes that are automated there.",
            places,
            longest_s=longest_s,
        )


def _gaps(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest_s = max(p.severity for p in places.worst)
        yield at_places(
            "listen",
            "hole",
            f"The sound is gone {times(places.count)} for up to {_length(longest_s)} {where(places, speakers)}. "
            "It may be a stop that is meant.",
            "If no stop is written there, bounce again offline and look for a muted or missing clip.",
            places,
            longest_s=longest_s,
        )


def _cut(places: Detections) -> Iterator[Finding]:
    for place in places.cut_ends.worst:
        yield at_places(
            "listen",
            "cut_tail",
            f"The sound is cut off at {clock(place.start_s, 1)}; silence follows to the end of the file.",
            "Let the bounce run on until the last reverb is gone, and look for a clip or a mute that ends there.",
            TimeSpans(count=1, total_s=place.length_s, places=1, worst=(place,)),
            start_s=place.start_s,
        )
    for place in places.cut_starts.worst:
        yield at_places(
            "listen",
            "cut_attack",
            f"The sound begins in mid-wave at {clock(place.start_s + place.length_s, 1)}, out of silence.",
            "Look for a clip that starts too late, or for a mute that opens there.",
            TimeSpans(count=1, total_s=place.length_s, places=1, worst=(place,)),
            start_s=place.start_s + place.length_s,
        )


def _the(channels: tuple[int, ...], speakers: Speakers) -> str:
    return f"The {channel_names(channels, speakers)} channel"


def _length(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 0.1 else f"{seconds:.2g} s"
