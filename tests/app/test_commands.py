"""What a DAW says about a file it has written, before it is a bounce."""

from pathlib import Path
from typing import Any

import pytest

from bridge.app.commands import CommandHandler
from bridge.daw.contract import ExportSeen
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import Store


class Heard:
    """Stands for the sessions and the intake: keeps what it was told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.taken: list[Path] = []

    def handle(self, export: ExportSeen) -> None:
        self.said.append(export.path)

    def exported(self, path: Path, *_: Any, **__: Any) -> None:
        self.taken.append(path)

    def folders(self) -> tuple[Path, ...]:
        return ()

    def place_of(self, *_: str) -> None:
        return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a bounce folder that is a link, as a music folder on another disk often is."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "Bounces").symlink_to(tmp_path / "disk", target_is_directory=True)
    return tmp_path / "Bounces"


def exported(path: Path, folder: Path) -> Heard:
    on_message: Any = Heard()
    store = Store.open(folder.parent / "s.db", wall=lambda: 1.0)
    commands = CommandHandler(
        SongService(store, Config()), Config(), on_message, on_message, (folder,), folder.parent, lambda _: None
    )
    commands.on_export(ExportSeen(daw="ardour", seen_at=1.0, path=str(path)))
    store.close()
    assert isinstance(on_message, Heard)
    return on_message


def test_a_daw_that_follows_links_and_the_folder_that_is_one_speak_of_the_same_file(folder: Path) -> None:
    (folder / "mix.wav").touch()
    for path in (folder / "mix.wav", folder.parent / "disk" / "mix.wav"):
        on_message = exported(path, folder)
        assert on_message.taken == [folder / "mix.wav"]
        assert on_message.said == [str(folder / "mix.wav")]


def test_word_about_a_file_that_is_not_to_be_seen_yet_is_kept(folder: Path) -> None:
    on_message = exported(folder / "slow.wav", folder)
    assert (on_message.said, on_message.taken) == ([str(folder / "slow.wav")], [])
