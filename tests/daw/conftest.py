"""Tests that need a real Ardour: skipped by name where it is missing, a failure where skips are forbidden."""

import os

import pytest

from tests.daw.rig import missing_programs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = missing_programs()
    if not missing or os.environ.get("FRESHEARS_FORBID_SKIPS") == "1":
        return
    reason = f"not installed: {', '.join(missing)}"
    for item in items:
        if item.get_closest_marker("real_daw"):
            item.add_marker(pytest.mark.skip(reason=reason))
