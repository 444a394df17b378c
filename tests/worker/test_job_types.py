"""Every kind of job: light to know, done on real sound, kept in a real store as the worker sent it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from msgspec import Raw
from msgspec.structs import replace

from bridge.engine.analyse import run_analysis
from bridge.errors import JobCancelledError, JobError
from bridge.model import Analysis, Bounce, Finding, Job, KnownFile, MasterRequest, MasterResult, Progress
from bridge.model.events import BounceExamined, ComparisonMade, MasterMade
from bridge.policy.findings.thresholds import Thresholds
from bridge.store import NewBounce
from bridge.worker.jobs import JOB_TYPES, is_background
from bridge.worker.jobs.analyse import ANALYSE, AnalyseOutcome, AnalyseTask
from bridge.worker.jobs.compare import COMPARE, CompareTask
from bridge.worker.jobs.master import MASTER, MasterOutcome, MasterTask
from bridge.worker.jobs.references import REFERENCES, ReferencesTask
from tests.engine.mastering.mastering import RATE_HZ, song
from tests.store.fresh import fresh_store


class Shelf:
    """A store with bounces on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = fresh_store(folder / "s.db", wall=lambda: 1.79e9)

    def bounce(self, name: str, sound: np.ndarray) -> Bounce:
        import hashlib

        path = self.folder / name
        soundfile.write(path, sound, RATE_HZ, subtype="PCM_24")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        new = NewBounce(path, path.stat().st_size, 0, sha256, "Tide", "tide", "", "", "folder")
        return self.store.bounces.record(new)[0]

    def job(self, kind: str, bounce: Bounce | None) -> Job:
        number = None if bounce is None else bounce.id
        return self.store.jobs.add(kind, self.folder, "{}", f"{kind}:{number}", number)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.store.close()


def known(bounce: Bounce) -> KnownFile:
    return KnownFile(path=bounce.path, sha256=bounce.sha256, name=bounce.song)


def silently(_: Progress) -> None:
    pass


def never() -> bool:
    return False


@pytest.mark.slow
def test_to_know_the_kinds_loads_no_meters_and_no_pages() -> None:
    heavy = {
        "numpy",
        "scipy",
        "numba",
        "soundfile",
        "dsp",
        "bridge.engine.analyse",
        "bridge.engine.mastering",
        "bridge.report",
        "jinja2",
    }
    code = f"import sys, bridge.worker.process; print(*(m for m in {sorted(heavy)} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_kinds_have_their_names_in_the_table() -> None:
    assert all(kind == job_type.kind for kind, job_type in JOB_TYPES.items())
    assert not is_background("master")
    assert is_background("compare")
    assert is_background("a kind of a later version")


@pytest.mark.slow
def test_an_analysis_is_kept_byte_for_byte_as_the_worker_wrote_it(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(4.0))
    more = (Finding(kind="fault", check="room_correction", message="Room correction was on the bus."),)
    task = AnalyseTask(path=bounce.path, sha256=bounce.sha256, thresholds=Thresholds(), more=more)
    told: list[Progress] = []
    sent = ANALYSE.run_as_json(msgspec.json.encode(task), told.append, never)
    assert told[-1].fraction == 1.0
    (event,) = ANALYSE.keep_as_json(shelf.store, shelf.job("analyse", bounce), sent)
    assert isinstance(event, BounceExamined)
    assert (event.bounce, event.verdict) == (bounce, "fault")
    assert event.text.endswith("Room correction was on the bus.")
    owed = shelf.store.results.owed_report(bounce.id)
    assert owed is not None
    assert owed.data.encode() in bytes(sent)
    whole = msgspec.json.decode(owed.data, type=Analysis)
    assert whole.findings[0] == more[0]
    assert whole.curves is not None
    stored = shelf.store.results.analysis(bounce.id)
    assert stored is not None
    assert (stored.verdict, stored.head, stored.report_path) == ("fault", event.analysis, "")
    assert shelf.store.display.curves(bounce.sha256) is not None
    assert shelf.store.display.zoom_steps(bounce.sha256)
    assert [row.kind for row in shelf.store.history.newest(song_id=bounce.song_id)] == ["verdict"]


