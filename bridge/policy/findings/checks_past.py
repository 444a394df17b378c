"""Checks that only an earlier bounce of the same song makes possible: what no change of a mix explains.

A mix changes from bounce to bounce, and that is what bounces are for: so all of these point at something, none is a
fault, and none says what is better.
"""

from collections.abc import Iterator
from math import log2

from bridge.model import AudioFormat, EarlierBounce, Finding, PastRelation
from bridge.text import clock

SAME_LU = 1.0  # ours: loudness curves of one arrangement run this close to each other
QUIETER_LU = 4.0  # ours: more than anybody takes a whole mix down for balance
UNCHANGED_LU = 0.4  # ours: with the rest as it was, it is a fader or a pan law
MONO_WIDTH_DB = -40.0  # ours: sides this far under the middle were mono already
RATES_HZ = (22_050, 32_000, 44_100, 48_000, 88_200, 96_000)


def check_past(audio_format: AudioFormat, relation: PastRelation, earlier: EarlierBounce) -> Iterator[Finding]:
    """Yield what stands out in a bounce against the one before it.

    Parameters
    ----------
    audio_format : what the file says it is.
    relation : how it stands to the earlier bounce.
    earlier : that bounce.
    """
    name = f"bounce {earlier.number}"
    if relation.speed != 1.0:
        yield _speed(relation.speed, name)
    if audio_format.channels == 1 and earlier.channels == 2 and (earlier.width_db or -99.0) > MONO_WIDTH_DB:
        yield _said(
            "past_mono",
            f"This bounce is mono, {name} was stereo.",
            "Check the channels of the render and of the master bus.",
        )
    if relation.swapped:
        yield _said(
            "past_swapped",
            f"Left and right seem swapped against {name}.",
            "Check the routing of the master bus and the outputs of the render.",
        )
    if relation.only_hz is not None:
        yield _said(
            "past_solo",
            f"Little more than what lies between {_range(relation.only_hz)} is left of {name}.",
            "If you did not mean to bounce a part alone, look for a solo button.",
        )
    elif relation.lost_hz is not None:
        yield _said(
            "past_part",
            f"Nearly nothing is left of {name} between {_range(relation.lost_hz)}, while the rest is as it was.",
            "If no part was taken out there, look for a muted or offline track.",
        )
    elif relation.level_change_lu <= -QUIETER_LU and relation.spread_lu < UNCHANGED_LU:
        yield _said(
            "past_level",
            f"The whole mix is {-relation.level_change_lu:.1f} dB quieter than {name}, and otherwise runs as it did.",
            "If that is not meant, look at the master fader, the render's gain and the pan law.",
            level_change_lu=relation.level_change_lu,
        )
    if relation.gap_s is not None and relation.spread_lu < SAME_LU and relation.only_hz is None:
        start_s, length_s = relation.gap_s
        span = f"From {clock(start_s)} to {clock(start_s + length_s)}"
        yield Finding(
            kind="listen",
            check="past_gap",
            message=f"{span} nearly nothing is left of what {name} has there.",
            remedy="If nothing was taken out there, look for a muted clip or a missing file.",
            at_s=(start_s,),
            length_s=(length_s,),
        )


def _speed(speed: float, name: str) -> Finding:
    percent, semitones = 100 * abs(1 - speed), abs(12 * log2(speed))
    pace, pitch = ("slower", "lower") if speed < 1.0 else ("faster", "higher")
    pairs = [(a, b) for a in RATES_HZ for b in RATES_HZ if abs(a / b - speed) < 1e-6]
    played, source = min(pairs, key=lambda pair: abs(pair[0] - 44_100) + abs(pair[1] - 48_000))
    return _said(
        "past_speed",
        f"It runs {percent:.0f} % {pace} than {name} and {semitones:.1f} semitones {pitch}, as sound of "
        f"{source / 1000:g} kHz does at {played / 1000:g} kHz.",
        "Check the sample rates of the session, of imported files and of the render.",
        speed=speed,
    )


def _range(hz: tuple[float, float]) -> str:
    return f"{hz[0]:.0f} and {hz[1]:.0f} Hz"


def _said(check: str, message: str, remedy: str, **values: float) -> Finding:
    return Finding(kind="listen", check=check, message=message, remedy=remedy, values=values)
