"""When is a file finished? A fake clock, a fake folder."""

from pathlib import Path

import pytest

from bridge.audio.probe import Probe
from bridge.watch.settle import Settled, Settler, Stamp, Stuck, Vanished

SONG = Path("Song.wav")


class Folder:
    """One file, as the settler sees it."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = Stamp(100, 1)
        self.probe = Probe("complete")
        self.error: OSError | None = None

    def stamp_of(self, path: Path) -> Stamp | None:
        assert path == SONG
        return self.stamp

    def probe_of(self, path: Path) -> Probe:
        if self.error is not None:
            raise self.error
        return self.probe


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def settler(folder: Folder) -> Settler:
    settler = Settler(2.0, 60.0, folder.stamp_of, folder.probe_of)
    assert folder.stamp is not None
    settler.see(SONG, folder.stamp, 0.0)
    return settler


def test_a_file_that_stands_still_is_finished_after_the_settle_time(settler: Settler, folder: Folder) -> None:
    assert settler.due(1.9) == []
    assert settler.due(2.0) == [Settled(SONG, Stamp(100, 1))]
    assert settler.due(3.0) == []


def test_every_change_starts_the_wait_anew(settler: Settler, folder: Folder) -> None:
    for now_s, size in ((1.5, 200), (3.0, 300), (4.5, 400)):
        folder.stamp = Stamp(size, size)
        assert settler.due(now_s) == []
    assert settler.due(6.4) == []
    assert settler.due(6.5) == [Settled(SONG, Stamp(400, 400))]


def test_an_incomplete_header_waits_and_is_reported_once(settler: Settler, folder: Folder) -> None:
    folder.probe = Probe("incomplete", "the header promises more")
    assert settler.due(59.0) == []
    assert settler.due(60.0) == [Stuck(SONG, Stamp(100, 1), "the header promises more")]
    assert settler.due(1000.0) == []
    folder.stamp, folder.probe = Stamp(500, 9), Probe("complete")
    assert settler.due(1001.0) == []
    assert settler.due(1003.0) == [Settled(SONG, Stamp(500, 9))]


def test_the_daws_word_shortens_the_wait(settler: Settler, folder: Folder) -> None:
    settler.see(SONG, Stamp(100, 1), 0.1, exported=True)
    assert settler.due(0.3) == [Settled(SONG, Stamp(100, 1))]


def test_the_daws_word_does_not_make_a_half_file_whole(settler: Settler, folder: Folder) -> None:
    folder.probe = Probe("incomplete", "half")
    settler.see(SONG, Stamp(100, 1), 0.1, exported=True)
    assert settler.due(5.0) == []


def test_a_file_that_goes_away_is_let_go(settler: Settler, folder: Folder) -> None:
    folder.stamp = None
    assert settler.due(0.5) == [Vanished(SONG)]
    assert len(settler) == 0


def test_a_file_that_goes_away_while_it_is_looked_at(settler: Settler, folder: Folder) -> None:
    folder.error = FileNotFoundError()
    assert settler.due(2.0) == [Vanished(SONG)]


def test_an_unreadable_file_is_reported_with_the_reason(settler: Settler, folder: Folder) -> None:
    folder.error = PermissionError(13, "Permission denied")
    assert settler.due(2.0) == []
    (stuck,) = settler.due(60.0)
    assert isinstance(stuck, Stuck)
    assert "Permission denied" in stuck.reason


def test_a_clock_that_jumps_back_only_restarts_the_wait(settler: Settler, folder: Folder) -> None:
    assert settler.due(-1000.0) == []
    assert settler.due(-998.0) == [Settled(SONG, Stamp(100, 1))]
