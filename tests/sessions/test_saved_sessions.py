"""Projects that are known by their saves alone: what is noticed, once, and what a bounce was made through."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from bridge.daw.contract import SnapshotSeen
from bridge.daw.projects.nearby import as_session
from bridge.daw.projects.reading import read_project
from bridge.model import BusWarning, SessionSnapshot
from bridge.model.events import Event, WarningCleared, WarningRaised
from bridge.policy.bus.saved import as_saved
from bridge.sessions.registry import SessionRegistry
from bridge.settings.config import Config
from bridge.songs.service import SongService
from bridge.store import NewBounce, Store
from tests.daw.projects import projects
from tests.daw.projects.fl import flp_projects
from tests.daw.projects.live import live_sets
from tests.daw.projects.test_lmms import HEAD, channel, limiter

Write = Callable[[Path, str], Path]  # a folder, and a limiter that is "none", "on" or "off" → the project


def live(folder: Path, state: str) -> Path:
    on = "false" if state == "off" else "true"
    return live_sets.write(folder, live_sets.live_set("" if state == "none" else live_sets.plug_in("Pro-L 2", on=on)))


def lmms(folder: Path, state: str) -> Path:
    chain = "" if state == "none" else limiter(f'on="{int(state == "on")}" wet="1"')
    (folder / "Tide.mmp").write_text(
        f"{HEAD}<fxmixer>{channel(0, 'Master', chain=chain)}</fxmixer></song></lmms-project>"
    )
    return folder / "Tide.mmp"


def reaper(folder: Path, state: str) -> Path:
    lines = projects.fx('VST "VST3: Pro-L 2 (FabFilter)" x', bypass=f"{int(state == 'off')} 0 0")
    chain = None if state == "none" else lines
    return projects.write(folder / "Tide.rpp", projects.project(chain, top=["MASTER_FX 1"]))


def fl_studio(folder: Path, state: str) -> Path:
    """Whether a slot is off cannot be read: its mix is turned down instead."""
    slots = [] if state == "none" else [(0, "Fruity Wrapper", "", "Pro-L 2")]
    mixes = {(0, 0): 0} if state == "off" else {}
    (folder / "Tide.flp").write_bytes(flp_projects.project({0: slots}, [(2, 1, ""), (2, 2, "")], mixes=mixes))
    return folder / "Tide.flp"


FORMATS: list[Write] = [live, lmms, reaper, fl_studio]


class World:
    """A registry with a store and a clock, and what was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_at = 1_800_000_000.0
        self.told: list[Event] = []
        self.store = Store.open(folder / "s.db", wall=lambda: self.now_at)
        self.start()

    def start(self) -> None:
        """Start, as after a restart."""
        self.service = SongService(self.store, Config(), lambda: self.now_at)
        self.sessions = SessionRegistry(self.store, Config(), self.service, self.told.append)

    def save(self, path: Path, seconds: float = 60.0) -> SessionSnapshot:
        """Have a project read that was just saved."""
        self.now_at += seconds
        session = as_session(read_project(path), self.now_at)
        self.sessions.on_saved(session)
        self.sessions.tick()
        return session

    @property
    def raised(self) -> list[BusWarning]:
        return [event.warning for event in self.told if isinstance(event, WarningRaised)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.sessions.close()
    world.store.close()


@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__name__)
def test_one_notice_for_the_save_that_adds_a_limiter_none_on_the_next_fifty_gone_when_it_is_off(
    world: World, write: Write
) -> None:
    world.save(write(world.folder, "none"))
    assert world.raised == []
    world.save(write(world.folder, "on"))
    (warning,) = world.raised
    assert warning.kind == "loudness"
    assert ", as saved at " in warning.session
    for _ in range(50):
        world.save(write(world.folder, "on"))
    assert world.raised == [warning]
    assert [one.id for one in world.sessions.warnings()] == [warning.id]
    world.save(write(world.folder, "off"))
    assert WarningCleared(warning.id) in world.told
    assert world.sessions.warnings() == ()


@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__name__)
def test_what_stood_there_at_first_sight_is_never_noticed(world: World, write: Write) -> None:
    for _ in range(5):
        world.save(write(world.folder, "on"))
    world.start()
    world.save(write(world.folder, "on"))
    assert world.raised == []


def test_what_came_while_nobody_looked_is_noticed_and_what_was_said_is_not_said_again(world: World) -> None:
    world.save(live(world.folder, "none"))
    world.start()
    world.save(live(world.folder, "on"))
    assert len(world.raised) == 1
    world.start()
    world.save(live(world.folder, "on"))
    assert len(world.raised) == 1
    assert len(world.sessions.warnings()) == 1


