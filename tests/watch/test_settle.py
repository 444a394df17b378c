"""When is a file finished? A fake clock, a fake folder."""

import errno
from pathlib import Path

import pytest

from bridge.audio.probe import Probe
from bridge.watch.settle import Settled, Settler, Stamp, Stuck, Vanished, look_at

SONG = Path("Song.wav")


class Folder:
    """One file, as the settler sees it."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = Stamp(100, 1)
        self.probe = Probe("complete")
        self.error: OSError | None = None

        self.drive_error: OSError | None = None

    def stamp_of(self, path: Path) -> Stamp | None:
        assert path == SONG
        if self.drive_error is not None:
            raise self.drive_error
        return self.stamp

    def probe_of(self, path: Path) -> Probe:
        if self.error is not None:
            raise self.error
        return self.probe


class Watching(Settler):
    """A settler whose questions are answered at once."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(2.0, 60.0)
        self.folder = folder

    def due(self, now_s: float) -> list[Settled | Stuck | Vanished]:
        questions = self.requests(now_s, 10)
        looks = look_at(questions, self.folder.stamp_of, self.folder.probe_of, lambda: None)
        outcomes = [self.looked(look, now_s) for look in looks]
        return [outcome for outcome in outcomes if outcome is not None]


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def settler(folder: Folder) -> Watching:
    settler = Watching(folder)
    assert folder.stamp is not None
    settler.see(SONG, folder.stamp, 0.0)
    return settler


def test_a_file_that_stands_still_is_finished_after_the_settle_time(settler: Watching, folder: Folder) -> None:
    assert settler.due(1.9) == []
    assert settler.due(2.0) == [Settled(SONG, Stamp(100, 1))]
    assert settler.due(3.0) == []


def test_every_change_starts_the_wait_anew(settler: Watching, folder: Folder) -> None:
    for now_s, size in ((1.5, 200), (3.0, 300), (4.5, 400)):
        folder.stamp = Stamp(size, size)
        assert settler.due(now_s) == []
    assert settler.due(6.4) == []
    assert settler.due(6.5) == [Settled(SONG, Stamp(400, 400))]


def test_an_incomplete_header_waits_and_is_reported_once(settler: Watching, folder: Folder) -> None:
    folder.probe = Probe("incomplete", "the header promises more")
    assert settler.due(59.0) == []
    assert settler.due(60.0) == [Stuck(SONG, Stamp(100, 1), "the header promises more")]
    assert settler.due(1000.0) == []
    folder.stamp, folder.probe = Stamp(500, 9), Probe("complete")
    assert settler.due(1011.0) == []  # it is looked at less often by now
    assert settler.due(1013.0) == [Settled(SONG, Stamp(500, 9))]


def test_one_that_was_reported_and_moves_again_starts_anew_at_once(settler: Watching, folder: Folder) -> None:
    folder.probe = Probe("incomplete", "half")
    settler.due(60.0)
    folder.stamp, folder.probe = Stamp(500, 9), Probe("complete")
    settler.see(SONG, folder.stamp, 61.0)  # an event said so
    assert settler.due(62.9) == []
    assert settler.due(63.0) == [Settled(SONG, Stamp(500, 9))]


def test_a_stream_without_a_length_is_finished_when_it_has_not_grown_for_long(
    settler: Watching, folder: Folder
) -> None:
    folder.probe = Probe("open", "the header does not say yet how long the sound is")
    assert settler.due(20.0) == []
    folder.stamp = Stamp(200, 2)
    assert settler.due(25.0) == []  # it grew
    assert settler.due(54.7) == []
    assert settler.due(55.0) == [Settled(SONG, Stamp(200, 2))]


def test_a_stream_of_a_daw_that_says_it_has_ended_needs_no_longer_wait(settler: Watching, folder: Folder) -> None:
    folder.probe = Probe("open", "")
    settler.see(SONG, Stamp(100, 1), 0.1, exported=True)
    assert settler.due(0.4) == [Settled(SONG, Stamp(100, 1))]


