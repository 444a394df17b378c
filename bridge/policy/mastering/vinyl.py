"""What a cutter will want to know of a pre-master: advice with its number, never a refusal.

Rules of thumb that several cutting rooms give alike; the numbers are ours where they give none.
"""

from collections.abc import Iterator

from bridge.model import AudioFormat, Measurement
from bridge.text import clock

SIDE_MINUTES = 22.0  # at 33 1/3; up to 18 a side can be cut at full level, beyond 22 it gets quiet
SIBILANCE_SHARE_DB = -14.0  # ours: of the energy between 5 and 10 kHz; brighter than nearly all finished music
TOP_SHARE_DB = -12.0  # ours: of the energy above 4 kHz, likewise
LOW_SIDE_DB = -20.0  # ours: a hundredth of what lies below 120 Hz
JUMP_SIDE_DB = -6.0  # ours: a quarter of it moves the groove up and down so far that a needle may leave it
SHALLOW_SIDE_DB = -12.0  # ours: a sixteenth; below that a cutter brings it to the middle without a word


def _danger(side_db: float) -> str:
    if side_db > JUMP_SIDE_DB:
        return "; a needle may jump"
    return "; it would have to be cut more quietly" if side_db > SHALLOW_SIDE_DB else ": little, and harmless to a cut"


def advisories(audio_format: AudioFormat, mix: Measurement, *, low_end_moved: bool) -> Iterator[str]:
    """Yield what to watch when this mix is cut, in the order a cutter would ask.

    ``low_end_moved`` tells whether the master has the low end in the middle.
    """
    minutes = audio_format.duration_s / 60
    if minutes > SIDE_MINUTES:
        length = clock(audio_format.duration_s, 1)
        yield f"{length} is long for one side: it can only be cut quietly. Up to 18 minutes is safe."
    if mix.side_below_120_db is not None and mix.side_below_120_db > LOW_SIDE_DB:
        if low_end_moved:
            remedy = "so it is in the middle now. Listen whether the bass still sits where you want it."
        else:
            remedy = "and it was left there. Leave the width stage on, or bring the bass to the middle in the mix."
        yield f"The sides held {mix.side_below_120_db:.0f} dB of the low end{_danger(mix.side_below_120_db)}, {remedy}"
    if mix.correlation_min is not None and mix.correlation_min < 0.0:
        yield (
            f"Left and right work against each other (correlation down to {mix.correlation_min:.2f} "
            f"at {clock(mix.correlation_min_at_s or 0.0, 1)}): the groove gets shallow there."
        )
    if mix.sibilance_share_db is not None and mix.sibilance_share_db > SIBILANCE_SHARE_DB:
        yield (
            f"{mix.sibilance_share_db:.0f} dB of the energy lies between 5 and 10 kHz: sharp s sounds and cymbals "
            "distort towards the end of a side. A de-esser in the mix is the remedy."
        )
    if mix.high_share_db is not None and mix.high_share_db > TOP_SHARE_DB:
        yield f"{mix.high_share_db:.0f} dB of the energy lies above 4 kHz: the cutter may have to turn the top down."
