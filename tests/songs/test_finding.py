"""What a person names: a song, SONG:3, or a file; and what is said to whoever misspelt it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.errors import UsageError
from tests.songs.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    for song in ("Night Drive", "Night Drive", "Tide"):
        shelf.bounce(song)
    yield shelf
    shelf.close()


def refusal(shelf: Shelf, text: str, number: int | None = None) -> str:
    with pytest.raises(UsageError) as refused:
        shelf.finder.bounce(text, number)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "bounce"),
    [
        ("Night Drive", 2), ("night  drive", 2), ("drive", 2), ("Night Drive:1", 1), ("NIGHT DRIVE : 1", 1),
        ("drive:1", 1), ("/music/Night Drive v1.wav", 1), ("Tide", 3), ("/music/Tide", 3), ("\\music\\tide:1", 3),
    ],
)  # fmt: skip
def test_a_song_a_number_and_a_path_all_name_a_bounce(shelf: Shelf, text: str, bounce: int) -> None:
    assert shelf.finder.bounce(text).id == bounce


def test_the_number_may_stand_beside_the_name_and_not_against_it(shelf: Shelf) -> None:
    assert shelf.finder.bounce("Night Drive", 1).id == 1
    assert shelf.finder.bounce("Night Drive:1", 1).id == 1
    assert "names bounce 1, and bounce 2 is asked for" in refusal(shelf, "Night Drive:1", 2)
    assert refusal(shelf, "Night Drive:3") == "Night Drive has no bounce 3; there are 1, 2"


def test_a_title_with_a_colon_is_a_title_first(shelf: Shelf) -> None:
    shelf.bounce("Psalm 23:4")
    own = shelf.bounce("Psalm 23:4").id
    assert shelf.finder.bounce("Psalm 23:4").id == own
    assert shelf.finder.bounce("psalm 23:4:1").revision == 1


def test_spellings_of_one_letter_are_one(shelf: Shelf) -> None:
    composed, decomposed = "Caf\u00e9", "Cafe\u0301"
    song = shelf.bounce(composed).id
    assert shelf.finder.bounce(decomposed).id == song


@pytest.mark.parametrize("text", ["Nite Drive", "nihgt drive", "Nigt Drive:2"])
def test_near_names_are_suggested_and_not_taken(shelf: Shelf, text: str) -> None:
    assert refusal(shelf, text).endswith("there is no such song; did you mean Night Drive?")


def test_a_name_that_is_near_to_nothing_leads_to_the_list(shelf: Shelf) -> None:
    for text in ("Weltschmerz", "", "\x00", "x" * 10_000, "\udcff"):
        assert refusal(shelf, text).endswith("there is no such song; freshears songs lists them")


def test_several_songs_are_listed_by_names_that_can_be_given(shelf: Shelf) -> None:
    here, there = shelf.bounce("Love Song", folder="/a").id, shelf.bounce("Love Song", folder="/b").id
    by_override = shelf.bounce("Love Song", "/c/any take.wav", folder="").id
    said = refusal(shelf, "love song")
    assert "/c/any take.wav, /a/Love Song, /b/Love Song" in said.replace("\\", "/")
    names = said.split("could be several songs: ")[1].split(";")[0].split(", ")
    found = {shelf.finder.bounce(name).id for name in names}
    assert found == {here, there, by_override}
    assert "Night Drive" not in said
    assert (
        "could be several songs: Night Drive, Night Shift" in (shelf.bounce("Night Shift"), refusal(shelf, "night"))[1]
    )
