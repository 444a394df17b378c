"""Ardour sessions: one written by Ardour 7.3 itself, and variations of it."""

import tracemalloc
from pathlib import Path

import pytest

from bridge.daw.projects.ardour_session import read_session
from bridge.daw.projects.reading import read_project
from bridge.errors import DawError

REAL = Path(__file__).parent.parent.parent / "data" / "ardour" / "two_processors.ardour"


def test_a_session_written_by_ardour() -> None:
    project = read_session(REAL)
    assert (project.daw, project.name, project.rate_hz) == ("ardour", "Sess", 48000)
    assert project.program_version.startswith("Ardour 7.3")
    assert [(s.name, s.kind, s.enabled) for s in project.master_chain] == [
        ("ACE EQ", "LV2", True),
        ("ACE Compressor (stereo)", "LV2", True),
    ]
    assert project.monitor_chain == ()


def test_switched_off_processors_tracks_and_the_monitor_section(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    text = text.replace('name="ACE EQ" active="1"', 'name="ACE EQ" active="0"')
    route = (
        '<Route name="{0}" id="9{0}"><PresentationInfo order="1" flags="{1}"/>'
        '<Processor name="Dirac" active="1" type="vst3" id="9"/></Route>'
    )
    extra = route.format("Drums", "AudioTrack,OrderSet") + route.format("Monitor", "MonitorOut")
    path = tmp_path / "Tide.ardour"
    path.write_text(text.replace("<Routes>", "<Routes>" + extra), encoding="utf-8")
    project = read_session(path)
    assert project.track_count == 1
    assert (project.master_chain[0].name, project.master_chain[0].enabled) == ("ACE EQ", False)
    assert [s.name for s in project.monitor_chain] == ["Dirac"]


def test_a_session_folder_stands_for_its_session(tmp_path: Path) -> None:
    folder = tmp_path / "Song"
    folder.mkdir()
    (folder / "Song.ardour").write_bytes(REAL.read_bytes())
    assert read_project(folder).name == "Sess"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_session(tmp_path: Path) -> None:
    text = REAL.read_text(encoding="utf-8")
    path = tmp_path / "big.ardour"
    path.write_text(
        text.replace("<Routes>", "<Regions>" + '<Region name="r" id="1"/>' * 400_000 + "</Regions><Routes>")
    )
    tracemalloc.start()
    project = read_session(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(project.master_chain) == 2
    assert peak < 3_000_000


def test_a_new_session_without_a_track_or_a_master_is_one(tmp_path: Path) -> None:
    path = tmp_path / "New.ardour"
    path.write_text('<Session version="7003" name="New" sample-rate="48000"><Routes/></Session>', encoding="utf-8")
    project = read_session(path)
    assert (project.name, project.rate_hz, project.track_count, project.master_chain) == ("New", 48_000, 0, ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"<REAPER_PROJECT 0.1", "damaged at line 1"),
        (b"<Project/>", "not an Ardour session"),
        (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Session>&a;</Session>',
            "document",
        ),
        (REAL.read_bytes()[:9000], "damaged at line"),
        (b"<Session>\x00\x01</Session>", "damaged at line"),
        (b"<Session/>", "holds no whole session"),
        (
            b'<Session version="7003" id-counter="9"><Routes><Route name="a"/></Routes></Session>',
            "holds no whole session",
        ),
        (b'<Session version="7003" name="a" sample-rate="48000"><Sources/></Session>', "holds no whole session"),
    ],
    ids=[
        "empty",
        "an rpp",
        "other xml",
        "entities",
        "truncated",
        "control characters",
        "nothing",
        "a template",
        "no routes",
    ],
)
def test_damaged_sessions_are_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.ardour"
    path.write_bytes(content)
    with pytest.raises(DawError, match=message) as caught:
        read_session(path)
    assert "bad.ardour" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sources", "files"),
    [
        ('<Source name="Tide%L.wav" type="audio" id="1"/><Source name="Tide%R.wav" type="audio" id="2"/>',
         ("{}/interchange/Song/audiofiles/Tide%L.wav", "{}/interchange/Song/audiofiles/Tide%R.wav")),
        ('<Source name="/b/T.wav" type="audio" channel="0"/><Source name="/b/T.wav" type="audio" channel="1"/>',
         ("/b/T.wav",)),
        ('<Source name="T%L.wav" type="audio" origin="/b/T.wav"/>', ("/b/T.wav",)),
        ('<Source name="T%L.wav" type="audio" origin="T.wav"/>', ("{}/interchange/Song/audiofiles/T%L.wav",)),
        ('<Source name="/b/T.wav" type="audio"/><Source name="x.mid" type="midi"/>', ()),
        ("".join(f'<Source name="/b/{n}.wav" type="audio"/>' for n in range(9)), ()),
        ("", ()),
    ],
    ids=["imported", "embedded", "origin", "relative origin", "midi", "many", "none"],
)  # fmt: skip
def test_the_files_a_session_plays(tmp_path: Path, sources: str, files: tuple[str, ...]) -> None:
    folder = tmp_path / "Song"
    folder.mkdir()
    text = REAL.read_text(encoding="utf-8").replace("<Sources/>", f"<Sources>{sources}</Sources>")
    (folder / "snapshot.ardour").write_text(text, encoding="utf-8")
    assert read_session(folder / "snapshot.ardour").source_files == tuple(file.format(folder) for file in files)
