"""Intents: what the person wants kept becomes caps on the processing. Data, each number with its reason."""

from typing import Literal

from msgspec import Struct

from bridge.model import Intent

CapName = Literal[
    "max_contrast_loss_db",
    "min_contrast_slope",
    "max_crest_loss_db",
    "max_reduction_db",
    "max_reduction_p95_db",
    "max_compression_db",
    "max_eq_cut_db",
    "max_eq_boost_db",
    "max_width_change_db",
    "max_clip_db",
]


class IntentCaps(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most a master may do, in positive decibels.

    Less than 0.5 dB of contrast lost breaks no cap, and crest and reduction count only where there are hits.
    """

    max_contrast_loss_db: float  # loud and quiet sections come nearer
    min_contrast_slope: float = 0.0  # the same as a share, 1.0: nothing flattened; for presets that ask for it
    max_crest_loss_db: float
    max_reduction_db: float
    max_reduction_p95_db: float  # the limiter, during 95 % of the song
    max_compression_db: float
    max_eq_cut_db: float
    max_eq_boost_db: float
    max_width_change_db: float
    max_clip_db: float


class IntentWays(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a master works where it has to: the limiter's times, how far corrections reach, the gentlest compression."""

    fast_s: float = 0.001  # the limiter's dip for a single hit
    sustain_s: float = 0.3  # what is held back for longer is let go slowly
    release_s: float = 0.06  # how slowly
    highest_eq_hz: float = 20_000.0  # no band above it is corrected unasked; 0: the tone is never corrected
    ratio: float = 1.5  # of a compressor that nobody set by hand
    clip_from_db: float = 3.0  # hits held back less than this are not clipped
    why: str = ""


class IntentRule(Struct, frozen=True, kw_only=True):
    """An intent's caps, why each of them differs from the neutral one, and its ways."""

    title: str
    caps: IntentCaps
    reasons: dict[CapName, str]
    ways: IntentWays = IntentWays()


NEUTRAL = IntentCaps(
    max_contrast_loss_db=1.0,
    max_crest_loss_db=9.0,
    max_reduction_db=12.0,
    max_reduction_p95_db=5.0,
    max_compression_db=2.0,
    max_eq_cut_db=3.0,
    max_eq_boost_db=1.5,
    max_width_change_db=1.5,
    max_clip_db=0.0,
)

NEUTRAL_WAYS = IntentWays()

INTENTS: dict[Intent, IntentRule] = {
    "neutral": IntentRule(
        title="Neutral",
        caps=NEUTRAL,
        reasons={
            "max_contrast_loss_db": "beyond this a chorus that opens up is heard to open up less",
            "min_contrast_slope": "the preset asks for it",
            "max_crest_loss_db": "beyond this hits stop standing out of the rest",
            "max_reduction_db": "a single hit held back further is heard as a hole",
            "max_reduction_p95_db": "a limiter that works harder than this most of the time is heard as a limiter",
            "max_compression_db": "the mix is already balanced; more would rebalance it",
            "max_eq_cut_db": "a larger fault is mended in the mix",
            "max_eq_boost_db": "subtract before adding",
            "max_width_change_db": "where things stand was decided in the mix",
            "max_clip_db": "clipping is a colour; it has to be asked for",
        },
    ),
    "intimate": IntentRule(
        title="Intimate",
        caps=IntentCaps(
            max_contrast_loss_db=0.5,
            max_crest_loss_db=4.0,
            max_reduction_db=4.0,
            max_reduction_p95_db=1.5,
            max_compression_db=1.0,
            max_eq_cut_db=2.0,
            max_eq_boost_db=1.0,
            max_width_change_db=0.5,
            max_clip_db=0.0,
        ),
        reasons={
            "max_contrast_loss_db": "the quiet places are the song",
            "max_crest_loss_db": "breath and touch live in the small peaks",
            "max_reduction_db": "a voice that is held back stops being near",
            "max_reduction_p95_db": "most of the song passes as it was mixed",
            "max_compression_db": "compression brings up the room, and the room is far away",
            "max_eq_cut_db": "the tone of the voice stays",
            "max_eq_boost_db": "nothing is made to shine",
            "max_width_change_db": "near is not wide",
        },
        # ours: let go twice as slowly, breath and room do not pump; a dip twice as wide is softer
        ways=IntentWays(
            fast_s=0.002,
            release_s=0.12,
            highest_eq_hz=5_000.0,
            ratio=1.3,
            why="let go slowly, so that nothing breathes but the song; the air above 5 kHz stays",
        ),
    ),
    "energetic": IntentRule(
        title="Energetic",
        caps=IntentCaps(
            max_contrast_loss_db=1.5,
            max_crest_loss_db=5.0,
            max_reduction_db=6.0,
            max_reduction_p95_db=3.0,
            max_compression_db=2.5,
            max_eq_cut_db=3.0,
            max_eq_boost_db=2.0,
            max_width_change_db=1.5,
            max_clip_db=2.0,
        ),
        reasons={
            "max_contrast_loss_db": "drive counts more than the distance between sections",
            "max_crest_loss_db": "energy is transients, not loudness: the kick must stay above the rest",
            "max_reduction_db": "a kick held back further does not kick",
            "max_reduction_p95_db": "limiting all the time takes the energy it was meant to give",
            "max_compression_db": "density is part of drive, a little more of it than elsewhere",
            "max_eq_boost_db": "a dull loud mix tires sooner than a bright one",
            "max_clip_db": "the top of a hit may be rounded: it keeps its beginning, which a limiter lowers",
        },
        # ours: at -10 LUFS dips of 0.7 ms cost hits 0.1 to 0.2 dB less of their beginning than those of 1 ms, and less
        # contrast; they add a little treble, which suits
        ways=IntentWays(
            fast_s=0.0007,
            release_s=0.04,
            clip_from_db=1.5,
            why="the shorter the dip, the more a hit keeps of its beginning; only tops are rounded",
        ),
    ),
    "strange": IntentRule(
        title="Strange",
        caps=IntentCaps(
            max_contrast_loss_db=1.0,
            max_crest_loss_db=9.0,
            max_reduction_db=12.0,
            max_reduction_p95_db=5.0,
            max_compression_db=0.5,
            max_eq_cut_db=0.5,
            max_eq_boost_db=0.0,
            max_width_change_db=0.0,
            max_clip_db=0.0,
        ),
        reasons={
            "max_compression_db": "odd balances are the point",
            "max_eq_cut_db": "an unusual tone is not a fault",
            "max_eq_boost_db": "nothing is brought back to the usual",
            "max_width_change_db": "the picture stays as strange as it is",
        },
        # ours: dips of 1 ms add a little treble of their own, wider ones less
        ways=IntentWays(
            fast_s=0.0016,
            highest_eq_hz=0.0,
            ratio=1.2,
            why="no tone is corrected, and the limiter's dips are wide enough to add none",
        ),
    ),
}

CAP_TITLES: dict[CapName, str] = {
    "max_contrast_loss_db": "brought loud and quiet sections nearer",
    "min_contrast_slope": "flattened the sections",
    "max_crest_loss_db": "taken the punch out of the hits",
    "max_reduction_db": "held single hits back too far",
    "max_reduction_p95_db": "kept the limiter working nearly all the time",
}


def reason_for(intent: Intent, cap: CapName) -> str:
    """Return why an intent has this cap."""
    return INTENTS[intent].reasons.get(cap) or INTENTS["neutral"].reasons[cap]
