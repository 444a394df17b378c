"""The master bus by ear with a real store: what is raised, kept over a restart, answered, taken back."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bridge.model import Analysis, AudioFormat, BusItem, Measurement, head_of
from bridge.model.events import BounceExamined, Event, WarningCleared, WarningRaised
from bridge.policy.bus.by_ear import KEY
from bridge.sessions.ear_monitor import EarMonitor
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import NewBounce, Store

MIX, LIMITED = (14.0, 0.01), (9.0, 0.4)  # peak to loudness, share of the time at the ceiling


class World:
    """A store, and what was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Event] = []
        self.store = Store.open(folder / "s.db", wall=lambda: 1_800_000_000.0)
        self.song_service = SongService(self.store, Config(), lambda: 1_800_000_000.0)
        self.ears = self.restarted()

    def restarted(self) -> EarMonitor:
        return EarMonitor(self.song_service, self.told.append)

    def bounce(
        self, marks: tuple[float, float], name: str = "", *, made_through: tuple[BusItem, ...] | None = None
    ) -> int:
        """Let a bounce land and be examined; return the number of its song."""
        name = name or f"Tide v{len(list(self.folder.iterdir()))}.wav"
        (self.folder / name).touch()
        new = NewBounce(self.folder / name, 1, 1, name, "Tide", "tide", str(self.folder), "", "folder")
        bounce, _ = self.store.bounces.record(new)
        if made_through is not None:
            self.store.sessions.set_bus(bounce.id, "/songs/Tide.rpp", made_through)
        sound = AudioFormat(rate_hz=48_000, channels=2, frames=1, subtype="PCM_24", container="WAV", duration_s=1.0)
        numbers = Measurement(plr_db=marks[0], peaks_at_ceiling=marks[1])
        analysis = Analysis(file=name, sha256=name, format=sound, measurement=numbers)
        job = self.store.jobs.add("analyse", self.folder / name, "{}", name, bounce.id)
        self.store.results.add_analysis(bounce.id, job.id, "fine", msgspec.json.encode(analysis).decode())
        self.ears.on_examined(BounceExamined(bounce, "fine", "", head_of(analysis)))
        return bounce.song_id

    @property
    def standing(self) -> list[str]:
        return [warning.seen[:40] for warning in self.ears.standing()]

    def answer(self, word: str) -> bool:
        return self.ears.answered(self.ears.standing()[0].id, word)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.store.close()


def test_a_first_bounce_is_never_spoken_of(world: World) -> None:
    world.bounce(LIMITED)
    world.bounce(LIMITED)
    assert (world.standing, world.told) == ([], [])


def test_it_is_raised_once_and_stands_over_a_restart(world: World) -> None:
    for marks in (MIX, MIX, LIMITED, LIMITED, LIMITED):
        world.bounce(marks)
    assert world.standing == ["Something on the bus since bounce 3? Pea"]
    assert [type(event) for event in world.told] == [WarningRaised]
    world.ears = world.restarted()
    assert world.standing == ["Something on the bus since bounce 3? Pea"]


def test_it_goes_when_a_bounce_is_free_of_it(world: World) -> None:
    for marks in (MIX, LIMITED, MIX):
        world.bounce(marks)
    assert world.standing == []
    assert [type(event) for event in world.told] == [WarningRaised, WarningCleared]


def test_part_of_the_sound_is_never_asked_again_until_that_is_taken_back(world: World) -> None:
    for marks in (MIX, LIMITED):
        song = world.bounce(marks)
    assert world.answer("part-of-the-sound")
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.standing == []
    assert world.ears.take_back_answers(song)
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.standing == ["Something on the bus since bounce 6? Pea"]


def test_not_now_is_for_this_time(world: World) -> None:
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    warning = world.ears.standing()[0]
    assert world.answer("not-now")
    assert not world.ears.answered(warning.id, "not-now")  # it stands no longer
    for marks in (LIMITED, MIX, LIMITED):
        world.bounce(marks)
    assert world.standing == ["Something on the bus since bounce 5? Pea"]


def test_who_masters_puts_a_limiter_there_and_is_not_asked(world: World) -> None:
    song = world.bounce(MIX)
    world.bounce(LIMITED)
    assert world.answer("switch-to-mastering")
    assert world.song_service.mode(song).mode == "mastering"
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.standing == []


def test_where_a_daw_says_what_is_on_the_bus_nothing_is_guessed(world: World) -> None:
    for marks in (MIX, LIMITED):
        world.bounce(marks, made_through=(BusItem("Pro-L 2", "loudness"),))
    assert world.standing == []
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.standing
    world.bounce(LIMITED, made_through=())
    assert world.standing == []


def test_what_is_kept_and_cannot_be_read_is_listened_to_anew(world: World) -> None:
    class Odd(msgspec.Struct):
        latest: str = "x"

    world.store.sessions.set_guard(f"{KEY}1:", Odd())
    world.ears = world.restarted()
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.standing


def test_a_bounce_that_is_examined_again_is_no_news(world: World) -> None:
    for marks in (MIX, LIMITED):
        world.bounce(marks)
    assert world.answer("not-now")
    bounce = world.store.bounces.newest(world.store.bounces.songs()[0].id)
    assert bounce is not None
    found = world.store.results.analysis(bounce.id)
    assert found is not None
    world.ears.on_examined(BounceExamined(bounce, "fine", "", found.head))
    assert world.standing == []


def test_numbers_that_a_split_makes_smaller_hide_nothing(world: World) -> None:
    for marks in (MIX, MIX, MIX):
        song = world.bounce(marks)
    latest = world.store.bounces.newest(song)
    assert latest is not None
    other, _ = world.store.bounces.record(NewBounce(world.folder, 1, 1, "x", "Wave", "wave", "/", "", "folder"))
    with world.store.database.transaction() as connection:  # as a split leaves it: the newest is another song's
        connection.execute("UPDATE bounces SET song_id = ?, revision = 7 WHERE id = ?", (other.song_id, latest.id))
    world.bounce(LIMITED)
    assert world.standing == ["Something on the bus since bounce 3? Pea"]
