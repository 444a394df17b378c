"""Printing with styles: tables and bars of rich, through `bridge.cli.printing.outlet`. The only console there is."""

import sys
from collections.abc import Iterable
from typing import Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.segment import Segment
from rich.text import Text

from bridge.cli.printing.outlet import styled
from bridge.text import printable, printable_lines


class Console(rich.console.Console):
    r"""A console for text that may hold anything: it shows text as it is written, and control characters as signs.

    Square brackets are no markup here and ``:car:`` is no picture; styles are given beside the text. A string is one
    line, so that no name begins a line of its own: a line end in it is shown as ``\n``. A `Text` may have several.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        stream = styled(sys.stderr if stderr else sys.stdout)
        super().__init__(file=stream, stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is to be written; the control codes that rich itself wants stay."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable_lines(segment.text), segment.style)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as it will be measured and written: as one line."""
        return super().render_str(printable(text), **options)


class _What(ProgressColumn):
    """What is being done, in one line."""

    def render(self, task: Task) -> Text:
        return Text(printable(task.description))


def bars() -> Progress:
    """Return progress bars on stderr, shown on a terminal only, gone when the work is done."""
    out = Console(stderr=True)
    columns = (_What(), BarColumn(), TimeRemainingColumn())
    return Progress(*columns, console=out, transient=True, disable=not out.is_terminal)
