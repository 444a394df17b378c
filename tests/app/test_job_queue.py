"""The queue's rules, with workers that do nothing by themselves and a clock that is turned by hand."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from bridge.app.job_queue import CANCEL_PATIENCE_S, IDLE_WORKER_S, KILL_PATIENCE_S, JobQueue
from bridge.errors import StoreError
from bridge.model import Job
from bridge.model.events import ComparisonMade, Event, JobFailed, JobProgressed, JobRetried
from bridge.store.relocation import relocate
from bridge.worker.job_type import by_kind
from bridge.worker.protocol import Died, Done, Failed, Progressed, Ready
from tests.store.fresh import fresh_store
from tests.worker.toy import COUNT, WITH_COUNT, Counted, CountOutcome, CountTask


class Hand:
    """A worker that does what the test says."""

    def __init__(self) -> None:
        self.is_alive = False
        self.asked: list[tuple[int, str, str]] = []
        self.did: list[str] = []
        self.threads = 0

    def start(self) -> None:
        self.is_alive = True

    def run(self, job: int, kind: str, params: str) -> None:
        self.start()
        self.asked.append((job, kind, params))

    def use_threads(self, threads: int) -> None:
        self.threads = threads

    def cancel(self, job: int) -> None:
        self.did.append(f"cancel {job}")

    def kill(self) -> None:
        self.did.append("kill")

    def leave(self) -> None:
        self.is_alive = False
        self.did.append("leave")

    def stop(self) -> None:
        self.is_alive = False
        self.did.append("stop")


class Bench:
    """A queue with two workers over a real store."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 0.0
        self.store = fresh_store(folder / "s.db")
        self.hands = Hand(), Hand()
        self.events: list[Event] = []
        self.queue = JobQueue(self.store, self.hands, self.events.append, lambda: self.now_s, WITH_COUNT)

    def ask(self, name: str) -> Job:
        return COUNT.queue(self.store, CountTask(path=name), path=Path(name), key=name)

    def state(self, job: Job) -> tuple[str, int]:
        found = self.store.jobs.by_id(job.id)
        assert found is not None
        return found.state, found.attempts

    def done(self, job: Job) -> None:
        count = Raw(msgspec.json.encode(Counted(path=job.path, size_bytes=1)))
        self.queue.on_message(Done(job.id, Raw(msgspec.json.encode(CountOutcome(count=count, pid=1)))))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.store.close()


def test_each_worker_has_one_job_and_the_next_one_goes_to_who_is_done(bench: Bench) -> None:
    jobs = [bench.ask(name) for name in "abc"]
    bench.queue.tick()
    bench.queue.tick()
    assert [[asked[0] for asked in hand.asked] for hand in bench.hands] == [[1], [2]]
    assert bench.hands[0].asked[0][1:] == ("count", '{"path":"a"}')
    assert [job.id for job in bench.queue.running] == [1, 2]
    bench.done(jobs[1])
    assert [job.id for job in bench.queue.running] == [1]
    bench.queue.tick()
    assert [[asked[0] for asked in hand.asked] for hand in bench.hands] == [[1], [2, 3]]
    assert bench.state(jobs[1]) == ("done", 1)
    assert bench.events == [ComparisonMade(jobs[1])]
    assert [row.kind for row in bench.store.history.newest()] == ["count"]


def test_what_is_said_of_other_jobs_is_nothing_to_it(bench: Bench) -> None:
    job = bench.ask("a")
    bench.queue.tick()
    for message in (Ready(1), Progressed(9, "x", 0.1), Failed(9, "x"), Died(0, "x"), Done(9, Raw(b"{}"))):
        bench.queue.on_message(message)
    assert bench.events == []
    bench.queue.on_message(Progressed(job.id, "counting", 0.5))
    assert bench.events == [JobProgressed(job, "counting", 0.5)]


def test_a_job_whose_folder_was_moved_under_it_is_begun_again_at_the_new_place(bench: Bench) -> None:
    job = bench.ask("/old/a")
    bench.queue.tick()
    relocate(bench.store.database, "/old", "/new")
    bench.queue.on_message(Failed(job.id, "/old/a does not exist", may_pass=True))
    assert bench.state(job)[0] == "queued"
    bench.queue.tick()
    assert '"/new/a"' in bench.hands[0].asked[-1][2]
    bench.queue.on_message(Failed(job.id, "/new/a does not exist", may_pass=True))
    assert bench.state(job)[0] == "failed"


