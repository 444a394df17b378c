"""Faults that are put into clean music, one family a file."""

from bench.faults.kinds import channels, clicks, formats, holes, noise
from bench.faults.kinds.kind import Kind

FAMILIES: dict[str, tuple[Kind, ...]] = {
    "channels": channels.KINDS,
    "clicks": clicks.KINDS,
    "formats": formats.KINDS,
    "holes": holes.KINDS,
    "noise": noise.KINDS,
}
