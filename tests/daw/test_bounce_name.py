"""The name of the next bounce: the song's, the next number that no file has, safe on every system."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.bounce_name import DRY, bounce_stem, named
from bridge.daw.contract import BOUNCE_TAIL_S, Panel
from bridge.policy.bus.dual_print import find_pair
from bridge.policy.findings.thresholds import Thresholds
from bridge.songs.naming import song_key, song_name


def panel(folder: Path | str, song: str = "Tide", number: int = 7, project: str = "/s/Tide.rpp") -> Panel:
    return Panel(song=song, bounce_folder=str(folder), bounce_number=number, project_path=project)


def test_the_next_bounce_is_named_after_the_song_and_its_number(tmp_path: Path) -> None:
    found = named(panel(tmp_path), "reaper")
    assert (found.bounce_name, found.dry_print_name) == ("Tide – bounce 7", "Tide – bounce 7 (dry)")
    assert found.bounce_folder == str(tmp_path)


@pytest.mark.parametrize("taken", ["Tide – bounce 7.wav", "Tide – bounce 7 (dry).wav"])
def test_a_name_that_a_file_has_is_passed_over(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).touch()
    found = named(panel(tmp_path), "ardour")
    assert (found.bounce_number, found.bounce_name) == (8, "Tide – bounce 8")


def test_a_folder_that_is_gone_gives_way_to_the_projects_own(tmp_path: Path) -> None:
    gone = tmp_path / "unplugged"
    assert named(panel(gone), "reaper").bounce_folder == str(Path("/s/Bounces"))
    assert named(panel(gone, project="/s/Tide"), "ardour").bounce_folder == str(Path("/s/Tide/export"))
    assert named(panel(gone, project=""), "reaper").bounce_folder == str(gone)


def test_a_disk_that_does_not_answer_leaves_the_names_to_the_script() -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError

    before = panel("/b")
    assert named(before, "reaper", refuse) == before


@pytest.mark.slow
@given(st.text(max_size=300), st.integers(1, 10_000))
def test_any_song_becomes_a_name_that_every_system_takes(song: str, number: int) -> None:
    stem = bounce_stem(song, number)
    name = f"{stem}{DRY}.wav"
    assert stem.endswith(f" – bounce {number}")
    assert len(name.encode("utf-8")) <= 255
    assert not set('<>:"/\\|?*$;\0\r\n') & set(name)
    assert name == name.strip(" .")


@pytest.mark.parametrize("song", ["Tide", "Song 2", "Mix 3", "Night Drive (final)", "2026-11-22", "Ünï"])
def test_the_bridge_reads_its_own_names_and_those_of_before(song: str) -> None:
    for word in ("bounce", "mix"):
        stem = bounce_stem(song, 12).replace("bounce 12", f"{word} 12")
        assert song_key(song_name(stem).song) == song_key(song_name(song).song)
    assert find_pair(bounce_stem(song, 12), [bounce_stem(song, 12) + DRY]) is not None


def test_the_tail_is_shorter_than_the_silence_a_bounce_is_asked_about() -> None:
    assert Thresholds().tail_silence_listen_s > BOUNCE_TAIL_S
