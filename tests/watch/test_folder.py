"""Which files count, and folders that come and go."""

import errno
import os
from pathlib import Path

import pytest

from bridge.watch.folder import FolderRules, is_candidate_name, is_there, list_candidates, stamp_of

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


@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOTCONN, errno.ENOENT])
def test_a_drive_that_answers_with_an_error_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(error, "made for the test")

    assert is_there(tmp_path)
    monkeypatch.setattr(Path, "stat", broken)
    assert not is_there(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to give a link to another user")
def test_another_users_link_to_a_sound_elsewhere_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.wav").write_bytes(b"x")
    bounces = tmp_path / "Bounces"
    bounces.mkdir()
    for name in ("mine.wav", "theirs.wav"):
        (bounces / name).symlink_to(tmp_path / "private" / "diary.wav")
    os.lchown(bounces / "theirs.wav", 65_534, 65_534)
    assert names(bounces, RULES) == ["mine.wav"]
