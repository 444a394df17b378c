"""Which project a path stands for, whatever DAW wrote it: one entry per DAW, and nothing else to change."""

from pathlib import Path
from typing import get_args

import pytest

from bridge.daw.projects import reading
from bridge.daw.projects.reading import copy_of, export_folder, find_project_near, home_of, project_of, read_project
from bridge.daw.projects.saved import ProjectFormat, SavedProject
from bridge.errors import DawError
from bridge.model import DawName


def test_every_daw_has_one_reader_of_its_saved_projects() -> None:
    assert sorted(form.daw for form in reading.FORMATS) == sorted(get_args(DawName))
    suffixes = [suffix for form in reading.FORMATS for suffix in form.suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize(
    ("project", "home"),
    [
        ("/songs/Tide/Tide.rpp", "/songs/Tide"),
        ("/songs/Tide/TIDE.RPP", "/songs/Tide"),
        ("/songs/Tide", "/songs/Tide"),
        ("/songs/v1.5", "/songs/v1.5"),  # a session folder with a dot is no file
    ],
)
def test_a_projects_home_is_the_folder_it_lies_in(project: str, home: str) -> None:
    assert home_of(project) == Path(home)


def test_a_saved_file_is_named_as_its_daw_names_the_open_project() -> None:
    assert project_of("reaper", Path("/s/Tide.rpp")) == Path("/s/Tide.rpp")
    assert project_of("ardour", Path("/s/Tide/Tide.ardour")) == Path("/s/Tide")
    assert export_folder("reaper", "/s/Tide.rpp") == Path("/s/Bounces")
    assert export_folder("ardour", "/s/Tide") == Path("/s/Tide/export")


@pytest.mark.parametrize(
    ("stem", "name"),
    [("Tide%L", "Tide"), ("Tide-1%R", "Tide"), ("Tide - mix 3%L", "Tide - mix 3"), ("Tide", None), ("50%", None)],
)
def test_the_halves_of_an_import_tell_what_they_were_copied_from(stem: str, name: str | None) -> None:
    assert copy_of(stem) == name


def test_another_daws_format_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path, monitor_file: Path | None) -> SavedProject:
        return SavedProject(daw="reaper", path=str(path), name=path.stem, master_chain_enabled=monitor_file is None)

    toy = ProjectFormat(
        daw="reaper",
        title="Toy",
        suffixes=(".toy", ".toy-old"),
        read=read,
        in_folder_of_its_name=False,
        export_folder="Out",
    )
    monkeypatch.setattr(reading, "FORMATS", (toy, *reading.FORMATS))
    project, sound = tmp_path / "Tide.toy", tmp_path / "Out" / "Tide 3.wav"
    sound.parent.mkdir()
    project.touch()
    sound.touch()
    assert find_project_near(sound) == project
    assert read_project(project).name == "Tide"
    assert home_of(str(project)) == tmp_path
    with pytest.raises(DawError, match=r"\.toy \(Toy\) or \.rpp \(REAPER\) or \.ardour \(Ardour\)"):
        read_project(tmp_path / "Tide.mp3")
