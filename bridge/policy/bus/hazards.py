"""What a bounce would catch beside the processors on the bus: a solo, a mute, a wrong speed, the render's own limiter.

Before a bounce each is one sentence that stands in its way; on a bounce that was made with it, one thing to listen to.
Never a fault: whoever bounces one track by its solo means it.
"""

from collections.abc import Sequence

from msgspec import Struct

from bridge.model import Finding, FindingKind, Hazard
from bridge.text import plain_text


class _Words(Struct, frozen=True):
    before: str  # empty: our own bounce is not touched by it
    seen: str
    remedy: str
    kind: FindingKind = "listen"


_WORDS: dict[Hazard, _Words] = {
    "solo": _Words(
        "A track is soloed: the bounce would hold that alone.",
        "A track was soloed when this was bounced: it may be all that is in it.",
        "Take the solo off and bounce again, unless it is meant.",
    ),
    "master-muted": _Words(
        "The master is muted: the bounce would be silent.",
        "The master was muted when this was bounced.",
        "Take the mute off the master and bounce again.",
    ),
    "mono": _Words(
        "The master plays in mono: the bounce would be mono in two channels.",
        "The master played in mono when this was bounced: both channels are the same.",
        "Switch the master back to stereo and bounce again.",
    ),
    "play-rate": _Words(
        "The play rate is not 1: the bounce would have another speed.",
        "The play rate was not 1 when this was bounced: it runs at another speed.",
        "Set the play rate to 1 and bounce again, unless it is meant.",
    ),
    "hardware-only": _Words(
        "Every track goes to hardware outputs and none to the master: the bounce would be silent.",
        "Every track went to hardware outputs and none to the master when this was bounced.",
        "Send the last bus to the master, too, and bounce again.",
    ),
    "subproject": _Words(
        "This is a subproject: its parent plays what lies between =START and =END, the bounce would hold all of it.",
        "This was bounced from a subproject, all of it: its parent plays what lies between =START and =END.",
        "Bounce the parent project, unless this is meant.",
    ),
    "muted-tracks": _Words(
        "",  # nobody is stopped: what is muted on purpose is muted at every bounce
        "Tracks that hold something were muted when this was bounced",
        "Unmute what belongs into the mix and bounce again.",
        "note",
    ),
    "render-selection": _Words(
        "",
        "The render window was set to a time selection that ends before the project does: this may not be all of it.",
        "Set its bounds to the entire project, or bounce with Fresh Ears, which renders all of it.",
        "note",
    ),
    "render-limits": _Words(
        "",
        "The limiter of the render window was on when this was bounced: its loudness is printed in.",
        "Switch it off in the render window (Normalize/Limit/Fade), or bounce with Fresh Ears, which leaves it out.",
    ),
    "render-normalises": _Words(
        "",
        "The render window normalised this bounce: its level says nothing of the mix.",
        "Switch it off in the render window (Normalize/Limit/Fade), or bounce with Fresh Ears, which leaves it out.",
    ),
}
OF_THE_RENDER: frozenset[Hazard] = frozenset({"render-selection", "render-limits", "render-normalises"})
MOST_NAMES = 6  # ours: a sentence holds no more
_MOST_NAME_CHARS = 40


def _check(hazard: Hazard) -> str:
    return f"bounced_{hazard.replace('-', '_')}"


HAZARD_CHECKS = frozenset(map(_check, _WORDS))


def before_words(hazards: Sequence[Hazard]) -> tuple[str, ...]:
    """Return the sentences that stand in the way of a bounce that is about to be made."""
    return tuple(_WORDS[hazard].before for hazard in hazards if _WORDS[hazard].before)


def muted_words(names: Sequence[str]) -> str:
    """Return names of tracks as a sentence lists them, the first few, safe to show; empty without any."""
    shown = [plain_text(name, _MOST_NAME_CHARS) for name in names[:MOST_NAMES]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def hazard_findings(hazards: Sequence[Hazard], muted: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return what a bounce was made with: to be listened to, or only to be known.

    ``muted`` are the names of the tracks that were muted.
    """
    return tuple(
        Finding(
            kind=_WORDS[hazard].kind, check=_check(hazard), message=_seen(hazard, muted), remedy=_WORDS[hazard].remedy
        )
        for hazard in hazards
    )


def _seen(hazard: Hazard, muted: Sequence[str]) -> str:
    if hazard != "muted-tracks":
        return _WORDS[hazard].seen
    return f"{_WORDS[hazard].seen}{': ' if muted else ''}{muted_words(muted)}."
