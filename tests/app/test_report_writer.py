"""Reports beside the bridge's thread: the verdict never waits for long, and a report that was owed comes."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from bridge.app import report_writer
from bridge.app.report_writer import LONGEST_RETRY_S, PATIENCE_S, RETRY_AFTER_S, ReportAttempt, ReportWriter, write
from bridge.model import Analysis, Bounce, Handoff, head_of
from bridge.model.events import BounceExamined, BounceJudged, Event
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import NewBounce
from tests.report.records import an_analysis
from tests.store.fresh import fresh_store


class Writing:
    """A writer over a real store and real folders, with a clock that is turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Bounces"
        self.folder.mkdir(exist_ok=True)
        self.now_s = 100.0
        self.store = fresh_store(folder / "s.db", wall=lambda: 1.79e9)
        self.attempts: queue.SimpleQueue[ReportAttempt] = queue.SimpleQueue()
        self.events: list[Event] = []
        self.writer = self.new_writer()

    def new_writer(self, config: Config = Config()) -> ReportWriter:
        return ReportWriter(self.store, config, self.events.append, self.attempts.put, lambda: self.now_s)

    def examine(self, name: str = "Tide", *, data: str = "", folder: Path | None = None) -> tuple[Bounce, Analysis]:
        """Keep the analysis of a bounce as its job does."""
        number = f"{len(name)}{ord(name[-1]):02x}"
        analysis = an_analysis(sha256=(number * 64)[:64])
        path = (folder or self.folder) / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        new = NewBounce(path, 10, 20, analysis.sha256, name, name.casefold(), "", "", "folder")
        bounce, _ = self.store.bounces.record(new)
        job = self.store.jobs.add("analyse", path, "{}", f"analyse:{name}", bounce.id, again=True)
        self.store.jobs.end(job.id, "done")
        text = data or msgspec.json.encode(analysis).decode()
        self.store.results.add_analysis(bounce.id, job.id, "fine", text)
        return bounce, analysis

    def say(self, examined: tuple[Bounce, Analysis]) -> None:
        bounce, analysis = examined
        self.writer.on_event(BounceExamined(bounce, "fine", "No faults found.", head_of(analysis)))

    def turn(self) -> bool:
        """Turn as the bridge does; tell whether a report was tried."""
        self.writer.tick()
        if not self.writer._writing:
            return False
        self.writer.on_attempt(self.attempts.get(timeout=60.0))
        return True

    def judged(self) -> list[tuple[str, str]]:
        """Return what was published: song, and the report's name or why there is none."""
        found = []
        for event in self.events:
            assert isinstance(event, BounceJudged)
            found.append((event.bounce.song, Path(event.report_path).name or event.report_error))
        return found


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    writing = Writing(tmp_path)
    yield writing
    writing.writer.stop()
    writing.store.close()


@pytest.mark.slow
def test_the_verdict_is_published_with_its_report(writing: Writing) -> None:
    bounce, analysis = examined = writing.examine()
    writing.say(examined)
    assert writing.turn()
    (event,) = writing.events
    path = writing.folder / "Fresh Ears" / "Tide – bounce 1.html"
    assert event == BounceJudged(bounce, "fine", "No faults found.", head_of(analysis), str(path))
    stored = writing.store.results.analysis(bounce.id)
    assert stored is not None
    assert stored.report_path == str(path)
    assert path.with_suffix(".json").read_text() == msgspec.json.encode(analysis).decode()
    assert not writing.turn()


def test_what_people_said_stands_in_it(writing: Writing) -> None:
    bounce, _ = examined = writing.examine()
    SongService(writing.store, Config()).hand_off(bounce, Handoff(intent="intimate", must_survive=("the breath",)))
    writing.say(examined)
    writing.turn()
    assert "the breath" in (writing.folder / "Fresh Ears" / "Tide – bounce 1.html").read_text()


@pytest.mark.slow
def test_loudness_is_folded_away_while_the_song_is_mixed(writing: Writing) -> None:
    bounce, _ = writing.examine()
    service = SongService(writing.store, Config())
    hidden = []
    for mode in (None, "mastering", "mixing"):
        if mode:
            service.say_mode(bounce.song_id, mode)  # type: ignore[arg-type]
        writing.say(writing.examine())
        writing.writer.tick()
        attempt = writing.attempts.get(timeout=60.0)
        writing.writer.on_attempt(attempt)
        hidden.append(attempt.order.hides_loudness)
    assert hidden == [True, False, True]


@pytest.mark.slow
def test_a_report_that_cannot_be_written_costs_no_verdict_and_comes_when_there_is_room(writing: Writing) -> None:
    blocked = writing.folder / "Fresh Ears"
    blocked.write_text("a file where the reports should go")
    writing.say(writing.examine())
    writing.turn()
    ((song, why),) = writing.judged()
    assert song == "Tide"
    assert "the report cannot be written" in why
    assert not writing.turn()
    writing.now_s += RETRY_AFTER_S
    assert writing.turn()
    assert len(writing.events) == 1, "the same refusal was said twice"
    blocked.unlink()
    writing.now_s += LONGEST_RETRY_S
    assert writing.turn()
    assert writing.judged()[1:] == [("Tide", "Tide – bounce 1.html")]
    assert writing.store.results.without_report() == []


