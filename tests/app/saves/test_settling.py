"""When a saved project is read, by a clock of its own."""

from pathlib import Path

from bridge.app.saves.settling import MOST_AT_FIRST, RECENT_S, Due, SaveSettling
from bridge.watch.folder import Candidate
from bridge.watch.settle import Stamp

NOW = 1_800_000_000.0
TIDE, EBB = Path("/m/Tide.als"), Path("/m/Ebb.als")


def file(path: Path, version: int = 0, age_s: float = 0.0) -> Candidate:
    return Candidate(path, Stamp(100 + version, int((NOW - age_s) * 1e9)))


def test_one_read_when_the_file_has_been_quiet_for_a_second() -> None:
    settling = SaveSettling()
    for version, now_s in enumerate((0.0, 0.5, 0.9)):
        settling.seen([file(TIDE, version)], now_s, NOW, is_first=False)
        assert settling.due(now_s + 0.05) is None
    assert settling.due(1.85) is None
    assert settling.due(1.95) == Due(TIDE, file(TIDE, 2).stamp)
    assert settling.due(100.0) is None


def test_one_that_is_saved_twice_a_second_is_read_when_that_ends() -> None:
    settling = SaveSettling()
    for save in range(20):
        settling.seen([file(TIDE, save)], save / 2, NOW, is_first=False)
        assert settling.due(save / 2 + 0.4) is None
    assert settling.due(10.6) == Due(TIDE, file(TIDE, 19).stamp)


def test_what_lies_there_is_met_the_newest_first_and_without_hurry() -> None:
    settling = SaveSettling()
    settling.seen([file(EBB, age_s=5), file(TIDE, age_s=9), file(Path("/m/old.als"), age_s=RECENT_S + 1)], 0.0, NOW,
                  is_first=True)  # fmt: skip
    assert settling.due(0.0) == Due(EBB, file(EBB, age_s=5).stamp)
    settling.done(took_s=0.5, now_s=0.5)
    assert settling.due(2.4) is None  # a fifth of the time
    assert settling.due(2.6) == Due(TIDE, file(TIDE, age_s=9).stamp)
    assert settling.due(100.0) is None


def test_a_save_goes_before_what_lies_there() -> None:
    settling = SaveSettling()
    settling.seen([file(EBB), file(TIDE, age_s=9)], 0.0, NOW, is_first=True)
    settling.done(took_s=9.0, now_s=0.0)
    settling.seen([file(TIDE, 1)], 0.0, NOW, is_first=False)
    assert settling.due(1.0) == Due(TIDE, file(TIDE, 1).stamp)
    assert settling.due(1.0) is None
    assert settling.due(50.0) == Due(EBB, file(EBB).stamp)
    assert settling.due(50.0) is None  # Tide is not met a second time


def test_no_more_than_so_many_are_met() -> None:
    settling = SaveSettling()
    files = [file(Path(f"/m/{number}.als"), age_s=number) for number in range(MOST_AT_FIRST + 50)]
    settling.seen(files, 0.0, NOW, is_first=True)
    found = []
    while due := settling.due(0.0):
        found.append(due.path.stem)
    assert found == [str(number) for number in range(MOST_AT_FIRST)]


def test_one_that_was_written_while_it_was_read_is_read_again() -> None:
    settling = SaveSettling()
    settling.seen([file(TIDE)], 0.0, NOW, is_first=False)
    assert settling.due(1.0) is not None
    settling.again(TIDE, file(TIDE, 1).stamp, 1.2)
    assert settling.due(2.0) is None
    assert settling.due(2.3) == Due(TIDE, file(TIDE, 1).stamp)
    settling.seen([file(TIDE, 1)], 3.0, NOW, is_first=False)  # a look that was on its way
    assert settling.due(9.0) is None
