"""Findings about places in time, and which of them have one cause."""

from collections.abc import Iterable

from bridge.model import Detections, Finding, FindingKind, TimeSpan, TimeSpans

NEAR_S = 0.002  # ours: a break so near to a switch is that switch
FOUND_WITHIN_S = 0.6  # correlation is measured in windows; where it falls is known no better


def at_places(kind: FindingKind, check: str, message: str, remedy: str, places: TimeSpans, **values: float) -> Finding:
    """Return a finding with the worst places of its kind."""
    return Finding(
        kind=kind,
        check=check,
        message=message,
        remedy=remedy,
        at_s=tuple(p.start_s for p in places.worst),
        length_s=tuple(p.length_s for p in places.worst),
        count=places.count,
        channels=tuple(sorted({c for p in places.worst for c in p.channels})),
        values=values,
    )


def moments_of(switches: TimeSpans) -> list[float]:
    """Return the times in seconds at which sides change: where each place begins, and where it ends."""
    return [at for p in switches.worst for at in (p.start_s, p.start_s + p.length_s)]


def clicks_of(switches: TimeSpans, places: Detections) -> tuple[TimeSpan, ...]:
    """Return the certain clicks that are the switching of a side."""
    moments = moments_of(switches)
    return tuple(p for p in places.clicks.worst if any(abs(p.start_s - at) <= NEAR_S for at in moments))


def turned_over(places: Detections) -> tuple[TimeSpan, ...]:
    """Return the stretches out of phase that begin or end where one side is inverted."""
    moments = moments_of(places.inverted_side)

    def is_near(at_s: float) -> bool:
        return any(abs(at_s - moment) <= FOUND_WITHIN_S for moment in moments)

    return tuple(p for p in places.out_of_phase.worst if is_near(p.start_s) or is_near(p.start_s + p.length_s))


def without(places: TimeSpans, told: Iterable[TimeSpan]) -> TimeSpans:
    """Return places but for those of them that another finding tells."""
    gone = set(told)
    return TimeSpans(
        count=places.count - sum(p.count for p in gone),
        total_s=max(places.total_s - sum(p.length_s for p in gone), 0.0),
        places=places.places - len(gone),
        worst=tuple(p for p in places.worst if p not in gone),
    )
