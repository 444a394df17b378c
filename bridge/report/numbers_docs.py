"""Write `docs/numbers.md` from the table of numbers: `python -m bridge.report.numbers_docs docs/numbers.md`."""

import sys
from pathlib import Path

from bridge.policy.metrics import GROUPS, METRICS, Metric

_HEAD = """# The numbers

*Written from `bridge/policy/metrics.py` by `python -m bridge.report.numbers_docs docs/numbers.md`; do not edit.*

Every number that is measured of a sound file, under the name it has in an analysis (`freshears analyze --json`,
`measurement`), on the page and in the terminal. How true they are stands in [accuracy.md](accuracy.md). Where there is
no number, `unavailable` says why in one of the sentences below. *Compared* are those that stand beside the same number
of references; loudness does not, for there the level is matched.
"""


def render() -> str:
    """Return the page."""
    parts = [_HEAD]
    for group in (*GROUPS, ""):
        parts.append(f"\n## {group or 'Not in a table of the page'}\n")
        parts.append("| field | shown as | unit | digits | compared | none, when |\n|---|---|---|---|---|---|")
        parts += [_line(metric) for metric in METRICS if metric.group == group]
    return "\n".join(parts) + "\n"


def _line(metric: Metric) -> str:
    field = f"`{metric.field}`" + (f", when: `{metric.at}`" if metric.at else "")
    shown = metric.label + (f" ({metric.hint})" if metric.hint else "")
    reasons = "; ".join(reason.text for reason in metric.missing)
    compared = "yes" if metric.is_compared else ""
    return f"| {field} | {shown} | {metric.unit} | {metric.digits} | {compared} | {reasons} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
