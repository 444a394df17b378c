"""A mix beside its references, as a person reads it in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bridge.model import ReferenceComparison
from bridge.report import text
from bridge.report.reference_view import band_sentence, reference_lines

_BAR = 12  # characters for the largest difference shown
_FULL_DB = 12.0


def render_comparison(comparison: ReferenceComparison, console: Console) -> None:
    """Print what is different from the references, and whether it is more than such music varies by itself."""
    console.print(Text("\nBeside the references, level-matched", "bold"))
    for reference in comparison.references:
        notes = "".join(f"; {note}" for note in reference.notes)
        gain = text.number(reference.gain_db, 1, signed=True)
        console.print(Text(f"  {text.visible(reference.file)}: {gain} dB{notes}"), soft_wrap=True)
    console.print(Text(band_sentence(comparison.bands, " (•)")))
    console.print(_bands(comparison))
    if comparison.numbers:
        console.print(_numbers(comparison))


def _bands(comparison: ReferenceComparison) -> Table:
    table = Table(box=None, show_header=True, pad_edge=False, header_style="dim")
    table.add_column("Hz", justify="right")
    table.add_column("", no_wrap=True)
    table.add_column("dB", justify="right")
    table.add_column("each", justify="right", style="dim")
    table.add_column("usual ±", justify="right", style="dim")
    for band in comparison.bands:
        several = len(comparison.references) > 1
        each = f"{text.number(band.lowest_db)} … {text.number(band.highest_db)}" if several else ""
        mark = "•" if band.stands_out else " "
        table.add_row(
            f"{band.centre_hz:,.0f}".replace(",", text.THIN_SPACE),
            Text(_bar(band.difference_db), "yellow" if band.stands_out else "dim"),
            f"{text.number(band.difference_db, signed=True)} {mark}",
            each,
            text.number(band.usual_db),
        )
    return table


def _bar(difference_db: float) -> str:
    length = min(round(abs(difference_db) / _FULL_DB * _BAR), _BAR)
    left = ("█" * length if difference_db < 0 else "").rjust(_BAR)
    return f"{left}│{('█' * length if difference_db >= 0 else '').ljust(_BAR)}"


def _numbers(comparison: ReferenceComparison) -> Table:
    table = Table(box=None, show_header=True, pad_edge=False, header_style="dim")
    for title in ("", "this mix", "references", "range"):
        table.add_column(title, justify="left" if not title else "right")
    for row in reference_lines(comparison):
        table.add_row(row.label, f"{row.value} {row.unit}".strip(), f"{row.mean} {row.unit}".strip(), row.reach)
    return table
