"""Checks of how the two sides fit together: a delay between them, and where they change in the middle of the song.

Sides that are switched may be meant; a switch that is thrown in mid-wave, where it certainly clicks, is a fault.
"""

from collections.abc import Iterator

from bridge.model import AudioFormat, Detections, Finding, FindingKind, Measurement, TimeSpan, TimeSpans
from bridge.policy.findings.places import at_places, clicks_of
from bridge.policy.findings.wording import listed
from bridge.text import clock

MOMENT_S = 0.001  # shorter is a moment: nothing is switched there and back
SIDES = ("left", "right")


def check_channels(audio_format: AudioFormat, measurement: Measurement, places: Detections) -> Iterator[Finding]:
    """Yield what is unusual between left and right."""
    yield from _delay(audio_format, measurement)
    yield from _swapped(places.swapped_sides, _kind(places.swapped_sides, places))
    yield from _inverted(places.inverted_side, _kind(places.inverted_side, places))
    yield from _levels(places.side_levels, _kind(places.side_levels, places))


def _kind(switches: TimeSpans, places: Detections) -> FindingKind:
    return "fault" if clicks_of(switches, places) else "listen"


def _swapped(places: TimeSpans, kind: FindingKind) -> Iterator[Finding]:
    if places.count:
        yield at_places(
            kind,
            "sides_swapped",
            _sentence(
                [f"{_when(p)} {_is(p, 'the sides are swapped', 'the sides change places')}" for p in places.worst]
            ),
            "Look there for a swapped pair of cables, a switched plug-in or a clip whose channels were exchanged; "
            "leave it if it is meant.",
            places,
        )


def _inverted(places: TimeSpans, kind: FindingKind) -> Iterator[Finding]:
    if places.count:
        yield at_places(
            kind,
            "side_inverted",
            _sentence(
                [f"{_when(p)} the {_side(p)} channel {_is(p, 'is inverted', 'turns over')}" for p in places.worst]
            )
            + " In mono, what both sides share cancels.",
            "Look there for a polarity switch that is automated, or a clip with one channel inverted.",
            places,
        )


def _levels(places: TimeSpans, kind: FindingKind) -> Iterator[Finding]:
    if places.count:
        yield at_places(
            kind,
            "side_level",
            _sentence([f"{_when(p)} {_level(p)}" for p in places.worst]),
            "Look there for a jump in the automation of one side, a loose cable or a plug-in that was switched; "
            "leave it if it is meant.",
            places,
            gain_db=min((p.severity for p in places.worst), key=lambda db: -abs(db)),
        )


def _level(place: TimeSpan) -> str:
    louder = "louder" if place.severity > 0 else "quieter"
    by = f"{abs(place.severity):.1f} dB {louder}"
    return f"the {_side(place)} channel {_is(place, f'is {by}', f'becomes {by} at once')}"


def _side(place: TimeSpan) -> str:
    return SIDES[place.channels[0]]


def _is(place: TimeSpan, lasting: str, sudden: str) -> str:
    return lasting if place.length_s > MOMENT_S else sudden


def _when(place: TimeSpan) -> str:
    if place.length_s > MOMENT_S:
        return f"from {clock(place.start_s, 1)} to {clock(place.start_s + place.length_s, 1)}"
    return f"at {clock(place.start_s, 1)}"


def _sentence(parts: list[str]) -> str:
    text = listed(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _delay(audio_format: AudioFormat, m: Measurement) -> Iterator[Finding]:
    if not m.channel_delay_frames:
        return
    late, early = ("right", "left") if m.channel_delay_frames > 0 else ("left", "right")
    frames = abs(m.channel_delay_frames)
    delay_ms = 1000 * frames / audio_format.rate_hz
    samples = f"{frames:,} sample{'' if frames == 1 else 's'}"
    inverted = ", and in opposite polarity" if m.channel_delay_inverted else ""
    yield Finding(
        kind="listen",
        check="channel_delay",
        message=f"The {late} channel is late by {samples} ({delay_ms:.2f} ms){inverted}: "
        f"everything both sides share comes from the {early} first, and in mono parts of it cancel.",
        remedy="Look for a plug-in, a track delay or a converter on one side only; "
        f"move the {late} channel {samples} earlier{' and turn its polarity' if inverted else ''}.",
        channels=(1 if m.channel_delay_frames > 0 else 0,),
        values={"delay_frames": float(m.channel_delay_frames), "delay_ms": delay_ms},
    )
