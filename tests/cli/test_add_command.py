"""`freshears add` and `freshears songs …` as they are typed, without a running bridge."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.errors import UsageError

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of old bounces; nothing is known yet."""
    for name, value in (("FRESHEARS_HOME", str(tmp_path / "home")), ("NO_COLOR", "1"), ("COLUMNS", "200")):
        monkeypatch.setenv(name, value)
    folder = tmp_path / "Old"
    folder.mkdir()
    for number in (10, 2, 1):
        path = folder / f"Tide v{number}.wav"
        soundfile.write(path, np.full((441, 2), number / 100.0), 44_100)
        os.utime(path, (1.7e9, 1.7e9))
    return folder


def said(*words: str) -> str:
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.output


def test_what_would_be_added_is_shown_and_what_is_added_is_put_right(folder: Path) -> None:
    plan = json.loads(said("add", str(folder), "--dry-run", "--json"))
    assert [Path(entry["path"]).stem for entry in plan] == ["Tide v1", "Tide v2", "Tide v10"]
    assert "3 of 3 would be added, in this order." in said("add", str(folder), "--dry-run")
    added = said("add", str(folder))
    assert "3 bounces are added." in added
    assert "They are examined when the bridge runs" in added
    assert "known already: Tide, bounce 3" in said("add", str(folder), "--dry-run")
    forgotten = said("songs", "forget", "Tide:3")
    assert "Forgotten: Tide, bounce 3. Its file stays where it is." in forgotten
    assert "freshears songs undo 1 takes it back." in forgotten
    assert json.loads(said("songs", "tide", "--json"))[0]["last_bounce"]["revision"] == 2
    assert json.loads(said("add", str(folder / "Tide v10.wav"), "--json")) == {"text": "1 bounce is added."}
    split = json.loads(said("songs", "split", "Tide:1", "--as", "Ebb", "--json"))
    assert split["text"] == "Ebb is a song of its own now, out of Tide: its numbers stay."
    assert "Undone: Ebb is a song" in said("songs", "undo")
    (folder / "Tide v10.wav").unlink()
    assert "(file gone)" in said("songs")
    assert json.loads(said("songs", "--json"))[0]["last_bounce"]["missing"] == "gone"
    told = said("songs", "history", "Tide")
    assert "undone: Ebb is a song" in told
    assert "Tide, bounce 3 is back." in told


def test_what_cannot_be_is_said_in_a_line(folder: Path) -> None:
    said("add", str(folder))
    for words, message in (
        (("songs", "forget", "Tide"), "name the bounce (Tide:3), or --all"),
        (("songs", "rename", "Tyde", "x"), "did you mean Tide?"),
        (("songs", "undo", "7"), "there is no mend 7"),
        (("songs", "split", "Tide:1"), "say what the new song is called"),
        (("checklist", "Tide", "haedphones"), "haedphones: did you mean headphones? --new to add"),
        (("checklist", "Tide", "car", "--untick"), "car is not ticked; ticked: nothing yet"),
    ):
        ran = CliRunner().invoke(app, words)
        assert isinstance(ran.exception, UsageError), words
        assert message in str(ran.exception)
    assert "☑ haedphones" in said("checklist", "Tide", "haedphones", "--new")
    assert "haedphones" not in said("checklist", "Tide", "haedphones", "--untick")


def test_parts_of_a_mix_in_a_folder_that_is_added_are_left_out_and_one_that_is_named_comes_in(folder: Path) -> None:
    for number, name in enumerate(("Ebb", "Ebb - Bass", "Ebb_Drums", "Stems/Ebb Vox")):
        path = folder / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, np.full((441, 2), (number + 20) / 100.0), 44_100)
    plan = json.loads(said("add", str(folder), "--dry-run", "--json"))
    assert sorted(Path(entry["path"]).stem for entry in plan) == ["Ebb", "Tide v1", "Tide v10", "Tide v2"]
    plan = json.loads(said("add", str(folder / "Ebb - Bass.wav"), "--dry-run", "--json"))
    assert [Path(entry["path"]).stem for entry in plan] == ["Ebb - Bass"]
