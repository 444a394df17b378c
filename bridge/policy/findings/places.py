"""A finding about places in time."""

from bridge.model import Finding, FindingKind, TimeSpans


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
