"""Faults that are put into clean music, one family a file."""

from bench.faults.kinds import channels, clicks, holes
from bench.faults.kinds.kind import Kind

FAMILIES: dict[str, tuple[Kind, ...]] = {"channels": channels.KINDS, "clicks": clicks.KINDS, "holes": holes.KINDS}
