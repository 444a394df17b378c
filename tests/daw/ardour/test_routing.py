"""What the hook says of the wiring, and what is asked for in return."""

from pathlib import Path

import pytest

from bridge.daw.ardour.link import ArdourLink
from bridge.daw.ardour.mailbox import ArdourMailbox
from bridge.daw.ardour.routing import CHAIN_LIFE_S, ArdourBuses, parse_routing
from tests.daw.lua.parts import PARTS, lua_function

SESSION = "/music/Tide"


def route(route_id: str, name: str, to: str, kind: int = 1, regions: int = 1, *long: object) -> tuple[object, ...]:
    start_s, length_s, file = long or (0.0, 0.0, "")
    return (route_id, name, kind, 1, regions, start_s, length_s, file, to)


def routing(*routes: tuple[object, ...], session: str = SESSION) -> tuple[object, ...]:
    return (1, session, 0, 0, len(routes), *(value for one in routes for value in one))


MIX = route("20", "Mix Bus", "master", 0, 0)
WIRED = routing(MIX, route("30", "Drums", "20"), route("40", "Bass", "20"))


def test_the_bus_between_tracks_and_master_is_asked_for_and_its_chain_is_believed_for_a_while() -> None:
    link = ArdourLink(lambda _: "")
    assert link.buses.heard_routing(WIRED)
    assert link.buses.asked(SESSION) == ("20",)
    assert link.buses.asked("/music/Other") == ()
    assert link.buses.strips(SESSION, 1.0) == ()
    bus = (1, SESSION, "20", 1, "Limit", "x42-dpl", "LV2", 1, "77")
    assert link.heard_bus(bus, 1.0)
    (strip,) = link.buses.strips(SESSION, 1.5)
    assert (strip.name, strip.strip_id, strip.chain[0].name) == ("Mix Bus", "20", "Limit / LV2: x42-dpl")
    assert link.buses.strips(SESSION, 1.0 + CHAIN_LIFE_S + 0.1) == ()
    assert link.heard_bus((1, SESSION, "30", 0), 2.0)  # not asked for: a track
    assert [strip.name for strip in link.buses.strips(SESSION, 2.0)] == ["Mix Bus"]


def test_a_track_that_goes_around_ends_it() -> None:
    buses = ArdourBuses()
    buses.heard_routing(
        routing(MIX, route("30", "Drums", "20"), route("40", "Bass", "20"), route("50", "Voice", "master"))
    )
    assert buses.asked(SESSION) == ()


@pytest.mark.parametrize(
    ("file", "layout"),
    [("/a/mix 3%L.wav", "one-mix"), ("/a/Tide-1%L.wav", ""), ("/a/T002_Tide-4.wav", ""), ("/a/Tide-1%L.mp3", "")],
)
def test_one_imported_mix_is_told_from_a_take_by_how_ardour_names_takes(file: str, layout: str) -> None:
    buses = ArdourBuses()
    buses.heard_routing(routing(route("30", "Tide", "master", 1, 1, 0.0, 200.0, file)))
    assert buses.layout(SESSION) == layout
    assert buses.asked(SESSION) == (("30",) if layout else ())


def test_a_template_counts_its_tracks_and_not_its_returns() -> None:
    empty = routing(
        MIX, route("30", "Drums", "20", 1, 0), route("40", "Bass", "20", 1, 0), route("50", "Hall", "master", 0, 0)
    )
    found = parse_routing(empty)
    assert found is not None
    assert found.passed == ("20",)


@pytest.mark.parametrize(
    "params",
    [(), (1,), (2, SESSION, 0), (1, SESSION, -1), (1, SESSION, 1), (1, 5, 0), (1, SESSION, 10**9), (1, SESSION, "3"),
     (1, SESSION, 1, *route("20", "x", "master")[:-1], 7), (1, SESSION, 1, None, *route("20", "x", "master")[1:])],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(params: tuple[object, ...]) -> None:
    buses = ArdourBuses()
    buses.heard_routing(WIRED)
    assert not buses.heard_routing(params)
    assert buses.asked(SESSION) == ("20",)
    assert not ArdourLink(lambda _: "").heard_bus(params, 0.0)


def test_a_solo_and_a_muted_master_are_said() -> None:
    buses = ArdourBuses()
    buses.heard_routing((1, SESSION, 1, 1, 0))
    assert buses.hazards(SESSION) == ("solo", "master-muted")
    assert buses.hazards("/music/Other") == ()


def test_muted_tracks_are_said_by_their_names() -> None:
    buses = ArdourBuses()
    assert buses.heard_muted((1, SESSION, "Kick alt", "Choir"))
    assert buses.muted(SESSION) == ("Kick alt", "Choir")
    assert buses.hazards(SESSION) == ("muted-tracks",)
    assert (buses.muted("/music/Other"), buses.hazards("/music/Other")) == ((), ())
    for nonsense in ((), (1,), (2, SESSION, "x"), (1, SESSION, 7)):
        assert not buses.heard_muted(nonsense)
    assert buses.muted(SESSION) == ("Kick alt", "Choir")
    assert buses.heard_muted((1, SESSION))
    assert buses.hazards(SESSION) == ()


def test_the_scripts_read_what_is_asked_for(tmp_path: Path) -> None:
    ArdourMailbox(tmp_path).ask_for_buses("/music/T\tide", "20", "21")
    lines = lua_function([PARTS / "mailbox.lua"], 'readLines ("buses.txt")', tmp_path)
    assert [[line[1], line[2]] for line in lines.values()] == [
        ["session", "/music/T\tide"],
        ["strip", "20"],
        ["strip", "21"],
    ]
