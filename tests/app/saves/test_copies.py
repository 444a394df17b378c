"""Which files are saves, and which are copies a DAW keeps by itself."""

from pathlib import Path

import pytest

from bridge.app.saves.copies import PATTERNS, is_copy
from bridge.watch.folder import FolderRules, is_candidate_name

FOLDER = Path("/music")


@pytest.mark.parametrize(
    "name",
    ["Tide Project/Backup/Tide [2026-11-30 140500].als", "Tide Project/Backup/Tide.als", "Backup/Tide 1.flp",
     "Tide (autosaved at 14h05).flp", "Tide (overwritten at 14h05).flp", "Tide [2026-11-30 140500].als",
     "Crash/Tide.als", "recover.mmp", "Backups/Tide.rpp", "Tide-2026-11-30_140500.rpp", "Tide-autosave.rpp",
     "a/b/backup/c/Tide.als", "QueuedRenders/Tide.rpp", "qrender_Tide.rpp"],
)  # fmt: skip
def test_a_copy_is_no_save(name: str) -> None:
    assert is_copy(FOLDER / name, FOLDER)


@pytest.mark.parametrize(
    "name",
    ["Tide.als", "Tide Project/Tide.als", "Backup.als", "Recovery.flp", "Crash.flp", "Tide (mix 3).als",
     "Autosaved by the bell.als", "Tide 2026-11-30.als", "Tide [new].als", "My qrender_.rpp"],
)  # fmt: skip
def test_a_song_may_be_called_like_one(name: str) -> None:
    assert not is_copy(FOLDER / name, FOLDER)


def test_a_folder_that_is_called_like_one_is_watched_when_the_person_names_it() -> None:
    assert not is_copy(Path("/Backup/Tide.als"), Path("/Backup"))


@pytest.mark.parametrize("name", ["Tide.als", "TIDE.FLP", "Tide.rpp", "Tide.ardour", "a.mmp", "a.mmpz"])
def test_every_format_is_looked_for(name: str) -> None:
    assert is_candidate_name(name, FolderRules(PATTERNS))


@pytest.mark.parametrize(
    "name", ["Tide.rpp-bak", "Tide.ardour.bak", "Tide.mmp.bak", "~Tide.als", "Tide.als.tmp", ".Tide.als"]
)
def test_what_is_not_a_project_is_not(name: str) -> None:
    assert not is_candidate_name(name, FolderRules(PATTERNS))
