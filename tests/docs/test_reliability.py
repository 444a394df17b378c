"""What docs/reliability.md names is there: tests, files, and the lanes of its tables."""

import re

from bench.fuzz.__main__ import LANES as FUZZ
from bench.soak.__main__ import LANES as SOAK
from tests.tree import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([^`\n]+)`", PAGE)


def test_every_test_it_names_is_there() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    named = {name for name in NAMED if re.fullmatch(r"[\w/]+\.py", name)}
    missing = [
        name for name in named if not (ROOT / name).is_file() and not any(file.endswith(f"/{name}") for file in files)
    ]
    assert missing == []
    sources = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    functions = {name for name in NAMED if re.fullmatch(r"test_\w+", name)}
    assert [name for name in functions if f"def {name}(" not in sources] == []


def test_its_tables_list_every_lane() -> None:
    for section, lanes in (("fuzz", FUZZ), ("soak", SOAK)):
        table = PAGE.partition(f"<!-- section {section} -->")[2].partition(f"<!-- end {section} -->")[0]
        listed = re.findall(rf"`python -m bench\.{section} --only ([\w-]+)`", table)
        assert listed == [lane.name for lane in lanes], f"renew it: python -m bench.{section} --table"
