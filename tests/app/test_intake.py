"""From files to bounces: whose song a file goes to when a DAW has given its word about it."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pytest
import soundfile

from bridge.app.identify import Identified
from bridge.app.intake import Found, Intake
from bridge.model import Bounce
from bridge.model.events import Event
from bridge.settings.config import Config
from bridge.store import Store
from bridge.watch.folder import FolderRules
from bridge.watch.hands import FolderHands
from bridge.watch.listing import FolderListing

LONG_S = 1_000.0
MOST_ANSWERS = 12  # a file that stays incomplete is waited for as long as it lies there


class World:
    """A bounce folder, and a clock that jumps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bounces"
        self.folder.mkdir()
        self.store = Store.open(folder / "s.db", wall=lambda: 1000.0)
        self.arrived: SimpleQueue[Found] = SimpleQueue()
        self.told: list[Event] = []
        self.now_s = 0.0
        self.hands = FolderHands((self.folder,))
        self.listing = FolderListing(self.folder, FolderRules(Config().watch.patterns))
        self.intake = Intake(self.store, Config(), self.hands, self.told.append, self.arrived.put, lambda *_: None)
        self.intake.found(self.listing.look(), self.now_s)  # the first day

    def close(self) -> None:
        self.hands.stop()
        self.store.close()

    def file(self, name: str, level: float) -> Path:
        path = self.folder / name
        soundfile.write(path, np.full((4_410, 2), level), 44_100)
        return path

    def settled(self) -> list[Bounce]:
        """Let time pass; return the bounces that came of it."""
        self.intake.found(self.listing.look(whole=True), self.now_s)
        bounces = []
        self.intake.tick(self.now_s)
        answers = 0
        while self.intake.is_waiting and answers < MOST_ANSWERS:
            self.now_s += LONG_S
            self.intake.tick(self.now_s)
            try:
                found = self.arrived.get(timeout=0.05)
            except Empty:  # decided without asking anybody, or the thread is not as quick
                continue
            answers += 1
            if not isinstance(found, Identified):
                self.intake.found(found, self.now_s)
                continue
            recorded = self.intake.identified(found, self.now_s)
            if recorded is not None:
                bounces.append(recorded)
        return bounces


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def test_a_file_goes_to_the_song_of_its_session(world: World) -> None:
    path = world.file("mix.wav", 0.1)
    world.intake.exported(path, "reaper", world.now_s, place=("Tide", "/songs"))
    (bounce,) = world.settled()
    assert (bounce.song, bounce.source) == ("Tide", "reaper")


def test_word_about_a_file_that_is_known_says_nothing_about_the_next_one_of_its_name(world: World) -> None:
    path = world.file("mix.wav", 0.1)
    for _ in range(2):  # said twice: once before it was known, once after
        world.intake.exported(path, "reaper", world.now_s, place=("Tide", "/songs"))
        world.settled()
    world.file("mix.wav", 0.2)
    (bounce,) = world.settled()
    assert bounce.song == "mix"


@pytest.mark.parametrize("broken", [True, False])
def test_word_about_a_file_that_became_no_bounce_is_forgotten(world: World, broken: bool) -> None:
    path = world.folder / "mix.wav"
    if broken:
        path.write_bytes(b"RIFF of nothing")
    else:
        world.file("mix.wav", 0.1)
    world.intake.exported(path, "reaper", world.now_s, place=("Tide", "/songs"))
    if not broken:
        path.unlink()
    assert world.settled() == []
    world.file("mix.wav", 0.2)
    (bounce,) = world.settled()
    assert (bounce.song, bounce.source) == ("mix", "folder")
