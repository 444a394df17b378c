"""Checks of where the sound comes from: its real bit depth, a lower rate, a lossy file."""

import math
from collections.abc import Iterator

from bridge.audio.kinds import ENCODINGS, encoding_title, encoding_with_article, is_lossy
from bridge.model import AudioFormat, Finding, Measurement
from bridge.policy.findings.thresholds import Thresholds

FEWEST_BITS = 8  # ours: below, the file is a test signal or two-level sound, not a converted recording
FINEST_BITS = 20.0  # ours: finer than 16 bits turned down by 24 dB is no 16-bit file that somebody bounced


def check_source(audio_format: AudioFormat, measurement: Measurement, limits: Thresholds) -> Iterator[Finding]:
    """Yield what the samples say about where they come from."""
    yield from _bit_depth(audio_format, measurement, limits)
    yield from _source(audio_format, measurement)


def _bit_depth(audio_format: AudioFormat, m: Measurement, limits: Thresholds) -> Iterator[Finding]:
    container = ENCODINGS[audio_format.subtype].bits if audio_format.subtype in ENCODINGS else None
    name = encoding_title(audio_format.subtype).replace(" bit", "-bit")
    if m.lattice_bits is not None and m.lattice_bits <= FINEST_BITS:
        yield _after_a_gain(name, m.lattice_bits)
        return
    if container is None or m.real_bits is None or m.real_bits < FEWEST_BITS:
        return
    if container - m.real_bits >= limits.unused_bits_listen:
        yield Finding(
            kind="listen",
            check="bit_depth",
            message=f"This {name} file holds only {m.real_bits}-bit sound: every bit below is zero in every sample.",
            remedy="Look for a bit-depth setting or a dither plug-in on the way; bounce mixes at 24 bit or float.",
            values={"real_bits": float(m.real_bits), "container_bits": float(container)},
        )


def _after_a_gain(name: str, bits: float) -> Finding:
    gain_db = 20 * math.log10(2.0) * (16 - bits)
    turned = (
        "left as it is" if abs(gain_db) < 0.05 else f"turned {'up' if gain_db > 0 else 'down'} by {abs(gain_db):.1f} dB"
    )
    return Finding(
        kind="listen",
        check="bit_depth",
        message=f"This {name} file holds 16-bit sound, {turned}: every sample is a whole number of its steps.",
        remedy="Look for a bit-depth setting or a 16-bit file on the way; bounce mixes at 24 bit or float.",
        values={"real_bits": 16.0, "gain_db": gain_db},
    )


def _source(audio_format: AudioFormat, m: Measurement) -> Iterator[Finding]:
    if is_lossy(audio_format.subtype):
        yield Finding(
            kind="listen",
            check="lossy_file",
            message=f"This is {encoding_with_article(audio_format.subtype)} file: a lossy copy, made for listening.",
            remedy="Master from a WAV, AIFF or FLAC bounce at 24 bit or float.",
        )
        return
    if m.codec and m.codec_zeros is not None and m.codec_zeros_elsewhere is not None:
        yield Finding(
            kind="listen",
            check="lossy_source",
            message=f"This sound was {m.codec} once: in its frames {100 * m.codec_zeros:.0f} % of the values high up "
            f"in the spectrum were rounded to zero, against {100 * m.codec_zeros_elsewhere:.0f} % by chance.",
            remedy="Find the uncompressed source; encoding twice adds up.",
            values={"zeros": m.codec_zeros, "zeros_elsewhere": m.codec_zeros_elsewhere},
        )
        return
    if m.wall_kind is None or m.wall_hz is None or m.wall_drop_db is None or m.wall_floor_db is None:
        return
    numbers = (
        f"the spectrum falls {m.wall_drop_db:.0f} dB at {m.wall_hz / 1000:.1f} kHz "
        f"and everything above lies {-m.wall_floor_db:.0f} dB down"
    )
    values = {"wall_hz": m.wall_hz, "wall_drop_db": m.wall_drop_db, "wall_floor_db": m.wall_floor_db}
    if m.wall_kind == "upsampled":
        yield Finding(
            kind="listen",
            check="upsampled",
            message=f"Possibly upsampled from {m.wall_source_rate_hz:,} Hz: {numbers}.",
            remedy="Bounce at the rate of the session; a higher rate brings nothing back.",
            values=values,
        )
    else:
        yield Finding(
            kind="listen",
            check="lossy_source",
            message=f"Possibly made from a lossy file: {numbers}.",
            remedy="If that is so, find the uncompressed source; encoding twice adds up.",
            values=values,
        )
