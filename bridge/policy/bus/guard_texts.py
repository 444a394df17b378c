"""What the guard says: what was seen, why it matters in one sentence, what can be done."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bridge.model import Answer, BusItem, BusWarning, Purpose, WarningKind

ANSWER_LABELS: dict[Answer, str] = {
    "part-of-the-sound": "It is part of the sound",
    "at-the-bounce": "Remind me at the bounce",
    "not-now": "Leave it for now",
    "switch-to-mastering": "Switch to mastering",
}

_WHAT: dict[Purpose, str] = {
    "loudness": "raises loudness",
    "suite": "is a mastering chain",
    "glue": "compresses or colours the whole mix",
}
SHOWN_NAMES = 4  # ours: more names than this are counted, nobody reads a list of 500


class Words(Struct, frozen=True):
    """The words of one warning."""

    seen: str
    why: str
    remedy: str
    answers: tuple[Answer, ...]


def name_list(names: Sequence[str]) -> str:
    """Return names as a person would say them: "A, B and C", long lists cut with a count."""
    shown = [name if len(name) <= 40 else name[:39] + "…" for name in names[:SHOWN_NAMES]]
    if rest := len(names) - len(shown):
        return f"{', '.join(shown)} and {rest} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def place_of(strips: Sequence[str]) -> str:
    """Return where processors are, by the strips they are on (empty: the master), in a person's words."""
    return name_list([strip or "the master bus" for strip in dict.fromkeys(strips)]) or "the master bus"


def passed_by_all(strips: Sequence[str]) -> str:
    """Return the sentence that says why strips before the master matter; empty for the master itself."""
    names = [strip for strip in dict.fromkeys(strips) if strip]
    return f"Everything passes through {name_list(names)}." if names else ""


def seen_where(warning: BusWarning) -> str:
    """Return what was seen with the session it was seen in, for whoever is not inside that session."""
    return f"{warning.session}: {warning.seen}" if warning.session else warning.seen


def before_bounce_words(kind: WarningKind, items: Sequence[BusItem]) -> str:
    """Return the sentence that stands in the way of a bounce that is about to be made."""
    names = [item.name for item in items]
    shown, are, place = name_list(names), "are" if len(names) > 1 else "is", place_of([item.strip for item in items])
    if kind == "room-correction":
        return f"{shown} {are} active on {place} and would be printed into the bounce."
    return f"You asked to be reminded at the bounce: {shown} {are} on {place}."


def words_for(kind: WarningKind, items: Sequence[BusItem]) -> Words:
    """Return what to say about these processors."""
    strips = [item.strip for item in items]
    words = _words(kind, [item.name for item in items], [item.purpose for item in items], place_of(strips))
    return replace(words, why=" ".join(filter(None, (passed_by_all(strips), words.why))))


def _words(kind: WarningKind, names: Sequence[str], purposes: Sequence[Purpose], place: str) -> Words:
    shown = name_list(names)
    are = "are" if len(names) > 1 else "is"
    them = "them" if len(names) > 1 else "it"
    match kind:
        case "loudness":
            what = "" if len(names) != 1 else f", which {_WHAT.get(purposes[0], 'raises loudness')},"
            return Words(
                f"{shown}{what} {are} on {place} while you are mixing.",
                "Loudness on the bus hides what the balance is doing, and every fader move then fights it.",
                f"Bypass {them} and turn your monitors up instead; loudness comes with the master.",
                ("part-of-the-sound", "at-the-bounce", "not-now", "switch-to-mastering"),
            )
        case "glue":
            return Words(
                f"{shown} {are} on {place}.",
                "Many good mixes go through a bus compressor; added late, it changes every balance you have made.",
                f"Nothing has to be done. If you put {them} there late, compare with {them} bypassed.",
                ("part-of-the-sound", "not-now"),
            )
        case "stacked":
            return Words(
                f"{len(names)} processors shape the whole mix on {place}: {shown}.",
                "When the whole mix needs this much help, one element in it usually asks for attention.",
                "Bypass them once and listen for the track that sticks out; mend it there.",
                ("part-of-the-sound", "not-now"),
            )
        case "resting":
            return Words(
                f"{shown} {'were' if len(names) > 1 else 'was'} put on {place} while this mix is resting.",
                "Ears that have just mixed a song cannot tell yet what its master needs.",
                "Leave it for now, or switch to mastering if you are sure; both are fine.",
                ("not-now", "switch-to-mastering"),
            )
        case "room-correction":
            return Words(
                f"{shown} {'were' if len(names) > 1 else 'was'} active on {place} while the mix was bounced.",
                "What corrects your room or your headphones is now printed into the file and wrong everywhere else.",
                f"Bypass {them}, or move {them} to the monitoring chain, and bounce again.",
                ("not-now",),
            )
        case "bounce-reminder":
            return Words(
                f"You asked to be reminded at the bounce: {shown} {are} still on {place}.",
                "What the bus does to loudness now cannot be taken back in mastering.",
                f"Bounce once more with {them} bypassed, or keep {them} if that is how the song should sound.",
                ("part-of-the-sound", "at-the-bounce", "not-now"),
            )
        case "same-sitting":
            return Words(
                "You went from mixing to mastering in one sitting, on the same monitors.",
                "Ears and room colour both jobs the same way, so the master repeats what the mix already had.",
                "A night's rest, other speakers or headphones are the cheapest mastering gear there is.",
                ("not-now",),
            )
