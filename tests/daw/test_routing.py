"""What everything passes through, against every way walked one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.daw.routing import LEAST_WHOLE_S, MOST_STRIPS, Content, RoutedStrip, layout_of, passed_by_all

SOUND: Content = "material"


def track(*to: int, master: bool = False, content: Content = SOUND, name: str = "", **more: object) -> RoutedStrip:
    return RoutedStrip(name=name, to=to, to_master=master, content=content, **more)  # type: ignore[arg-type]


def bus(*to: int, master: bool = False, name: str = "") -> RoutedStrip:
    return RoutedStrip(name=name, to=to, to_master=master)


def song(at_s: float, name: str = "") -> RoutedStrip:
    return RoutedStrip(name=name, to_master=True, content="whole-file", span_s=(at_s, at_s + 200.0))


@st.composite
def graphs(draw: st.DrawFn) -> list[RoutedStrip]:
    """Any graph: feedback, loose ends, strips that hold something and are fed, several ways out."""
    count = draw(st.integers(0, 7))
    places = st.lists(st.integers(0, max(0, count - 1)), max_size=3)
    strip = st.builds(
        RoutedStrip,
        to=places.map(tuple) if count else st.just(()),
        sends=places.map(tuple) if count else st.just(()),
        to_master=st.booleans(),
        to_hardware=st.booleans(),
        content=st.sampled_from(["empty", "material", "instrument"]),
        enabled=st.booleans(),
    )
    return draw(st.lists(strip, min_size=count, max_size=count))


def every_way(strips: list[RoutedStrip], at: int, leaves: set[int], been: tuple[int, ...] = ()) -> list[set[int]]:
    """Return the strips of each way from a strip to where the mix leaves, each strip at most once."""
    been = (*been, at)
    onward = [way for to in set(strips[at].to) - set(been) for way in every_way(strips, to, leaves, been)]
    return [*([set(been)] if at in leaves else []), *onward]


def oracle(strips: list[RoutedStrip]) -> set[int]:
    for leaves in (
        {at for at, strip in enumerate(strips) if strip.to_master},
        {at for at, strip in enumerate(strips) if strip.to_hardware},
    ):
        ways = [
            every_way(strips, at, leaves)
            for at, strip in enumerate(strips)
            if strip.enabled and strip.content != "empty"
        ]
        ways = [those for those in ways if those]
        if ways:
            return set.intersection(*(way for those in ways for way in those)) if len(ways) > 1 else set()
    return set()


@pytest.mark.slow
@given(graphs())
def test_exactly_the_strips_that_every_source_passes_are_found(strips: list[RoutedStrip]) -> None:
    if any(strip.content != "empty" for strip in strips):
        found = passed_by_all(strips)
        assert len(set(found)) == len(found)
        assert set(found) == oracle(strips)


@pytest.mark.slow
@given(graphs(), st.randoms())
def test_the_order_of_the_tracks_says_nothing(strips: list[RoutedStrip], random: object) -> None:
    order = list(range(len(strips)))
    random.shuffle(order)  # type: ignore[attr-defined]
    place = {old: new for new, old in enumerate(order)}
    moved = [
        RoutedStrip(
            to=tuple(place[to] for to in strips[old].to),
            sends=tuple(place[to] for to in strips[old].sends),
            to_master=strips[old].to_master,
            to_hardware=strips[old].to_hardware,
            content=strips[old].content,
            enabled=strips[old].enabled,
        )
        for old in order
    ]
    assert {place[at] for at in passed_by_all(strips)} == set(passed_by_all(moved))


@pytest.mark.slow
@given(graphs())
def test_a_new_bus_behind_all_of_them_is_the_last_that_is_passed(strips: list[RoutedStrip]) -> None:
    end = len(strips)
    through = [replace(s, to=(*s.to, end) if s.to_master else s.to, to_master=False, to_hardware=False) for s in strips]
    heard = [*through, bus(master=True)]
    found = passed_by_all(heard)
    assert (found[-1] == end) if found else len({*oracle(heard)}) == 0


def test_buses_one_behind_the_other_come_in_the_order_of_the_flow() -> None:
    strips = [bus(master=True), track(3), track(3), bus(0)]
    assert passed_by_all(strips) == (3, 0)


def test_a_group_that_some_go_around_is_no_bus() -> None:
    assert passed_by_all([track(2), track(2), bus(master=True), track(master=True)]) == ()


def test_a_reverb_that_comes_back_beside_the_bus_takes_nothing_from_it() -> None:
    strips = [track(2, sends=(3,)), track(2, sends=(3,)), bus(master=True, name="All"), bus(master=True, name="Reverb")]
    assert passed_by_all(strips) == (2,)


def test_a_parallel_compressor_that_all_are_sent_to_is_no_bus() -> None:
    assert passed_by_all([track(master=True, sends=(2,)), track(master=True, sends=(2,)), bus(master=True)]) == ()


def test_of_two_ways_the_one_to_a_bus_by_name_is_meant() -> None:
    named = [track(2, 3), track(2, 3), bus(master=True, name="Mix Bus"), bus(master=True, name="Hall")]
    assert passed_by_all(named) == (2,)
    nameless = [track(2, 3), track(2, 3), bus(master=True, name="One"), bus(master=True, name="Hall")]
    assert passed_by_all(nameless) == ()


@pytest.mark.parametrize("name", ["Click", "click track", "Talkback", "METRONOME", "Ref: somebody's song", "Reference"])
def test_clicks_talkback_and_references_do_not_count(name: str) -> None:
    around = track(master=True, name=name)
    assert passed_by_all([track(2), track(2), bus(master=True), around]) == (2,)


@pytest.mark.parametrize("name", ["Clicky Percussion Loop", "Refrain", "Preference", "Cued up"])
def test_names_that_only_look_like_those_count(name: str) -> None:
    around = track(master=True, name=name)
    assert passed_by_all([track(2), track(2), bus(master=True), around]) == ()


def test_a_finished_song_past_a_bus_by_name_does_not_count() -> None:
    mix = [track(2), track(2), bus(master=True, name="2BUS")]
    assert passed_by_all([*mix, song(0, "Somebody - Something")]) == (2,)
    assert passed_by_all([*mix, song(0), song(0), song(0), song(0)]) == ()  # stems, not references


def test_a_beat_beside_a_group_of_voices_is_no_reference() -> None:
    assert passed_by_all([track(2), track(2), bus(master=True, name="VOX BUS"), song(0, "beat")]) == ()


def test_disabled_and_empty_tracks_do_not_count() -> None:
    mix = [track(2), track(2), bus(master=True)]
    assert passed_by_all([*mix, track(master=True, enabled=False)]) == (2,)
    assert passed_by_all([*mix, track(master=True, content="empty")]) == (2,)


def test_with_one_source_nothing_is_passed_unless_it_is_an_imported_mix() -> None:
    assert passed_by_all([track(1), bus(master=True)]) == ()
    assert passed_by_all([track(1, content="instrument"), bus(master=True)]) == ()
    assert passed_by_all([RoutedStrip(to=(1,), content="whole-file"), bus(master=True)]) == (0, 1)


def test_a_mix_that_leaves_by_the_hardware_alone_has_its_bus_there() -> None:
    strips = [track(2), track(2), RoutedStrip(name="PRINT", to_hardware=True)]
    assert passed_by_all(strips) == (2,)
    assert passed_by_all([*strips, track(master=True), track(master=True)]) == ()  # those two are the mix


def test_a_template_is_read_as_if_its_tracks_were_filled() -> None:
    empty = [bus(2), bus(2), bus(master=True)]
    assert passed_by_all(empty) == (2,)
    reverb = bus(master=True)
    assert passed_by_all(
        [RoutedStrip(to=(2,), sends=(3,)), RoutedStrip(to=(2,), sends=(3,)), bus(master=True), reverb]
    ) == (2,)


def test_a_lone_empty_track_is_a_mix_only_by_name() -> None:
    assert passed_by_all([bus(master=True, name="Track 1")]) == ()
    assert passed_by_all([bus(master=True, name="the mix")]) == (0,)


def test_songs_one_behind_the_other_are_an_album_and_beside_each_other_a_mix() -> None:
    assert layout_of([song(at * 210.0) for at in range(10)]) == "album"
    assert layout_of([song(at * 195.0) for at in range(10)]) == "album"  # they run into each other
    assert layout_of([song(0.0) for _ in range(10)]) == ""
    assert layout_of([*[song(at * 210.0) for at in range(10)], track(master=True)]) == ""
    assert layout_of([song(0.0), track(master=True), track(master=True)]) == "mix"
    assert layout_of([song(0.0), song(210.0)]) == ""
    assert layout_of([song(0.0)]) == "one-mix"
    assert layout_of([song(0.0), song(0.0, "Reference")]) == "one-mix"
    assert LEAST_WHOLE_S < 200.0


@pytest.mark.slow
def test_wrong_places_feedback_and_far_too_many_strips_do_no_harm() -> None:
    assert passed_by_all([]) == ()
    assert passed_by_all([track(-4, 99, 0, master=True), track(0)]) == (0,)
    assert passed_by_all([track(1), track(0)]) == ()
    assert passed_by_all([track(2), track(2), bus(2, master=True)]) == (2,)
    assert passed_by_all([track(master=True)] * (MOST_STRIPS + 1)) == ()
    deep = [track(1), *(bus(at + 1) for at in range(1, 9000)), bus(master=True), track(1)]
    assert passed_by_all(deep) == tuple(range(1, 9001))  # one after the other: in no time
