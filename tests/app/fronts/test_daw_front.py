"""What is asked inside a DAW: as a command, and what becomes of it, as a notice of its panel."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.app.commands.records import Asker, Command, Outcome, Refused
from bridge.app.commands.song_commands import SongCommands
from bridge.app.fronts.daw import DawFront
from bridge.app.landing import Landing
from bridge.daw.contract import (
    ActionAsked,
    ActionName,
    AnswerGiven,
    DawEvent,
    ExportSeen,
    Panel,
    PrintKind,
    SnapshotSeen,
)
from bridge.model import Handoff, SessionSnapshot
from bridge.model.events import JobFailed
from bridge.sessions.panel_updater import GO_ON
from bridge.store import NewBounce
from tests.app.house import House

PROJECT = "/songs/Tide.rpp"


class Screen:
    """A DAW that shows what it is given."""

    daw = "reaper"

    def __init__(self) -> None:
        self.panel = Panel()

    def show(self, panel: Panel) -> None:
        self.panel = panel


class Studio(House):
    """A house with REAPER in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.screen = Screen()
        self.now_s = 0.0
        self.disk_is_full = False
        self.core.sessions.connect((self.screen,))  # type: ignore[arg-type]
        self.front = DawFront(
            self.core.sessions, self.core.intake, (self.folder,), self.handle, self.core.hands, clock=lambda: self.now_s
        )
        self.bus.subscribe(self.front.on_event)
        self.open()

    def handle(self, command: Command, asker: Asker) -> Outcome:
        if self.disk_is_full:
            return Refused(kind="not-safe", text="the disk is full")
        return self.core.handler.handle(command, asker)

    def open(self) -> None:
        snapshot = SessionSnapshot(daw="reaper", seen_at=1.0, project_path=PROJECT, project_name="Tide", track_count=20)
        self.front.handle(SnapshotSeen(snapshot=snapshot))

    def ask(self, action: ActionName, **values: str) -> None:
        self.say(ActionAsked(daw="reaper", at=1.0, project_path=PROJECT, action=action, values=values))

    def say(self, event: DawEvent) -> None:
        self.front.handle(event)

    def notices(self) -> dict[str, str]:
        """Return what the panel says, texts by their titles."""
        self.core.sessions.changed()
        self.core.sessions.tick()
        return {notice.title: notice.text for notice in self.screen.panel.notices}

    def key(self, title: str) -> str:
        return next(notice.key for notice in self.screen.panel.notices if notice.title == title)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path)
    yield studio
    studio.close()


def masters(studio: Studio) -> list[bool]:
    """Return the master jobs that were queued: whether each goes on anyway."""
    return ['"anyway":true' in job.params for job in studio.store.jobs.by_state("queued") if job.kind == "master"]


def answer(studio: Studio, title: str, word: str) -> None:
    studio.notices()
    key = studio.key(title)
    studio.say(AnswerGiven(daw="reaper", at=2.0, project_path=PROJECT, key=key, answer=word))


def test_a_master_inside_the_rest_is_asked_about_and_one_press_makes_it(studio: Studio) -> None:
    bounce = studio.recorded("Tide.wav")
    studio.song_service.hand_off(bounce, Handoff(complete=True, written_at=studio.song_service.wall()))
    studio.ask("master", path=bounce.path, target="cd", intent="strange")
    assert studio.notices()["Before the master"] == "Tide, bounce 1, rests for another 24 hours: master it now?"
    assert masters(studio) == []
    answer(studio, "Before the master", "seen")
    studio.ask("master", path=bounce.path, target="cd", intent="strange")
    assert masters(studio) == []  # "Close" means to wait: the next time is a first time again
    answer(studio, "Before the master", GO_ON)
    assert masters(studio) == [False]  # faults would still refuse it
    assert "Before the master" not in studio.notices()
    assert studio.store.song_state.overrides(bounce.id)[0].reason == "said so in the DAW"
    studio.ask("master", path=bounce.path, target="vinyl")
    assert masters(studio) == [False, False]  # asked once a bounce
    assert len(studio.store.song_state.overrides(bounce.id)) == 2  # and written down each time


