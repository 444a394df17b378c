"""What panels read of a bounce: once, until the store changes."""

from pathlib import Path

import pytest

from bridge.model import ListeningTick
from bridge.sessions.bounce_results import BounceResultsCache
from bridge.store import NewBounce, Store
from bridge.text import json_text
from tests.report.records import an_analysis
from tests.store.fresh import fresh_store


def test_an_analysis_is_read_again_only_when_the_store_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fresh_store(tmp_path / "s.db")
    bounce, _ = store.bounces.record(NewBounce(Path("/b/a.wav"), 1, 1, "a", "Tide", "tide", "/b", "", "folder"))
    job = store.jobs.add("analyse", Path("/b/a.wav"), "{}", "analyse:1", bounce.id)
    store.results.add_analysis(bounce.id, job.id, "fine", json_text(an_analysis()))
    read, analysis = [], store.results.analysis

    def counted(bounce_id: int) -> object:
        read.append(bounce_id)
        return analysis(bounce_id)

    monkeypatch.setattr(store.results, "analysis", counted)
    cache = BounceResultsCache(store)
    first = cache.of(bounce.id)
    assert first.analysis is not None
    assert first.analysis.verdict == "fine"
    assert cache.of(bounce.id) == first
    assert cache.of(99) == (None, None)
    assert read == [bounce.id, 99]
    other = Store.open(tmp_path / "s.db")  # a command in another process
    other.results.add_master(bounce.id, None, "cd", "/m/Tide.wav", "m", "{}")
    other.close()
    assert cache.of(bounce.id).master_path == "/m/Tide.wav"
    store.song_state.add_tick(bounce.id, ListeningTick(place="car", heard_at=1.0))
    assert cache.of(bounce.id).master_path == "/m/Tide.wav"
    assert read == [bounce.id, 99, bounce.id, bounce.id]
    store.close()
