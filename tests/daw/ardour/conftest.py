"""Tests that need a real Ardour: skipped by name where it is missing, a failure where skips are forbidden.

One Ardour, one bridge and one song serve all of them, in the order of the files; what a person said in an earlier test
was said.
"""

import os
from collections.abc import Iterator

import pytest

from tests.daw.ardour.rig import missing_programs
from tests.daw.ardour.studio import Studio, write_stems
from tests.waiting import wait_for

SECONDS = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = missing_programs()
    if not missing or os.environ.get("FRESHEARS_FORBID_SKIPS") == "1":
        return
    reason = f"not installed: {', '.join(missing)}"
    for item in items:
        if item.get_closest_marker("real_daw"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A person's desk with the song on it: three stems of a minute."""
    if missing := missing_programs():
        pytest.fail(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("studio")
    studio = Studio(folder)
    try:
        studio.bridge.start()
        studio.open(studio.home.new_session("Song"))
        studio.import_stems(write_stems(folder / "stems", SECONDS))
        studio.save()
        yield studio
    finally:
        studio.close()


@pytest.fixture
def clean(studio: Studio) -> Studio:
    """The studio with an empty master bus, stopped, no window open."""
    studio.daw.send("/transport_stop")
    studio.clear_master()
    wait_for(lambda: not studio.warning_kinds() and not studio.noticed_kinds(), 8.0, "no warning")
    while studio.windows():
        studio.dismiss("Cancel")
    return studio
