"""Checks of noise that does not belong: mains hum, whine, noise that comes back, noise before and behind the song."""

from collections.abc import Iterator

from bridge.model import AudioFormat, Detections, Finding, Measurement
from bridge.policy.findings.places import at_places
from bridge.policy.findings.wording import where
from bridge.text import clock


def check_noise(audio_format: AudioFormat, measurement: Measurement, places: Detections) -> Iterator[Finding]:
    """Yield noise that does not belong."""
    yield from _hum(measurement)
    yield from _whine(measurement)
    yield from _repeated(places)
    yield from _head_and_tail(audio_format, measurement)


def _hum(m: Measurement) -> Iterator[Finding]:
    if m.hum_dbfs is None or m.hum_at_s is None:
        return
    yield Finding(
        kind="listen",
        check="hum",
        message=f"Mains hum ({m.mains_hz} Hz and its multiples, {m.hum_dbfs:.0f} dBFS) lies under the song; "
        f"it is heard best at {clock(m.hum_at_s, 1)}.",
        remedy="Turn up there and mute tracks one by one until it stops: a ground loop, a pickup, an unbalanced cable.",
        at_s=(m.hum_at_s,),
        length_s=(1.0,),
        values={"hum_dbfs": m.hum_dbfs, "mains_hz": float(m.mains_hz)},
    )


def _whine(m: Measurement) -> Iterator[Finding]:
    if m.whine_hz is None or m.whine_dbfs is None or m.whine_at_s is None:
        return
    yield Finding(
        kind="listen",
        check="whine",
        message=f"A steady whine at {m.whine_hz:,.0f} Hz ({m.whine_dbfs:.0f} dBFS) runs through the song, "
        f"alone in its range at {clock(m.whine_at_s, 1)}.",
        remedy="Find the track that was recorded beside a screen, a power supply or a dimmer, "
        "and put a narrow notch there on it.",
        at_s=(m.whine_at_s,),
        length_s=(1.0,),
        values={"whine_hz": m.whine_hz, "whine_dbfs": m.whine_dbfs},
    )


def _repeated(places: Detections) -> Iterator[Finding]:
    spans = places.noise_stretches
    if spans.count:
        length_s = max(p.length_s for p in spans.worst)
        yield at_places(
            "listen",
            "repeated_noise",
            f"Noise of {length_s:.1f} s comes back {spans.count} times, always as long and at the same distance, "
            f"{where(spans, ())}.",
            "Look for a plug-in that runs as a trial version, and bounce without it.",
            spans,
            length_s=length_s,
        )


def _head_and_tail(audio_format: AudioFormat, m: Measurement) -> Iterator[Finding]:
    if m.head_noise_s > 0.0:
        yield _edge("head_noise", "before the first sound", m.head_noise_s, 0.0, m.head_noise_s)
    if m.tail_noise_s > 0.0:
        start_s = audio_format.duration_s - m.tail_noise_s
        yield _edge("tail_noise", "behind the last sound", m.tail_noise_s, start_s, start_s)


def _edge(check: str, side: str, noise_s: float, start_s: float, sound_s: float) -> Finding:
    return Finding(
        kind="listen",
        check=check,
        message=f"{noise_s:.1f} s of nothing but noise lie {side} at {clock(sound_s, 1)}.",
        remedy="Cut them off, or fade them, before they are mastered louder.",
        at_s=(start_s,),
        length_s=(noise_s,),
        values={"noise_s": noise_s},
    )