@pytest.mark.slow
def test_a_folder_that_is_never_writable_is_asked_less_and_less_often(writing: Writing) -> None:
    (writing.folder / "Fresh Ears").write_text("a file where the reports should go")
    for name in ("Tide", "Ebbs"):
        writing.examine(name)
    tried = 0
    for _ in range(3600):
        tried += writing.turn()
        writing.now_s += 1.0
    assert 6 <= tried <= 12


@pytest.mark.slow
def test_one_folder_that_fails_holds_back_no_other(writing: Writing, tmp_path: Path) -> None:
    (writing.folder / "Fresh Ears").write_text("a file where the reports should go")
    for name in ("Tide", "Ebbs"):
        writing.examine(name)
    writing.examine("Sea", folder=tmp_path / "Elsewhere")
    while writing.turn():
        pass
    assert writing.judged() == [("Sea", "Sea – bounce 1.html")]


def test_what_a_bridge_that_was_killed_owed_comes_at_the_next_start(writing: Writing) -> None:
    bounce, analysis = writing.examine()
    writing.writer = writing.new_writer()
    writing.turn()
    path = str(writing.folder / "Fresh Ears" / "Tide – bounce 1.html")
    assert writing.events == [BounceJudged(bounce, "fine", "No faults found.", head_of(analysis), path)]


@pytest.mark.slow
def test_a_folder_that_hangs_holds_back_no_verdict_for_long(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = threading.Event()

    def slowly(order: report_writer.ReportOrder) -> ReportAttempt:
        hangs.wait(60.0)
        return write(order)

    monkeypatch.setattr(report_writer, "write", slowly)
    writing.say(writing.examine("Tide"))
    writing.writer.tick()
    writing.say(writing.examine("Ebbs"))
    writing.now_s += PATIENCE_S + 0.1
    writing.writer.tick()
    assert writing.judged() == [
        (song, "its folder does not answer; the report comes later") for song in ("Tide", "Ebbs")
    ]
    hangs.set()
    writing.writer.on_attempt(writing.attempts.get(timeout=60.0))
    assert writing.judged()[2:] == [("Tide", "Tide – bounce 1.html")]
    writing.turn()
    assert writing.judged()[3:] == [("Ebbs", "Ebbs – bounce 1.html")]


def test_nothing_is_made_where_a_project_was_deleted(writing: Writing, tmp_path: Path) -> None:
    gone = tmp_path / "Gone"
    writing.say(writing.examine("Tide", folder=gone))
    gone.rmdir()
    writing.turn()
    assert not gone.exists()
    assert "is not there any more" in writing.judged()[0][1]


def test_a_folder_of_the_persons_own_is_made(writing: Writing, tmp_path: Path) -> None:
    own = tmp_path / "My" / "Reports"
    config = Config(report=replace(Config().report, folder=str(own)))
    writing.writer = writing.new_writer(config)
    writing.say(writing.examine())
    writing.turn()
    assert (own / "Tide – bounce 1.html").exists()


def test_an_analysis_no_page_can_be_made_of_is_tried_once(writing: Writing) -> None:
    writing.examine(data='{"file":"x"}')
    assert writing.turn()
    writing.now_s += LONGEST_RETRY_S
    assert not writing.turn()
    assert writing.events == []


@pytest.mark.slow
def test_an_analysis_made_anew_while_its_report_is_written_gets_a_report_of_its_own(writing: Writing) -> None:
    bounce, _ = examined = writing.examine()
    writing.say(examined)
    writing.writer.tick()
    attempt = writing.attempts.get(timeout=60.0)
    writing.examine()  # the file was asked to be examined again, and that is done
    writing.writer.on_attempt(attempt)
    assert writing.store.results.without_report() == [bounce.id]
    writing.now_s += RETRY_AFTER_S
    assert writing.turn()
    assert writing.store.results.without_report() == []
    assert len(list((writing.folder / "Fresh Ears").iterdir())) == 2


def test_a_store_that_is_full_hears_of_the_report_again(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    from bridge.errors import StoreError

    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    writing.say(writing.examine())
    writing.writer.tick()
    attempt = writing.attempts.get(timeout=60.0)
    with monkeypatch.context() as patch:
        patch.setattr(writing.store.results, "set_report", full)
        with pytest.raises(StoreError):
            writing.writer.on_attempt(attempt)
    assert writing.events == []
    writing.writer.on_attempt(attempt)
    assert writing.judged() == [("Tide", "Tide – bounce 1.html")]
