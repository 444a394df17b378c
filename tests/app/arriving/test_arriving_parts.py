"""Parts of mixes outside folders of stems: a set where they prove each other, asked about where one comes alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model.events import SongAsked, SongsMended, StemsKept
from bridge.songs.mending import Mending
from bridge.watch.folder import FolderRules
from bridge.watch.listing import FolderListing
from tests.app.test_intake import NOW_AT, Batch


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(tmp_path)
    yield batch
    batch.close()


def songs(batch: Batch) -> list[str]:
    return [song.name for song in batch.store.bounces.songs()]


def sets(batch: Batch) -> dict[str, tuple[str, ...]]:
    return {one.song: one.stems for one in batch.store.landings.stem_sets()}


def test_parts_that_come_together_beside_their_mix_are_a_set_and_the_mix_is_a_bounce(batch: Batch) -> None:
    for name in ("Night Drive", "Night Drive – Bass", "Night Drive – Drums", "Night Drive – Lead Vox"):
        batch.copied(f"{name}.wav")
    (mix,) = batch.settled()
    assert (mix.song, mix.revision) == ("Night Drive", 1)
    assert songs(batch) == ["Night Drive"]
    assert sets(batch) == {"Night Drive": ("Bass", "Drums", "Lead Vox")}
    (kept,) = batch.told_of(StemsKept)
    assert (kept.song, kept.count) == ("Night Drive", 3)
    assert not batch.told_of(SongAsked)
    assert batch.settled() == []  # and they are known


def test_parts_away_from_their_mix_are_of_their_project_or_of_nobody(batch: Batch) -> None:
    for name in ("Kick", "Snare", "Vocals bounce"):
        batch.copied(f"Weltschmerz/Renders/{name}.wav")
        batch.copied(f"{name}.wav")
    assert batch.settled() == []
    assert sets(batch) == {"Weltschmerz": ("Kick", "Snare", "Vocals"), "": ("Kick", "Snare", "Vocals")}


@pytest.mark.slow
def test_a_part_without_a_songs_name_goes_with_those_of_its_length_that_have_one(batch: Batch) -> None:
    for name in ("Tide – Bass", "Tide_drums", "Vocals bounce"):
        batch.copied(f"{name}.wav")
    batch.settled()
    assert sets(batch) == {"Tide": ("Bass", "Vocals", "drums")}
    batch.copied("Keys.wav")
    batch.copied("Organ.wav", frames=9_000)  # of another length
    assert [one.song for one in batch.settled()] == ["Organ"]
    assert sets(batch) == {"Tide": ("Bass", "Keys", "Vocals", "drums")}


@pytest.mark.slow
def test_parts_without_a_songs_name_that_came_before_go_with_the_first_that_has_one(batch: Batch) -> None:
    for name in ("Vocals", "Keys", "Tide - Bass", "Tide - Kick"):
        batch.copied(f"{name}.wav")
        batch.settled()
    assert sets(batch) == {"Tide": ("Bass", "Keys", "Kick", "Vocals")}
    assert songs(batch) == []


@pytest.mark.slow
def test_one_alone_near_a_song_is_asked_about_and_is_no_bounce_of_it(batch: Batch) -> None:
    batch.copied("Zoe.wav")
    batch.settled()
    batch.copied("Zoe_drums.wav")
    (part,) = batch.settled()
    assert (part.song, part.revision) == ("Zoe drums", 1)
    (asked,) = batch.told_of(SongAsked)
    assert (asked.song, asked.near) == ("Zoe drums", "Zoe")
    batch.copied("Vocals bounce.wav")  # as long as the one song that is no part itself
    batch.settled()
    assert [(one.song, one.near) for one in batch.told_of(SongAsked)][1:] == [("Vocals", "Zoe")]
    batch.copied("Ebb.wav")
    batch.settled()
    batch.copied("Piano.wav")  # there are two songs of its length: nobody is asked
    batch.settled()
    assert len(batch.told_of(SongAsked)) == 2
    assert sets(batch) == {}


def test_one_without_a_title_is_asked_about_in_its_project(batch: Batch) -> None:
    batch.copied("Weltschmerz/Renders/mix 3.wav")
    batch.settled()
    batch.copied("Weltschmerz/Renders/Vocals bounce.wav")
    batch.settled()
    (asked,) = batch.told_of(SongAsked)
    assert (asked.song, asked.near) == ("Vocals", "Weltschmerz")


def test_a_part_that_comes_before_its_mix_is_what_is_asked_about(batch: Batch) -> None:
    batch.copied("Tide - Bass.wav")
    batch.settled()
    batch.copied("Tide.wav", frames=9_000)
    batch.settled()
    (asked,) = batch.told_of(SongAsked)
    assert (asked.song, asked.near) == ("Tide - Bass", "Tide")


@pytest.mark.slow
def test_a_session_that_exports_its_parts_one_after_the_other_makes_no_bounces_of_them(batch: Batch) -> None:
    place = ("Tide", str(batch.folder))
    for name in ("Tide", "Tide-Bass", "Tide-Kick", "Vox"):
        path = batch.copied(f"{name}.wav", frames=9_000)
        batch.intake.exported(path, "ardour", batch.now_s, place=place)
        batch.settled()
    assert songs(batch) == ["Tide"]
    assert sets(batch) == {"Tide": ("Bass", "Kick", "Vox")}


@pytest.mark.slow
def test_when_the_next_part_of_a_mix_comes_both_are_a_set_and_that_can_be_undone(batch: Batch) -> None:
    batch.copied("Tide.wav", frames=9_000)
    batch.settled()
    batch.copied("Tide - Bass.wav")
    (bass,) = batch.settled()
    batch.copied("Tide - Kick.wav")
    assert batch.settled() == []
    assert songs(batch) == ["Tide"]
    assert sets(batch) == {"Tide": ("Bass", "Kick")}
    (mended,) = batch.told_of(SongsMended)
    assert "Tide - Bass is a stem of Tide now" in mended.text
    Mending(batch.store).undo(mended.mend_id)
    assert songs(batch) == ["Tide", "Tide - Bass"]
    assert sets(batch) == {"Tide": ("Kick",)}
    assert batch.store.bounces.find(bass.id) is not None


@pytest.mark.slow
def test_without_a_songs_name_it_takes_three_that_come_one_after_the_other(batch: Batch) -> None:
    for name in ("Bass", "Vocals", "Keys"):
        assert sets(batch) == {}
        batch.copied(f"{name}.wav", frames=9_000)
        batch.settled()
    assert sets(batch) == {"": ("Bass", "Keys", "Vocals")}
    assert songs(batch) == []


@pytest.mark.slow
def test_a_song_that_is_called_like_an_instrument_stays_one(batch: Batch) -> None:
    batch.copied("Bass v1.wav")
    batch.settled()
    batch.copied("Bass v2.wav")
    batch.copied("Drums.wav")
    assert {(one.song, one.revision) for one in batch.settled()} == {("Bass", 2), ("Drums", 1)}
    assert sets(batch) == {}


@pytest.mark.slow
def test_what_a_person_says_is_a_song_is_one(batch: Batch) -> None:
    batch.copied("Tide - Bass.wav")
    batch.copied("Tide - Kick.wav")
    batch.settled()
    path = batch.folder / "Tide - Bass.wav"
    batch.intake.exported(path, "folder", batch.now_s, asked=True)
    (bounce,) = batch.settled()
    assert (bounce.song, sets(batch)) == ("Tide - Bass", {"Tide": ("Kick",)})
    batch.copied("Tide - Bass.wav", frames=6_000)
    (again,) = batch.settled()
    assert again.revision == 2


def test_a_part_that_is_exported_anew_or_later_joins_its_set(batch: Batch) -> None:
    for name in ("Tide - Bass", "Tide - Kick"):
        batch.copied(f"{name}.wav")
    batch.settled()
    batch.copied("Tide - Bass.wav", frames=6_000)
    batch.copied("Tide - Keys.wav", frames=6_000)
    assert batch.settled() == []
    assert sets(batch) == {"Tide": ("Bass", "Keys", "Kick")}


def test_a_song_on_its_way_waits_for_what_may_be_its_parts_a_few_seconds_and_no_longer(batch: Batch) -> None:
    batch.copied("Tide.wav", NOW_AT)
    (batch.folder / "Tide - Bass.wav").write_bytes(b"RIFF")
    assert [bounce.song for bounce in batch.settled()] == ["Tide"]


def test_the_newest_of_a_folder_that_is_watched_anew_is_a_mix_and_no_part(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    other = tmp_path / "Other"
    other.mkdir()
    for number, name in enumerate(("Ebb", "Tide", "Tide - Bass", "Tide - Kick")):
        batch.copied(f"../Other/{name}.wav", NOW_AT - 60 + number)
    batch.hands.watch((batch.folder, other))
    looked = FolderListing(other, FolderRules(("*.wav",))).look()
    batch.intake.found(looked, batch.now_s)
    assert [Path(bounce.path).stem for bounce in batch.settled()] == ["Tide"]
    batch.close()
