"""The ReaPack index names every file once, and what it names installs to a working set of scripts."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree as ET

import pytest

from bridge import __version__
from tests.daw.reaper.standin import reapack
from tests.daw.reaper.standin.host import SCRIPTS, Host, Script
from tests.daw.reaper.standin.mail import state_of

BASE = "https://example.org/fresh-ears/v1"


@pytest.fixture
def tree() -> ET.Element:
    return reapack.index(BASE, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.lua")), ids=lambda p: p.name)
def test_every_script_has_its_header(path: Path) -> None:
    tags = reapack.headers(path)
    assert set(reapack.REQUIRED) <= set(tags)
    assert tags["version"] == __version__
    assert "uv tool install fresh-ears" in tags["about"]  # ReaPack cannot install the bridge


def test_the_scripts_say_the_version_of_the_package() -> None:
    assert f'mailbox.SCRIPTS = "{__version__}"' in (SCRIPTS / "lib" / "mailbox.lua").read_text(encoding="utf-8")


def test_the_shape_of_the_index(tree: ET.Element) -> None:
    assert (tree.tag, tree.get("version")) == ("index", "1")
    (package,) = tree.findall("category/reapack")
    assert package.get("type") == "script"
    (version,) = package.findall("version")
    assert (version.get("name"), version.get("time")) == (__version__, "2026-11-22T00:00:00Z")
    sources = version.findall("source")
    assert next(s for s in sources if s.get("file") is None).get("main") == "main"
    assert sum(s.get("main") == "main" for s in sources) == 7


def test_every_file_is_named_once_and_exists(tree: ET.Element) -> None:
    addresses = [str(s.text) for s in tree.iter("source")]
    paths = [unquote(urlparse(a).path).removeprefix("/fresh-ears/v1/") for a in addresses]
    assert sorted(paths) == sorted(p.relative_to(reapack.SOURCE).as_posix() for p in SCRIPTS.rglob("*.lua"))


def test_what_it_installs_runs(tree: ET.Element, tmp_path: Path) -> None:
    """Put the files where ReaPack would, and start the watcher from there."""
    where = tmp_path / "REAPER" / "Scripts" / "Fresh Ears Repository" / "Fresh Ears"
    for source in tree.iter("source"):
        target = where / (source.get("file") or "freshears_watch.lua")
        target.parent.mkdir(parents=True, exist_ok=True)
        path = unquote(urlparse(str(source.text)).path).removeprefix("/fresh-ears/v1/")
        target.write_bytes((reapack.SOURCE / path).read_bytes())
    host = Host(tmp_path / "REAPER")
    host.named_actions = False
    script = Script(host, where / "freshears_watch.lua", 0, "5.4")
    host.scripts["freshears_watch.lua"] = script
    script.run()
    host.run(1)
    assert state_of(host)["running"] is True
    assert host.violations == []


def test_the_command_needs_an_address(tmp_path: Path) -> None:
    assert reapack.main([]) == 2
    assert reapack.main([BASE, str(tmp_path / "index.xml")]) == 0
    assert ET.parse(tmp_path / "index.xml").getroot().tag == "index"
