"""A run of the faults that was stopped goes on where it was."""

from pathlib import Path

import pytest

from bench.faults.copies import Copy, Outcome
from bench.faults.journal import Journal
from bench.faults.music import Track

pytestmark = pytest.mark.slow

SEED = 13
COPY = Copy(Track("songs", "one", Path("one.ogg")), ("hole", "click"), 7, 48_000)
CAME = [Outcome("hole", "songs/one", 48_000, 1.25, True, None, ("fault/dropout",))]


def test_what_came_of_a_copy_is_known_to_the_run_that_goes_on(tmp_path: Path) -> None:
    Journal(tmp_path / "kept", goes_on=False).keep(COPY, SEED, CAME)
    assert Journal(tmp_path / "kept", goes_on=True).known(COPY, SEED) == CAME


def test_another_seed_song_rate_or_number_is_another_copy(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "kept", goes_on=False)
    journal.keep(COPY, SEED, CAME)
    others = [
        (COPY, SEED + 1),
        (Copy(Track("songs", "two", COPY.track.path), COPY.kinds, 7, 48_000), SEED),
        (Copy(COPY.track, COPY.kinds, 8, 48_000), SEED),
        (Copy(COPY.track, COPY.kinds, 7, 0), SEED),
        (Copy(COPY.track, ("hole",), 7, 48_000), SEED),
    ]
    assert [journal.known(copy, seed) for copy, seed in others] == [None] * len(others)


def test_a_line_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "kept", goes_on=False)
    journal.keep(COPY, SEED, CAME)
    whole = (tmp_path / "kept").read_text()
    (tmp_path / "kept").write_text(whole + whole[: len(whole) // 2])
    assert Journal(tmp_path / "kept", goes_on=True).known(COPY, SEED) == CAME


def test_a_run_that_does_not_go_on_begins_anew(tmp_path: Path) -> None:
    Journal(tmp_path / "kept", goes_on=False).keep(COPY, SEED, CAME)
    assert Journal(tmp_path / "kept", goes_on=False).known(COPY, SEED) is None