def test_a_worker_that_dies_once_gives_its_job_back_and_twice_ends_it(bench: Bench) -> None:
    job = bench.ask("a")
    bench.queue.tick()
    bench.queue.on_message(Died(job.id, "it died"))
    assert bench.state(job) == ("queued", 1)
    bench.queue.tick()
    bench.queue.on_message(Died(job.id, "it died"))
    assert bench.state(job) == ("failed", 2)
    retried, failed = bench.events
    assert isinstance(retried, JobRetried)
    assert isinstance(failed, JobFailed)
    assert "it died, twice" in failed.reason


def test_a_cancelled_job_has_five_seconds_before_its_process_is_ended(bench: Bench) -> None:
    other, job = bench.ask("a"), bench.ask("b")
    bench.queue.tick()
    assert bench.queue.cancel(job.id)
    bench.now_s = CANCEL_PATIENCE_S
    bench.queue.tick()
    assert bench.hands[1].did == [f"cancel {job.id}"]
    bench.now_s += 0.1
    bench.queue.tick()
    bench.queue.tick()
    assert bench.hands[1].did == [f"cancel {job.id}", "kill"]
    assert bench.hands[0].did == []
    bench.queue.on_message(Died(job.id, "signal 9"))
    assert bench.state(job)[0] == "cancelled"
    assert bench.state(other)[0] == "running"
    assert bench.events == [JobFailed(bench.events[0].job, "cancelled", True)]  # type: ignore[union-attr]
    assert not bench.queue.cancel(job.id)


def test_a_waiting_job_is_cancelled_before_it_begins(bench: Bench) -> None:
    job = bench.ask("a")
    assert bench.queue.cancel(job.id)
    assert bench.state(job) == ("cancelled", 0)
    assert not bench.queue.cancel(99)
    bench.queue.tick()
    assert bench.hands[0].asked == []


def test_while_a_daw_records_no_job_is_begun_and_its_worker_is_not_warmed(bench: Bench) -> None:
    bench.queue.give_way(1, "REAPER")
    job = bench.ask("a")
    bench.queue.warm_up()
    bench.queue.tick()
    assert bench.state(job) == ("queued", 0)
    assert [hand.is_alive for hand in bench.hands] == [False, False]
    assert bench.queue.waits_for == "REAPER"
    bench.queue.give_way(0)
    bench.queue.tick()
    assert bench.state(job) == ("running", 1)


def test_a_job_that_runs_goes_on_in_one_thread_while_the_transport_rolls(bench: Bench) -> None:
    job = bench.ask("a")
    bench.queue.tick()
    bench.queue.give_way(1, "REAPER")
    assert [hand.threads for hand in bench.hands] == [1, 1]
    bench.queue.tick()
    assert bench.state(job) == ("running", 1)
    assert bench.queue.cancel(job.id)
    bench.queue.give_way(0)
    assert [hand.threads for hand in bench.hands] == [0, 0]


def test_a_stop_counts_no_attempt(bench: Bench) -> None:
    jobs = [bench.ask("a"), bench.ask("b")]
    bench.queue.tick()
    bench.queue.stop()
    assert [bench.state(job) for job in jobs] == [("queued", 0), ("queued", 0)]
    assert [hand.is_alive for hand in bench.hands] == [False, False]
    bench.done(jobs[0])  # said before it stopped, read after it
    assert bench.state(jobs[0]) == ("queued", 0)


def test_an_idle_worker_is_ended_and_one_for_whom_a_file_is_on_its_way_is_not(bench: Bench) -> None:
    bench.queue.warm_up()
    assert [hand.is_alive for hand in bench.hands] == [True, False]
    bench.now_s = IDLE_WORKER_S
    bench.queue.warm_up()
    bench.now_s += 1.0
    bench.queue.tick()
    assert bench.hands[0].is_alive
    bench.now_s += IDLE_WORKER_S
    bench.queue.tick()
    assert not bench.hands[0].is_alive
    assert bench.hands[1].did == []


