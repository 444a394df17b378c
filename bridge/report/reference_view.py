"""A mix beside its references, in words and numbers for pages and terminals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bridge.model import ReferenceBand, ReferenceComparison
from bridge.report import text

_LABELS = {
    "plr_db": ("Peak to loudness", "dB", 1),
    "psr_median_db": ("Peak to short-term", "dB", 1),
    "crest_db": ("Crest factor", "dB", 1),
    "range_lu": ("Loudness range", "LU", 1),
    "section_contrast_lu": ("Section contrast", "LU", 1),
    "tilt_db_per_octave": ("Tilt", "dB/oct", 1),
    "width_db": ("Side to middle", "dB", 1),
    "correlation": ("Correlation", "", 2),
    "side_below_120_db": ("Side below 120 Hz", "dB", 1),
    "rumble_share_db": ("Share below 25 Hz", "dB", 1),
    "sibilance_share_db": ("Share 5 to 10 kHz", "dB", 1),
}


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
        label, unit, digits = _LABELS.get(row.name, (row.name, "", 1))
        lowest, highest = text.number(row.reference_lowest, digits), text.number(row.reference_highest, digits)
        lines.append(
            ReferenceLine(
                label,
                unit,
                text.number(row.value, digits),
                text.number(row.reference_mean, digits),
                f"{lowest} … {highest}" if several else "",
            )
        )
    return tuple(lines)
