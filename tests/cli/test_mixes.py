"""A mix on the command line: a file that is there, or a song and its bounce."""

from pathlib import Path

import pytest

from bridge.cli.files import sound_files
from bridge.cli.mixes import NoFileError, named_mix
from bridge.errors import UsageError
from bridge.settings.config import Config
from bridge.store import NewBounce
from tests.store.fresh import fresh_store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with bounce 1 and 2 of Night Drive, of which the second file is gone."""
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    store = fresh_store(tmp_path / "home" / "freshears.db")
    for number in (1, 2):
        path = tmp_path / f"Night Drive v{number}.wav"
        store.bounces.record(NewBounce(path, 1, 1, str(number), "Night Drive", "night drive", "", "", "folder"))
    store.close()
    (tmp_path / "Night Drive v1.wav").touch()
    return tmp_path


def test_a_file_is_taken_as_it_is_named(folder: Path) -> None:
    assert named_mix("Night Drive v1.wav") == (folder / "Night Drive v1.wav", None)
    (folder / "Night Drive").touch()  # a file of that very name
    assert named_mix("Night Drive").bounce is None


def test_a_song_and_its_number_are_taken_where_no_file_is_called_so(folder: Path) -> None:
    mix = named_mix("night drive:1")
    assert mix.path == folder / "Night Drive v1.wav"
    assert mix.bounce is not None
    assert mix.bounce.id == 1
    assert list(sound_files([Path("Night Drive:1"), folder], Config())) == [mix.path, mix.path]


def test_a_bounce_whose_file_is_gone_says_so(folder: Path) -> None:
    for name in ("Night Drive", "Night Drive:2", str(folder / "Night Drive v2.wav")):
        with pytest.raises(UsageError, match=r"Night Drive, bounce 2: its file is not there any more: .*v2\.wav"):
            named_mix(name)


def test_what_is_neither_is_told_apart_by_its_looks(folder: Path) -> None:
    with pytest.raises(NoFileError, match=r"mix\.wav: there is no such file"):
        named_mix("mix.wav")
    with pytest.raises(UsageError, match=r"Nite Drive: there is no such song; did you mean Night Drive\?"):
        named_mix("Nite Drive")
    assert list(sound_files([Path("mix.wav")], Config())) == [Path("mix.wav")]  # whoever reads it says so
    (folder / "home" / "freshears.db").unlink()
    with pytest.raises(NoFileError, match="there are no songs yet"):
        named_mix("Night Drive")


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "~nobody-at-all/x"])
def test_names_that_no_file_can_have_are_refused_in_a_line(folder: Path, name: str) -> None:
    with pytest.raises(UsageError):
        named_mix(name)
