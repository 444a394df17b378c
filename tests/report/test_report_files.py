"""Writing reports: complete or absent, ours replaced, foreign files untouched."""

import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

from bridge.model import Analysis
from bridge.report.html import render_bounce_report
from bridge.report.report_files import ReportError, ReportPaths, write_report
from tests.report.records import an_analysis


def write(folder: Path, analysis: Analysis, *, stem: str = "Song report", song: str = "Song") -> ReportPaths:
    return write_report(folder, stem, render_bounce_report(analysis, song=song), msgspec.json.encode(analysis).decode())


def test_page_and_json_appear_together_and_nothing_else(tmp_path: Path) -> None:
    paths = write(tmp_path / "new" / "folder", an_analysis())
    assert [p.name for p in (paths.html, paths.json)] == ["Song report.html", "Song report.json"]
    assert sorted(p.name for p in paths.html.parent.iterdir()) == ["Song report.html", "Song report.json"]
    assert msgspec.json.decode(paths.json.read_bytes(), type=Analysis) == an_analysis()
    if os.name == "posix":
        assert stat.S_IMODE(paths.html.stat().st_mode) == 0o644


@pytest.mark.slow
def test_a_newer_report_of_the_same_bounce_replaces_the_older(tmp_path: Path) -> None:
    write(tmp_path, an_analysis(), song="Old name")
    paths = write(tmp_path, an_analysis(), song="New name")
    assert "New name" in paths.html.read_text(encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.slow
def test_another_bounce_of_the_same_name_gets_its_own_report(tmp_path: Path) -> None:
    first = write(tmp_path, an_analysis(sha256="aa" * 32))
    before = first.html.read_bytes(), first.json.read_bytes()
    second = write(tmp_path, an_analysis(sha256="bb" * 32))
    assert second.html.name == "Song report (2).html"
    assert (first.html.read_bytes(), first.json.read_bytes()) == before
    assert write(tmp_path, an_analysis(sha256="bb" * 32)) == second


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Song report.html", "Song report.json"])
@pytest.mark.parametrize("content", [b"", b"my own notes", b'{"sha256": "no"}', b"\xff\xfe\x00", b"[1]"])
def test_foreign_files_are_never_touched(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    paths = write(tmp_path, an_analysis())
    assert paths.html.name == "Song report (2).html"
    assert (tmp_path / name).read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "content",
    [b"[" * 200_000, b'{"file":"' + b"x" * 300_000, b'{"file":' * 100_000, b"{" + b" " * 300_000],
    ids=["deep", "long", "nested", "empty"],
)
def test_a_file_of_any_length_and_depth_under_our_name_is_somebody_elses(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "Song report.json").write_bytes(content)
    assert write(tmp_path, an_analysis()).html.name == "Song report (2).html"


def test_no_more_is_read_of_a_file_under_our_name_than_its_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "Song report.json").open("wb") as file:
        file.truncate(3 << 30)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a whole file was read"))
    assert write(tmp_path, an_analysis()).html.name == "Song report (2).html"


@pytest.mark.slow
def test_our_json_is_known_however_it_is_laid_out_and_whatever_its_path(tmp_path: Path) -> None:
    odd = an_analysis(file="/m/" + "\\udc80" * 4000 + '"{,}"\n.wav')
    first = write(tmp_path, odd)
    first.json.write_text(json.dumps(json.loads(first.json.read_bytes()), indent=2))
    assert write(tmp_path, odd) == first


def test_somebody_elses_json_about_the_same_file_is_theirs(tmp_path: Path) -> None:
    (tmp_path / "Song report.json").write_text(json.dumps({"file": "x.wav", "sha256": an_analysis().sha256}))
    assert write(tmp_path, an_analysis()).html.name == "Song report (2).html"


def test_a_link_with_our_name_is_not_followed(tmp_path: Path) -> None:
    real = write(tmp_path / "real", an_analysis())
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "Song report.html").symlink_to(real.html)
    (folder / "Song report.json").symlink_to(tmp_path / "nowhere")
    assert write(folder, an_analysis()).html.name == "Song report (2).html"


def test_somebody_quicker_keeps_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def raced(part: Path, path: Path) -> None:
        if path.name == "Song report.html":
            path.write_text("theirs")
        link(part, path)

    monkeypatch.setattr(os, "link", raced)
    paths = write(tmp_path, an_analysis())
    assert paths.html.name == "Song report (2).html"
    assert (tmp_path / "Song report.html").read_text() == "theirs"
    assert not (tmp_path / "Song report.json").exists()


@pytest.mark.slow
def test_file_systems_without_links_work_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path, an_analysis())
    paths = write(tmp_path, an_analysis(sha256="cc" * 32))
    assert paths.html.name == "Song report (2).html"
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a/b\\c\nd", "a_b_c_d"),
        ("  ...  ", "report"),
        ("", "report"),
        ("q\"uo'te", "q_uo'te"),
        ("é" * 300, "é" * 121),
    ],
)
def test_hostile_names_stay_in_the_folder(tmp_path: Path, stem: str, expected: str) -> None:
    paths = write(tmp_path, an_analysis(), stem=stem)
    assert paths.html.parent == tmp_path
    assert paths.html.stem == expected


@pytest.mark.slow
@pytest.mark.parametrize("song", ["長い歌" * 90, "Самогон" * 60, "a" * 400, "CON", "Tide. ", "👩‍👩‍👧‍👦" * 40])
def test_the_number_of_the_bounce_stays_in_the_name_of_a_long_song(tmp_path: Path, song: str) -> None:
    for sha256 in ("aa" * 32, "bb" * 32):
        analysis = an_analysis(sha256=sha256)
        page = render_bounce_report(analysis, song=song)
        paths = write_report(tmp_path, song, page, msgspec.json.encode(analysis).decode(), tail=" – bounce 12")
    assert paths.html.stem.endswith(" – bounce 12 (2)")
    assert paths.html.name.startswith(song[:3])


def test_names_that_are_not_text_are_written(tmp_path: Path) -> None:
    paths = write(tmp_path, an_analysis(), stem=os.fsdecode(b"caf\xe9"))
    assert os.fsencode(paths.html.name) == b"caf\xe9.html"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ReportError, match=f"{tmp_path.name}.*Permission denied.*choose another folder"):
        write(tmp_path, an_analysis())


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(ReportError, match="reports"):
        write(tmp_path / "reports", an_analysis())


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="No space left"):
        write(tmp_path, an_analysis())
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_swept_up(tmp_path: Path) -> None:
    old = tmp_path / ".Song report.html.123-ab.part"
    old.write_text("half")
    os.utime(old, (0, 0))
    write(tmp_path, an_analysis())
    assert not old.exists()


def test_page_and_json_must_be_of_one_bounce(tmp_path: Path) -> None:
    page = render_bounce_report(an_analysis(), song="S")
    with pytest.raises(ValueError, match="one bounce"):
        write_report(tmp_path, "x", page, '{"sha256": "other"}')
    with pytest.raises(ValueError, match="one bounce"):
        write_report(tmp_path, "x", "<p>no mark</p>", '{"sha256": "other"}')
