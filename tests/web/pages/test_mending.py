"""The part of a song's page that puts it right, and what of its bounces' files is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.songs.mending import Mending
from bridge.web.pages.mending import mend_view, read_mendable
from bridge.web.pages.song import read_song, song_view
from bridge.web.pages.songs import read_songs, songs_view
from bridge.web.reader import PageReader
from tests.web.filled import FilledStore


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


def test_the_forms_name_bounces_other_songs_and_what_can_be_undone(filled: FilledStore, reader: PageReader) -> None:
    first, _ = filled.add_bounce("Tide"), filled.add_bounce("Ebb")
    Mending(filled.store).rename(filled.store.bounces.songs()[1], "Tide Pool")
    song = filled.store.bounces.song(first.song_id)
    assert song is not None
    view = mend_view(song, [first], read_mendable(reader, song))
    assert view.bounces == ((str(first.id), "Bounce 1"),)
    assert [name for _, name in view.others] == ["Ebb"]
    assert [(mend.id, mend.words, mend.is_undone) for mend in view.mends] == [
        (1, "Tide is called Tide Pool now.", False)
    ]


def test_a_bounce_whose_file_is_gone_says_so_in_both_lists(
    filled: FilledStore, reader: PageReader, tmp_path: Path
) -> None:
    bounce = filled.add_bounce("Tide", path=str(tmp_path / "Tide.wav"))
    page = read_song(reader, bounce.song_id)
    assert page is not None
    assert page.missing == {bounce.id: "gone"}
    assert song_view(page).bounces[0].missing == "file gone"
    assert songs_view(read_songs(reader, ()), ()).songs[0].missing == "file gone"


def test_a_song_whose_bounces_are_all_elsewhere_has_no_page(filled: FilledStore, reader: PageReader) -> None:
    bounce = filled.add_bounce("Tide")
    Mending(filled.store).forget([bounce])
    assert read_song(reader, bounce.song_id) is None
    assert read_songs(reader, ()) == []
