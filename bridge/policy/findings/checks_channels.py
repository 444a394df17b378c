"""Checks of how the two sides fit together: a delay between them."""

from collections.abc import Iterator

from bridge.model import AudioFormat, Finding, Measurement


def check_channels(audio_format: AudioFormat, measurement: Measurement) -> Iterator[Finding]:
    """Yield what is unusual between left and right."""
    yield from _delay(audio_format, measurement)


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
