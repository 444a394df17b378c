"""DAWproject files and Studio One songs: both are zip archives of XML."""

import io
import zipfile
from pathlib import Path

import pytest

from bridge.daw.projects import unpacked
from bridge.daw.projects.reading import find_project_near, read_project
from bridge.daw.projects.saved import SavedProject
from bridge.errors import DawError
from tests.daw.projects.packed import packed_projects as packed
from tests.daw.projects.packed.packed_projects import audio, channel, dawproject, device, mixer, notes, track, zipped


def handed_on(folder: Path, text: str) -> SavedProject:
    (folder / "Tide.dawproject").write_bytes(zipped({"metadata.xml": b"<MetaData/>", "project.xml": text.encode()}))
    return read_project(folder / "Tide.dawproject")


def song(folder: Path, text: str) -> SavedProject:
    members = {"metainfo.xml": packed.ABOUT.encode(), "Devices/audiomixer.xml": text.encode()}
    (folder / "Tide.song").write_bytes(zipped(members))
    return read_project(folder / "Tide.song")


def buses(project: SavedProject) -> list[tuple[str, list[str]]]:
    return [(bus.name, [slot.name for slot in bus.chain]) for bus in project.buses]


def test_the_master_of_a_dawproject(tmp_path: Path) -> None:
    chain = device("Pro-L 2") + device("Tape", "ClapPlugin", on="false") + device("EQ", "Equalizer", loaded="false")
    project = handed_on(tmp_path, dawproject(chain))
    assert (project.daw, project.program_version, project.track_count) == ("dawproject", "Bitwig Studio 5.1.6", 0)
    assert [(s.name, s.kind, s.enabled, s.offline) for s in project.master_chain] == [
        ("Pro-L 2", "VST3", True, False), ("Tape", "CLAP", False, False), ("EQ", "builtin", True, True)
    ]  # fmt: skip


@pytest.mark.parametrize(("values", "is_on"), [(("false", "true"), True), (("false", "false"), False)])
def test_an_automated_switch_is_on_when_it_ever_is(tmp_path: Path, values: tuple[str, ...], is_on: bool) -> None:
    points = "".join(f'<BoolPoint time="{at}" value="{value}"/>' for at, value in enumerate(values))
    lane = f'<Points><Target parameter="s1"/>{points}</Points>'
    text = dawproject(device("Pro-L 2", on=str(not is_on).lower(), automated=True), points=lane)
    assert [slot.enabled for slot in handed_on(tmp_path, text).master_chain] == [is_on]


def test_a_group_in_a_dawproject_that_everything_passes_through(tmp_path: Path) -> None:
    inner = track("1", "Bass", to="3") + track("2", "Kick", to="3", send=("4", 1.0))
    tracks = track("3", "Mix", to="9", devices=device("Pro-L 2"), inside=inner) + track(
        "4", "Hall", to="9", role="effect"
    )
    held = notes("1") + audio("2", 4)
    assert buses(handed_on(tmp_path, dawproject(tracks=tracks, clips=held))) == [("Mix", ["Pro-L 2"])]
    loose = track("5", "Vocal", to="9")
    assert buses(handed_on(tmp_path, dawproject(tracks=tracks + loose, clips=held + audio("5", 4)))) == []
    assert len(buses(handed_on(tmp_path, dawproject(tracks=tracks + loose, clips=held)))) == 1  # nothing lies on it


def test_what_lies_in_a_dawproject(tmp_path: Path) -> None:
    def layout(clips: str, count: int = 1) -> str:
        tracks = "".join(track(str(number), "x", to="9") for number in range(count))
        return handed_on(tmp_path, dawproject(tracks=tracks, clips=clips)).layout

    assert layout(audio("0", 180)) == "one-mix"
    assert layout(audio("0", 20)) == ""
    assert layout("".join(audio(str(n), 180, f"{n}.wav", 200 * n) for n in range(3)), 3) == "album"
    assert layout(audio("0", 180) + notes("1") + notes("2"), 3) == "mix"


def test_the_main_output_of_a_studio_one_song(tmp_path: Path) -> None:
    project = song(tmp_path, mixer(["iZotope Ozone 5", "Pro-Q 3"], post=["Metering"]))
    assert (project.daw, project.program_version, project.rate_hz) == ("studio-one", "7.2.3.108761", 44_100)
    assert [slot.name for slot in project.master_chain] == ["iZotope Ozone 5", "Pro-Q 3", "Metering"]
    assert not project.switches_read


