"""What each page's query finds in a real store, and what its view makes of it."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from bridge.model import Handoff
from bridge.songs.actions import Action
from bridge.store.results import Results
from bridge.text import json_text
from bridge.web.application import PAGES
from bridge.web.pages import bounce, compare, master, song, songs
from bridge.web.player_data import curves_of
from bridge.web.reader import PageReader
from tests.report.records import a_fault, an_analysis
from tests.report.test_master_html import a_result
from tests.web.filled import FilledStore, a_warning


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[FilledStore]:
    filled = FilledStore(tmp_path)
    yield filled
    filled.close()


@pytest.fixture
def reader(filled: FilledStore) -> Iterator[PageReader]:
    reader = filled.reader()
    yield reader
    reader.close()


def test_every_page_is_a_module_of_its_own_with_an_address() -> None:
    folder = Path(inspect.getfile(song)).parent
    modules = {path.stem for path in folder.glob("*.py") if "\ndef show(" in path.read_text(encoding="utf-8")}
    assert {show.__module__.rsplit(".", 1)[-1] for _, show in PAGES} == modules


def test_songs_are_listed_by_their_newest_bounce_with_what_stands(filled: FilledStore, reader: PageReader) -> None:
    old = filled.add_bounce("Ebb", an_analysis(findings=(a_fault(),)), mode="mixing")
    filled.add_master(old, a_result())
    filled.add_bounce("Tide")
    filled.warn(a_warning(song_id=old.song_id), a_warning("w2", None))
    cards = songs.read_songs(reader, reader.warnings())
    assert [(card.song.name, card.verdict, card.masters, card.warnings) for card in cards] == [
        ("Tide", None, 0, 0),
        ("Ebb", "fault", 1, 1),
    ]
    view = songs.songs_view(cards, reader.warnings())
    assert [(line.verdict_words, line.revisions, line.masters, line.mode) for line in view.songs] == [
        ("Not examined yet", "1 bounce", "", "Mastering"),
        ("Faults", "1 bounce", "1 master", "Mixing"),
    ]
    assert [warning.song_id for warning in view.warnings] == [old.song_id, None]
    filled.store.runtime.publish("bridge", {"running": False, "warnings": [{"odd": 1}]})
    assert reader.warnings() == []


def test_what_a_daw_asks_about_its_scripts_stands_on_the_first_page(filled: FilledStore, reader: PageReader) -> None:
    filled.add_bounce("Tide")
    asked = {"key": "scripts:reaper", "title": "The scripts in REAPER are older", "text": "Renewing takes a moment.",
             "answers": [{"answer": "renew", "label": "Renew them"}], "kind": "scripts"}  # fmt: skip
    daws = [{"daw": "reaper", "connected": True, "notice": asked}, {"daw": "ardour", "notice": None}, {"daw": "x"}]
    filled.store.runtime.publish("bridge", {"running": True, "warnings": [], "daws": daws})
    (warning,) = reader.warnings()
    assert (warning.id, warning.title, warning.song_id) == ("scripts:reaper", "The scripts in REAPER are older", None)
    assert (warning.message, warning.answers) == ("Renewing takes a moment.", (("renew", "Renew them"),))
    assert [card.warnings for card in songs.read_songs(reader, reader.warnings())] == [0]
    filled.store.runtime.publish("bridge", {"running": False, "warnings": [], "daws": daws})
    assert reader.warnings() == []


def test_a_songs_page_has_its_newest_bounce_first_and_its_history_in_words(
    filled: FilledStore, reader: PageReader
) -> None:
    assert song.read_song(reader, 1) is None
    first = filled.add_bounce(analysis=an_analysis(), mode="mixing")
    second = filled.add_bounce()
    filled.write_sheet(second, Handoff(complete=True, written_at=filled.at))
    for kind, data in (
        ("verdict", {"verdict": "fine", "text": "No faults found."}),
        ("handoff", {"intent": "intimate", "complete": False}),
        ("override", {"reason": "the label waits"}),
        ("answer", {"seen": "x", "answer": "not-now"}),
        ("heard of by a later version", {"text": "x"}),
    ):
        filled.store.history.add(kind, data, song_id=first.song_id)
    page = song.read_song(reader, first.song_id)
    assert page is not None
    assert [(row.bounce.id, row.verdict) for row in page.bounces] == [(second.id, None), (first.id, "fine")]
    assert [entry.words for entry in page.history] == [
        "Answered: Leave it for now",
        "Mastered anyway the label waits",
        "Handed off as intimate, not called complete yet",
        "No faults found.",
    ]
    assert page.hides_loudness
    assert page.rest_until == filled.at + 24 * 3600.0
    view = song.song_view(page)
    assert (view.newest, view.previous) == (first.id, 0)  # of those that were examined
    assert view.rest.startswith("Fresh ears from ")


def test_a_bounce_page_says_how_far_it_is_until_it_has_been_examined(filled: FilledStore, reader: PageReader) -> None:
    assert bounce.read_bounce(reader, 1) is None
    one = filled.add_bounce()
    filled.add_job("analyse", one, "analyse:1", "running")
    page = bounce.read_bounce(reader, one.id)
    assert page is not None
    assert (page.analysis, page.readiness) == (None, None)
    view = bounce.bounce_page_view(page, bounce.read_options(reader))
    assert view.job is not None
    assert (view.job.words, view.job.active) == ("Working", True)
    assert view.tracks_json == "[]"
    assert view.targets[0] == ("spotify", "Spotify")  # the configured one first


def test_an_analysis_another_version_left_counts_as_none(
    filled: FilledStore, reader: PageReader, caplog: pytest.LogCaptureFixture
) -> None:
    one = filled.add_bounce(analysis=an_analysis())
    with filled.store.database.transaction() as connection:
        connection.execute("UPDATE analyses SET data = '{\"file\": 7}'")
    page = bounce.read_bounce(reader, one.id)
    assert page is not None
    assert page.analysis is None
    assert "the analysis of bounce 1 cannot be read" in caplog.text


def test_a_masters_page_works_without_its_mix_and_names_its_target(filled: FilledStore, reader: PageReader) -> None:
    assert master.read_master(reader, 1) is None
    one = filled.add_bounce(analysis=an_analysis())
    number = filled.add_master(one, replace(a_result(), target="gone"))
    page = master.read_master(reader, number)
    assert page is not None
    assert page.target_title == "gone"  # a target of the person's own that was taken out
    assert page.mix is not None
    assert page.curves is None  # kept since a later version
    assert {level.name for level in page.playback} >= {"spotify", "apple-music"}
    assert master.master_page_view(page) is not None
    result = a_result(output="/music/other.wav")
    filled.store.results.add_master(None, None, "spotify", result.output, result.output_sha256, json_text(result))
    alone = master.read_master(reader, number + 1)
    assert alone is not None
    assert (alone.bounce, alone.mix, alone.target_title) == (None, None, "Spotify")
    assert master.master_page_view(alone) is None


def test_two_bounces_are_compared_only_when_both_were_examined(filled: FilledStore, reader: PageReader) -> None:
    first = filled.add_bounce(analysis=an_analysis())
    second = filled.add_bounce()
    a, b = (bounce.read_bounce(reader, one.id) for one in (first, second))
    state = reader.comparison(("bounce", first.id), ("bounce", second.id))
    assert a is not None
    assert b is not None
    assert state is not None
    with pytest.raises(ValueError, match="both hold an analysis"):
        compare.compare_view(a, b, state)
    filled.examine(second, an_analysis(sha256=second.sha256))
    b = bounce.read_bounce(reader, second.id)
    assert b is not None
    view = compare.compare_view(a, b, state)
    assert (view.first.id, view.second.id) == (first.id, second.id)
    assert view.beside.asks_by_itself
    assert (view.first.title, view.second.title) == ("1", "2")
    assert reader.comparison(("bounce", first.id), ("master", 9)) is None


def test_a_dry_print_is_called_so_wherever_its_number_stands(filled: FilledStore, reader: PageReader) -> None:
    wet = filled.add_bounce(analysis=an_analysis())
    dry = filled.add_bounce(dry_of=wet.revision)
    filled.examine(dry, an_analysis(sha256=dry.sha256))
    a, b = (bounce.read_bounce(reader, one.id) for one in (wet, dry))
    state = reader.comparison(("bounce", wet.id), ("bounce", dry.id))
    assert a is not None
    assert b is not None
    assert state is not None
    view = compare.compare_view(a, b, state)
    assert (view.first.title, view.second.title) == ("1", "1 dry")
    assert [track["name"] for track in json.loads(view.tracks_json)] == ["Bounce 1", "Bounce 1 dry"]
    filled.add_master(dry, a_result())
    b = bounce.read_bounce(reader, dry.id)
    assert b is not None
    shown = bounce.bounce_page_view(b, bounce.read_options(reader))
    assert (shown.number, [line.revision for line in shown.masters]) == ("1 dry", ["bounce 1 dry"])


def test_a_line_reads_no_analysis_and_a_page_no_whole_one(
    filled: FilledStore, reader: PageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = filled.add_bounce(analysis=an_analysis())
    number = filled.add_master(one, a_result())

    def refuse(*_: object) -> None:
        raise AssertionError("an analysis of an hour is megabytes of curves")

    monkeypatch.setattr(Results, "whole_analysis", refuse)
    monkeypatch.setattr(Results, "short_term_lufs", refuse)
    page = bounce.read_bounce(reader, one.id)
    assert page is not None
    assert page.analysis is not None
    assert page.analysis.curves is not None  # those that are drawn
    assert master.read_master(reader, number) is not None
    assert curves_of(reader, "bounce", one.id) is not None
    monkeypatch.setattr(Results, "analysis", refuse)
    assert len(songs.read_songs(reader, ())) == 1
    listed = song.read_song(reader, one.song_id)
    assert listed is not None
    assert listed.bounces[0].integrated_lufs == page.analysis.measurement.integrated_lufs


def test_a_view_holds_words_not_numbers() -> None:
    """What a template prints has been formatted: a float in a view would be printed with all its digits."""
    views = (songs.SongLine, song.SongView, bounce.BouncePageView, bounce.BusEffectView, master.MasterPageView)
    found = [f"{view.__name__}.{field.name}" for view in views for field in fields(view) if "float" in str(field.type)]
    assert found == []


def test_the_first_page_lists_the_watched_folders_each_with_its_way_out() -> None:
    view = songs.songs_view([], [], folders=("/music/Renders",))
    ((folder, command),) = view.watched
    assert folder == "/music/Renders"
    assert msgspec.json.decode(command, type=Action) == Action(kind="unwatch", folder="/music/Renders")
