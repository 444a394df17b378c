"""Which song a session's bounces go to, when two projects have one name, one moves, or nothing is known yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.model import Bounce
from bridge.sessions.song_matching import SongMatching
from bridge.songs.naming import song_key
from bridge.store import NewBounce
from tests.store.fresh import fresh_store

FOLDER = Path("/bounces")


class World:
    """A store, and projects that are there."""

    def __init__(self, folder: Path) -> None:
        self.store = fresh_store(folder / "s.db", wall=lambda: 1000.0)
        self.there: set[Path] = set()
        self.count = 0
        self.songs = SongMatching(
            self.store, (FOLDER,), {"*session*": "The Named One"}, lambda path: path in self.there
        )

    def bounce(self, project: str, name: str) -> Bounce:
        """Record a bounce as the bridge does it: under the place of its session."""
        song, folder = self.songs.place(project, name)
        self.count += 1
        path = FOLDER / f"{song}-{self.count}.wav"
        new = NewBounce(path, 1, 1, f"sha{self.count}", song, song_key(song), folder, "", "reaper")
        bounce, _ = self.store.bounces.record(new)
        self.store.sessions.set_bus(bounce.id, project, ())
        self.there.add(Path(project))
        return bounce

    def found(self, project: str, name: str) -> int | None:
        song = self.songs.of(project, name)
        return None if song is None else song.id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.store.close()


def test_no_song_before_the_first_bounce(world: World) -> None:
    assert world.found("/songs/Tide.rpp", "Tide") is None
    assert world.songs.place("/songs/Tide.rpp", "Tide") == ("Tide", "/bounces")
    bounce = world.bounce("/songs/Tide.rpp", "Tide")
    assert world.found("/songs/Tide.rpp", "Tide") == bounce.song_id


def test_versions_of_a_project_are_one_song(world: World) -> None:
    first = world.bounce("/songs/Tide.rpp", "Tide")
    second = world.bounce("/songs/Tide v2.rpp", "Tide v2")
    assert (second.song_id, second.song, second.revision) == (first.song_id, "Tide", 2)


def test_two_projects_of_one_name_in_different_folders_are_two_songs(world: World) -> None:
    one = world.bounce("/songs/a/Mix.rpp", "Mix")
    assert world.found("/songs/b/Mix.rpp", "Mix") is None
    two = world.bounce("/songs/b/Mix.rpp", "Mix")
    assert two.song_id != one.song_id
    assert (two.song, two.revision) == ("Mix", 1)
    assert world.found("/songs/a/Mix.rpp", "Mix") == one.song_id
    assert world.found("/songs/b/Mix.rpp", "Mix") == two.song_id
    assert world.bounce("/songs/a/Mix.rpp", "Mix").revision == 2
    assert world.bounce("/songs/b/Mix.rpp", "Mix").revision == 2
    assert world.found("/songs/c/Mix.rpp", "Mix") is None


def test_two_ardour_sessions_of_one_name(world: World) -> None:
    one = world.bounce("/a/Tide", "Tide")
    assert world.found("/a/Tide", "Tide") == one.song_id
    assert world.found("/b/Tide", "Tide") is None
    assert world.bounce("/b/Tide", "Tide").song_id != one.song_id


def test_a_project_that_was_moved_goes_on_with_its_song(world: World) -> None:
    one = world.bounce("/songs/Tide.rpp", "Tide")
    world.there.clear()
    assert world.found("/archive/Tide.rpp", "Tide") == one.song_id


def test_a_song_known_from_the_folder_alone_belongs_to_the_session_of_its_name(world: World) -> None:
    new = NewBounce(FOLDER / "Tide.wav", 1, 1, "x", "Tide", "tide", str(FOLDER), "", "folder")
    bounce, _ = world.store.bounces.record(new)
    assert world.found("/songs/Tide.rpp", "Tide") == bounce.song_id
    assert world.found("/songs/Other.rpp", "Other") is None
    assert world.found("unsaved:reaper:1", "") is None


def test_of_two_songs_of_a_name_the_one_in_the_bounce_folder_is_meant(world: World) -> None:
    ids = []
    for number, folder in enumerate(("/elsewhere", str(FOLDER), "/zzz")):
        new = NewBounce(Path(folder) / "Tide.wav", 1, 1, f"x{number}", "Tide", "tide", folder, "", "folder")
        ids.append(world.store.bounces.record(new)[0].song_id)
    assert world.found("/songs/Tide.rpp", "Tide") == ids[1]


def test_a_pattern_of_ones_own_decides(world: World) -> None:
    assert world.songs.place("/songs/session 4.rpp", "session 4") == ("The Named One", "")
    one = world.bounce("/songs/session 4.rpp", "session 4")
    assert world.found("/songs/session 5.rpp", "session 5") == one.song_id


def test_without_a_bounce_folder_a_song_lives_with_its_project(world: World) -> None:
    songs = SongMatching(world.store, (), {}, lambda _: True)
    assert songs.place("/songs/Tide.rpp", "Tide") == ("Tide", "/songs")
    assert songs.place("/songs/Tide", "Tide") == ("Tide", "/songs/Tide")
    assert songs.place("unsaved:reaper:1", "Tide") == ("Tide", "")


def test_unsaved_projects_are_told_apart_by_their_names(world: World) -> None:
    first, second = world.bounce("/p/One/One.rpp", "One"), world.bounce("/p/Two/Two.rpp", "Two")
    world.there.clear()
    assert [world.found("", name) for name in ("One", "Two", "One")] == [first.song_id, second.song_id, first.song_id]
