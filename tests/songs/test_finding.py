"""What a person names: a song, SONG:3, or a file; and what is said to whoever misspelt it."""

from pathlib import Path

import pytest

from bridge.errors import UsageError
from bridge.songs.finding import SongFinder
from bridge.store import NewBounce, Store


class Shelf:
    """A store with bounces in it, and no files."""

    def __init__(self, root: Path) -> None:
        self.store = Store.open(root / "freshears.db")
        self.finder = SongFinder(self.store)
        self._count = 0

    def bounce(self, song: str, folder: str = "/music", name: str = "") -> int:
        self._count += 1
        path = Path(folder) / (name or f"{song} v{self._count}.wav")
        new = NewBounce(path, 1, 1, f"{self._count:064}", song, song.casefold(), folder, "", "folder")
        return self.store.bounces.record(new)[0].id

    def refusal(self, text: str, number: int | None = None) -> str:
        with pytest.raises(UsageError) as refused:
            self.finder.bounce(text, number)
        return str(refused.value)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    for song in ("Night Drive", "Night Drive", "Tide"):
        shelf.bounce(song)
    return shelf


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
    assert "names bounce 1, and bounce 2 is asked for" in shelf.refusal("Night Drive:1", 2)
    assert shelf.refusal("Night Drive:3") == "Night Drive has no bounce 3; there are 1, 2"


def test_a_title_with_a_colon_is_a_title_first(shelf: Shelf) -> None:
    shelf.bounce("Psalm 23:4")
    own = shelf.bounce("Psalm 23:4")
    assert shelf.finder.bounce("Psalm 23:4").id == own
    assert shelf.finder.bounce("psalm 23:4:1").revision == 1


def test_spellings_of_one_letter_are_one(shelf: Shelf) -> None:
    composed, decomposed = "Caf\u00e9", "Cafe\u0301"
    song = shelf.bounce(composed)
    assert shelf.finder.bounce(decomposed).id == song


@pytest.mark.parametrize("text", ["Nite Drive", "nihgt drive", "Nigt Drive:2"])
def test_near_names_are_suggested_and_not_taken(shelf: Shelf, text: str) -> None:
    assert shelf.refusal(text).endswith("there is no such song; did you mean Night Drive?")


def test_a_name_that_is_near_to_nothing_leads_to_the_list(shelf: Shelf) -> None:
    for text in ("Weltschmerz", "", "\x00", "x" * 10_000, "\udcff"):
        assert shelf.refusal(text).endswith("there is no such song; freshears songs lists them")


def test_several_songs_are_listed_by_names_that_can_be_given(shelf: Shelf) -> None:
    here, there = shelf.bounce("Love Song", "/a"), shelf.bounce("Love Song", "/b")
    by_override = shelf.bounce("Love Song", "", "/c/any take.wav")
    said = shelf.refusal("love song")
    assert "/a/Love Song, /b/Love Song, /c/any take.wav" in said.replace("\\", "/")
    names = said.split("could be several songs: ")[1].split(";")[0].split(", ")
    found = {shelf.finder.bounce(name).id for name in names}
    assert found == {here, there, by_override}
    assert "Night Drive" not in said
    assert (
        "could be several songs: Night Drive, Night Shift" in (shelf.bounce("Night Shift"), shelf.refusal("night"))[1]
    )
