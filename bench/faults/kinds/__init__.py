"""Faults that are put into clean music, one family a file."""

from bench.faults.kinds import channels, clicks, clipping, formats, holes, noise, past
from bench.faults.kinds.kind import Kind

FAMILIES: dict[str, tuple[Kind, ...]] = {
    "channels": channels.KINDS,
    "clicks": clicks.KINDS,
    "clipping": clipping.KINDS,
    "formats": formats.KINDS,
    "holes": holes.KINDS,
    "noise": noise.KINDS,
    "against the bounce before": past.KINDS,
}


def kind_named(name: str) -> Kind:
    """Return the kind of a name; processes pass names, since functions do not travel. Raises KeyError for none."""
    return {kind.name: kind for family in FAMILIES.values() for kind in family}[name]
