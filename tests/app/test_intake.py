"""From files to bounces: whose song a file goes to when a DAW has given its word about it."""

import os
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from bridge.app.identify import Identified
from bridge.app.intake import Found, Intake
from bridge.model import Bounce
from bridge.model.events import Event, OrderUnclear, SongAsked, StemsKept
from bridge.settings.config import Config
from bridge.watch.folder import FolderRules
from bridge.watch.hands import FolderHands, Work
from bridge.watch.listing import FolderListing
from tests.store.fresh import fresh_store

LONG_S = 1_000.0
HOUR_S = 3_600.0
NOW_AT = 1_796_000_000.0
MOST_ANSWERS = 12  # a file that stays incomplete is waited for as long as it lies there

EventT = TypeVar("EventT")
_WORKS: tuple[Work, ...] = ("looking", "reading")


class World:
    """A bounce folder, and a clock that jumps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bounces"
        self.folder.mkdir()
        self.store = fresh_store(folder / "s.db", wall=lambda: NOW_AT)
        self.arrived: SimpleQueue[Found] = SimpleQueue()
        self.told: list[Event] = []
        self.now_s = 0.0
        self.hands = FolderHands((self.folder,))
        self.listing = FolderListing(self.folder, FolderRules(Config().watch.patterns, recursive=True))
        self.intake = Intake(self.store, Config(), self.hands, self.told.append, self.arrived.put, lambda *_: None)
        self.intake.found(self.listing.look(), self.now_s)  # the first day

    def close(self) -> None:
        self.hands.stop()
        self.store.close()

    def file(self, name: str, level: float, frames: int = 4_410) -> Path:
        path = self.folder / name
        soundfile.write(path, np.full((frames, 2), level), 44_100)
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


class Batch(World):
    """Files that are copied into the folder, with dates of their own; and what is told of them."""

    level = 0.01

    def copied(self, name: str, at: float = NOW_AT, frames: int = 4_410) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.level += 0.01
        self.file(name, self.level, frames)
        os.utime(path, (at, at))
        return path

    def settled(self) -> list[Bounce]:
        """Let a minute pass, half a second at a time; return the bounces that came of it."""
        self.intake.found(self.listing.look(whole=True), self.now_s)
        bounces = []
        for _ in range(120):
            self.now_s += 0.5
            self.intake.tick(self.now_s)
            while (found := self._next()) is not None:
                if not isinstance(found, Identified):
                    self.intake.found(found, self.now_s)
                elif (recorded := self.intake.identified(found, self.now_s)) is not None:
                    bounces.append(recorded)
            bounces += [bounce for _, bounce in self.intake.in_order(self.now_s)]
        return bounces

    def _next(self) -> Found | None:
        """Return what the folder's threads have found, None when they have nothing to do."""
        for work in _WORKS:  # each does one thing after the other: when this is done, so is what was asked before
            self.hands.of(self.folder / "x", work).submit(int).result(30.0)
        return None if self.arrived.empty() else self.arrived.get()

    def told_of(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def batch(tmp_path: Path) -> Iterator[Batch]:
    batch = Batch(tmp_path)
    yield batch
    batch.close()


def numbers(bounces: list[Bounce]) -> dict[str, int]:
    return {Path(bounce.path).stem: bounce.revision for bounce in bounces}


def test_those_that_come_together_are_numbered_by_their_names_and_not_by_the_alphabet(batch: Batch) -> None:
    for count, number in enumerate((1, 10, 11, 12, 2, 3)):
        batch.copied(f"River v{number}.wav", NOW_AT - 60 + count)
    found = batch.settled()
    assert numbers(found) == {f"River v{number}": count for count, number in enumerate((1, 2, 3, 10, 11, 12), 1)}
    newest = batch.store.bounces.newest(found[0].song_id)
    assert newest is not None
    assert Path(newest.path).stem == "River v12"
    assert not batch.told_of(OrderUnclear)


def test_without_numbers_their_dates_decide(batch: Batch) -> None:
    batch.copied("paper boats FINAL.wav", NOW_AT - HOUR_S)
    batch.copied("paper boats ROUGH.wav", NOW_AT - 9 * HOUR_S)
    batch.copied("paper boats demo.wav", NOW_AT - 20 * HOUR_S)
    assert numbers(batch.settled()) == {"paper boats demo": 1, "paper boats ROUGH": 2, "paper boats FINAL": 3}


def test_what_comes_in_older_gets_the_next_number_and_two_orders_are_told(batch: Batch) -> None:
    batch.copied("River v10.wav", NOW_AT - 2 * HOUR_S)
    batch.settled()
    batch.copied("River v9.wav", NOW_AT - HOUR_S)
    (late,) = batch.settled()
    batch.copied("River v8.wav", NOW_AT - 9 * HOUR_S)
    (old,) = batch.settled()
    assert (late.revision, old.revision) == (2, 3)
    assert [one.revision for one in batch.store.bounces.of_song(old.song_id)] == [3, 1, 2]
    (unclear,) = batch.told_of(OrderUnclear)
    assert "by their dates River v9" in unclear.text
    assert [row.kind for row in batch.store.history.newest(song_id=old.song_id, kind="order")] == ["order"]


def test_a_file_that_is_bounced_over_is_the_next_bounce(batch: Batch) -> None:
    batch.copied("Song.wav", NOW_AT - HOUR_S)
    batch.settled()
    batch.copied("Song.wav", NOW_AT)
    (again,) = batch.settled()
    assert again.revision == 2
    assert batch.store.bounces.newest(again.song_id) == again


@pytest.mark.parametrize("first", ["wet", "dry"])
def test_a_dry_print_has_its_wet_ones_number_whichever_comes_first(batch: Batch, first: str) -> None:
    names = {"wet": "Tide – bounce 1.wav", "dry": "Tide – bounce 1 (dry).wav"}
    for kind in sorted(names, key=lambda kind: kind != first):
        batch.copied(names[kind], NOW_AT)
        (found,) = batch.settled()
        assert (found.revision, found.is_dry) == (1, kind == "dry")
    newest = batch.store.bounces.newest(found.song_id)
    assert newest is not None
    assert not newest.is_dry
    batch.copied("Tide – bounce 2.wav", NOW_AT)
    assert batch.settled()[0].revision == 2


def test_parts_of_a_mix_are_a_set_and_no_songs(batch: Batch) -> None:
    for part in ("Bass", "Drums", "Lead Vox"):
        batch.copied(f"Weltschmerz/Stems/Weltschmerz – {part}.wav", NOW_AT)
    assert batch.settled() == []
    assert batch.store.bounces.songs() == []
    (kept,) = batch.told_of(StemsKept)
    assert (kept.song, kept.count) == ("Weltschmerz", 3)
    (stems,) = batch.store.landings.stem_sets("weltschmerz")
    assert stems.stems == ("Bass", "Drums", "Lead Vox")
    assert batch.settled() == []  # and they are known


def test_a_song_that_looks_near_to_another_is_asked_about_once(batch: Batch) -> None:
    batch.copied("Weltschmerz v1.wav", NOW_AT)
    batch.settled()
    batch.copied("Weltschmertz v2.wav", NOW_AT)
    batch.copied("Paper Boats.wav", NOW_AT)
    batch.settled()
    batch.copied("Weltschmertz v3.wav", NOW_AT)
    batch.settled()
    (asked,) = batch.told_of(SongAsked)
    assert (asked.song, asked.near) == ("Weltschmertz", "Weltschmerz")
    (question,) = batch.store.landings.questions()
    assert (question.id, question.song, question.near) == (asked.question_id, "Weltschmertz", "Weltschmerz")


def test_one_bounce_alone_waits_for_nobody(batch: Batch) -> None:
    batch.copied("Tide v1.wav", NOW_AT)
    (batch.folder / "River v1.wav").write_bytes(b"RIFF")  # another song is being written
    assert [bounce.song for bounce in batch.settled()] == ["Tide"]


def test_one_that_waits_for_a_sibling_waits_a_few_seconds_and_no_longer(batch: Batch) -> None:
    batch.copied("Tide v2.wav", NOW_AT)
    (batch.folder / "Tide v1.wav").write_bytes(b"RIFF")
    assert [bounce.revision for bounce in batch.settled()] == [1]