def test_an_open_end_is_never_a_complaint(settler: Watching, folder: Folder) -> None:
    settler.take_times(2.0, 5.0)  # given up before a stream's long wait is over
    folder.probe = Probe("open", "")
    assert settler.due(4.7) == []
    assert settler.due(5.0) == [Settled(SONG, Stamp(100, 1))]


def test_the_daws_word_shortens_the_wait(settler: Watching, folder: Folder) -> None:
    settler.see(SONG, Stamp(100, 1), 0.1, exported=True)
    assert settler.due(0.3) == [Settled(SONG, Stamp(100, 1))]


def test_the_daws_word_does_not_make_a_half_file_whole(settler: Watching, folder: Folder) -> None:
    folder.probe = Probe("incomplete", "half")
    settler.see(SONG, Stamp(100, 1), 0.1, exported=True)
    assert settler.due(5.0) == []


def test_a_file_that_goes_away_is_let_go(settler: Watching, folder: Folder) -> None:
    folder.stamp = None
    assert settler.due(0.5) == [Vanished(SONG)]
    assert len(settler) == 0


def test_a_file_that_goes_away_while_it_is_looked_at(settler: Watching, folder: Folder) -> None:
    folder.error = FileNotFoundError()
    assert settler.due(2.0) == [Vanished(SONG)]


def test_an_unreadable_file_is_reported_with_the_reason(settler: Watching, folder: Folder) -> None:
    folder.error = PermissionError(13, "Permission denied")
    assert settler.due(2.0) == []
    (stuck,) = settler.due(60.0)
    assert isinstance(stuck, Stuck)
    assert "Permission denied" in stuck.reason


def test_a_clock_that_jumps_back_only_restarts_the_wait(settler: Watching, folder: Folder) -> None:
    assert settler.due(-1000.0) == []
    assert settler.due(-998.0) == [Settled(SONG, Stamp(100, 1))]


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOTCONN, errno.EHOSTDOWN])
def test_a_drive_that_answers_with_an_error_does_not_say_that_the_file_is_gone(
    settler: Watching, folder: Folder, code: int
) -> None:
    folder.drive_error = OSError(code, "made for the test")
    assert [settler.due(at) for at in (2.0, 3.0, 500.0)] == [[], [], []]
    folder.drive_error = None
    assert settler.due(501.0) == [Settled(SONG, Stamp(100, 1))]


def test_a_drive_that_does_not_answer_is_asked_once(settler: Watching, folder: Folder) -> None:
    (asked,) = settler.requests(2.0, 10)
    assert [settler.requests(at, 10) for at in (3.0, 100.0)] == [[], []]
    settler.see(SONG, Stamp(300, 2), 101.0)
    assert settler.requests(200.0, 10) == []  # the answer is still to come
    for look in look_at([asked], folder.stamp_of, folder.probe_of, lambda: None):
        assert settler.looked(look, 200.0) is None
    folder.stamp = Stamp(300, 2)
    assert settler.due(201.0) == []
    assert settler.due(203.0) == [Settled(SONG, Stamp(300, 2))]


@pytest.mark.slow
def test_ten_thousand_files_are_looked_at_in_turn() -> None:
    settler = Settler(2.0, 60.0)
    for number in range(10_000):
        settler.see(Path(f"{number}.wav"), Stamp(1, 1), 0.0)
    looks, now_s = 0, 0.0
    while len(settler):
        now_s += 0.1
        questions = settler.requests(now_s, 256)
        looks += len(questions)
        for look in look_at(questions, lambda _: Stamp(1, 1), lambda _: Probe("complete"), lambda: None):
            settler.looked(look, now_s)
    assert looks <= 20_000
    assert now_s < 10.0


def test_room_that_is_set_aside_is_waited_for_without_a_word(settler: Watching, folder: Folder) -> None:
    folder.probe = Probe("blank", "nothing is written into it yet")
    assert [outcome for second in range(4000) for outcome in settler.due(float(second))] == []
    folder.probe = Probe("complete")  # of the same size and date
    assert [outcome for second in range(4000, 4020) for outcome in settler.due(float(second))] == [
        Settled(SONG, Stamp(100, 1))
    ]
