"""Failed jobs come back once by themselves, and as often as somebody asks."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.app.commands.records import Asker, Dismiss, Done, Refused, Retry
from bridge.app.intake import Identified
from bridge.model import Job
from bridge.model.events import FileStuck, JobRetried
from bridge.pathtext import to_text
from bridge.store.jobs import NOTED_S
from bridge.watch.folder import stamp_of
from bridge.worker.passing import may_pass
from tests.app.house import House

PAGE = Asker("page")


class Failing:
    """A house whose clock is turned by hand, and a job in it that failed."""

    def __init__(self, folder: Path) -> None:
        self.at = 1_000_000.0
        self.house = House(folder, wall=lambda: self.at)
        self.store = self.house.store
        self.handle = self.house.core.handler.handle
        self.job = self.fail("a", may_pass=True)

    def fail(self, name: str, *, may_pass: bool) -> Job:
        job = self.store.jobs.add("master", Path(f"/m/{name}.wav"), "{}", name, again=True)
        self.store.jobs.end(job.id, "failed", "the disk is full", may_pass=may_pass)
        return job

    def state(self, job: Job) -> str:
        found = self.store.jobs.by_id(job.id)
        assert found is not None
        return found.state

    def start(self) -> None:
        self.house.core.retries.at_start()


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    found = Failing(tmp_path)
    yield found
    found.house.close()


def test_what_failed_through_no_fault_of_the_job_is_tried_again_once_at_the_next_start(failing: Failing) -> None:
    other = failing.fail("b", may_pass=False)
    failing.start()
    assert (failing.state(failing.job), failing.state(other)) == ("queued", "failed")
    failing.store.jobs.end(failing.job.id, "failed", "still full", may_pass=True)
    failing.start()
    assert failing.state(failing.job) == "failed"


def test_asked_for_by_hand_it_is_tried_again_as_new(failing: Failing) -> None:
    failing.start()
    failing.store.jobs.end(failing.job.id, "failed", "still full", may_pass=True)
    assert failing.handle(Retry(job_id=failing.job.id), PAGE) == Done(job_id=failing.job.id)
    assert failing.state(failing.job) == "queued"
    assert [event.job.id for event in failing.house.told if isinstance(event, JobRetried)] == [failing.job.id]
    failing.store.jobs.end(failing.job.id, "failed", "still full", may_pass=True)
    failing.start()
    assert failing.state(failing.job) == "queued"


def test_without_a_number_all_that_failed_of_late_is_tried_again(failing: Failing) -> None:
    other = failing.fail("b", may_pass=False)
    assert failing.handle(Retry(), PAGE) == Done()
    assert (failing.state(failing.job), failing.state(other)) == ("queued", "queued")
    nothing = failing.handle(Retry(), PAGE)
    assert isinstance(nothing, Refused)
    assert "Nothing has failed" in nothing.text


@pytest.mark.parametrize("command", [Retry(job_id=99), Dismiss(job_id=99), Retry(job_id=2**63 - 1)])
def test_a_job_that_did_not_fail_is_refused(failing: Failing, command: Retry | Dismiss) -> None:
    assert isinstance(failing.handle(command, PAGE), Refused)
    failing.handle(Retry(), PAGE)
    assert isinstance(failing.handle(Retry(job_id=failing.job.id), PAGE), Refused)


def test_what_was_asked_for_again_since_is_not_tried_again(failing: Failing) -> None:
    failing.fail("a", may_pass=False)
    assert isinstance(failing.handle(Retry(job_id=failing.job.id), PAGE), Refused)
    failing.start()
    assert failing.state(failing.job) == "failed"
    assert len(failing.store.jobs.noted()) == 1


def test_why_a_job_failed_is_shown_for_a_day(failing: Failing) -> None:
    failing.at += NOTED_S - 1.0
    assert [job.id for job in failing.store.jobs.noted()] == [failing.job.id]
    failing.at += 2.0
    assert failing.store.jobs.noted() == []
    assert failing.handle(Retry(job_id=failing.job.id), PAGE) == Done(job_id=failing.job.id)


def test_what_was_dismissed_is_shown_again_when_it_fails_again(failing: Failing) -> None:
    assert failing.handle(Dismiss(), PAGE) == Done()
    assert failing.store.jobs.noted() == []
    assert isinstance(failing.handle(Dismiss(), PAGE), Refused)
    failing.handle(Retry(job_id=failing.job.id), PAGE)
    failing.store.jobs.end(failing.job.id, "failed", "still full")
    assert len(failing.store.jobs.noted()) == 1


def test_a_file_whose_drive_was_away_is_looked_at_again(failing: Failing) -> None:
    path = failing.house.folder / "Tide.wav"
    path.write_bytes(b"no sound yet")
    stamp = stamp_of(path)
    assert stamp is not None
    intake, bounces = failing.house.core.intake, failing.store.bounces
    for came in (failing.start, lambda: failing.handle(Retry(), PAGE)):
        intake.identified(Identified(path, stamp, "", "Input/output error", may_pass=True, stamp_after=stamp), 0.0)
        assert isinstance(failing.house.told[-1], FileStuck)
        assert bounces.was_seen(path, *stamp)
        assert to_text(path) in [job.path for job in failing.store.jobs.noted()]
        came()
        assert not bounces.was_seen(path, *stamp)
        assert failing.store.jobs.noted() == [] or came == failing.start
    assert path in intake.waiting(9)
    intake.identified(Identified(path, stamp, "", "Input/output error", may_pass=True, stamp_after=stamp), 0.0)
    failing.start()
    assert bounces.was_seen(path, *stamp)


def test_a_bounce_that_no_job_is_about_is_examined_at_the_next_start(failing: Failing) -> None:
    bounce = failing.house.recorded("Tide.wav", examined=False)
    failing.start()
    failing.start()
    assert [job.bounce_id for job in failing.store.jobs.by_state("queued") if job.kind == "analyse"] == [bounce.id]


def test_what_may_pass_is_told_from_what_stays() -> None:
    def raised(cause: BaseException) -> Exception:
        try:
            raise RuntimeError("it failed") from cause
        except RuntimeError as error:
            return error

    assert may_pass(MemoryError())
    assert may_pass(raised(OSError(errno.ENOSPC, "full")))
    assert may_pass(raised(raised(OSError(errno.EIO, "away"))))
    assert not may_pass(raised(ValueError("no sound")))
    assert not may_pass(OSError(errno.ENAMETOOLONG, "too long"))
    around = RuntimeError("round and round")
    around.__cause__ = around
    assert not may_pass(around)
    assert not may_pass(None)
