"""Faults that are put into clean music, one family a file."""

from bench.faults.kinds import channels, clicks, clipping, formats, holes, noise
from bench.faults.kinds.kind import Kind

FAMILIES: dict[str, tuple[Kind, ...]] = {
    "channels": channels.KINDS,
    "clicks": clicks.KINDS,
    "clipping": clipping.KINDS,
    "formats": formats.KINDS,
    "holes": holes.KINDS,
    "noise": noise.KINDS,
}
