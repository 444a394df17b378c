"""An analysis as a person reads it in ten seconds in a terminal: verdict, findings with times, numbers."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bridge.model import Analysis
from bridge.policy.findings.verdict import verdict_of
from bridge.report import bounce_view, numbers, text

_STYLES = {"fault": "bold red", "listen": "bold yellow", "note": "dim", "fine": "bold green"}
_MARKS = {"fault": "✗", "listen": "◐", "note": "·", "fine": "✓"}


def render_analysis(analysis: Analysis, console: Console) -> None:
    """Print an analysis: the verdict first, then what to mend or listen to, then the table."""
    verdict = verdict_of(analysis.findings)
    console.print(Text(text.visible(analysis.file), "bold"), soft_wrap=True)
    console.print(Text(f"{_MARKS[verdict.kind]} {verdict.headline}", _STYLES[verdict.kind]))
    for finding in bounce_view.finding_views(analysis.findings):
        console.print(Text(f"\n{_MARKS[finding.kind]} {finding.message}", _STYLES[finding.kind].removeprefix("bold ")))
        if finding.times and finding.times[0] not in finding.message:
            more = f" and {len(finding.more_times)} more" if finding.more_times else ""
            console.print(Padding(Text(f"at {', '.join(finding.times)}{more}"), (0, 0, 0, 2)))
        if finding.remedy:
            console.print(Padding(Text(finding.remedy), (0, 0, 0, 2)))
    console.print()
    console.print(_table(analysis))
    console.print(Text(numbers.format_line(analysis.format), "dim"))


def _table(analysis: Analysis) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for group in numbers.groups(analysis):
        if group.name == "File":
            continue
        for row in group.rows:
            value = f"{row.value} {row.unit}".strip() if not row.reason else text.NOTHING
            hint = row.reason or ", ".join(filter(None, [f"at {row.at}" if row.at else "", row.hint]))
            table.add_row(Text(row.label), Text(value), Text(hint))
    return table