@pytest.mark.parametrize(
    ("kind", "params", "reason"),
    [
        ("stems", "{}", "no job called 'stems'"),
        ("count", "nonsense", "cannot be read"),
        ("count", '{"path": 3}', "cannot be read"),
    ],
)
def test_a_job_no_worker_could_do_fails_and_the_next_one_is_done(
    bench: Bench, kind: str, params: str, reason: str
) -> None:
    odd = bench.store.jobs.add(kind, Path("/m/a.wav"), params, "odd")
    next_one = bench.ask("a")
    bench.queue.tick()
    assert bench.state(odd)[0] == "failed"
    (failed,) = bench.events
    assert isinstance(failed, JobFailed)
    assert reason in failed.reason
    assert bench.hands[0].asked[0][0] == next_one.id


def test_an_outcome_nobody_can_read_is_a_job_that_failed(bench: Bench) -> None:
    job = bench.ask("a")
    bench.queue.tick()
    bench.queue.on_message(Done(job.id, Raw(b'{"count": 1}')))
    assert bench.state(job)[0] == "failed"
    assert bench.queue.running == ()


def test_what_only_a_page_asks_for_waits_behind_everything_else(tmp_path: Path) -> None:
    store, hand = fresh_store(tmp_path / "s.db"), Hand()
    try:
        behind = by_kind(dataclasses.replace(COUNT, kind="quiet", is_background=True))
        for kind in ("quiet", "count"):
            store.jobs.add(kind, tmp_path, '{"path":"a"}', kind)
        JobQueue(store, (hand,), lambda _: None, lambda: 0.0, WITH_COUNT | behind).tick()
        assert [asked[1] for asked in hand.asked] == ["count"]
    finally:
        store.close()


def test_what_the_store_cannot_take_is_said_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    job = bench.ask("a")
    bench.queue.tick()
    end = bench.store.jobs.end

    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(bench.store.jobs, "end", full)
    with pytest.raises(StoreError):
        bench.done(job)
    assert (bench.events, bench.store.history.newest()) == ([], [])
    monkeypatch.setattr(bench.store.jobs, "end", end)
    bench.done(job)
    assert bench.events == [ComparisonMade(job)]
    assert len(bench.store.history.newest()) == 1


def test_a_drive_that_hangs_keeps_its_own_jobs_waiting_and_no_others(bench: Bench, tmp_path: Path) -> None:
    hung, good = tmp_path / "hung", tmp_path / "good"
    hanging: list[Path] = []
    hand = Hand()
    queue = JobQueue(bench.store, (hand,), bench.events.append, lambda: 0.0, WITH_COUNT, hanging=lambda: tuple(hanging))
    first, waits, goes_on = (
        bench.ask(str(folder / f"{name}.wav")) for folder, name in ((hung, 1), (hung, 2), (good, 3))
    )
    queue.tick()
    assert [job.id for job in queue.running] == [first.id]
    hanging.append(hung)
    queue.tick()
    assert hand.did == ["kill"]
    assert (queue.running, bench.state(first)) == ((), ("queued", 0))  # not its fault
    queue.tick()
    assert queue.running == ()  # a process that is ending gets no job
    hand.is_alive = False
    queue.on_message(Died(first.id, "it was killed"))
    queue.tick()
    assert [job.id for job in queue.running] == [goes_on.id]
    hanging.clear()
    count = Raw(msgspec.json.encode(Counted(path=goes_on.path, size_bytes=1)))
    queue.on_message(Done(goes_on.id, Raw(msgspec.json.encode(CountOutcome(count=count, pid=1)))))
    queue.tick()
    assert [job.id for job in queue.running] == [first.id]
    assert bench.state(waits) == ("queued", 0)


def test_a_worker_that_a_drive_does_not_let_end_is_left_behind(bench: Bench, tmp_path: Path) -> None:
    hand = Hand()
    queue = JobQueue(
        bench.store, (hand,), bench.events.append, lambda: bench.now_s, WITH_COUNT, hanging=lambda: hanging
    )
    first, goes_on = (bench.ask(str(tmp_path / folder / "1.wav")) for folder in ("hung", "good"))
    hanging: tuple[Path, ...] = ()
    queue.tick()
    hanging = (tmp_path / "hung",)
    queue.tick()
    bench.now_s += KILL_PATIENCE_S
    queue.tick()
    assert (hand.did, queue.running) == (["kill"], ())
    bench.now_s += 0.1
    queue.tick()
    assert (hand.did, [job.id for job in queue.running]) == (["kill", "leave"], [goes_on.id])
    assert bench.state(first) == ("queued", 0)