def test_a_bus_in_a_song_that_everything_passes_through(tmp_path: Path) -> None:
    tracks = channel("AudioTrack", "1", "Bass", to="3") + channel("AudioSynth", "2", "Pad", to="3")
    bus = channel("AudioGroup", "3", "Sum", to="9", inserts=["Pro-L 2"])
    assert buses(song(tmp_path, mixer([], tracks + bus))) == [("Sum", ["Pro-L 2"])]
    past = channel("AudioTrack", "4", "Vocal", to="9") + channel("AudioInput", "5", "Mic", to="9")
    assert buses(song(tmp_path, mixer([], tracks + bus + past))) == []


def test_a_project_that_is_saved_goes_before_one_that_is_handed_on(tmp_path: Path) -> None:
    (tmp_path / "Tide.dawproject").touch()
    assert find_project_near(tmp_path / "Tide.wav") == tmp_path / "Tide.dawproject"
    (tmp_path / "Tide.als").touch()
    assert find_project_near(tmp_path / "Tide.wav") == tmp_path / "Tide.als"


def encrypted(data: bytes) -> bytes:
    """Return an archive whose members say that they are encrypted."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(mark) + at] |= 1
    return bytes(changed)


def in_another_way(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(name, "<Project/>")
    return file.getvalue()


WHOLE = zipped({"project.xml": dawproject(device("Pro-L 2")).encode()})


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [("a.dawproject", b"", "damaged: File is not a zip file"), ("a.dawproject", WHOLE[:-40], "damaged: File is not"),
     ("a.dawproject", zipped({"other.xml": b"<a/>"}), "project.xml is not in it"),
     ("a.song", WHOLE, "not a Studio One song"), ("a.dawproject", encrypted(WHOLE), "locked with"),
     ("a.dawproject", in_another_way("project.xml"), "packed in a way that is not read"),
     ("a.dawproject", zipped({"project.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><Project/>'}), "declares a document type"),
     ("a.dawproject", zipped({"project.xml": b"<Session/>"}), "not written by"),
     ("a.dawproject", zipped({"project.xml": b"<Project><Structure>"}), "damaged at line 1"),
     ("a.dawproject", zipped({"project.xml": b"<Project><Structure/></Project>"}), "not a whole project"),
     ("a.song", zipped({"Devices/audiomixer.xml": b"<AudioMixer/>"}), "not laid out as in Studio One 7"),
     ("a.song", zipped({"Devices/audiomixer.xml": mixer(["x"] * 5000).encode()}), "more inserts than any song"),
     ("a.dawproject", zipped({"project.xml": dawproject(device("x") * 5000).encode()}), "more devices than any"),
     ("a.dawproject", WHOLE[:-10] + (200 << 20).to_bytes(4, "little") + WHOLE[-6:], "damaged|lists more")],
    ids=["empty", "cut", "no project", "another's", "encrypted", "bzip2", "entities", "another root", "half saved",
         "nothing", "another mixer", "inserts", "devices", "wrong end"],
)  # fmt: skip
def test_what_is_damaged_is_one_clear_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DawError, match=message) as caught:
        read_project(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_an_empty_project_that_is_handed_on_is_one(tmp_path: Path) -> None:
    text = '<Project version="1.0"><Application name="Bitwig Studio" version="5.1"/></Project>'
    project = handed_on(tmp_path, text)
    assert (project.program_version, project.track_count, project.master_chain) == ("Bitwig Studio 5.1", 0, ())


def test_a_bomb_is_refused_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "_SMALL_BYTES", 1 << 20)
    with pytest.raises(DawError, match="unpacks to 2 MB and more"):
        handed_on(tmp_path, dawproject(" " * (8 << 20)))


def test_a_list_of_members_without_end_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "_MOST_LISTED_BYTES", 2000)
    (tmp_path / "a.dawproject").write_bytes(zipped({f"{number}.wav": b"" for number in range(100)}))
    with pytest.raises(DawError, match="lists more files than any project holds"):
        read_project(tmp_path / "a.dawproject")
