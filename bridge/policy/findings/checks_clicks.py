"""Clicks, pops, hard edits and jumps of the gain: what cannot be meant is a fault, what may be meant is to be heard."""

from collections.abc import Iterator

from bridge.model import AudioFormat, Detections, Finding, Speakers, TimeSpans
from bridge.policy.findings.places import at_places, clicks_of, without
from bridge.policy.findings.wording import counted, speakers_of, where


def check_clicks(audio_format: AudioFormat, places: Detections) -> Iterator[Finding]:
    """Yield one finding for the breaks of the waveform that are certain, one for those an instrument might make.

    Where a side is switched, that is said there.
    """
    speakers = speakers_of(audio_format)
    switched = [
        p for s in (places.swapped_sides, places.inverted_side, places.side_levels) for p in clicks_of(s, places)
    ]
    yield from _clicks(without(places.clicks, switched), speakers)
    yield from _likely_clicks(places.likely_clicks, speakers)


def _clicks(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        jumps = "jump" if places.count == 1 else "jumps"
        yield at_places(
            "fault",
            "click",
            f"{counted(places.count, 'click')} or {jumps} in the waveform {where(places, speakers)}.",
            "Zoom in there: an edit without a crossfade, a looped sample, or a plug-in switched while it sounded.",
            places,
            loudest_db=_loudest_db(places),
        )


def _likely_clicks(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        yield at_places(
            "listen",
            "jump",
            f"The waveform breaks for an instant {where(places, speakers)}: "
            "a click or a hard edit, unless an instrument does that.",
            "Listen there: if something ticks that should not, give the edit a crossfade or the note a softer start.",
            places,
            loudest_db=_loudest_db(places),
        )


def _loudest_db(places: TimeSpans) -> float:
    return max(p.severity for p in places.worst)
