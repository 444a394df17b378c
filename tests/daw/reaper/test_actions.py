"""Bounce, dual print, markers, master, hand-off: what they leave behind, also when anything in them fails."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.songs.naming import song_name
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel, requests_of, state_of
from tests.daw.reaper.standin.world import Fx, Marker, Track

OWN_NAME = r"Tide – bounce \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.wav"
LIMITER = "VST3: Pro-L 2 (FabFilter)"


def bounces(host: Host) -> list[str]:
    """Return the names in the bounce folder."""
    folder = host.resource / "Bounces"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def test_a_bounce_is_a_float_file_with_its_tail_and_leaves_nothing_changed(host_any_lua: Host) -> None:
    host = host_any_lua
    host.project.master.fx = [Fx(LIMITER, gain=0.5)]
    before = host.project.memory()
    put_panel(host, song="Tide", bounce_number=3)
    host.start("freshears_bounce.lua")
    assert bounces(host) == ["Tide – bounce 3.wav"]
    sound, _ = soundfile.read(host.resource / "Bounces" / "Tide – bounce 3.wav")
    assert sound.shape[1] == 2
    assert len(sound) > host.project.length_s * 8000
    assert np.abs(sound).max() < 0.2  # through the bus, not normalised
    assert host.project.memory() == before
    (request,) = requests_of(host)
    assert (request["kind"], request["print"], request["name"]) == ("bounced", "bounce", "Tide – bounce 3")
    assert Path(request["path"]).is_file()
    assert host.console[-1].startswith("!SHOW:Fresh Ears: Tide – bounce 3 is in ")


def test_names_never_collide_and_the_next_number_is_taken(host: Host) -> None:
    for _ in range(3):
        put_panel(host, bounce_number=1)
        host.start("freshears_bounce.lua")
    assert bounces(host) == ["Tide – bounce 1.wav", "Tide – bounce 2.wav", "Tide – bounce 3.wav"]


def test_a_name_that_was_taken_meanwhile_gives_way_to_one_with_the_time(host: Host) -> None:
    put_panel(host, bounce_number=1)
    for _ in range(3):
        host.start("freshears_bounce.lua")
        host.now_s += 2
    names = bounces(host)
    assert len(names) == 3
    assert all(re.fullmatch(OWN_NAME, name) for name in names[1:])
    assert {song_name(Path(name).stem).song for name in names} == {"Tide"}


def test_the_tail_is_as_long_as_the_bridge_says(host: Host) -> None:
    put_panel(host, bounce_tail_s=3.0)
    host.start("freshears_bounce.lua")
    assert soundfile.info(host.resource / "Bounces" / bounces(host)[0]).duration == host.project.length_s + 3.0


@pytest.mark.parametrize(
    ("song", "name"),
    [
        ('A/B: "C" <x>|?*', "A_B_ _C_ _x____"),
        ("$project;$date", "_project__date"),
        ("  .hidden. ", "hidden"),
        ("...", "Untitled"),
        ("con", "con"),
        ("ü" * 200, "ü" * 112),
    ],
)
def test_song_names_become_safe_file_names_with_and_without_the_bridge(host: Host, song: str, name: str) -> None:
    put_panel(host, song=song)
    host.start("freshears_bounce.lua")
    assert bounces(host) == [f"{name} – bounce 1.wav"]
    host.project.path = str(host.resource / "Unlike the bridge" / f"{song.replace('/', '')}.rpp")
    host.now_s += 60
    host.start("freshears_bounce.lua")
    (own,) = (host.resource / "Unlike the bridge" / "Bounces").iterdir()
    assert re.fullmatch(r"[^$;<>:?*|]+ – bounce \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.wav", own.name)
    assert len(own.name.encode()) < 255


def test_without_a_bridge_it_bounces_beside_the_project(host: Host) -> None:
    host.start("freshears_bounce.lua")
    (bounced,) = (Path(host.project.path).parent / "Bounces").iterdir()
    assert re.fullmatch(OWN_NAME, bounced.name)
    assert song_name(bounced.stem).song == "Tide"
    assert "bridge is not running" in host.console[-1]
    assert len(requests_of(host)) == 1  # waits for the bridge


def test_the_board_of_another_project_is_not_used(host: Host) -> None:
    put_panel(host, project_path="/other.rpp", song="Storm")
    host.start("freshears_bounce.lua")
    (bounced,) = (Path(host.project.path).parent / "Bounces").iterdir()
    assert re.fullmatch(OWN_NAME, bounced.name)


def test_an_unsaved_project_bounces_too(host: Host) -> None:
    host.project.path = ""
    host.start("freshears_bounce.lua")
    assert bounces(host)[0].startswith("Untitled – bounce ")


@pytest.mark.parametrize("action", ["freshears_bounce.lua", "freshears_dual_print.lua"])
def test_recording_and_empty_projects_are_refused(host: Host, action: str) -> None:
    host.project.master.fx = [Fx(LIMITER)]
    host.project.play_state = 5
    host.start(action)
    assert "recording" in host.console[-1]
    host.project.play_state = 0
    host.project.length_s = 0.0
    host.start(action)
    assert "empty" in host.console[-1]
    assert bounces(host) == []


def test_a_render_that_writes_nothing_says_so(host: Host) -> None:
    before = host.project.memory()
    host.render_fails = True
    host.start("freshears_bounce.lua")
    assert "nothing was rendered" in host.console[-1]
    assert host.project.memory() == before
    assert requests_of(host) == []


def test_room_correction_stops_a_bounce_once(host: Host) -> None:
    put_panel(host, before_bounce=["SoundID Reference is on the master and would be printed."])
    host.start("freshears_bounce.lua")
    assert bounces(host) == []
    assert "SoundID Reference" in host.console[-1]
    assert "Press again" in host.console[-1]
    host.now_s += 5
    host.start("freshears_bounce.lua")
    assert len(bounces(host)) == 1
    host.now_s += 60
    put_panel(host, before_bounce=["SoundID Reference is on the master and would be printed."])
    host.start("freshears_bounce.lua")
    assert len(bounces(host)) == 1  # a minute later it is asked again


def test_a_dual_print_is_stopped_by_what_spoils_it_and_not_by_a_reminder(host: Host) -> None:
    host.project.master.fx = [Fx(LIMITER, gain=0.5)]
    reminder = "You asked to be reminded at the bounce: Pro-L 2 is on the master bus."
    put_panel(host, before_bounce=[reminder], before_dual_print=["SoundID Reference is on the master."])
    host.start("freshears_dual_print.lua")
    assert "SoundID Reference" in host.console[-1]
    assert bounces(host) == []
    put_panel(host, before_bounce=[reminder], before_dual_print=[])
    host.start("freshears_dual_print.lua")
    assert "Press again" not in host.console[-1]


def test_while_rendering_the_mailbox_says_busy_and_state_stands_still(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(1)
    folder = host.resource / "FreshEars"
    seen: list[tuple[bool, int]] = []
    host.on_piece = lambda: seen.append(((folder / "busy.json").exists(), state_of(host)["seq"]))
    host.start("freshears_bounce.lua")
    assert seen
    assert all(busy for busy, _ in seen)
    assert len({seq for _, seq in seen}) == 1
    assert not (folder / "busy.json").exists()


def test_dual_print_differs_by_the_bus(host: Host) -> None:
    host.project.master.fx = [Fx(LIMITER, gain=0.25)]
    before = host.project.memory()
    put_panel(host)
    host.start("freshears_dual_print.lua")
    assert bounces(host) == ["Tide – bounce 1 (dry).wav", "Tide – bounce 1.wav"]
    wet, _ = soundfile.read(host.resource / "Bounces" / "Tide – bounce 1.wav")
    dry, _ = soundfile.read(host.resource / "Bounces" / "Tide – bounce 1 (dry).wav")
    np.testing.assert_allclose(wet, dry * 0.25, atol=1e-6)
    assert host.project.memory() == before
    assert ("FreshEars", "repair") not in host.persisted
    requests = requests_of(host)
    name = "Tide – bounce 1"
    assert [(r["print"], r["pair"]) for r in requests] == [("print-wet", name), ("print-dry", name)]


def test_dual_print_takes_the_strips_off_that_everything_passes_through(host: Host) -> None:
    bus = Track("MIX BUS", folder=1, fx=[Fx(LIMITER, gain=0.5)])
    host.project.tracks = [bus, Track("Drums"), Track("Bass", folder=-1)]
    host.project.master.fx = [Fx(LIMITER, gain=0.5)]
    before = host.project.memory()
    put_panel(host, bus_ids=["{gone}", bus.guid])
    host.start("freshears_dual_print.lua")
    wet, _ = soundfile.read(host.resource / "Bounces" / "Tide – bounce 1.wav")
    dry, _ = soundfile.read(host.resource / "Bounces" / "Tide – bounce 1 (dry).wav")
    np.testing.assert_allclose(wet, dry * 0.25, atol=1e-6)
    assert host.project.memory() == before
    assert not host.persisted


def test_a_crash_between_the_prints_leaves_no_strip_switched_off(host: Host) -> None:
    bus = Track("MIX BUS", folder=1, fx=[Fx(LIMITER)], chain_enabled=False)
    host.project.tracks = [bus, Track("Drums"), Track("Bass", folder=-1)]
    host.ext["FreshEars", "repair"] = host.project.path
    host.ext["FreshEars", "repair_strips"] = f"{bus.guid} master"
    put_panel(host)
    host.start("freshears_panel.lua")
    host.run(0.5)
    host.screens["freshears_panel.lua"].keys.append(ord("1"))
    host.run(0.5)
    assert bus.chain_enabled
    assert ("FreshEars", "repair_strips") not in host.ext


@pytest.mark.parametrize("chain", ["none", "bypassed", "offline", "switched off"])
def test_dual_print_of_an_idle_bus_is_refused(host: Host, chain: str) -> None:
    if chain != "none":
        host.project.master.fx = [Fx(LIMITER, enabled=chain != "bypassed", offline=chain == "offline")]
        host.project.master.chain_enabled = chain != "switched off"
    host.start("freshears_dual_print.lua")
    assert "both prints would be the same" in host.console[-1]
    assert bounces(host) == []


def count_calls(folder: Path, action: str) -> int:
    """Return how many REAPER calls an undisturbed run of an action makes."""
    host = Host(folder / "count")
    prepare(host)
    host.start(action)
    assert host.violations == []
    return len(host.calls)


def prepare(host: Host) -> None:
    host.project.master.fx = [Fx(LIMITER, gain=0.5), Fx("VST3: bx_meter", enabled=False)]
    bus = Track("MIX BUS", folder=1, fx=[Fx(LIMITER, gain=0.5)])
    host.project.tracks = [bus, Track("Drums"), Track("Bass", folder=-1)]
    put_panel(host, bus_ids=[bus.guid], markers=[{"at_s": 1.5, "text": "clipping"}, {"at_s": 2, "text": "click"}])


@pytest.mark.slow
@pytest.mark.parametrize("action", ["freshears_bounce.lua", "freshears_dual_print.lua"])
def test_an_error_at_any_call_leaves_the_project_as_it_was(tmp_path: Path, action: str) -> None:
    """Each REAPER call in turn fails once: settings and the chain are back, nothing is half done or left busy."""
    total = count_calls(tmp_path, action)
    assert total > 60
    for number in range(1, total + 1):
        host = Host(tmp_path / str(number))
        prepare(host)
        before = host.project.memory()
        host.fail_at = number
        host.start(action)
        assert host.project.memory() == before, f"call {number}: {host.calls[number - 1]}"
        assert not (host.resource / "FreshEars" / "busy.json").exists()
        # Only a script that could not even ask where it stands may end with an error; nothing was touched then.
        assert host.violations == [], f"call {number}: {host.calls[number - 1]}: {host.violations}"


def test_a_crash_between_the_prints_is_repaired_on_request(host: Host) -> None:
    """REAPER dies in the middle: the next start finds the note and offers to switch the chain on."""
    host.project.master.fx = [Fx(LIMITER)]
    host.project.master.chain_enabled = False
    host.ext["FreshEars", "repair"] = host.project.path
    put_panel(host)
    host.start("freshears_panel.lua")
    host.run(0.5)
    screen = host.screens["freshears_panel.lua"]
    assert "The master bus is switched off" in screen.texts()
    screen.keys.append(ord("1"))
    host.run(0.5)
    assert host.project.master.chain_enabled
    assert "The master bus is switched off" not in screen.texts()


def test_fault_markers_are_one_undo_step_and_go_away_again(host_any_lua: Host) -> None:
    host = host_any_lua
    host.project.markers = [Marker(1, 0.0, "Verse", 0)]
    put_panel(host, markers=[{"at_s": 1.5, "text": "clipping, left"}, {"at_s": 3, "text": "click"}])
    host.start("freshears_markers.lua")
    assert [(m.at_s, m.name) for m in host.project.markers] == [
        (0.0, "Verse"),
        (1.5, "Fresh Ears: clipping, left"),
        (3.0, "Fresh Ears: click"),
    ]
    assert host.project.undo == ["Fresh Ears: faults as markers"]
    host.start("freshears_markers.lua")
    assert [m.name for m in host.project.markers] == ["Verse"]
    assert host.project.undo[-1] == "Fresh Ears: remove fault markers"
    put_panel(host, markers=[])
    host.start("freshears_markers.lua")
    assert len(host.project.undo) == 2
    assert "no faults" in host.console[-1]


def test_an_undo_step_is_closed_when_marking_fails(host: Host) -> None:
    put_panel(host, markers=[{"at_s": 1.5, "text": "x"}])
    host.start("freshears_markers.lua")
    total, host.project.markers = len(host.calls), []
    for number in range(1, total + 1):
        fresh = Host(host.resource.parent / f"again{number}")
        put_panel(fresh, markers=[{"at_s": 1.5, "text": "x"}])
        fresh.fail_at = number
        fresh.start("freshears_markers.lua")
        assert fresh.undo_depth == 0 or fresh.calls[number - 1] == "Undo_EndBlock2"


def test_master_this_uses_the_last_bounce(host: Host) -> None:
    put_panel(host, last_bounce_path="/bounces/Tide – bounce 4.wav")
    host.start("freshears_master.lua")
    host.run(0.5)
    screen = host.screens["freshears_panel.lua"]
    assert "What must the master protect?" in screen.texts()
    screen.keys += [ord("1"), ord("6")]  # intimate, cd
    host.run(0.5)
    screen.keys.append(ord("8"))
    host.run(0.5)
    (request,) = requests_of(host)
    assert request["action"] == "master"
    assert request["values"] == {"path": "/bounces/Tide – bounce 4.wav", "intent": "intimate", "target": "cd"}
    assert bounces(host) == []


def test_master_this_bounces_when_there_is_no_bounce(host: Host) -> None:
    put_panel(host, last_bounce_path="")
    host.start("freshears_master.lua")
    host.run(0.5)
    host.screens["freshears_panel.lua"].keys.append(ord("8"))
    host.run(0.5)
    first, second = requests_of(host)
    assert (first["kind"], second["kind"]) == ("bounced", "action")
    assert second["values"]["path"] == first["path"]


def test_the_hand_off_form(host: Host) -> None:
    put_panel(host, intent="neutral", sheet_worries="car\nphone")
    host.inputs = ["intimate\nthe breath before the chorus\nPink Moon\ncar; phone\nyes", None]
    host.start("freshears_handoff.lua")
    (request,) = requests_of(host)
    assert request["values"] == {
        "intent": "intimate",
        "survive": "the breath before the chorus",
        "references": "Pink Moon",
        "complete": "yes",
    }
    host.start("freshears_handoff.lua")
    assert len(requests_of(host)) == 1
    host.project.play_state = 1
    host.start("freshears_handoff.lua")  # no window while it plays
    assert "Stop playback" in host.console[-1]


def test_master_this_takes_the_bounce_just_made_before_the_bridge_names_it(host: Host) -> None:
    put_panel(host, last_bounce_path="/bounces/Tide – bounce 1.wav", bounce_number=2)
    host.start("freshears_bounce.lua")
    put_panel(host, last_bounce_path="/bounces/Tide – bounce 1.wav", bounce_number=2)
    script = host.start("freshears_master.lua")
    host.run(0.5)
    host.screens["freshears_panel.lua"].keys.append(ord("8"))
    host.run(0.5)
    assert requests_of(host)[-1]["values"]["path"].endswith("Tide – bounce 2.wav")
    assert script.path.name == "freshears_master.lua"
    host.now_s += 200  # later, the bridge's word counts again
    put_panel(host, last_bounce_path="/bounces/Tide – bounce 9.wav")
    host.start("freshears_master.lua")
    host.run(0.5)
    host.screens["freshears_panel.lua"].keys.append(ord("8"))
    host.run(0.5)
    assert requests_of(host)[-1]["values"]["path"] == "/bounces/Tide – bounce 9.wav"
