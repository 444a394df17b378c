"""The person's rules of names, applied to what is there: once, told, and undone like anything else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.songs.rules import apply_rules
from tests.songs.shelf import Shelf, faults_of


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    faults = faults_of(shelf.path)
    shelf.close()
    assert faults == []


def songs(shelf: Shelf) -> dict[str, list[str]]:
    bounces = shelf.store.bounces
    return {
        song.name: sorted(Path(one.path).stem for one in bounces.of_song(song.id))
        for song in shelf.store.bounces.songs()
    }


def test_a_rule_moves_what_it_names_to_its_song_and_can_be_undone(shelf: Shelf) -> None:
    for name in ("XY_take1", "XY_take2", "other"):
        shelf.bounce("XY", f"{name}.wav")
    before = shelf.rows()
    done = apply_rules(shelf.store, {"xy_*": "Intro"})
    assert done is not None
    assert done.words == "By your rules of names: XY, bounce 1 is Intro, bounce 1; XY, bounce 2 is Intro, bounce 2."
    assert songs(shelf) == {"Intro": ["XY_take1", "XY_take2"], "XY": ["other"]}
    assert shelf.bounce("Intro", "XY_take9.wav", folder="").song == "Intro"  # where a rule's bounces land
    shelf.mending.undo(done.id)
    assert songs(shelf) == {"Intro": ["XY_take9"], "XY": ["XY_take1", "XY_take2", "other"]}
    assert {row[0] for row in before["bounces"]} < {row[0] for row in shelf.rows()["bounces"]}


def test_a_rule_means_the_song_that_is_called_so_and_makes_no_second_one(shelf: Shelf) -> None:
    boats = shelf.bounce("paper boats")
    shelf.bounce("Paper_Boats_FINAL_v3", "Paper_Boats_FINAL_v3 louder.wav")
    apply_rules(shelf.store, {"Paper_Boats*": "paper boats"})
    assert songs(shelf) == {"paper boats": ["Paper_Boats_FINAL_v3 louder", "paper boats v1"]}
    assert shelf.bounce("paper boats", "Paper_Boats_v4.wav", folder="").song_id == boats.song_id
    assert shelf.bounce("Paper_Boats_FINAL_v3").song_id == boats.song_id


def test_a_rule_is_applied_once_so_that_what_is_moved_later_stays(shelf: Shelf) -> None:
    take = shelf.bounce("XY", "XY_take1.wav")
    shelf.bounce("Outro")
    rules = {"XY_*": "Intro"}
    assert apply_rules(shelf.store, rules) is not None
    shelf.mending.move(shelf.store.bounces.by_id(take.id), shelf.finder.song("Outro"))
    assert apply_rules(shelf.store, rules) is None
    assert apply_rules(shelf.store, rules | {"nothing*": "Nobody"}) is None
    assert shelf.store.bounces.by_id(take.id).song == "Outro"


def test_the_first_rule_that_fits_counts_and_what_is_right_stays(shelf: Shelf) -> None:
    shelf.bounce("Intro", "XY_a.wav")
    before = shelf.rows()
    assert apply_rules(shelf.store, {"XY_*": "intro", "*_a": "Another"}) is None
    assert songs(shelf) == {"Intro": ["XY_a"]}
    assert shelf.rows()["bounces"] == before["bounces"]
