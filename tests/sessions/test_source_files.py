"""Which files of a session are bounces of ours, and what that says about its mode."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.model import Bounce, SessionSnapshot
from bridge.model.events import Event, WarningRaised
from bridge.sessions.bus_monitor import BusMonitor
from bridge.sessions.modes import SessionModes
from bridge.sessions.source_files import RECHECK_S, SourceFiles, hash_of, look_at
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import NewBounce
from tests.store.fresh import fresh_store

RATE_HZ = 48_000


class AtOnce(Executor):
    """Works where it is asked, and counts what it did."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.done.append(fn.__name__)
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class World:
    """A store, files, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_at = 1_800_000_000.0
        self.store = fresh_store(folder / "s.db", wall=lambda: self.now_at)
        self.work = AtOnce()
        self.sources = SourceFiles(self.store, self.work, lambda: self.now_at)
        self.song_service = SongService(self.store, Config(), lambda: self.now_at)
        self.told: list[Event] = []
        self.modes = SessionModes(self.song_service, sources=self.sources, wall=lambda: self.now_at)
        self.bus_monitor = BusMonitor(
            self.store, self.modes, Config().guard, self.told.append, wall=lambda: self.now_at
        )

    def file(self, name: str, seed: int = 1, *, channels: int = 2, frames: int = RATE_HZ) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).uniform(-0.1, 0.1, (frames, channels))
        soundfile.write(path, noise, RATE_HZ, subtype="PCM_24")
        return path

    def bounce(self, name: str, song: str = "Tide", seed: int = 1, *, examined: bool = True) -> tuple[Bounce, Path]:
        path = self.file(f"bounces/{name}", seed)
        stat, content = path.stat(), hashlib.sha256(path.read_bytes()).hexdigest()
        new = NewBounce(
            path, stat.st_size, stat.st_mtime_ns, content, song, song.casefold(), str(path.parent), "", "folder"
        )
        bounce, _ = self.store.bounces.record(new)
        if examined:
            with self.store.database.transaction() as connection:
                connection.execute("INSERT INTO bounce_summaries VALUES (?, 'fine', -10, -1, 1.0)", (bounce.id,))
        return bounce, path

    def held(self, *paths: Path, tracks: int | None = 1, folder: str = "/session") -> list[int]:
        texts = [str(path) for path in paths]
        self.sources.held(texts, tracks, folder)
        while self.sources.tick():
            pass
        return [bounce.id for bounce in self.sources.held(texts, tracks, folder)]

    def see(self, *paths: Path, name: str = "Tide", tracks: int = 1, seconds: int = 10, unsaved: bool = False) -> str:
        project = "" if unsaved else str(self.folder / "sessions" / f"{name}.rpp")
        for _ in range(max(1, seconds // 5)):
            self.now_at += 5.0
            snapshot = SessionSnapshot(
                daw="reaper",
                seen_at=self.now_at,
                project_path=project,
                project_name=name,
                project_id="run:1",
                track_count=tracks,
                transport="stopped",
                source_files=tuple(map(str, paths)),
            )
            self.bus_monitor.on_snapshot(snapshot)
            self.bus_monitor.tick()
        return project or "unsaved:reaper:run:1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.sources.close()
    world.store.close()


def test_a_bounce_is_known_by_its_path_without_being_read(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    assert world.held(path) == [bounce.id]
    assert world.work.done == ["look_at"]
    assert world.held(path) == [bounce.id]
    assert world.work.done == ["look_at"]  # remembered


def test_a_copy_inside_the_session_is_known_by_its_content(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    copy = world.folder / "session" / "Media" / "renamed.wav"
    copy.parent.mkdir(parents=True)
    shutil.copy(path, copy)
    assert world.held(copy, folder=str(world.folder / "session")) == [bounce.id]
    assert world.work.done == ["look_at", "hash_of"]
    world.now_at += RECHECK_S
    assert world.held(copy, folder=str(world.folder / "session")) == [bounce.id]
    assert world.work.done == ["look_at", "hash_of", "look_at"]  # looked at again, not read again


def test_only_a_file_of_a_bounces_size_is_read(world: World) -> None:
    world.bounce("Tide v3.wav")
    assert world.held(world.file("other.wav", frames=1000)) == []
    assert world.work.done == ["look_at"]
    assert world.held(world.file("same size.wav", seed=2)) == []
    assert world.work.done == ["look_at", "look_at", "hash_of"]


def test_ardours_two_halves_of_an_import_are_known_by_name_and_length(world: World) -> None:
    bounce, _ = world.bounce("Tide: v3.wav")
    folder = world.folder / "session" / "interchange"
    left, right = (world.file(f"session/interchange/Tide_ v3-1%{side}.wav", channels=1) for side in "LR")
    assert world.held(left, right, folder=str(folder)) == [bounce.id]
    short = world.file("session/interchange/Tide_ v3%L.wav", channels=1, frames=RATE_HZ // 2)
    assert world.held(short, folder=str(folder)) == []
    assert world.held(world.file("session/interchange/Tide_ v4%L.wav", channels=1), folder=str(folder)) == []


def test_a_file_bounced_over_is_not_the_bounce_it_was(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    assert world.held(path) == [bounce.id]
    world.file("bounces/Tide v3.wav", seed=9)
    os.utime(path, ns=(1, 1))
    world.now_at += RECHECK_S
    assert world.held(path) == []


def test_a_bounce_recorded_after_it_was_imported_is_found_at_the_next_look(world: World) -> None:
    path = world.file("bounces/Tide v3.wav")
    assert world.held(path) == []
    bounce, _ = world.bounce("Tide v3.wav")
    world.now_at += RECHECK_S
    assert world.held(path) == [bounce.id]


def test_a_master_of_ours_counts_as_its_bounce(world: World) -> None:
    bounce, _ = world.bounce("Tide v3.wav")
    master = world.file("masters/Tide – master.wav", seed=3)
    world.store.results.add_master(bounce.id, None, "streaming", str(master), "m", "{}")
    assert world.held(master) == [bounce.id]


@pytest.mark.parametrize(
    ("others", "tracks", "folder", "is_held"),
    [
        ([], 3, "session", True),
        (["references/A.wav", "references/B.wav"], 3, "session", True),
        (["session/Media/vocal.wav"], 2, "session", False),  # something is recorded to it: a demo
        (["references/A.wav"], 2, "", False),  # unsaved: nobody knows what the other file is
        ([], 4, "session", False),
        ([], None, "session", False),
        ([f"references/{n}.wav" for n in range(8)], 3, "session", False),
        (["references/gone.wav"], 2, "session", True),
        (["relative"], 2, "session", False),
    ],
)
def test_a_session_holds_little_but_a_bounce(
    world: World, others: list[str], tracks: int | None, folder: str, is_held: bool
) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    paths = [world.folder / other if other != "relative" else Path("A.wav") for other in others]
    for other in paths:
        if "gone" not in other.name and other.is_absolute():
            world.file(str(other.relative_to(world.folder)), seed=5, frames=500)
    where = str(world.folder / folder) if folder else ""
    assert world.held(path, *paths, tracks=tracks, folder=where) == ([bounce.id] if is_held else [])


def test_what_is_no_plain_file_is_never_opened(world: World) -> None:
    world.bounce("Tide v3.wav")
    pipe = world.folder / "pipe.wav"
    os.mkfifo(pipe)
    assert look_at(pipe).size_bytes == -1
    assert look_at(world.folder / "not there%L.wav").size_bytes == -1
    assert look_at(Path("/nul\x00.wav")).size_bytes == -1
    broken = world.folder / "broken%L.wav"
    broken.write_bytes(b"RIFF")
    assert look_at(broken).half_s is None
    assert world.held(pipe, broken) == []
    look = look_at(broken)
    broken.write_bytes(b"RIFFRIFF")
    assert hash_of(broken, look, threading.Event()) == ""  # it changed while it was read
    broken.unlink()
    assert hash_of(broken, look, threading.Event()) == ""


def test_a_bridge_that_stops_does_not_wait_for_a_file(world: World) -> None:
    path = world.file("long.wav")
    stopping = threading.Event()
    assert len(hash_of(path, look_at(path), stopping)) == 64
    stopping.set()
    assert hash_of(path, look_at(path), stopping) == ""


def test_its_own_thread_does_the_work(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    sources = SourceFiles(world.store)
    try:
        assert sources.held([str(path)], 1, "/s") == ()
        while not sources.tick():
            pass
        assert [held.id for held in sources.held([str(path)], 1, "/s")] == [bounce.id]
    finally:
        sources.close()


# what the mode becomes ----------------------------------------------------------------------------------------------


def test_a_session_of_the_song_that_holds_little_but_its_bounce_is_mastering(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    project = world.see(path)
    found = world.song_service.mode(bounce.song_id)
    assert (found.mode, found.source, found.why) == (
        "mastering", "guess", "the session holds little but bounce 1 of Tide",
    )  # fmt: skip
    assert world.modes.mode(project) == "mastering"


def test_mix_and_master_of_one_song_in_turn(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    world.see(tracks=24)
    assert world.song_service.mode(bounce.song_id).mode == "mixing"
    for _ in range(3):
        world.see(path, name="tide")  # another project file of the same song
        assert world.song_service.mode(bounce.song_id).mode == "mastering"
        world.see(tracks=24)
        assert world.song_service.mode(bounce.song_id).mode == "mixing"
    assert len(world.store.song_state.modes(song_id=bounce.song_id)) == 7  # one change a look, not one a snapshot


def test_what_the_person_said_stands_against_every_look(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    world.song_service.say_mode(bounce.song_id, "mixing")
    world.see(path)
    assert world.song_service.mode(bounce.song_id).mode == "mixing"


def test_a_project_without_a_song_keeps_the_guess_to_itself(world: World) -> None:
    bounce, path = world.bounce("Tide v3.wav")
    world.song_service.say_mode(bounce.song_id, "mixing")
    project = world.see(path, name="Tide mastering")
    assert world.modes.known(project).why == "the session holds little but bounce 1 of Tide"
    assert world.modes.mode(project) == "mastering"
    assert world.song_service.mode(bounce.song_id).mode == "mixing"


def test_a_song_made_out_of_another_ones_bounce_is_no_mastering(world: World) -> None:
    _, path = world.bounce("Tide v3.wav")
    other, _ = world.bounce("Remix.wav", song="Remix", seed=2)
    project = world.see(path, name="Remix")
    assert world.modes.mode(project) == "mixing"
    assert world.store.song_state.modes(song_id=other.song_id) == []


def test_the_files_of_an_album_side(world: World) -> None:
    _, first = world.bounce("Tide v3.wav")
    _, second = world.bounce("Wave.wav", song="Wave", seed=2)
    project = world.see(first, second, name="Side A")
    assert world.modes.known(project).why == "the session holds little but bounces of 2 songs"


def test_an_unsaved_project_is_known_while_it_is_open_and_forgotten_by_the_next(world: World) -> None:
    _, path = world.bounce("Tide v3.wav")
    project = world.see(path, name="", unsaved=True)
    assert world.modes.mode(project) == "mastering"
    nameless = SessionSnapshot(
        daw="reaper",
        seen_at=world.now_at,
        project_path="",
        project_name="",
        track_count=1,
        source_files=(str(path),),
    )
    world.bus_monitor.on_snapshot(nameless)  # scripts of an older version: they cannot tell unsaved projects apart
    assert world.modes.mode("unsaved:reaper:") == "mixing"


def test_mastering_in_another_project_in_the_sitting_of_the_mix_is_named_once(world: World) -> None:
    _, path = world.bounce("Tide v3.wav")
    world.see(tracks=24, seconds=600)
    for _ in range(3):
        world.see(path, name="Tide master", seconds=60)
        world.see(tracks=24, seconds=60)
    raised = [event.warning.kind for event in world.told if isinstance(event, WarningRaised)]
    assert raised == ["same-sitting"]
    world.modes.say(world.see(tracks=24), "mastering")  # the mix itself, in the same sitting
    world.see(tracks=24, seconds=60)
    assert [type(event) for event in world.told].count(WarningRaised) == 1


def test_mastering_the_next_day_is_not_the_same_sitting(world: World) -> None:
    _, path = world.bounce("Tide v3.wav")
    world.see(tracks=24, seconds=600)
    world.now_at += 8 * 3600.0
    world.see(path, name="Tide master", seconds=60)
    assert world.told == []
