"""The names in `tests/data/plugins`: plug-ins as DAWs show them, labelled from makers' own words, in two halves."""

import csv
import zlib
from typing import NamedTuple, cast

from bridge.model import Purpose
from tests.tree import ROOT

FOLDER = ROOT / "tests" / "data" / "plugins"


class Line(NamedTuple):
    """One line of a list."""

    name: str
    called: str  # by its maker
    purpose: Purpose


def half(name: str) -> tuple[Line, ...]:
    """Return the lines of ``list`` (rules are made looking at it) or ``held_out`` (measured only to be told)."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Line(row["name"], row["maker_calls_it"], cast("Purpose", row["purpose"])) for row in rows)


def half_of(name: str) -> str:
    """Return which half a name belongs to: by its checksum, so that nobody chooses."""
    return "held_out" if zlib.crc32(name.encode()) % 2 else "list"
