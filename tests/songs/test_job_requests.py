"""What a job is asked with: what was told of a song is not told again."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bridge.model import Bounce, Job, MasterRequest
from bridge.pathtext import to_text
from bridge.settings.config import Config
from bridge.songs.job_requests import master_job, master_job_without_bounce
from bridge.store import NewBounce, Store
from bridge.worker.jobs.master import MASTER, MasterTask, keep, outcome_of
from tests.report.test_master_html import a_result
from tests.store.fresh import fresh_store

ASKED = MasterRequest(input_path="", target="cd")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=lambda: 1000.0)
    yield store
    store.close()


def a_bounce(store: Store, name: str, song: str) -> Bounce:
    new = NewBounce(Path(f"/b/{name}.wav"), 10, 20, name, song, song.casefold(), "/b", "", "folder")
    return store.bounces.record(new)[0]


def task(job: Job) -> MasterTask:
    return msgspec.json.decode(job.params, type=MasterTask)


def test_what_was_told_of_a_song_is_known_with_its_next_bounce_and_to_no_other_song(store: Store) -> None:
    first, second = (a_bounce(store, name, "Tide") for name in ("Tide v1", "Tide v2"))
    job = master_job(store, Config(), first, ASKED)
    assert task(job).request.told == ()
    keep(store, job, outcome_of(msgspec.structs.replace(a_result(), told=("mono", "rate"))))
    assert sorted(task(master_job(store, Config(), second, ASKED)).request.told) == ["mono", "rate"]
    assert task(master_job(store, Config(), a_bounce(store, "Ebb", "Ebb"), ASKED)).request.told == ()


def test_a_file_that_belongs_to_no_song_is_told_once_by_its_path(store: Store) -> None:
    asked = msgspec.structs.replace(ASKED, input_path=to_text(Path("/b/loose.wav")))
    job = master_job_without_bounce(store, Config(), asked)
    keep(store, job, outcome_of(msgspec.structs.replace(a_result(), input=asked.input_path, told=("mono",))))
    asked = msgspec.structs.replace(asked, target="vinyl")
    assert task(master_job_without_bounce(store, Config(), asked)).request.told == ("mono",)
    other = msgspec.structs.replace(asked, input_path=to_text(Path("/b/other.wav")))
    assert task(master_job_without_bounce(store, Config(), other)).request.told == ()


def test_a_master_without_metadata_is_another_job_than_one_with_it(store: Store) -> None:
    bounce = a_bounce(store, "Tide v1", "Tide")
    with_it = master_job(store, Config(), bounce, ASKED)
    without = master_job(store, Config(), bounce, msgspec.structs.replace(ASKED, metadata=False))
    assert with_it.id != without.id
    assert MASTER.kind == without.kind
