"""What a mode asks, answered inside a DAW before and after the first bounce."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.errors import UsageError
from bridge.policy.song.modes import MODES, QUESTIONS
from bridge.songs.replies import Replies
from bridge.store import NewBounce, Store
from tests.store.fresh import fresh_store

PROJECT = "/songs/Tide.rpp"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=lambda: 1000.0)
    yield store
    store.close()


def song(store: Store) -> int:
    new = NewBounce(Path("/b/Tide.wav"), 10, 20, "1", "Tide", "tide", "/b", "", "folder")
    return store.bounces.record(new)[0].song_id


def test_no_two_questions_share_a_key() -> None:
    keys = [question.key for mode in MODES for question in QUESTIONS[mode]]
    assert len(keys) == len(set(keys))


def test_an_answer_is_kept_for_the_mode_that_asked_and_the_newest_counts(store: Store) -> None:
    questions, song_id = Replies(store, lambda: 5.0), song(store)
    questions.answer("needs", "a bridge", song_id)
    questions.answer("needs", "nothing\nmore\x1b[31m", song_id)
    questions.answer("needs", "nothing more[31m", song_id)  # the same again is no new answer
    questions.answer("keep", "the quiet verse", song_id)  # the song had left the mode while somebody was writing
    asked = questions.of("mixing", song_id)
    assert [question.text for question in asked] == [question.text for question in QUESTIONS["mixing"]]
    assert [question.answer for question in asked] == ["nothing more[31m", "", ""]
    assert len(store.song_state.replies(song_id)) == 3
    questions.answer("needs", "", song_id)
    assert questions.of("mixing", song_id)[0].answer == ""
    with pytest.raises(UsageError, match="'colour' is no question; there are needs"):
        questions.answer("colour", "blue", song_id)


def test_what_was_answered_before_the_first_bounce_goes_with_the_song(store: Store) -> None:
    questions = Replies(store, lambda: 5.0)
    questions.answer("needs", "a bridge", None, PROJECT)
    questions.answer("needs", "an end", None, "/songs/Other.rpp")
    assert questions.of("mixing", None, PROJECT)[0].answer == "a bridge"
    song_id = song(store)
    questions.adopt(PROJECT, song_id)
    assert questions.of("mixing", song_id)[0].answer == "a bridge"
