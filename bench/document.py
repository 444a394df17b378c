"""Writing docs/benchmarks.md: every section stands between markers, so that one can be renewed without the others."""

import os
import platform
import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def replace_section(text: str, name: str, body: str) -> str:
    """Return the document's text with the section of this name replaced, or added at the end."""
    block = f"<!-- section {name} -->\n{body.strip()}\n<!-- end {name} -->"
    pattern = re.compile(rf"<!-- section {re.escape(name)} -->\n.*?<!-- end {re.escape(name)} -->", re.DOTALL)
    if pattern.search(text):
        return pattern.sub(lambda _: block, text)
    return text.rstrip() + "\n\n" + block + "\n"


def machine() -> str:
    """Return the machine in words: what matters for the figures, nothing that identifies it."""
    cores = os.cpu_count() or 1
    kind = "x86-64" if platform.machine() in {"x86_64", "AMD64"} else platform.machine()
    maker = ""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                maker = line.partition(":")[2].strip() + ", "
                break
    except OSError:
        pass
    return f"{maker}{cores} cores, {kind}, {platform.system()}, Python {platform.python_version()}"


def busy() -> str:
    """Return how much else the machine had to do, in words: our two threads gain nothing where no core is free."""
    if not hasattr(os, "getloadavg"):
        return ""
    load = os.getloadavg()[1]
    cores = os.cpu_count() or 1
    much = "quiet" if load < cores else "busy with other work"
    return f" It was {much} (load average {load:.1f} at the end)."


def table(titles: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
