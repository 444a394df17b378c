"""Faults that are put into clean music, one family a file."""

from bench.faults.kinds import holes
from bench.faults.kinds.kind import Kind

FAMILIES: dict[str, tuple[Kind, ...]] = {"holes": holes.KINDS}