def test_a_master_that_was_asked_about_is_made_when_asked_for_again(studio: Studio) -> None:
    bounce = studio.recorded("Tide.wav")
    studio.ask("master", path=bounce.path)
    assert studio.notices()["Before the master"] == "Tide, bounce 1, has no hand-off sheet yet: master it now?"
    studio.ask("master", path=bounce.path)
    assert masters(studio) == [False]
    assert studio.store.song_state.overrides(bounce.id)[0].reason == "asked twice in the DAW"


def test_a_question_that_is_gone_is_answered_by_nothing(studio: Studio) -> None:
    bounce = studio.recorded("Tide.wav")
    studio.ask("master", path=bounce.path)
    studio.notices()
    key = studio.key("Before the master")
    for word in ("seen", GO_ON, GO_ON):
        studio.say(AnswerGiven(daw="reaper", at=2.0, project_path=PROJECT, key=key, answer=word))
    assert masters(studio) == []


def test_a_master_that_cannot_be_made_says_why_where_it_was_asked_for(studio: Studio) -> None:
    bounce = studio.recorded("Tide.wav")
    studio.ask("master", path=bounce.path)
    studio.ask("master", path=bounce.path)
    (job,) = studio.store.jobs.by_state("queued")
    studio.bus.publish(JobFailed(job, "the drive is gone", cancelled=False))
    assert studio.notices()["The master was not made"] == "the drive is gone"
    studio.ask("master", path="/etc/passwd")
    assert "none of the configured folders" in studio.notices()["The master was not made"]


def test_a_sheet_written_before_the_first_bounce_waits_on_disk_for_it(studio: Studio) -> None:
    studio.ask("handoff", intent="intimate", survive="the breath\n\n", complete="1")
    assert [row.waits_for for row in studio.store.commands.waiting()] == [f"project:{PROJECT}"]
    path = studio.folder / "Tide.wav"
    path.write_bytes(b"x")
    studio.say(ExportSeen(daw="reaper", seen_at=1.0, path=str(path), project_path=PROJECT))
    record(studio, path)
    bounces = studio.store.bounces.of_song(1)
    sheet = studio.song_service.sheet(bounces[0])
    assert sheet is not None
    assert (sheet.intent, sheet.must_survive, sheet.complete) == ("intimate", ("the breath",), True)
    assert studio.store.commands.waiting() == []
    studio.ask("handoff", worries="phones")  # with the last bounce now; what is left out stays
    sheet = studio.song_service.sheet(bounces[0])
    assert sheet is not None
    assert (sheet.must_survive, sheet.worries) == (("the breath",), ("phones",))


def record(studio: Studio, path: Path) -> None:
    """Record a bounce as the intake does it, with what follows from it."""
    new = NewBounce(path, 1, 1, "sha", "Tide", "tide", str(studio.folder), "", "reaper")
    sessions = studio.core.sessions
    landing = Landing(studio.song_service, studio.config, sessions, SongCommands(studio.song_service, sessions))
    with studio.store.database.transaction():
        bounce, _ = studio.store.bounces.record(new)
        landing.on_new(bounce, None)


@pytest.mark.parametrize(
    ("kind", "checks"),
    [("export", {"bounced_solo", "bounced_render_limits"}), ("bounce", {"bounced_solo"})],
)
def test_a_bounce_with_a_soloed_track_says_so_and_ours_leaves_the_render_s_limiter_out(
    studio: Studio, kind: PrintKind, checks: set[str]
) -> None:
    snapshot = SessionSnapshot(
        daw="reaper", seen_at=2.0, project_path=PROJECT, project_name="Tide", hazards=("solo", "render-limits")
    )
    studio.front.handle(SnapshotSeen(snapshot=snapshot))
    path = studio.folder / "Tide.wav"
    path.write_bytes(b"x")
    studio.say(ExportSeen(daw="reaper", seen_at=1.0, path=str(path), project_path=PROJECT, kind=kind))
    record(studio, path)
    (job,) = studio.store.jobs.by_state("queued")
    assert {word for word in ("bounced_solo", "bounced_render_limits") if word in str(job)} == checks


