"""A mix beside its references, in words and numbers for pages and terminals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bridge.model import ReferenceBand, ReferenceComparison
from bridge.policy.metrics import metric
from bridge.report import text


@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """One number of the mix beside that of the references."""

    label: str
    unit: str
    value: str
    mean: str
    reach: str  # from the lowest to the highest, empty for one reference


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """A mix beside its references."""

    files: tuple[tuple[str, str], ...]  # name, and what was done to it
    sentence: str
    numbers: tuple[ReferenceLine, ...]


def reference_view(found: ReferenceComparison | None) -> ReferenceView | None:
    """Prepare a comparison with references for a page."""
    if found is None:
        return None
    files = tuple(
        (
            text.visible(PurePath(file.file).name),
            "; ".join((f"{text.number(file.gain_db, 1, signed=True)} dB", *file.notes)),
        )
        for file in found.references
    )
    return ReferenceView(files, band_sentence(found.bands), reference_lines(found))


def band_sentence(bands: Sequence[ReferenceBand], mark: str = "") -> str:
    """Say how many bands differ by more than such music varies by itself; ``mark`` is how a table shows them."""
    count = sum(band.stands_out for band in bands)
    if not count:
        return "No band differs by more than such music varies by itself."
    return f"{text.count_of(count, 'band differs', 'bands differ')} by more than such music varies by itself{mark}."


def reference_lines(found: ReferenceComparison) -> tuple[ReferenceLine, ...]:
    """Return the numbers beside each other."""
    several = len(found.references) > 1
    lines = []
    for row in found.numbers:
        item = metric(row.name)
        lowest, highest = (text.number(v, item.digits) for v in (row.reference_lowest, row.reference_highest))
        lines.append(
            ReferenceLine(
                item.label,
                item.unit,
                text.number(row.value, item.digits),
                text.number(row.reference_mean, item.digits),
                f"{lowest} … {highest}" if several else "",
            )
        )
    return tuple(lines)
