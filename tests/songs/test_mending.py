"""Songs put right by a person: what moves along, what stays known, and that each of it can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.errors import UsageError
from bridge.model import Bounce, Song
from bridge.store.relocation import relocate
from tests.songs.shelf import Shelf, faults_of


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    faults = faults_of(shelf.path)
    shelf.close()
    assert faults == []


def song(shelf: Shelf, name: str) -> Song:
    return shelf.finder.song(name)


def numbers(shelf: Shelf, name: str) -> dict[int, int]:
    """Return the number of each bounce of a song, by its id."""
    return {one.id: one.revision for one in shelf.store.bounces.of_song(song(shelf, name).id)}


def names(shelf: Shelf) -> list[str]:
    return [one.name for one in shelf.store.bounces.songs()]


def test_a_renamed_song_goes_on_taking_in_what_is_named_as_before_and_as_now(shelf: Shelf) -> None:
    first = shelf.bounce("Nite Drive")
    done = shelf.mending.rename(song(shelf, "Nite Drive"), "Night Drive")
    assert done.words == "Nite Drive is called Night Drive now."
    assert shelf.bounce("Nite Drive").song_id == shelf.bounce("night drive").song_id == first.song_id
    assert names(shelf) == ["Night Drive"]
    with pytest.raises(UsageError, match="called so already"):
        shelf.mending.rename(song(shelf, "Night Drive"), "Night Drive")


@pytest.mark.parametrize("name", ["", "  ", "\n\t", "\u202e"])
def test_a_song_is_not_called_nothing(shelf: Shelf, name: str) -> None:
    shelf.bounce("Tide")
    with pytest.raises(UsageError, match="say what the song is called"):
        shelf.mending.rename(song(shelf, "Tide"), name)


def test_two_songs_in_one_folder_are_not_called_the_same(shelf: Shelf) -> None:
    for name in ("Tide", "Night Drive"):
        shelf.bounce(name)
    shelf.bounce("Tide", folder="/elsewhere")
    with pytest.raises(UsageError, match="there is a song called Tide beside it already; join them instead"):
        shelf.mending.rename(song(shelf, "Night Drive"), "tide")
    shelf.mending.rename(song(shelf, "/elsewhere/Tide"), "Night Drive")  # in another folder it may be
    assert sorted(names(shelf)) == ["Night Drive", "Night Drive", "Tide"]


def test_merging_keeps_the_larger_songs_numbers_and_knows_the_others(shelf: Shelf) -> None:
    small = [shelf.bounce("Paper_Boats_FINAL"), shelf.bounce("Paper_Boats_FINAL")]
    large = [shelf.bounce("paper boats") for _ in range(3)]
    shelf.say_mode(small[0].song_id, "mastering")
    shelf.store.song_state.add_reply(small[0].song_id, "mixing", "needs", "a bridge", shelf.at)
    done = shelf.mending.merge(song(shelf, "Paper_Boats_FINAL"), song(shelf, "paper boats"))
    assert done.words == "paper boats is part of Paper_Boats_FINAL now: bounce 1 is 4, 2 is 5."
    assert names(shelf) == ["Paper_Boats_FINAL"]  # called like the first
    merged = song(shelf, "paper boats")  # and known by the other name
    assert merged.id == large[0].song_id
    assert numbers(shelf, merged.name) == {one.id: n for n, one in enumerate([*large, *small], 1)}
    assert shelf.finder.bounce("Paper_Boats_FINAL:4").id == small[0].id
    assert [shelf.finder.bounce(f"paper boats:{n}").id for n in (1, 4)] == [large[0].id, small[0].id]
    assert shelf.bounce("Paper_Boats_FINAL").song_id == shelf.bounce("paper boats").song_id == merged.id
    assert [change.mode for change in shelf.store.song_state.modes(song_id=merged.id)] == ["mastering"]
    assert [reply.text for reply in shelf.store.song_state.replies(merged.id)] == ["a bridge"]
    assert len(shelf.store.results.masters_of_song(merged.id)) == 7
    with pytest.raises(UsageError, match="is one song already"):
        shelf.mending.merge(merged, merged)


def test_numbers_from_before_a_merge_are_known_where_the_names_differ(shelf: Shelf) -> None:
    small, _, _ = shelf.bounce("Weltschmerz"), shelf.bounce("untitled"), shelf.bounce("untitled")
    shelf.mending.merge(song(shelf, "untitled"), song(shelf, "Weltschmerz"))
    assert shelf.finder.bounce("Weltschmerz:1").id == small.id
    assert shelf.finder.bounce("untitled:3").id == small.id
    assert shelf.finder.bounce("untitled:1").id != small.id


def test_a_dry_print_goes_with_its_wet_one(shelf: Shelf) -> None:
    wet = shelf.bounce("Tide")
    dry = shelf.bounce("Tide", "Tide (dry).wav", dry_of=wet.revision)
    shelf.bounce("Tide")
    for _ in range(2):
        other = shelf.bounce("Night Drive")
    shelf.mending.move(wet, song(shelf, "Night Drive"))
    assert numbers(shelf, "Night Drive") == {other.id - 1: 1, other.id: 2, wet.id: 3, dry.id: 3}
    assert shelf.finder.bounce("Night Drive:3 dry").id == shelf.finder.bounce("Tide:1 dry").id == dry.id


def test_split_bounces_are_a_song_of_their_own_in_the_same_mode(shelf: Shelf) -> None:
    kept = shelf.bounce("Tide")
    gone = [shelf.bounce("Tide", f"Tide Pool v{n}.wav") for n in (1, 2)]
    shelf.say_mode(kept.song_id, "resting")
    done = shelf.mending.split(gone)
    assert done.words == "Tide Pool is a song of its own now, out of Tide: bounce 2 is 1, 3 is 2."
    assert numbers(shelf, "Tide Pool") == {gone[0].id: 1, gone[1].id: 2}
    made = song(shelf, "Tide Pool")
    assert shelf.store.song_state.modes(song_id=made.id)[-1].mode == "resting"
    assert shelf.finder.bounce("Tide:3").id == gone[1].id  # where it was shown before
    assert shelf.store.bounces.next_number(kept.song_id) == 4  # no number is given twice
    assert shelf.bounce("Tide Pool").song_id == made.id
    with pytest.raises(UsageError, match="these are all bounces of Tide; rename it instead"):
        shelf.mending.split([kept])
    with pytest.raises(UsageError, match="name bounces of one song"):
        shelf.mending.split([kept, shelf.store.bounces.by_id(gone[0].id)])
    with pytest.raises(UsageError, match="there is a song called Tide beside it already"):
        shelf.mending.split([shelf.store.bounces.by_id(gone[0].id)], "tide")


def test_what_lands_under_a_name_goes_where_all_of_that_name_went(shelf: Shelf) -> None:
    shelf.bounce("Tide")
    pool = shelf.bounce("Tide Pool")
    shelf.mending.merge(song(shelf, "Tide"), song(shelf, "Tide Pool"))
    shelf.mending.split([shelf.store.bounces.by_id(pool.id)])
    made = song(shelf, "Tide Pool")
    assert made.id != pool.song_id  # that one is part of Tide, and stays so
    assert shelf.bounce("Tide Pool").song_id == made.id
    assert shelf.finder.bounce("Tide Pool:1").id == pool.id


def test_a_split_needs_a_name_where_the_files_say_the_same(shelf: Shelf) -> None:
    bounces = [shelf.bounce("Love Song") for _ in range(2)]
    with pytest.raises(UsageError, match="say what the new song is called"):
        shelf.mending.split(bounces[:1])
    shelf.mending.split(bounces[:1], "Love Song (Anna)")
    assert names(shelf) == ["Love Song", "Love Song (Anna)"]


def test_the_last_bounce_of_a_song_takes_the_songs_name_along(shelf: Shelf) -> None:
    rough = shelf.bounce("Weltschmerz_ROUGH")
    shelf.bounce("Weltschmerz")
    done = shelf.mending.move(rough, song(shelf, "Weltschmerz"))
    assert done.words == "Weltschmerz_ROUGH, bounce 1 is Weltschmerz, bounce 2 now."
    assert names(shelf) == ["Weltschmerz"]
    assert shelf.bounce("Weltschmerz_ROUGH").song == "Weltschmerz"
    with pytest.raises(UsageError, match="is of Weltschmerz already"):
        shelf.mending.move(shelf.store.bounces.by_id(rough.id), song(shelf, "Weltschmerz"))


def test_a_bounce_that_comes_back_has_its_old_number(shelf: Shelf) -> None:
    tide = [shelf.bounce("Tide") for _ in range(3)]
    shelf.bounce("Night Drive")
    shelf.mending.move(tide[1], song(shelf, "Night Drive"))
    shelf.mending.move(shelf.store.bounces.by_id(tide[1].id), song(shelf, "Tide"))
    assert numbers(shelf, "Tide") == {one.id: one.revision for one in tide}


def test_a_version_counts_by_itself_and_is_not_the_newest(shelf: Shelf) -> None:
    first, second = shelf.bounce("Tide"), shelf.bounce("Tide")
    done = shelf.mending.version(second, "instrumental")
    assert done.words == "Tide, bounce 2 is Tide (instrumental), bounce 1 now."
    assert shelf.finder.bounce("Tide").id == first.id
    for name in ("Tide (instrumental)", "tide (Instrumental):1", "Tide:2"):
        assert shelf.finder.bounce(name).id == second.id
    assert "Tide (instrumental) has no bounce 2; there are 1" in refused(shelf, "Tide (instrumental):2")
    shelf.mending.version(shelf.store.bounces.by_id(second.id), "")
    assert shelf.finder.bounce("Tide").revision == 2
    with pytest.raises(UsageError, match="is that already"):
        shelf.mending.version(first, "")


def refused(shelf: Shelf, name: str) -> str:
    with pytest.raises(UsageError) as error:
        shelf.finder.bounce(name)
    return str(error.value)


def test_a_forgotten_bounce_is_shown_no_more_and_its_number_stays_its_own(shelf: Shelf) -> None:
    first, second = shelf.bounce("Tide"), shelf.bounce("Tide")
    done = shelf.mending.forget([second])
    assert done.words == "Forgotten: Tide, bounce 2. Its file stays where it is."
    assert shelf.finder.bounce("Tide").id == first.id
    assert "Tide has no bounce 2" in refused(shelf, "Tide:2")
    assert shelf.store.bounces.by_path(Path(second.path)) is None
    assert shelf.bounce("Tide").revision == 3
    assert [one.bounce_id for one in shelf.store.results.masters_of_song(first.song_id)] == [1, 3]
    shelf.mending.remember(shelf.store.bounces.by_id(second.id))
    assert shelf.finder.bounce("Tide:2").id == second.id


def test_a_song_whose_bounces_are_all_forgotten_is_not_listed(shelf: Shelf) -> None:
    bounces = [shelf.bounce("Tide") for _ in range(8)]
    shelf.bounce("Night Drive")
    assert "and 2 more. Their files stay where they are." in shelf.mending.forget(bounces).words
    assert names(shelf) == ["Night Drive"]
    shelf.mending.undo()
    assert names(shelf) == ["Night Drive", "Tide"]


def test_undo_takes_the_last_one_or_one_by_its_number(shelf: Shelf) -> None:
    shelf.bounce("Tide")
    shelf.bounce("Night Drive")
    with pytest.raises(UsageError, match="there is nothing to undo"):
        shelf.mending.undo()
    first = shelf.mending.rename(song(shelf, "Tide"), "Ebb")
    second = shelf.mending.rename(song(shelf, "Night Drive"), "Day Drive")
    assert shelf.mending.undo(first.id).words == "Undone: Tide is called Ebb now."
    assert names(shelf) == ["Day Drive", "Tide"]
    assert shelf.mending.undo().id == second.id
    for number, words in ((first.id, "has been undone already"), (99, "there is no mend 99")):
        with pytest.raises(UsageError, match=words):
            shelf.mending.undo(number)


def test_what_was_changed_again_is_undone_in_its_order(shelf: Shelf) -> None:
    shelf.bounce("Tide")
    first = shelf.mending.rename(song(shelf, "Tide"), "Ebb")
    second = shelf.mending.rename(song(shelf, "Ebb"), "Flow")
    before = shelf.rows()
    words = f"mend {first.id} is undone after mend {second.id}, which changed the same: Ebb is called Flow now."
    with pytest.raises(UsageError, match=words):
        shelf.mending.undo(first.id)
    assert shelf.rows() == before
    shelf.mending.undo()
    shelf.mending.undo()
    assert names(shelf) == ["Tide"]


def test_what_was_mended_in_a_song_that_is_none_any_more_is_undone_in_the_one_it_came_from(shelf: Shelf) -> None:
    first, second = shelf.bounce("Tide"), shelf.bounce("Tide")
    split = shelf.mending.split([second], "Ebb")
    forgotten = shelf.mending.forget([shelf.store.bounces.by_id(second.id)])
    shelf.mending.undo(split.id)
    assert shelf.mending.undo(forgotten.id).song_ids == (first.song_id,)
    assert numbers(shelf, "Tide") == {first.id: 1, second.id: 2}
    told = [one.words for one in shelf.store.mends.newest(song_id=first.song_id)]
    assert told == [forgotten.words, split.words]


def test_nothing_goes_back_into_a_song_that_was_joined_to_another_since(shelf: Shelf) -> None:
    first = shelf.bounce("Tide")
    shelf.bounce("Tide")
    shelf.bounce("Ebb")
    shelf.bounce("Ebb")
    before = shelf.rows()
    shelf.mending.move(first, song(shelf, "Ebb"))
    shelf.mending.merge(song(shelf, "Ebb"), song(shelf, "Tide"))
    with pytest.raises(UsageError, match=r"mend 1 is undone after mend 2, which changed the same: Tide is part of Ebb"):
        shelf.mending.undo(1)
    assert faults_of(shelf.path) == []
    shelf.mending.undo()
    shelf.mending.undo()
    assert shelf.rows() == before


@pytest.mark.parametrize("first", ["rename", "forget"])
def test_a_name_that_another_song_was_given_since_does_not_come_back(first: str, shelf: Shelf) -> None:
    tide = shelf.bounce("Tide")
    ebb = [shelf.bounce("Ebb"), shelf.bounce("Ebb")]
    before = shelf.rows()
    if first == "rename":
        shelf.mending.rename(song(shelf, "Tide"), "Flow")
    else:
        shelf.mending.forget([tide])
    shelf.mending.split([ebb[0]], "Tide")
    with pytest.raises(UsageError, match=r"mend 1 is undone after mend 2, which changed the same: Tide is a song of"):
        shelf.mending.undo(1)
    shelf.mending.rename(song(shelf, "Tide"), "Pool")  # what lands as Tide goes on going there
    with pytest.raises(UsageError, match="mend 1 is undone after mend 2"):
        shelf.mending.undo(1)
    for _ in range(3):
        shelf.mending.undo()
        assert faults_of(shelf.path) == []
    assert shelf.rows() == before


def test_a_name_does_not_come_back_beside_a_song_that_is_called_so_now(shelf: Shelf) -> None:
    for name in ("Ebb", "Ebb", "Flow"):
        shelf.bounce(name)
    before = shelf.rows()
    shelf.mending.merge(song(shelf, "Ebb"), song(shelf, "Flow"))
    shelf.mending.rename(song(shelf, "Ebb"), "Flow")
    with pytest.raises(UsageError, match="there is a song called Flow beside it already"):
        shelf.mending.undo(1)
    shelf.mending.undo()
    shelf.mending.undo()
    assert shelf.rows() == before


def test_what_was_changed_again_and_back_is_undone_in_its_order_too(shelf: Shelf) -> None:
    shelf.bounce("Tide")
    for name in ("Ebb", "Flow", "Ebb"):
        shelf.mending.rename(shelf.store.bounces.songs()[0], name)
    with pytest.raises(UsageError, match="mend 1 is undone after mend 2"):
        shelf.mending.undo(1)
    for name in ("Flow", "Ebb", "Tide"):
        shelf.mending.undo()
        assert names(shelf) == [name]


def test_a_song_that_lived_on_for_a_bounce_ends_when_that_goes_back(shelf: Shelf) -> None:
    shelf.bounce("Tide")
    second = shelf.bounce("Tide")
    ebb = shelf.bounce("Ebb")
    shelf.bounce("Ebb")
    before = shelf.rows()
    shelf.mending.split([second], "Pool")
    shelf.mending.move(ebb, song(shelf, "Pool"))
    shelf.mending.undo(1)
    assert song(shelf, "Pool").id == shelf.store.bounces.by_id(ebb.id).song_id
    shelf.mending.undo()
    assert faults_of(shelf.path) == []
    after = shelf.rows()
    for table in ("songs", "bounces", "modes", "events"):
        assert after[table] == before[table]


def test_a_song_out_of_which_another_one_was_split_goes_after_that(shelf: Shelf) -> None:
    first, second, third = (shelf.bounce("Tide") for _ in range(3))
    before = shelf.rows()
    shelf.mending.split([first], "Ebb")
    shelf.mending.move(second, song(shelf, "Ebb"))
    shelf.mending.split([shelf.store.bounces.by_id(second.id)], "Flow")
    with pytest.raises(UsageError, match="mend 1 is undone after mend 2, which changed the same"):
        shelf.mending.undo(1)
    for _ in range(3):
        shelf.mending.undo()
    assert shelf.rows() == before
    assert numbers(shelf, "Tide")[third.id] == third.revision


def test_no_song_is_left_without_bounces_by_undoing(shelf: Shelf) -> None:
    tide, second = shelf.bounce("Tide"), shelf.bounce("Ebb")
    shelf.bounce("Ebb")
    shelf.mending.move(second, song(shelf, "Tide"))
    shelf.mending.move(tide, song(shelf, "Ebb"))
    before = shelf.rows()
    with pytest.raises(UsageError, match="mend 1 cannot be undone"):
        shelf.mending.undo(1)
    assert shelf.rows() == before


def test_what_an_older_version_kept_of_a_song_that_went_can_be_undone(shelf: Shelf) -> None:
    bounce = shelf.bounce("Tide")
    forgotten = shelf.mending.forget([bounce])
    with shelf.store.database.transaction() as connection:
        connection.execute("UPDATE mends SET song_id = 99")
    assert shelf.mending.undo(forgotten.id).song_ids == ()
    assert numbers(shelf, "Tide") == {bounce.id: 1}


def test_what_landed_meanwhile_stays_where_it_landed(shelf: Shelf) -> None:
    tide, _ = [shelf.bounce("Tide") for _ in range(2)], shelf.bounce("Tide Pool")
    shelf.mending.split(tide[:1], "Ebb")
    later = shelf.bounce("Ebb")
    shelf.mending.undo()
    assert numbers(shelf, "Tide") == {tide[0].id: 1, tide[1].id: 2}
    assert numbers(shelf, "Ebb") == {later.id: 2}  # a song it stays
    shelf.mending.merge(song(shelf, "Tide"), song(shelf, "Tide Pool"))
    pool = shelf.bounce("Tide Pool")
    shelf.mending.undo()
    assert shelf.store.bounces.by_id(pool.id).song == "Tide"
    assert len(numbers(shelf, "Tide Pool")) == 1


def history(shelf: Shelf, bounce: Bounce) -> list[str]:
    rows = shelf.store.history.newest(song_id=shelf.store.bounces.by_id(bounce.id).song_id)
    return [str(row.data.get("words", row.kind)) for row in rows]


def test_every_mend_stands_in_the_history_of_its_song(shelf: Shelf) -> None:
    bounce = shelf.bounce("Tide")
    shelf.bounce("Night Drive")
    shelf.mending.merge(song(shelf, "Tide"), song(shelf, "Night Drive"))
    shelf.mending.undo()
    told = "Night Drive is part of Tide now: bounce 1 is 2."
    assert history(shelf, bounce) == [told, told, "bounce"]
    (mend,) = shelf.store.mends.newest(song_id=bounce.song_id)
    assert (mend.kind, mend.words, mend.undone_at) == ("merge", told, shelf.at)


@pytest.mark.parametrize("what", ["rename", "merge", "move", "stem", "forget"])
def test_what_was_mended_is_undone_after_its_folder_was_moved_and_moved_back(shelf: Shelf, what: str) -> None:
    first, second = shelf.bounce("Tide"), shelf.bounce("Tide – Bass")
    shelf.bounce("Tide")
    before = shelf.rows()
    tide, bass = song(shelf, "Tide"), song(shelf, "Tide – Bass")
    match what:
        case "rename":
            shelf.mending.rename(tide, "Ebb")
        case "merge":
            shelf.mending.merge(tide, bass)
        case "move":
            shelf.mending.move(first, bass)
        case "stem":
            shelf.mending.stem(bass, "Tide")
        case _:
            shelf.mending.forget([second])
    relocate(shelf.store.database, "/music", "/moved/here")
    shelf.mending.undo()
    assert {one.folder for one in shelf.store.bounces.songs()} == {"/moved/here"}
    assert shelf.bounce("Tide", folder="/moved/here").song_id == first.song_id
    relocate(shelf.store.database, "/moved/here", "/music")
    after = shelf.rows()
    assert all(set(before[table]) <= set(after[table]) for table in before)


def test_a_dry_print_that_a_person_names_is_the_annex_of_its_wet_one(shelf: Shelf) -> None:
    one, wet, dry = (shelf.bounce("Tide") for _ in range(3))
    before = shelf.rows()
    done = shelf.mending.annex(wet, dry)
    assert done is not None
    assert done.words == "Tide, bounce 3 is Tide, bounce 2 dry now."
    assert shelf.finder.bounce("Tide").id == wet.id  # never the newest
    assert shelf.finder.bounce("Tide:2 dry").id == shelf.finder.bounce("Tide:3").id == dry.id
    again = shelf.store.bounces.by_id(dry.id)
    assert shelf.mending.annex(wet, again) is None
    assert shelf.mending.annex(wet, one) is None  # it has its dry print
    assert shelf.mending.annex(shelf.bounce("Ebb"), one) is None
    shelf.mending.undo()
    assert all(set(before[table]) <= set(rows) for table, rows in shelf.rows().items())
    assert shelf.bounce("Tide").revision == 4
