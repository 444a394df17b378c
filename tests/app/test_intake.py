"""From files to bounces: whose song a file goes to when a DAW has given its word about it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.app.intake import Identified, Intake
from bridge.model import Bounce
from bridge.settings.config import Config
from bridge.store import Store

LONG_S = 1_000.0


class AtOnce(Executor):
    """Does the work where it is asked for."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class World:
    """A bounce folder, and a clock that jumps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bounces"
        self.folder.mkdir()
        self.store = Store.open(folder / "s.db", wall=lambda: 1000.0)
        self.found: list[Identified] = []
        self.now_s = 0.0
        self.intake = Intake(
            self.store, Config(), (self.folder,), lambda _: None, lambda _: AtOnce(), self.found.append, lambda *_: None
        )
        self.intake.scan(self.now_s)  # the first day

    def file(self, name: str, level: float) -> Path:
        path = self.folder / name
        soundfile.write(path, np.full((4_410, 2), level), 44_100)
        return path

    def settled(self) -> list[Bounce]:
        """Let time pass; return the bounces that came of it."""
        self.intake.scan(self.now_s)
        bounces = []
        for _ in range(3):
            self.now_s += LONG_S
            self.intake.tick(self.now_s)
            while self.found:
                recorded = self.intake.identified(self.found.pop(), self.now_s)
                if recorded is not None:
                    bounces.append(recorded)
        return bounces


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.store.close()


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
