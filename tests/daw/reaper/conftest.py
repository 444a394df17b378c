"""The stand-in as a fixture: a test fails when a script did anything REAPER would not forgive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daw.reaper.standin.host import Host


@pytest.fixture(params=["5.4", "5.3"])
def host_any_lua(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """The stand-in in both versions of Lua."""
    host = Host(tmp_path / "REAPER", version=request.param)
    yield host
    assert host.violations == []


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """The stand-in in the Lua that REAPER 7 has."""
    host = Host(tmp_path / "REAPER")
    yield host
    assert host.violations == []
