"""Checks for clipping: cut off here, or before whatever was done last."""

from collections.abc import Iterator

from bridge.model import AudioFormat, Detections, Finding, Speakers, TimeSpans
from bridge.policy.findings.places import at_places
from bridge.policy.findings.wording import speakers_of, times, where


def check_clipping(audio_format: AudioFormat, places: Detections) -> Iterator[Finding]:
    """Yield what is cut off flat for sure, and what only looks so."""
    speakers = speakers_of(audio_format)
    yield from _clipping(places.clipping, speakers)
    yield from _cut_tops(places.cut_tops, speakers)


def _clipping(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest = max(p.severity for p in places.worst)
        yield at_places(
            "fault",
            "clipping",
            f"The waveform is cut off flat {times(places.count)}, up to {longest:.0f} samples in a row, "
            f"{where(places, speakers)}.",
            "Turn down what feeds the stage that clips (a plug-in's output, a bus, the master fader) and bounce again; "
            "turning down afterwards keeps the damage.",
            places,
            longest_frames=longest,
        )


def _cut_tops(places: TimeSpans, speakers: Speakers) -> Iterator[Finding]:
    if places.count:
        longest = max(p.severity for p in places.worst)
        yield at_places(
            "listen",
            "cut_tops",
            f"Tops look cut off {times(places.count)} {where(places, speakers)}: something "
            "clips or limits hard before the last step of this bounce, or a sound is shaped so.",
            "Listen there for crackle and dull drums; if it is not meant, turn down what feeds the clipper, limiter or "
            "converter on that track or bus, and bounce again.",
            places,
            longest_frames=longest,
        )
