"""Watched folders are changed in place: comments stay, what is misspelt is refused with what may have been meant."""

from pathlib import Path

import pytest

from bridge.errors import ConfigError, UsageError
from bridge.settings.folders import folder_trouble, nearest_folder
from bridge.settings.watched import add_folder, remove_folder, watched

OWN = """# mine
[watch]
folders = [
  '{one}',  # the old drive
  "{two}",
]
settle_s = 3.0  # a slow disk

[rest]
hours = 12.0
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    made = (tmp_path / "Music" / "Renders", tmp_path / "Music" / "Bounces", tmp_path / "Music" / "Export's [new]")
    for folder in made:
        folder.mkdir(parents=True)
    return made


def settings(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_comments_and_order_stay_when_a_folder_comes_and_goes(tmp_path: Path, folders: tuple[Path, Path, Path]) -> None:
    one, two, three = folders
    text = OWN.format(one=one, two=two)
    path = settings(tmp_path, text)
    assert add_folder(path, str(three)) == three
    assert watched(path) == (str(one), str(two), str(three))
    changed = path.read_text(encoding="utf-8")
    for line in ("# mine", "# the old drive", "settle_s = 3.0  # a slow disk", "hours = 12.0"):
        assert line in changed
    remove_folder(path, str(three))
    assert path.read_text(encoding="utf-8").replace("\n\n", "\n").split() == text.split()
    remove_folder(path, str(one))
    assert watched(path) == (str(two),)
    add_folder(path, str(two))  # watched already
    assert watched(path) == (str(two),)
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[watch]\n",
        "[watch]\nfolders = []\n",
        "watch.folders = []\n",
        "watch = {folders = []}\n",
        "[osc]\nport = 0\n",
    ],
)
def test_a_folder_is_added_wherever_settings_leave_room(
    tmp_path: Path, text: str, folders: tuple[Path, Path, Path]
) -> None:
    path = settings(tmp_path, text)
    for number, folder in enumerate(folders, 1):
        add_folder(path, str(folder))
        assert len(watched(path)) == number
    for folder in folders:
        remove_folder(path, str(folder))
    assert watched(path) == ()


def test_what_is_misspelt_is_refused_with_the_nearest_that_is_there(
    tmp_path: Path, folders: tuple[Path, Path, Path]
) -> None:
    path = settings(tmp_path, OWN.format(one=folders[0], two=folders[1]))
    before = path.read_bytes()
    for wrong in ("Music/Rendres", "Musik/Renders", "music/bounces"):
        with pytest.raises(UsageError, match="did you mean") as caught:
            add_folder(path, str(tmp_path / wrong))
        assert str(tmp_path / "Music") in str(caught.value)
    with pytest.raises(UsageError) as caught:
        add_folder(path, str(tmp_path / "nothing like it"))
    assert "did you mean" not in str(caught.value)
    file = folders[0] / "mix.wav"
    file.touch()
    with pytest.raises(UsageError, match="is a file, not a folder; name the folder it lies in"):
        add_folder(path, str(file))
    with pytest.raises(UsageError, match=f"did you mean {folders[0]}"):
        remove_folder(path, str(tmp_path / "Music" / "Render"))
    for odd in ("", "  ", "a\nb", "~nobody-at-all/x"):
        with pytest.raises(UsageError):
            add_folder(path, odd)
    assert path.read_bytes() == before


def test_a_folder_that_is_gone_can_be_taken_out(tmp_path: Path, folders: tuple[Path, Path, Path]) -> None:
    path = settings(tmp_path, OWN.format(one="/Volumes/Old/Bounces", two=folders[1]))
    remove_folder(path, "/Volumes/Old/Bounces")
    assert watched(path) == (str(folders[1]),)
    path.write_text(f"[watch]\nfolders = ['~/Bounces', '{folders[0]}']\n", encoding="utf-8")
    remove_folder(path, "~/Bounces")
    assert watched(path) == (str(folders[0]),)


def test_wrong_settings_are_not_written_over(tmp_path: Path, folders: tuple[Path, Path, Path]) -> None:
    path = settings(tmp_path, "[watch\n")
    with pytest.raises(ConfigError, match="line 1"):
        add_folder(path, str(folders[0]))
    assert path.read_text(encoding="utf-8") == "[watch\n"


def test_what_is_wrong_with_a_folder_is_said_in_a_sentence(tmp_path: Path, folders: tuple[Path, Path, Path]) -> None:
    assert folder_trouble(folders[0]) == ""
    assert folder_trouble(folders[0].with_name("Bounce")) == (
        f"{folders[0].with_name('Bounce')} is not there; did you mean {folders[1]}?"
    )
    for odd in ("/" + "a" * 5000, "/" + "a/" * 3000, "/a\0b"):
        assert folder_trouble(Path(odd)).endswith(" is not there")
    assert nearest_folder(Path("\0")) is None
    assert nearest_folder(folders[0]) is None
