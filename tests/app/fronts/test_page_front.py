"""What a page asks for, as jobs: once, of the files that were meant, and with words when it cannot be."""

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile

from bridge.app.fronts.page import PageCommand, PageFront, happened_of
from bridge.engine.analyse import examine
from bridge.engine.display import display_of
from bridge.errors import JobError
from bridge.model import Bounce, Handoff
from bridge.model.events import ComparisonMade
from bridge.settings.config import Config
from bridge.songs.actions import Action, PageReply
from bridge.songs.comparisons import MOST_REFERENCES, reference_files
from bridge.store import NewBounce
from bridge.web.pages.bounce import read_bounce
from bridge.web.reader import PageReader
from bridge.web.sounds import Sounds
from bridge.worker.jobs import JOB_TYPES
from bridge.worker.jobs.master import MasterTask
from tests.app.house import House
from tests.engine.mastering.mastering import RATE_HZ, song


class AskedHouse(House):
    """A house with sounds in it, asked through its page."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.front = PageFront(self.core.handler.handle)

    def bounce(self, name: str, sound: np.ndarray) -> Bounce:
        path = self.folder / name
        soundfile.write(path, sound, RATE_HZ, subtype="PCM_24")
        analysis, measures = examine(path)
        new = NewBounce(
            path, path.stat().st_size, path.stat().st_mtime_ns, analysis.sha256, "Tide", "tide", "", "", "folder"
        )
        bounce, _ = self.store.bounces.record(new)
        data = msgspec.json.encode(analysis).decode()
        job = self.store.jobs.add("analyse", path, "{}", f"x:{bounce.id}", bounce.id)
        self.store.jobs.end(job.id, "done")
        self.store.results.add_analysis(bounce.id, job.id, "fine", data)
        drawn = display_of(analysis, measures)
        assert drawn is not None
        self.store.display.set_curves(bounce.sha256, msgspec.json.encode(drawn.curves).decode())
        self.store.display.set_zooms(bounce.sha256, drawn.zooms)
        return bounce

    def ask(self, **action: Any) -> PageReply:
        asked = PageCommand(Action(**action), Future())
        self.front.handle(asked)
        return asked.reply.result(0)

    def do(self, job_id: int | None) -> None:
        """Do a job and keep what it finds, as a worker and the queue would."""
        job = self.store.jobs.by_id(job_id or 0)
        assert job is not None
        job_type = JOB_TYPES[job.kind]
        outcome = job_type.run_as_json(job.params, lambda _: None, never)
        assert job_type.keep_as_json(self.store, job, outcome) == (ComparisonMade(job),)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AskedHouse]:
    house = AskedHouse(tmp_path)
    yield house
    house.close()


def never() -> bool:
    return False


@pytest.mark.slow
def test_two_bounces_are_compared_once_and_kept(house: AskedHouse) -> None:
    first, second = house.bounce("v1.wav", song(4.0)), house.bounce("v2.wav", 0.5 * song(4.0))
    source = PageReader(house.home.store_path, Config())
    pair = (("bounce", first.id), ("bounce", second.id))
    try:
        found = source.comparison(*pair)  # type: ignore[arg-type]
        assert found is not None
        assert (found.difference, found.job) == (None, None)
        replies = [house.ask(kind="compare", bounce_id=first.id, other_id=second.id) for _ in range(2)]
        assert replies[0].ok
        assert replies[0].job_id == replies[1].job_id
        waiting = source.comparison(*pair)  # type: ignore[arg-type]
        assert waiting is not None
        assert waiting.job is not None
        assert waiting.job.state == "queued"
        house.do(replies[0].job_id)
        known = source.comparison(*pair)  # type: ignore[arg-type]
        assert known is not None
        assert known.difference is not None
        assert known.difference.level_change_db == pytest.approx(-6.02, abs=0.01)
        assert (known.difference.a, known.difference.b) == ("bounce 1, v1.wav", "bounce 2, v2.wav")
        assert source.comparison(("bounce", 1), ("master", 99)) is None
        # Written by a version that knew other fields: as if it were not there.
        house.store.display.set_comparison(first.sha256, second.sha256, '{"a": 1}')
        odd = source.comparison(*pair)  # type: ignore[arg-type]
        assert odd is not None
        assert odd.difference is None
    finally:
        source.close()


@pytest.mark.slow
def test_a_file_that_was_replaced_is_not_compared_for_what_it_was(house: AskedHouse) -> None:
    first, second = house.bounce("v1.wav", song(4.0)), house.bounce("v2.wav", 0.5 * song(4.0))
    job_id = house.ask(kind="compare", bounce_id=first.id, other_id=second.id).job_id
    soundfile.write(second.path, song(3.0), RATE_HZ, subtype="PCM_24")
    with pytest.raises(JobError, match=r"v2\.wav: is not the file any more"):
        house.do(job_id)
    Path(second.path).unlink()
    with pytest.raises(Exception, match=r"v2\.wav: cannot be read .*disk connected"):
        house.do(job_id)


@pytest.mark.slow
def test_what_cannot_be_compared_says_why(house: AskedHouse) -> None:
    first = house.bounce("v1.wav", song(4.0))
    assert not house.ask(kind="compare", bounce_id=first.id, other_id=99).ok
    assert not house.ask(kind="compare", bounce_id=99, other_id=first.id).ok
    assert "no such master" in house.ask(kind="compare", bounce_id=first.id, master_id=5).message
    assert "no reference on the sheet" in house.ask(kind="references", bounce_id=first.id).message
    assert not house.ask(kind="compare").ok


@pytest.mark.slow
def test_references_are_files_that_are_there(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    beside = house.folder / "Liked.flac"
    soundfile.write(beside, song(4.0), RATE_HZ, subtype="PCM_16")
    (house.folder / "notes.txt").write_text("not a sound")
    (house.folder / "folder.wav").mkdir()
    words = (
        "a song by somebody",
        "Liked.flac",
        str(beside),
        "/no/such.wav",
        "notes.txt",
        "folder.wav",
        "~nobody/x.wav",
        "\0.wav",
    )
    assert reference_files(bounce, Handoff(references=words)) == (str(beside), str(beside))
    assert len(reference_files(bounce, Handoff(references=("Liked.flac",) * 20))) == MOST_REFERENCES
    assert reference_files(bounce, None) == ()


@pytest.mark.slow
def test_references_are_heard_once_for_one_choice(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    soundfile.write(house.folder / "liked.wav", song(4.0), RATE_HZ, subtype="PCM_24")
    house.song_service.hand_off(bounce, Handoff(references=("liked.wav",), written_at=1.0))
    reply = house.ask(kind="references", bounce_id=bounce.id)
    house.do(reply.job_id)
    house.do(reply.job_id)
    source = PageReader(house.home.store_path, Config())
    try:
        page = read_bounce(source, bounce.id)
        assert page is not None
        assert page.references.comparison is not None
        assert len(page.references.comparison.references) == 1
        assert page.references.ids == (1,)
        assert source.sounds.path("reference", 2) is None
        sound = source.sounds.slice("reference", 1, 0, 100)
        assert sound is not None
        assert (sound.frames, len(sound.data)) == (round(4.0 * RATE_HZ), 800)
        soundfile.write(house.folder / "liked.wav", song(3.0), RATE_HZ, subtype="PCM_24")  # another file by now
        assert source.sounds.slice("reference", 1, 0, 100) is None
        house.song_service.hand_off(
            bounce, Handoff(references=(), written_at=2.0)
        )  # another choice is another comparison
        page = read_bounce(source, bounce.id)
        assert page is not None
        assert page.references.comparison is None
    finally:
        source.close()


@pytest.mark.slow
def test_options_of_a_master_reach_its_request(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    soundfile.write(house.folder / "liked.wav", song(4.0), RATE_HZ, subtype="PCM_24")
    asked: dict[str, Any] = {"kind": "master", "bounce_id": bounce.id, "target": "cd", "intent": "strange"}
    reply = house.ask(**asked, follow_references=True)
    assert not reply.ok
    assert "Write one down" in reply.message
    house.song_service.hand_off(bounce, Handoff(references=("liked.wav",), written_at=1.0))
    house.ask(
        **asked,
        follow_references=True,
        preset="punch",
        strength_percent=40.0,
        match_amount_percent=75.0,
        codec_safe=True,
        mend_phase=True,
        anyway=True,
        why="x",
    )
    (job,) = house.store.jobs.by_state("queued")
    request = msgspec.json.decode(job.params, type=MasterTask).request
    assert (request.preset, request.strength_percent, request.codec_safe) == ("punch", 40.0, True)
    assert (request.match_amount_percent, request.mend_phase) == (75.0, True)
    assert (request.target, request.anyway, request.intent) == ("cd", True, "strange")
    assert request.references == (str(house.folder / "liked.wav"),)
    assert [override.reason for override in house.store.song_state.overrides(bounce.id)] == ["x"]
    house.ask(**asked, without_metadata=True, mono_as="single")
    other = next(one for one in house.store.jobs.by_state("queued") if one.id != job.id)
    request = msgspec.json.decode(other.params, type=MasterTask).request
    assert (request.metadata, request.mono_as) == (False, "single")
    plain = house.ask(**asked)
    assert plain.job_id != job.id  # another master, not the same one twice
    assert house.ask(**asked).job_id == plain.job_id


@pytest.mark.parametrize("percent", [-1.0, 101.0, float("nan")])
def test_a_strength_that_cannot_be_is_refused(percent: float) -> None:
    text = f'{{"kind": "master", "strength_percent": {percent}}}'.replace("nan", '"x"')
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(text, type=Action)


@pytest.mark.slow
def test_answers_are_kept_and_only_what_is_asked(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    assert house.ask(kind="reply", song_id=bounce.song_id, words={"needs": "a bridge", "feeling": ""}).ok
    assert house.ask(kind="reply", song_id=bounce.song_id, words={"needs": "a bridge"}).ok
    replies = house.store.song_state.replies(bounce.song_id)
    assert [(reply.question, reply.text) for reply in replies] == [("needs", "a bridge")]
    # asked before the mode changed, answered after it: no words are lost
    assert house.ask(kind="reply", song_id=bounce.song_id, words={"keep": "the hiss"}).ok
    assert house.store.song_state.replies(bounce.song_id)[-1].mode == "mastering"
    reply = house.ask(kind="reply", song_id=bounce.song_id, words={"needs": "a choir", "nonsense": "x"})
    assert not reply.ok
    assert "'nonsense' is no question" in reply.message
    assert len(house.store.song_state.replies(bounce.song_id)) == 2


@pytest.mark.slow
def test_small_actions_reply_in_words(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    assert house.ask(kind="answer", warning_id="x", answer="not-now").message == "That warning does not stand any more."
    assert house.ask(kind="cancel", job_id=99).message == "It has already ended."
    assert house.ask(kind="analyse", bounce_id=bounce.id).ok
    assert house.ask(kind="mode", song_id=bounce.song_id, mode="mastering").ok
    assert house.song_service.mode(bounce.song_id).mode == "mastering"
    assert not house.ask(kind="tick", bounce_id=bounce.id, place="").ok
    (job,) = house.store.jobs.by_state("queued")
    assert house.ask(kind="cancel", job_id=job.id).ok
    happened = happened_of(ComparisonMade(job))
    assert happened is not None
    assert (happened.kind, happened.job_id) == ("changed", job.id)


def test_a_sheet_whose_copy_cannot_be_written_is_kept_and_that_is_said(house: AskedHouse) -> None:
    bounce = house.recorded("v1.wav")
    (house.folder / "Fresh Ears").write_text("a file where the folder of reports would be")
    reply = house.ask(kind="sheet", bounce_id=bounce.id, intent="strange")
    assert reply.ok
    assert reply.message.startswith("The sheet is kept. Its copy beside the bounce could not be written: ")
    assert house.song_service.sheet(bounce) is not None


@pytest.mark.slow
def test_what_is_drawn_is_short_and_what_an_older_version_left_is_drawn_too(house: AskedHouse) -> None:
    bounce = house.bounce("v1.wav", song(4.0))
    sounds = Sounds(house.store)
    found = sounds.analysis(bounce)
    assert found is not None
    assert found[0].curves == sounds.curves(bounce.sha256)
    assert found[0].measurement.integrated_lufs is not None
    assert sounds.zoom_steps("bounce", bounce.id) == pytest.approx([0.01])
    assert sounds.zoom("bounce", bounce.id, 1) is None
    assert sounds.zoom("bounce", 99, 0) is None
    assert sounds.loudness("bounce", bounce.id) is not None
    assert sounds.loudness("master", 99) is None
    with house.store.database.transaction() as connection:
        connection.execute("DELETE FROM drawings")
        connection.execute("DELETE FROM zooms")
    old = sounds.analysis(bounce)
    assert old is not None
    assert old[0].curves is not None
    assert sounds.zoom_steps("bounce", bounce.id) == []
    assert sounds.loudness("bounce", bounce.id) is not None
