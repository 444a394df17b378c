"""Which files count, and folders that come and go."""

import os
from pathlib import Path

import pytest

from bridge.watch.folder import FolderRules, is_candidate_name, stamp_of
from bridge.watch.listing import list_candidates

RULES = FolderRules(("*.wav", "*.flac", "*.aiff"))


@pytest.mark.parametrize("name", ["Song.wav", "SONG.WAV", "Song.flac", "Sóng – mix 3.aiff", "a'b\"c.wav", "x\ny.wav"])
def test_bounces_count(name: str) -> None:
    assert is_candidate_name(name, RULES)


@pytest.mark.parametrize("name", [".Song.wav", "._Song.wav", "Song.wav.tmp", "~Song.wav", "Song.txt", "Song.wav.part"])
def test_hidden_temporary_and_other_files_do_not(name: str) -> None:
    assert not is_candidate_name(name, RULES)


def test_a_persons_own_ignores(tmp_path: Path) -> None:
    assert not is_candidate_name("Kick STEM.wav", RULES._replace(ignore=("*stem*",)))


def names(folder: Path, rules: FolderRules) -> list[str]:
    return [candidate.path.name for candidate in list_candidates(folder, rules)]


def test_listing_leaves_out_our_outputs_folders_and_loops(tmp_path: Path) -> None:
    for path in ("Song.wav", "Fresh Ears/Song.wav", "Masters/Song.wav", "deeper/Other.wav", "mine/Out.wav"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "loop.wav").symlink_to(tmp_path / "loop.wav")
    (tmp_path / "deeper" / "up").symlink_to(tmp_path)
    assert names(tmp_path, RULES) == ["Song.wav"]
    deep = RULES._replace(recursive=True, own_folders=(tmp_path / "mine",))
    assert sorted(names(tmp_path, deep)) == ["Other.wav", "Song.wav"]


def test_names_that_are_not_text(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/S\xf6ng.wav"
    Path(os.fsdecode(odd)).write_bytes(b"x")
    (candidate,) = list_candidates(tmp_path, RULES)
    assert stamp_of(candidate.path) == candidate.stamp


def test_a_missing_folder_lists_nothing(tmp_path: Path) -> None:
    assert names(tmp_path / "gone", RULES) == []
    assert stamp_of(tmp_path) is None
    assert stamp_of(tmp_path / "gone.wav") is None
