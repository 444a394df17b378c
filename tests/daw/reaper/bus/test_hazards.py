"""What a bounce would catch, as REAPER's scripts see it."""

import pytest

from bridge.model import Hazard
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.rig import Rig
from tests.daw.reaper.standin.world import Fx, Item, Marker, Source, Take, Track


def seen(host: Host) -> tuple[Hazard, ...]:
    host.project.render_numbers["RENDER_NORMALIZE"] = host.project.render_numbers.get("bits", 0.0)
    rig = Rig(host)
    host.start("freshears_watch.lua")
    rig.show()
    rig.run(4)
    assert host.violations == []
    return rig.latest.hazards


def test_nothing_is_caught_in_a_plain_project(host: Host) -> None:
    assert seen(host) == ()


@pytest.mark.parametrize(
    ("name", "value", "hazard"),
    [
        ("soloed", True, "solo"),
        ("master_muted", True, "master-muted"),
        ("mono", True, "mono"),
        ("play_rate", 0.9, "play-rate"),
    ],
)
def test_each_state_is_said_within_a_second_of_the_press(host: Host, name: str, value: object, hazard: Hazard) -> None:
    host.project.render_numbers["RENDER_NORMALIZE"] = 0.0
    rig = Rig(host)
    host.start("freshears_watch.lua")
    rig.show()
    rig.run(2)
    assert rig.latest.hazards == ()
    setattr(host.project, name, value)  # REAPER counts none of these as a change of the project
    rig.run(1.5)
    assert rig.latest.hazards == (hazard,)
    assert host.violations == []


@pytest.mark.parametrize(
    ("bits", "hazards"),
    [(1.0, ("render-normalises",)), (64.0, ("render-limits",)), (193.0, ("render-limits", "render-normalises")),
     (1024.0, ()), (262209.0, ())],
)  # fmt: skip
def test_what_the_render_window_is_set_to(host: Host, bits: float, hazards: tuple[Hazard, ...]) -> None:
    host.project.render_numbers["bits"] = bits
    assert seen(host) == hazards


@pytest.mark.parametrize(
    ("bounds", "selection_s", "hazards"),
    [(2.0, (4.0, 60.0), ("render-selection",)), (2.0, (4.0, 99.0), ()), (2.0, (0.0, 0.0), ()), (1.0, (4.0, 60.0), ())],
    ids=["ends early", "to the end but for a moment", "no selection", "entire project"],
)
def test_a_time_selection_as_bounds_is_said_where_it_leaves_out_the_end(
    host: Host, bounds: float, selection_s: tuple[float, float], hazards: tuple[Hazard, ...]
) -> None:
    host.project.length_s, host.project.selection_s = 100.0, selection_s
    host.project.render_numbers["RENDER_BOUNDSFLAG"] = bounds
    assert seen(host) == hazards


def test_muted_tracks_that_hold_something_are_named_and_a_folder_for_what_lies_in_it(host: Host) -> None:
    def track(name: str, **fields: object) -> Track:
        return Track(name, items=[Item(Take(Source("/media/take.wav")))], **fields)  # type: ignore[arg-type]

    host.project.tracks = [
        track("Kick"),
        track("Kick alt", muted=True),
        Track("empty", muted=True),
        Track("Choir", folder=1, muted=True),
        track("Soprano", muted=True),
        track("Alto", folder=-1),
        Track("Empty folder", folder=1, muted=True),
        Track("nothing", folder=-1),
    ]
    rig = Rig(host)
    host.project.render_numbers["RENDER_NORMALIZE"] = 0.0
    host.start("freshears_watch.lua")
    rig.show()
    rig.run(3)
    assert rig.latest.muted == ("Kick alt", "Choir")
    assert rig.latest.hazards == ("muted-tracks",)
    host.project.tracks[1].muted = host.project.tracks[3].muted = False
    host.touch()
    rig.run(4)
    assert rig.latest.muted == ("Soprano",)
    host.project.tracks[4].muted = False
    host.touch()
    rig.run(4)
    assert (rig.latest.muted, rig.latest.hazards) == ((), ())
    assert host.violations == []


@pytest.mark.parametrize("name", ["TrackFX_GetParamFromIdent", "GetMasterMuteSoloFlags"])
def test_a_reaper_without_a_function_is_watched_all_the_same(host: Host, name: str) -> None:
    del host.signatures[name]
    host.project.master.fx = [Fx("VST3: Pro-L 2 (FabFilter)", wet=0.5)]
    host.project.soloed = host.project.master_muted = True
    assert "solo" in seen(host)
    rig = Rig(host)
    rig.run(1)
    (slot,) = rig.latest.master_chain
    assert (slot.name, slot.wet) == ("Pro-L 2 (FabFilter)", None if name == "TrackFX_GetParamFromIdent" else 0.5)
    assert rig.adapter.status().missing == ()


def test_a_subproject_is_told_by_its_two_markers(host: Host) -> None:
    host.project.markers = [Marker(1, 0.0, "=START", 0), Marker(2, 2.0, "=END", 0)]
    assert seen(host) == ("subproject",)
    host.project.markers.pop()


def test_everything_past_the_master_is_said(host: Host) -> None:
    held = [Item(Take(Source("/media/take.wav")))]
    host.project.tracks = [Track(name, items=held, main_send=False, hardware=1) for name in ("a", "b")]
    assert seen(host) == ("hardware-only",)
    host.project.tracks[0].main_send = True