def test_a_sheet_whose_copy_cannot_be_written_is_kept_at_once_and_with_the_first_bounce(studio: Studio) -> None:
    (studio.folder / "Fresh Ears").write_text("a file where the folder of reports would be")
    studio.ask("handoff", intent="intimate", survive="the breath", complete="1")
    path = studio.folder / "Tide.wav"
    path.write_bytes(b"x")
    studio.say(ExportSeen(daw="reaper", seen_at=1.0, path=str(path), project_path=PROJECT))
    record(studio, path)
    (bounce,) = studio.store.bounces.of_song(1)
    sheet = studio.song_service.sheet(bounce)
    assert sheet is not None
    assert sheet.must_survive == ("the breath",)
    assert not studio.store.commands.waiting()
    studio.ask("handoff", intent="strange", survive="the hum", complete="1")
    assert [sheet.intent for sheet in studio.store.song_state.handoffs(bounce.id)] == ["intimate", "strange"]
    assert "could not be written" in studio.notices()["The sheet is kept"]


def test_a_sheet_that_makes_no_sense_is_refused_at_once(studio: Studio) -> None:
    studio.ask("handoff", intent="sad")
    assert "the intent 'sad' is not known" in studio.notices()["That was not kept"]
    studio.ask("reply", question="colour", answer="blue")
    assert "'colour' is no question" in studio.notices()["That was not kept"]
    assert studio.store.commands.waiting() == []


def test_what_the_disk_cannot_take_is_held_said_and_kept_when_there_is_room(studio: Studio) -> None:
    studio.disk_is_full = True
    studio.ask("mode", mode="mastering")
    assert studio.notices()["Not safe yet"].startswith("the disk is full.")
    studio.front.tick()
    assert studio.store.song_state.modes(project=PROJECT)[-1].source == "guess"
    studio.disk_is_full, studio.now_s = False, 1.5
    studio.front.tick()
    kept = studio.store.song_state.modes(project=PROJECT)[-1]
    assert (kept.mode, kept.source, kept.why) == ("mastering", "person", "you said so in your DAW")
    assert "Not safe yet" not in studio.notices()


def test_nothing_can_be_asked_about_a_session_that_is_not_shown(studio: Studio) -> None:
    studio.say(ActionAsked(daw="ardour", at=1.0, project_path="/x", action="mode", values={"mode": "mastering"}))
    assert studio.store.commands.count_open() == 0
    assert studio.store.song_state.modes(project="/x") == []


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """Return a bounce folder that is a link, as a music folder on another disk often is."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "Bounces").symlink_to(tmp_path / "disk", target_is_directory=True)
    return tmp_path / "Bounces"


@pytest.mark.parametrize("named", ["Bounces", "disk"])
def test_a_daw_that_follows_links_and_the_folder_that_is_one_speak_of_the_same_file(linked: Path, named: str) -> None:
    studio = Studio(linked.parent)
    (linked / "mix.wav").write_bytes(b"x")
    studio.say(ExportSeen(daw="reaper", seen_at=1.0, path=str(linked.parent / named / "mix.wav"), start_s=4.0))
    assert studio.core.intake.waiting(2) == [linked / "mix.wav"]
    record(studio, linked / "mix.wav")
    assert studio.store.sessions.project_of_bounce(1) == PROJECT
    studio.close()


def test_word_about_a_file_that_is_not_to_be_seen_yet_is_kept(studio: Studio) -> None:
    path = studio.folder / "slow.wav"
    studio.say(ExportSeen(daw="reaper", seen_at=1.0, path=str(path)))
    assert studio.core.intake.waiting(2) == []
    record(studio, path)
    assert studio.store.sessions.project_of_bounce(1) == PROJECT
