"""docs/files.md says what of a mix each kind of master holds; here every cell of it is written and read back."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
import soundfile

from bridge.audio.kept.read import read_kept
from bridge.audio.kept.record import Kept, MasterFormat
from bridge.audio.kept.write import write_kept
from bridge.audio.reader import open_audio
from bridge.audio.tags import read_tags
from tests.audio.kept.cues import cues_by_libsndfile
from tests.audio.kept.mixes import HOUR, PICTURE, POINTS, RATE_HZ, TEXTS, TITLE, empty_master, full_mix
from tests.tree import ROOT

Master = tuple[str, Path, Kept]
ENDINGS = {"WAV": ".wav", "FLAC": ".flac", "AIFF": ".aiff", "MP3": ".mp3", "Ogg": ".ogg", "Opus": ".opus"}
MASTER_HZ = {".opus": 48_000}


def table() -> dict[str, dict[str, str]]:
    """The table *What a master says about itself* of docs/files.md: rows by their first cell, then cells by kind."""
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8").split("## What a master says about itself", 1)[1]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    kinds = lines[0][1:]
    return {cells[0]: dict(zip(kinds, cells[1:], strict=True)) for cells in lines[1:]}


def holds(cell: str) -> bool:
    return not cell.startswith("no")


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return read_kept(full_mix(tmp_path_factory.mktemp("mix") / "mix.wav"), RATE_HZ)


@pytest.fixture(scope="module", params=ENDINGS.items(), ids=ENDINGS)
def master(
    request: pytest.FixtureRequest, mix: Kept, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Kept]:
    """The kind, the file, and what is found in it."""
    kind, ending = request.param
    rate_hz = MASTER_HZ.get(ending, 44_100)
    path = empty_master(tmp_path_factory.mktemp("master") / f"a{ending}", rate_hz)
    before, frames = soundfile.read(path)[0], soundfile.info(path).frames
    bits = 16 if ending in (".wav", ".flac", ".aiff") else 0
    notes = write_kept(path, ending, mix, MasterFormat(rate_hz, 2, bits, frames), {"gain_db": 1.0}, "f" * 64)
    assert notes == ()
    assert (soundfile.read(path)[0] == before).all()
    return kind, path, read_kept(path, rate_hz)


def test_the_mix_was_understood(mix: Kept) -> None:
    assert mix.texts == TEXTS  # a ReplayGain describes the file it stands in, and goes no further
    assert [(m.frame, m.frames, m.label, m.note) for m in mix.markers] == [point[1:] for point in POINTS]
    assert [(picture.mime, picture.kind, picture.data) for picture in mix.pictures] == [("image/png", 3, PICTURE)]


@pytest.mark.slow
def test_the_table_names_every_kind(master: Master) -> None:
    rows = table()
    assert all(list(cells) == list(ENDINGS) for cells in rows.values())
    assert len(rows) == 7


def test_texts(master: Master) -> None:
    kind, path, found = master
    assert all(map(holds, table()["texts"].values()))
    assert found.texts == TEXTS
    assert json.loads(found.settings) == {"gain_db": 1.0}
    assert read_tags(path).texts["title"] == TITLE  # as an analysis reads it
    by_mutagen = mutagen.File(path).tags
    title = by_mutagen["TIT2"].text[0] if kind in ("WAV", "AIFF", "MP3") else by_mutagen["title"][0]
    assert str(title) == TITLE


def test_artwork(master: Master) -> None:
    assert all(map(holds, table()["artwork"].values()))
    assert [picture.data for picture in master[2].pictures] == [PICTURE]


def test_markers_and_regions(master: Master, mix: Kept) -> None:
    kind, path, found = master
    rate_hz = MASTER_HZ.get(path.suffix, 44_100)
    exact = [marker.at_rate(RATE_HZ, rate_hz) for marker in mix.markers]
    assert [marker.label for marker in found.markers] == [marker.label for marker in exact]
    cell = table()["markers"][kind]
    most = 0 if "frame" in cell else rate_hz / 2000 + 0.5  # half a millisecond, and back to a frame
    assert [marker.frame for marker in found.markers] == pytest.approx([m.frame for m in exact], abs=most)
    has_regions = holds(table()["regions"][kind])
    lengths = [marker.frames if has_regions else 0 for marker in exact]
    assert [marker.frames for marker in found.markers] == pytest.approx(lengths, abs=2 * most)
    if kind in ("WAV", "AIFF"):
        by_libsndfile = [cue for cue in cues_by_libsndfile(path) if not cue[1].endswith(" (end)")]
        assert by_libsndfile == [(marker.frame, marker.label) for marker in exact]


def test_broadcast_wave_and_xml(master: Master) -> None:
    kind, _, found = master
    assert bool(found.broadcast) == holds(table()["Broadcast Wave (bext)"][kind])
    assert bool(found.ixml) == bool(found.axml) == holds(table()["iXML, axml"][kind])
    if found.broadcast:
        assert int.from_bytes(found.broadcast[338:346], "little") == HOUR * 44_100 // RATE_HZ  # still one o'clock
        assert b"<FILE_SAMPLE_RATE>44100</FILE_SAMPLE_RATE>" in found.ixml


def test_all_of_the_sound_is_still_read(master: Master) -> None:
    with open_audio(master[1]) as reader:
        assert sum(len(block) for block in reader.blocks()) == soundfile.info(master[1]).frames


@pytest.mark.slow
def test_ffprobe_finds_texts_and_chapters(master: Master, mix: Kept, program: Callable[[str], str]) -> None:
    kind, path, _ = master
    shown = _ffprobe(program("ffprobe"), path)
    tags = {
        name.lower(): text
        for part in (shown["format"], *shown["streams"])
        for name, text in part.get("tags", {}).items()
        if name.lower() != "comment"  # of the artwork
    }
    assert (tags["title"], tags["artist"], tags["date"], tags["genre"]) == (TITLE, "The Artist", "2024-05-01", "Dub")
    assert (tags.get("isrc") or tags.get("tsrc")) == "GBAYE0000001"
    if kind == "AIFF":
        return  # ffmpeg takes no markers of AIFF
    chapters = sorted((float(chapter["start_time"]), chapter["tags"]["title"]) for chapter in shown["chapters"])
    assert [title for _, title in chapters] == [marker.label for marker in mix.markers]
    starts = [marker.frame / RATE_HZ for marker in mix.markers]
    assert [start for start, _ in chapters] == pytest.approx(starts, abs=0.0006)


def _ffprobe(program: str, path: Path) -> dict[str, Any]:
    command = [program, "-v", "fatal", "-show_format", "-show_streams", "-show_chapters", "-of", "json", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


@pytest.mark.slow
def test_flac_itself_puts_the_chunks_back(mix: Kept, tmp_path: Path, program: Callable[[str], str]) -> None:
    """``flac --decode --keep-foreign-metadata`` checks what it is given, and makes a Broadcast Wave file of it."""
    path = empty_master(tmp_path / "a.flac")
    frames = soundfile.info(path).frames
    write_kept(path, ".flac", mix, MasterFormat(44_100, 2, 16, frames), {}, "f" * 64)
    command = [program("flac"), "--silent", "--decode", "--keep-foreign-metadata", str(path)]
    done = subprocess.run([*command, "-o", str(tmp_path / "b.wav")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    back = read_kept(tmp_path / "b.wav", 44_100)
    assert back.broadcast
    assert back.ixml
    assert [m.frame for m in back.markers] == [m.at_rate(RATE_HZ, 44_100).frame for m in mix.markers]
    wav_master = shutil.copy(empty_master(tmp_path / "c.wav"), tmp_path / "d.wav")
    write_kept(Path(wav_master), ".wav", mix, MasterFormat(44_100, 2, 16, frames), {}, "f" * 64)
    assert back.broadcast == read_kept(Path(wav_master), 44_100).broadcast
