"""A finding about places in time."""

from bridge.model import Finding, FindingKind, TimeSpan, TimeSpans


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


def at_place(
    kind: FindingKind, check: str, message: str, remedy: str, place: TimeSpan, start_s: float | None = None
) -> Finding:
    """Return a finding about one place; ``start_s``: the moment that is named, where it is not the place's begin."""
    places = TimeSpans(count=1, total_s=place.length_s, places=1, worst=(place,))
    return at_places(kind, check, message, remedy, places, start_s=place.start_s if start_s is None else start_s)