@pytest.mark.slow
def test_a_master_is_kept_without_what_is_drawn_of_it(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(6.0))
    request = MasterRequest(
        input_path=bounce.path, output_folder=str(shelf.folder / "Masters"), song="Tide", revision=1
    )
    outcome = MASTER.run(MasterTask(request=request, sha256=bounce.sha256, notes=("Made anyway.",)), silently, never)
    (event,) = MASTER.keep(shelf.store, shelf.job("master", bounce), outcome)
    assert isinstance(event, MasterMade)
    assert event.bounce == bounce
    assert event.result.notes[0] == "Made anyway."
    assert event.result.drawn is None
    (row,) = shelf.store.results.masters(bounce.id)
    assert shelf.store.results.master_result(row.id) == event.result
    assert shelf.store.display.curves(event.result.output_sha256) is not None
    assert Path(event.result.output).exists()


@pytest.mark.slow
def test_a_fault_that_was_gone_past_is_said_once(shelf: Shelf) -> None:
    audio = song(6.0)
    audio[100_000:100_400] = 0.0
    bounce = shelf.bounce("a.wav", audio)
    (fault,) = (found for found in run_analysis(Path(bounce.path), with_series=False).findings if found.kind == "fault")
    request = MasterRequest(
        input_path=bounce.path, output_folder=str(shelf.folder / "Masters"), song="Tide", revision=1, anyway=True
    )
    for said in ((), (f"Made anyway: {fault.message} (the label waits)",)):
        outcome = MASTER.run(MasterTask(request=request, sha256=bounce.sha256, notes=said), silently, never)
        (event,) = MASTER.keep(shelf.store, shelf.job("master", bounce), outcome)
        assert isinstance(event, MasterMade)
        assert sum(fault.message in note for note in event.result.notes) == 1
        assert event.result.notes[0].startswith(f"Made anyway: {fault.message}")


@pytest.mark.slow
def test_masters_for_several_targets_are_made_in_one_pass_and_each_is_kept(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(6.0))
    request = MasterRequest(input_path=bounce.path, output_folder=str(shelf.folder / "Masters"), target="cd")
    task = MasterTask(request=request, also=(replace(request, target="vinyl"),), sha256=bounce.sha256)
    outcome = MASTER.run(task, silently, never)
    events = MASTER.keep(shelf.store, shelf.job("master", bounce), outcome)
    assert [event.result.target for event in events if isinstance(event, MasterMade)] == ["cd", "vinyl"]
    assert [row.target for row in shelf.store.results.masters(bounce.id)] == ["cd", "vinyl"]


@pytest.mark.slow
def test_a_master_of_a_mix_that_was_replaced_is_not_kept(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(6.0))
    soundfile.write(bounce.path, 0.5 * song(6.0), RATE_HZ, subtype="PCM_24")
    request = MasterRequest(input_path=bounce.path, output_folder=str(shelf.folder / "Masters"))
    with pytest.raises(JobError, match=r"a\.wav: was replaced while it waited"):
        MASTER.run(MasterTask(request=request, sha256=bounce.sha256), silently, never)
    assert not list((shelf.folder / "Masters").iterdir())


@pytest.mark.slow
def test_a_comparison_is_kept_by_the_content_of_both(shelf: Shelf) -> None:
    first, second = shelf.bounce("a.wav", song(4.0)), shelf.bounce("b.wav", 0.5 * song(4.0))
    job = shelf.job("compare", second)
    outcome = COMPARE.run(CompareTask(a=known(first), b=known(second)), silently, never)
    assert COMPARE.keep(shelf.store, job, outcome) == (ComparisonMade(job),)
    kept = shelf.store.display.comparison(first.sha256, second.sha256)
    assert kept is not None
    assert kept.level_change_db == pytest.approx(-6.02, abs=0.01)


@pytest.mark.slow
def test_references_are_kept_with_numbers_to_play_them_by(shelf: Shelf) -> None:
    mix, liked = shelf.bounce("a.wav", song(4.0)), shelf.bounce("liked.wav", 0.7 * song(4.0))
    job = shelf.job("references", mix)
    outcome = REFERENCES.run(ReferencesTask(mix=known(mix), files=(liked.path,)), silently, never)
    assert REFERENCES.keep(shelf.store, job, outcome) == (ComparisonMade(job),)
    kept = shelf.store.display.references(mix.sha256, msgspec.json.encode((liked.path,)).decode())
    assert kept is not None
    assert shelf.store.display.reference_id(liked.path, liked.sha256) == 1


