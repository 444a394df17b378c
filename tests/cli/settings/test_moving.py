"""A music folder that was moved, and a home that goes to a new computer, from the terminal."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.errors import UsageError
from bridge.settings.config import load
from bridge.store import NewBounce
from tests.store.fresh import fresh_store


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two bounces that are known."""
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "Old" / "Renders"
    folder.mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f"[watch]\nfolders = ['{folder}']\n")
    store = fresh_store(tmp_path / "home" / "freshears.db")
    for name in ("Tide.wav", "Tide v2.wav"):
        (folder / name).write_bytes(b"x")
        store.bounces.record(NewBounce(folder / name, 1, 1, name, "Tide", "tide", str(folder), "", "folder"))
    store.close()
    return tmp_path / "Old"


def ran(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def said(result: Result) -> str:
    return " ".join((result.output + str(result.exception or "")).split())


@pytest.mark.slow
def test_a_folder_that_was_renamed_takes_its_songs_along_and_back(music: Path, tmp_path: Path) -> None:
    new = tmp_path / "New"
    assert f"did you mean {music}?" not in said(ran("relocate", str(music), str(new)))
    music.rename(new)
    (new / "Renders" / "Tide v2.wav").unlink()
    tried = ran("relocate", str(music), str(new), "--dry-run")
    assert "2 bounces, 1 song, 1 setting follow to the new folder." in said(tried)
    assert f"not there: {new / 'Renders' / 'Tide v2.wav'}" in said(tried)
    assert "Nothing was changed." in said(tried)
    assert load(tmp_path / "home" / "config.toml").watch.folders == (str(music / "Renders"),)
    assert ran("relocate", str(music), str(new)).exit_code == 0
    assert load(tmp_path / "home" / "config.toml").watch.folders == (str(new / "Renders"),)
    assert isinstance(ran("relocate", str(music), str(new)).exception, UsageError)  # nothing of it lies there now
    new.rename(music)
    assert ran("relocate", str(new), str(music)).exit_code == 0
    store = fresh_store(tmp_path / "home" / "freshears.db")
    assert store.bounces.by_id(1).path == str(music / "Renders" / "Tide.wav")
    store.close()


def test_what_failed_because_its_folder_was_elsewhere_is_done_after_it_was_relocated(
    music: Path, tmp_path: Path
) -> None:
    store = fresh_store(tmp_path / "home" / "freshears.db")
    away = store.jobs.add("analyse", music / "Renders" / "Tide.wav", "{}", "away", 1)
    broken = store.jobs.add("analyse", music / "Renders" / "Tide v2.wav", "{}", "broken", 2)
    for job, may_pass in ((away, True), (broken, False)):
        store.jobs.end(job.id, "failed", "why", may_pass=may_pass)
    store.close()
    music.rename(tmp_path / "New")
    assert ran("relocate", str(music), str(tmp_path / "New")).exit_code == 0
    store = fresh_store(tmp_path / "home" / "freshears.db")
    states = [found.state for job in (away, broken) if (found := store.jobs.by_id(job.id)) is not None]
    store.close()
    assert states == ["queued", "failed"]


def test_a_folder_without_the_bounces_is_not_taken_for_the_new_one(music: Path, tmp_path: Path) -> None:
    (tmp_path / "Else").mkdir()
    refused = ran("relocate", str(music), str(tmp_path / "Else"))
    assert refused.exit_code == 2
    assert "is it the right folder?" in said(refused)
    assert ran("relocate", str(music), str(tmp_path / "Elsewhere")).exit_code == 2


def test_a_home_goes_into_a_file_and_out_of_it(music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "all.zip"
    assert "1 songs, 2 bounces" in said(ran("export", str(archive)))
    assert ran("export", str(archive)).exit_code != 0
    assert ran("import", str(archive)).exit_code != 0  # this home has songs
    music.rename(tmp_path / "Here")
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "new home"))
    assert "takes OLD=NEW" in said(ran("import", str(archive), "--map", "nothing"))
    taken = ran("import", str(archive), "--map", f"{music}={tmp_path / 'Here'}")
    assert taken.exit_code == 0, said(taken)
    assert "not on this computer" not in said(taken)
    assert load(tmp_path / "new home" / "config.toml").watch.folders == (str(tmp_path / "Here" / "Renders"),)
    assert "Tide" in said(ran("songs"))
