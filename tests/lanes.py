"""Which worker of `pytest -n` a test belongs to, and in which order they begin.

The tests of one file stay together, because they share what the file prepares. The real DAW, the browser and the
demo's run are prepared once for several files. What takes longest begins first, so that all cores end together.
"""

from collections.abc import Mapping, Sequence

import pytest

DAW, BROWSER = "the real DAW", "the browser"
# A session fixture that takes seconds, and the group of all tests that ask for it.
SHARED: Mapping[str, str] = {"demo": "the demo"}


def group_of(item: pytest.Item) -> str:
    """Return the group whose tests run one after another in one worker."""
    if item.get_closest_marker("real_daw"):
        return DAW
    if item.get_closest_marker("real_browser"):
        return BROWSER
    for fixture in getattr(item, "fixturenames", ()):
        if fixture in SHARED:
            return SHARED[fixture]
    return item.location[0]


def in_groups(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Mark each test with its group and return them in the order in which the groups should begin."""
    slow: dict[str, int] = {}
    for item in items:
        group = group_of(item)
        item.add_marker(pytest.mark.xdist_group(group))
        slow[group] = slow.get(group, 0) + bool(item.get_closest_marker("slow"))
    rank = {group: (group != DAW, group != BROWSER, -count) for group, count in slow.items()}
    return sorted(items, key=lambda item: rank[group_of(item)])
