"""Where projects lie: found in the usual places, offered by their folders, and bounded."""

import os
import time
from pathlib import Path

import pytest

from bridge.app.saves import finding
from bridge.app.saves.finding import find_projects, silent_daws


def made(*files: Path, days_ago: float = 1.0) -> None:
    at = time.time() - days_ago * 86_400.0
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        os.utime(file, (at, at))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("Documents", "Music"):
        (tmp_path / name).mkdir()
    return tmp_path


def places(home: Path) -> tuple[Path, ...]:
    return (home / "Music", home / "Documents", home / "lmms")


def test_the_folder_around_projects_is_found_once_with_its_daws_and_the_newest_goes_first(home: Path) -> None:
    live, fl = home / "Music" / "Ableton", home / "Documents" / "Image-Line" / "FL Studio" / "Projects"
    made(live / "Tide Project" / "Tide.als", live / "Ebb Project" / "Ebb v2.als", days_ago=9)
    made(fl / "Beat.flp", fl / "Album" / "One.flp", fl / "Beat 2.FLP")
    found = find_projects(places(home))
    assert [(one.path, one.titles, one.projects) for one in found.folders] == [
        (fl, ("FL Studio",), 3), (live, ("Ableton Live",), 2),
    ]  # fmt: skip
    assert (found.too_wide, found.is_whole) == ((), True)


def test_copies_what_is_old_what_is_handed_on_and_what_is_followed_already_do_not_count(home: Path) -> None:
    made(
        home / "Documents" / "Songs" / "Backup" / "Tide [2026-11-30 140500].als",
        home / "Documents" / "a" / "b.dawproject",
    )
    made(home / "Documents" / "Old" / "Old.als", days_ago=400)
    made(home / "Documents" / ".hidden" / "Tide.als", home / "Music" / "Mine" / "Tide.als")
    assert find_projects(places(home), watched=[home / "Music" / "Mine"]).folders == ()


def test_a_place_that_is_too_wide_is_said_and_a_projects_own_folder_offered_instead(home: Path) -> None:
    made(home / "Documents" / "Loose.rpp", home / "Documents" / "Tide" / "Tide.rpp")
    found = find_projects(places(home))
    assert [one.path for one in found.folders] == [home / "Documents" / "Tide"]
    assert [(one.path, one.projects) for one in found.too_wide] == [(home / "Documents", 1)]


def test_the_sessions_that_ardour_lists_are_found_wherever_they_lie(home: Path) -> None:
    session = home / "studio" / "Sessions" / "Tide" / "Tide.ardour"
    made(session)
    gone = home / "studio" / "Gone" / "Gone.ardour"
    (one,) = find_projects(places(home), [session, gone]).folders
    assert (one.path, one.titles) == (home / "studio" / "Sessions", ("Ardour",))


def test_the_daws_that_cannot_be_heard_are_named_as_a_sentence_does(home: Path) -> None:
    assert silent_daws(find_projects(places(home))) == ""
    made(home / "Music" / "a" / "a.rpp", home / "Music" / "a" / "b.als")
    assert silent_daws(find_projects(places(home))) == "Ableton Live"
    made(home / "Music" / "b" / "c.flp", home / "Music" / "b" / "d.mmp")
    assert silent_daws(find_projects(places(home))) == "Ableton Live, FL Studio and LMMS"


def test_links_are_not_followed_and_depth_number_and_time_are_bounded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = home / "Documents"
    for _ in range(12):
        deep /= "x"
    made(deep / "Deep.als", home / "elsewhere" / "Tide.als")
    (home / "Music" / "link").symlink_to(home / "elsewhere")
    (home / "Music" / "loop").symlink_to(home / "Music")
    assert find_projects(places(home)) == ((), (), True)
    made(home / "Music" / "Songs" / "Tide.als")
    assert not find_projects(places(home), within_s=0.0).is_whole
    monkeypatch.setattr(finding, "MOST_ENTRIES", 1)
    assert not find_projects(places(home)).is_whole
