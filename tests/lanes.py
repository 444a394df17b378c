"""Which worker of `pytest -n` a test belongs to, and in which order they begin.

The tests of one file stay together, because they share what the file prepares. The real DAW, the browser and the
demo's run are prepared once for several files. What takes longest begins first, so that all cores end together.
"""

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

DAW, BROWSER = "the real DAW", "the browser"
# A session fixture that takes seconds, and the group of all tests that ask for it.
SHARED: Mapping[str, str] = {"demo": "the demo"}
# What starts processes of ours; whoever uses it is slow, whether it says so or not.
STARTS_PROCESSES = ("BridgeProcess", "freshears", "run_demo")
_A_LITTLE = 5  # ours: a third of a core's turns beside a process that has not stepped back
_WHOLLY = re.compile(r"^pytestmark = \[?pytest\.mark\.(slow|real_daw|real_browser)\b", re.MULTILINE)


def group_of(item: pytest.Item) -> str:
    """Return the group whose tests run one after another in one worker."""
    if item.get_closest_marker("real_daw"):
        return DAW
    if item.get_closest_marker("real_browser"):
        return BROWSER
    if asked := item.get_closest_marker("xdist_group"):
        return str(asked.args[0])
    for fixture in getattr(item, "fixturenames", ()):
        if fixture in SHARED:
            return SHARED[fixture]
    return item.nodeid.partition("::")[0]


def is_slow(item: pytest.Item) -> bool:
    """Tell whether a test is marked slow, or its file starts bridges and commands."""
    names = vars(getattr(item, "module", None) or object)
    return bool(item.get_closest_marker("slow")) or any(name in names for name in STARTS_PROCESSES)


def is_left_out(path: Path, expression: str) -> bool:
    """Tell whether a file holds nothing but tests that an expression of marks leaves out: it need not be imported."""
    wholly = _WHOLLY.search(path.read_text(encoding="utf-8")) if path.suffix == ".py" else None
    return wholly is not None and re.search(rf"(^|\band )not {wholly[1]}\b(?! or)", expression) is not None


def step_back(item: pytest.Item) -> None:
    """Let the real DAW go first, where another worker plays it: it is told things within seconds, on the same cores."""
    workers = int(getattr(item.config, "workerinput", {}).get("workercount", 1))
    if workers < 2 or os.name != "posix" or group_of(item) == DAW or os.getpriority(os.PRIO_PROCESS, 0) > 0:
        return
    if any(other.get_closest_marker("real_daw") for other in item.session.items):
        os.nice(_A_LITTLE)


def in_groups(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Mark each test with its group and return them in the order in which the groups should begin."""
    slow: dict[str, int] = {}
    groups = [group_of(item) for item in items]
    for item, group in zip(items, groups, strict=True):
        item.add_marker(pytest.mark.xdist_group(group))
        if is_slow(item):
            item.add_marker(pytest.mark.slow)
        slow[group] = slow.get(group, 0) + is_slow(item)
    rank = {group: (group != DAW, group != BROWSER, -count) for group, count in slow.items()}
    ranked = sorted(zip(groups, items, strict=True), key=lambda pair: rank[pair[0]])
    return [item for _, item in ranked]


# What a test that is not marked slow may take, in seconds of the processor.
# ours: a tenth on a machine that has nothing else to do, three times that on one that has.
UNIT_TEST_S = 0.3
_BEGAN, _TOOK = pytest.StashKey[float](), "processor_s"


def begin(item: pytest.Item) -> None:
    """Note when a test began, on the clock of this process's work."""
    item.stash[_BEGAN] = time.process_time()


def end(item: pytest.Item) -> None:
    """Note on a test that is not marked slow what it took, where that is too much."""
    took_s = time.process_time() - item.stash.get(_BEGAN, time.process_time())
    if took_s > UNIT_TEST_S and not item.get_closest_marker("slow"):
        item.user_properties.append((_TOOK, took_s))


def too_slow(reports: Iterable[object]) -> list[tuple[float, str]]:
    """Return the unit tests that took too much, dearest first: seconds of the processor, and which."""
    found = {
        str(getattr(report, "nodeid", "")).partition("@")[0]: took_s
        for report in reports
        for name, took_s in getattr(report, "user_properties", ())
        if name == _TOOK
    }
    return sorted(((took_s, test) for test, took_s in found.items()), reverse=True)