@pytest.mark.parametrize("kind", sorted(JOB_TYPES))
def test_every_kind_gives_up_when_it_is_cancelled(shelf: Shelf, kind: str) -> None:
    bounce = shelf.bounce("a.wav", song(4.0))
    request = MasterRequest(input_path=bounce.path, output_folder=str(shelf.folder / "Masters"))
    tasks: dict[str, Any] = {
        "analyse": AnalyseTask(path=bounce.path, sha256=bounce.sha256, thresholds=Thresholds()),
        "master": MasterTask(request=request, sha256=bounce.sha256),
        "compare": CompareTask(a=known(bounce), b=known(bounce)),
        "references": ReferencesTask(mix=known(bounce), files=(bounce.path,)),
    }
    with pytest.raises(JobCancelledError):
        JOB_TYPES[kind].run(tasks[kind], silently, lambda: True)


# As version 0.1.0 queued them: the fields it wrote for its reports are of no use any more.
QUEUED_BY_0_1_0 = {
    "analyse": '{"path":"/m/a.wav","sha256":"ab","song":"Tide","revision":3,"report_folder":"/m/Fresh Ears",'
    '"thresholds":{},"more":[{"kind":"note","check":"bus","message":"m"}],"notes":[["q","a"]],"hides_loudness":true}',
    "master": '{"request":{"input_path":"/m/a.wav","target":"cd","revision":3},"sha256":"ab","song":"Tide",'
    '"revision":3,"report_folder":"/m/Fresh Ears","notes":["Made anyway."]}',
    "compare": '{"a":{"path":"/a","sha256":"a","name":"A"},"b":{"path":"/b","sha256":"b","name":"B"}}',
    "references": '{"mix":{"path":"/a","sha256":"a","name":"A"},"files":["/r.wav"]}',
}


@pytest.mark.parametrize("kind", sorted(QUEUED_BY_0_1_0))
def test_what_version_0_1_0_queued_is_still_understood(kind: str) -> None:
    task = JOB_TYPES[kind].task_of(QUEUED_BY_0_1_0[kind])
    assert isinstance(task, JOB_TYPES[kind].task)
    if isinstance(task, MasterTask):
        assert (task.request.target, task.request.revision, task.notes) == ("cd", 3, ("Made anyway.",))
    if isinstance(task, AnalyseTask):
        assert task.more[0].check == "bus"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense", '{"path": 3}'])
@pytest.mark.parametrize("kind", sorted(JOB_TYPES))
def test_what_nobody_can_read_is_a_job_that_failed(shelf: Shelf, kind: str, text: str) -> None:
    with pytest.raises(JobError, match="cannot be read"):
        JOB_TYPES[kind].task_of(text)
    with pytest.raises(JobError, match="could not be read"):
        JOB_TYPES[kind].keep_as_json(shelf.store, shelf.job(kind, None), text.encode())


@pytest.mark.slow
def test_an_analysis_without_a_bounce_is_not_kept(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(3.0))
    outcome = ANALYSE.run(AnalyseTask(path=bounce.path, sha256=bounce.sha256, thresholds=Thresholds()), silently, never)
    assert isinstance(outcome, AnalyseOutcome)
    with pytest.raises(JobError, match="without a bounce"):
        ANALYSE.keep(shelf.store, shelf.job("analyse", None), outcome)


@pytest.mark.slow
def test_a_master_of_a_file_that_is_no_bounce_is_listed_too(shelf: Shelf) -> None:
    bounce = shelf.bounce("a.wav", song(6.0))
    request = MasterRequest(input_path=bounce.path, output_folder=str(shelf.folder / "Masters"))
    outcome = MASTER.run(MasterTask(request=request, sha256=bounce.sha256), silently, never)
    (event,) = MASTER.keep(shelf.store, shelf.job("master", None), outcome)
    assert isinstance(event, MasterMade)
    assert event.bounce is None
    (made,) = outcome.masters
    result = msgspec.json.decode(made.result, type=MasterResult)
    assert shelf.store.results.is_master(result.output, result.output_sha256)
    assert isinstance(outcome, MasterOutcome)
    assert isinstance(made.result, Raw)
