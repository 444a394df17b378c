"""Analyses and masters: kept whole, read by their heads."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bridge.model import Analysis, AnalysisHead, Bounce
from bridge.store import BounceSummary, NewBounce, Store, StoredMaster, records
from bridge.text import json_text
from tests.report.records import a_fault, an_analysis
from tests.report.test_master_html import a_result
from tests.store.fresh import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path / "s.db", wall=lambda: 1000.0)
    yield store
    store.close()


def a_bounce(store: Store, name: str = "a", song: str = "Night Drive") -> Bounce:
    new = NewBounce(Path(f"/b/{name}.wav"), 10, 20, name, song, song.casefold(), "/b", "", "folder")
    return store.bounces.record(new)[0]


def examine(store: Store, bounce: Bounce, data: str, verdict: str = "fault") -> None:
    job = store.jobs.add("analyse", Path(bounce.path), "{}", f"analyse:{bounce.id}", bounce.id)
    store.results.add_analysis(bounce.id, job.id, verdict, data)
    store.results.set_report(bounce.id, job.id, "/r.html")


def test_an_analysis_is_read_without_its_curves(store: Store) -> None:
    analysis, bounce = an_analysis(findings=(a_fault(),)), a_bounce(store)
    assert store.results.analysis(bounce.id) is None
    assert store.results.verdict(bounce.id) is None
    examine(store, bounce, json_text(analysis))
    stored = store.results.analysis(bounce.id)
    assert stored is not None
    assert (stored.verdict, stored.report_path, stored.created_at) == ("fault", "/r.html", 1000.0)
    assert type(stored.head) is AnalysisHead
    for name in AnalysisHead.__struct_fields__:
        assert getattr(stored.head, name) == getattr(analysis, name), name
    assert set(Analysis.__struct_fields__) - set(AnalysisHead.__struct_fields__) == {"curves"}
    assert store.results.whole_analysis(bounce.id) == analysis
    assert analysis.curves is not None
    assert store.results.short_term_lufs(bounce.id) == analysis.curves.short_term_lufs
    assert store.results.verdict(bounce.id) == "fault"


def test_the_head_is_read_whatever_the_curves_are(store: Store) -> None:
    bounce = a_bounce(store)
    data = msgspec.to_builtins(an_analysis())
    data["curves"] = {"drawn by": ["another", "version"]}
    examine(store, bounce, json_text(data))
    assert store.results.analysis(bounce.id) is not None
    assert store.results.whole_analysis(bounce.id) is None
    assert store.results.short_term_lufs(bounce.id) is None


@pytest.mark.parametrize("data", ["", "{", "null", "[]", '{"file": 5}'])
def test_an_analysis_that_cannot_be_read_is_as_if_there_were_none(
    store: Store, data: str, caplog: pytest.LogCaptureFixture
) -> None:
    bounce = a_bounce(store)
    examine(store, bounce, data)
    assert store.results.analysis(bounce.id) is None
    assert store.results.whole_analysis(bounce.id) is None
    assert f"the analysis of bounce {bounce.id} cannot be read" in caplog.text


def test_a_songs_bounces_come_with_the_numbers_of_a_list_and_nothing_is_decoded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_bounce(store), a_bounce(store, "b")
    a_bounce(store, "c", song="Another")
    analysis = an_analysis()
    examine(store, first, json_text(analysis))
    monkeypatch.setattr(records.msgspec.json, "decode", None)
    measured = analysis.measurement
    assert store.results.summaries(first.song_id) == [
        BounceSummary(
            bounce=first,
            verdict="fault",
            integrated_lufs=measured.integrated_lufs,
            true_peak_dbtp=measured.true_peak_dbtp,
            duration_s=analysis.format.duration_s,
        ),
        BounceSummary(bounce=second, verdict=None),
    ]


def test_masters_are_listed_with_their_numbers_and_read_whole(store: Store) -> None:
    bounce, other = a_bounce(store), a_bounce(store, "b")
    result = a_result()
    for path, of, data in (
        ("/m1.wav", bounce.id, json_text(result)),
        ("/m2.wav", other.id, "{}"),
        ("/m3.wav", None, json_text(result)),
    ):
        store.results.add_master(of, None, "spotify", path, path, data)
    first = StoredMaster(
        id=1,
        bounce_id=bounce.id,
        revision=1,
        target="spotify",
        path="/m1.wav",
        made_at=1000.0,
        integrated_lufs=result.after.integrated_lufs,
        true_peak_dbtp=result.after.true_peak_dbtp,
        input=result.input,
    )
    odd = StoredMaster(id=2, bounce_id=other.id, revision=2, target="spotify", path="/m2.wav", made_at=1000.0)
    assert store.results.masters(bounce.id) == [first]
    assert store.results.masters_of_song(bounce.song_id) == [first, odd]
    assert store.results.masters_by_song() == {bounce.song_id: 2}
    assert store.results.newest_master_path(bounce.id) == "/m1.wav"
    assert store.results.newest_master_path(99) is None
    assert store.results.master(1) == first
    assert store.results.master_file(3) == ("/m3.wav", "/m3.wav")
    assert store.results.master_result(1) == result
    assert store.results.master_result(2) is None  # another version's
    assert (store.results.master(99), store.results.master_file(99), store.results.master_result(99)) == (None,) * 3


def test_a_page_shows_the_job_that_waits_or_else_the_one_that_ended_last(store: Store) -> None:
    bounce = a_bounce(store)
    assert store.jobs.last_of("master", bounce.id) is None
    first = store.jobs.add("master", Path("/a"), "{}", "master:1", bounce.id)
    second = store.jobs.add("master", Path("/a"), "{}", "master:2", bounce.id)
    store.jobs.end(second.id, "failed", "no")
    found = store.jobs.last_of("master", bounce.id)
    assert found is not None
    assert found.id == first.id
    assert store.jobs.last_of("analyse", bounce.id) is None
    again = store.jobs.add("master", Path("/a"), "{}", "master:2", bounce.id, again=True)
    newest = store.jobs.last_with_key("master:2")
    assert newest is not None
    assert newest.id == again.id
    assert store.jobs.last_with_key("never") is None


def test_a_report_is_owed_until_it_is_written_and_again_after_the_next_analysis(store: Store) -> None:
    first, second = a_bounce(store), a_bounce(store, "b")
    for bounce in (first, second):
        job = store.jobs.add("analyse", Path(bounce.path), "{}", f"analyse:{bounce.id}", bounce.id)
        store.results.add_analysis(bounce.id, job.id, "fine", '{"a":1}')
    assert store.results.without_report() == [first.id, second.id]
    owed = store.results.owed_report(first.id)
    assert owed == (first.id, 1, '{"a":1}')
    store.results.set_report(first.id, 99, "/of another analysis.html")
    assert store.results.owed_report(first.id) == owed
    store.results.set_report(first.id, 1, "/r.html")
    assert store.results.owed_report(first.id) is None
    assert store.results.without_report() == [second.id]
    again = store.jobs.add("analyse", Path(first.path), "{}", "again", first.id)
    store.results.add_analysis(first.id, again.id, "fine", '{"a":2}')
    assert store.results.owed_report(first.id) == (first.id, again.id, '{"a":2}')
    plan = store.database.query("EXPLAIN QUERY PLAN SELECT bounce_id FROM analyses WHERE report_path = ''")
    assert "analyses_without_report" in plan[0]["detail"], "every analysis would be read to find the owed ones"