def test_glue_and_a_stack_that_stood_there_are_not_told_and_glue_that_came_is(world: World) -> None:
    glue = live_sets.device("GlueCompressor")
    eqs = live_sets.device("Eq8") * 4
    other = world.folder / "other"
    other.mkdir()
    world.save(live_sets.write(world.folder, live_sets.live_set(glue + eqs)))
    world.save(live_sets.write(world.folder, live_sets.live_set(eqs + glue)))
    world.save(live_sets.write(other, live_sets.live_set()))
    assert world.raised == []
    world.save(live_sets.write(other, live_sets.live_set(glue)))
    assert [warning.kind for warning in world.raised] == ["glue"]


def test_an_answer_holds_over_the_next_saves(world: World) -> None:
    world.save(live(world.folder, "none"))
    world.save(live(world.folder, "on"))
    assert world.sessions.answer(world.raised[0].id, "part-of-the-sound")
    for _ in range(3):
        world.save(live(world.folder, "on"))
    assert len(world.raised) == 1
    assert world.sessions.warnings() == ()
    world.save(
        live_sets.write(world.folder, live_sets.live_set(live_sets.plug_in("Pro-L 2") + live_sets.device("Limiter")))
    )
    assert [warning.plugins for warning in world.raised[1:]] == [("Limiter",)]


def test_a_warning_stands_when_another_one_is_answered(world: World) -> None:
    world.save(live(world.folder, "none"))
    glue = live_sets.device("GlueCompressor")
    world.save(live_sets.write(world.folder, live_sets.live_set(glue + live_sets.plug_in("Pro-L 2"))))
    kinds = {warning.kind: warning.id for warning in world.raised}
    assert set(kinds) == {"loudness", "glue"}
    assert world.sessions.answer(kinds["glue"], "part-of-the-sound")
    assert [warning.kind for warning in world.sessions.warnings()] == ["loudness"]


def test_two_projects_stand_beside_each_other(world: World) -> None:
    other = world.folder / "other"
    other.mkdir()
    for folder in (world.folder, other):
        world.save(live(folder, "none"))
    for folder in (world.folder, other):
        world.save(live(folder, "on"))
    assert len(world.sessions.warnings()) == 2


def test_what_a_daw_shows_itself_is_not_read_from_its_file(world: World) -> None:
    path = reaper(world.folder, "none")
    shown = replace(as_session(read_project(path), world.now_at), seen_at=world.now_at)
    world.sessions.handle(SnapshotSeen(snapshot=shown))
    world.save(reaper(world.folder, "on"))
    assert world.raised == []


def bounce(world: World, name: str, at: float) -> tuple[str, ...]:
    """Land a bounce that was made then, and return what it was made through by the saves alone."""
    path = world.folder / name
    path.write_bytes(name.encode())
    os.utime(path, (at, at))
    new = NewBounce(path, 1, int(at * 1e9), name, "Tide", "tide", "", "", "folder")
    landed, _ = world.store.bounces.record(new)
    items = world.sessions.bus_of(landed, None)
    world.sessions.on_landed(landed)
    return tuple(item.name for item in items)


def test_a_bounce_is_tied_to_the_save_before_it(world: World) -> None:
    world.save(live(world.folder, "none"))
    first = world.now_at
    world.save(live(world.folder, "on"), seconds=600)
    second = world.now_at
    world.save(live(world.folder, "off"), seconds=600)
    assert bounce(world, "Tide 1.wav", second + 100) == ("Pro-L 2",)
    assert bounce(world, "Tide 2.wav", first + 300) == ()
    assert bounce(world, "Tide 3.wav", world.now_at + 5) == ()
    assert bounce(world, "Tide 0.wav", first - 900) == ()


def test_a_reminder_at_the_bounce_comes_with_the_bounce(world: World) -> None:
    world.save(live(world.folder, "none"))
    world.save(live(world.folder, "on"))
    assert world.sessions.answer(world.raised[0].id, "at-the-bounce")
    bounce(world, "Tide 1.wav", world.now_at + 5)
    assert [warning.kind for warning in world.raised] == ["loudness", "bounce-reminder"]


def test_when_it_was_saved_in_words() -> None:
    at = 1_800_000_000.0  # 2027-01-15 08:00 UTC
    assert as_saved(at, at + 60, zone=UTC) == "as saved at 08:00"
    assert as_saved(at - 86_400, at, zone=UTC) == "as saved on 14 January at 08:00"
    assert as_saved(at, at, switches_read=False, zone=UTC) == (
        "as saved at 08:00; whether it is switched off is not known"
    )
