"""The strips everything passes through, live: scripts read the wiring, the bridge answers, the chains are watched."""

import pytest

from bridge.policy.bus.guard import active_items
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import state_of
from tests.daw.reaper.standin.rig import Rig
from tests.daw.reaper.standin.world import Fx, Item, Send, Source, Take, Track

LIMITER = "VST3: Pro-L 2 (FabFilter)"


def held(name: str, **more: object) -> Track:
    return Track(name, items=[Item(Take(Source("/media/take.wav")))], **more)  # type: ignore[arg-type]


def rig_of(host: Host, *tracks: Track) -> Rig:
    host.project.tracks = list(tracks)
    rig = Rig(host)
    host.start("freshears_watch.lua")
    rig.show()
    return rig


def folder(*inside: Track) -> list[Track]:
    inside[-1].folder = -1
    return [Track("MIX BUS", folder=1), *inside]


def names(rig: Rig) -> list[tuple[str, list[str]]]:
    return [(bus.name, [slot.name for slot in bus.chain]) for bus in rig.latest.buses]


def test_a_limiter_on_a_folder_around_all_tracks_is_seen_within_three_seconds(host: Host) -> None:
    tracks = folder(held("Drums"), held("Bass"))
    rig = rig_of(host, *tracks)
    rig.run(3)
    assert names(rig) == [("MIX BUS", [])]
    tracks[0].fx.append(Fx(LIMITER))
    host.touch()
    rig.run(3)
    assert names(rig) == [("MIX BUS", ["Pro-L 2 (FabFilter)"])]
    assert [(item.name, item.purpose, item.strip) for item in active_items(rig.latest)] == [
        ("Pro-L 2", "loudness", "MIX BUS")
    ]
    assert rig.latest.buses[0].strip_id == tracks[0].guid
    tracks[0].chain_enabled = False
    rig.run(3)
    assert active_items(rig.latest) == ()
    assert host.violations == []


@pytest.mark.slow
def test_tracks_that_are_sent_to_a_bus_and_one_that_leaves_by_the_hardware(host: Host) -> None:
    bus = Track("2BUS", fx=[Fx(LIMITER)])
    drums, bass = (held(name, main_send=False, sends=[Send(bus)]) for name in ("Drums", "Bass"))
    rig = rig_of(host, drums, bass, bus)
    rig.run(3)
    assert names(rig) == [("2BUS", ["Pro-L 2 (FabFilter)"])]
    bus.main_send, bus.hardware = False, 1
    host.touch()
    rig.run(5)
    assert names(rig) == [("2BUS", ["Pro-L 2 (FabFilter)"])]
    drums.sends = [Send(bus, source_channel=-1)]  # MIDI alone: it is not heard any more, and one source is no mix
    host.touch()
    rig.run(5)
    assert names(rig) == []
    assert host.violations == []


@pytest.mark.slow
def test_while_the_wiring_changes_the_bus_never_goes_out_of_sight(host: Host) -> None:
    tracks = folder(held("Drums"), held("Bass"))
    tracks[0].fx.append(Fx(LIMITER))
    rig = rig_of(host, *tracks)
    rig.run(3)
    rig.events.clear()
    for number in range(5):
        host.project.tracks.insert(1, held(f"Guitar {number}"))
        host.touch()
        rig.run(1.3)
    assert {tuple(bus.name for bus in seen.buses) for seen in rig.snapshots} == {("MIX BUS",)}
    assert host.violations == []


def test_a_track_that_goes_around_ends_it_and_one_that_is_deleted_does_no_harm(host: Host) -> None:
    tracks = folder(held("Drums"), held("Bass"))
    rig = rig_of(host, *tracks)
    rig.run(3)
    host.project.tracks.append(held("Voice"))
    host.touch()
    rig.run(5)
    assert names(rig) == []
    del host.project.tracks[0]
    host.touch()
    rig.run(5)
    assert names(rig) == []
    assert host.violations == []


def test_another_tab_has_its_own_buses(host: Host) -> None:
    rig = rig_of(host, *folder(held("Drums"), held("Bass")))
    rig.run(3)
    from tests.daw.reaper.standin.world import Project

    host.projects.append(Project(path=str(host.resource / "projects" / "Other.rpp"), tracks=[held("a"), held("b")]))
    host.current = 1
    rig.show()
    rig.run(4)
    assert names(rig) == []
    host.current = 0
    rig.show()
    rig.run(4)
    assert names(rig) == [("MIX BUS", [])]
    assert host.violations == []


@pytest.mark.slow
@pytest.mark.parametrize(("count", "wired", "most"), [(100, "folders", 5.5), (100, "sends", 8.0)])
def test_a_reading_costs_a_few_calls_a_track_and_is_spread_over_ticks(
    host: Host, count: int, wired: str, most: float
) -> None:
    bus = Track("All", folder=1)
    tracks = [held(f"{n}") for n in range(count)]
    if wired == "folders":
        tracks[-1].folder = -1
        tracks = [bus, *tracks]
    else:
        for track in tracks:
            track.main_send, track.sends = False, [Send(bus)]
        bus.folder = 0
        tracks = [*tracks, bus]
    rig = rig_of(host, *tracks)
    rig.run(4)
    assert [bus.name for bus in rig.latest.buses] == ["All"]
    of_tracks = {"GetTrack", "CountTrackMediaItems", "GetTrackNumSends", "GetTrackSendInfo_Value", "GetTrackName"}
    host.calls.clear()
    rig.run(5)
    quiet = len(host.calls)
    host.calls.clear()
    host.touch()
    worst = 0
    for _ in range(150):
        before = len(host.calls)
        rig.run(1 / 30)
        worst = max(worst, sum(call in of_tracks for call in host.calls[before:]))
    assert (len(host.calls) - quiet) / (count + 1) < most
    assert worst <= 25 * 7
    assert host.violations == []


def test_one_imported_mix_and_an_album_are_told_by_what_lies_in_them(host: Host) -> None:
    def song(name: str, at_s: float, file: str = "") -> Track:
        return Track(name, items=[Item(Take(Source(file or f"/mixes/{name}.wav")), at_s, 200.0)], fx=[Fx(LIMITER)])

    rig = rig_of(host, song("Tide", 0))
    rig.run(3)
    assert (rig.latest.layout, names(rig)) == ("one-mix", [("Tide", ["Pro-L 2 (FabFilter)"])])
    host.project.tracks = [song(f"{n}", 210.0 * n) for n in range(10)]
    host.touch()
    rig.run(5)
    assert (rig.latest.layout, names(rig)) == ("album", [])
    host.project.tracks = [song("Guitar", 0, "/media/01-Guitar-241130_1405.wav")]  # as REAPER names what it records
    host.touch()
    rig.run(5)
    assert (rig.latest.layout, names(rig)) == ("", [])
    assert host.violations == []


def test_a_template_is_watched_and_its_returns_are_no_sources(host: Host) -> None:
    reverb = Track("Reverb")
    drums, bass = Track("Drums", sends=[Send(reverb)]), Track("Bass", sends=[Send(reverb)])
    rig = rig_of(host, *folder(drums, bass), reverb)
    rig.run(3)
    assert names(rig) == [("MIX BUS", [])]


def test_without_a_bridge_the_state_says_the_wiring_and_no_bus(host: Host) -> None:
    host.project.tracks = folder(held("Drums"), held("Bass"))
    host.start("freshears_watch.lua")
    host.run(3)
    state = state_of(host)
    assert [track["folder"] for track in state["wiring"]["tracks"]] == [1, 0, -1]
    assert state["buses"] == []
    assert host.violations == []
