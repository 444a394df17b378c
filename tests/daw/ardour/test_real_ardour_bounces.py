"""Bounces of a real Ardour: its own exports, ours, and both prints of the master bus."""

import math
import re
import time
from pathlib import Path

import pytest
import soundfile

from bridge.model import Bounce
from bridge.model.events import BounceJudged
from bridge.policy.bus.hazards import HAZARD_CHECKS
from bridge.store import Store
from tests.daw.ardour import hands
from tests.daw.ardour.conftest import SECONDS
from tests.daw.ardour.studio import LIMITER, METER, OTHER_LIMITER, Studio
from tests.waiting import SHARED, wait_for

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]
MIX_BUS = "Mix Bus"
WIRE = """
local bus = Session:new_audio_route (2, 2, nil, 1, "{bus}", ARDOUR.PresentationInfo.Flag.AudioBus,
  ARDOUR.PresentationInfo.max_order):front ()
for track in Session:get_tracks ():iter () do
  for port = 0, track:output ():n_ports ():n_audio () - 1 do
    local out = track:output ():audio (port)
    out:disconnect_all ()
    out:connect (bus:input ():audio (port % 2):name ())
  end
end
for port = 0, 1 do bus:output ():audio (port):connect (Session:master_out ():input ():audio (port):name ()) end
"""
UNWIRE = """
local bus = Session:route_by_name ("{bus}")
while not bus:nth_plugin (0):isnil () do bus:remove_processor (bus:nth_plugin (0), nil, true) end
for port = 0, 1 do bus:output ():audio (port):disconnect_all () end
for track in Session:get_tracks ():iter () do
  for port = 0, track:output ():n_ports ():n_audio () - 1 do
    local out = track:output ():audio (port)
    out:disconnect_all ()
    out:connect (Session:master_out ():input ():audio (port % 2):name ())
  end
end
"""
ADD = """
local p = ARDOUR.LuaAPI.new_plugin (Session, "{uri}", ARDOUR.PluginType.LV2, "")
return Session:route_by_name ("{bus}"):add_processor_by_index (p, 0, nil, true)
"""
STATES = """
local b = Session:route_by_name ("{bus}")
return tostring (b:nth_plugin (0):active ()) .. " " .. tostring (b:nth_plugin (1):active ())
"""
# The track at this place, as the mixer has it: soloed and muted by its own knobs.
PRESS = """
local at = 0
for track in Session:get_tracks ():iter () do
  if at == {at} then
    track:{knob}_control ():set_value ({value}, PBD.GroupControlDisposition.NoGroup)
    return track:name ()
  end
  at = at + 1
end
"""
ON_TIME_S = 10.0


def revisions(studio: Studio) -> int:
    """Return how many bounces the session's song has."""
    return sum(song["revisions"] for song in studio.status()["songs"] if song["name"] == "Song")


def judged_on_time(studio: Studio, before: int) -> Bounce:
    """Return the bounce that is examined next: once, as the song's next bounce, soon after its file was finished."""
    bounce = studio.bridge.wait_for(BounceJudged, timeout_s=60.0).bounce
    assert time.time() - Path(bounce.path).stat().st_mtime < ON_TIME_S * SHARED
    assert (bounce.song, bounce.revision, revisions(studio)) == ("Song", before + 1, before + 1)
    return bounce


def analyses(studio: Studio, bounce: Bounce) -> int:
    """Return how often a bounce has been or will be examined."""
    store = Store.open(studio.bridge.store_path, read_only=True)
    try:
        states = ("queued", "running", "done", "failed")
        jobs = [job for state in states for job in store.jobs.by_state(state)]
        return sum(job.kind == "analyse" and job.path == bounce.path for job in jobs)
    finally:
        store.close()


def test_an_export_from_ardours_own_dialog_is_the_songs_next_revision(clean: Studio) -> None:
    before = revisions(clean)
    clean.daw.send("/access_action", "Main/ExportAudio")
    hands.press(clean, "^Export$", "Export")
    bounce = judged_on_time(clean, before)
    assert Path(bounce.path) == clean.daw.session / "export" / "session.wav"
    hands.dismiss(clean, "Export Report")
    hands.decline_support(clean)
    clean.whats_up(f"bounce {bounce.revision}", "exported")
    clean.dismiss("OK")
    assert analyses(clean, bounce) == 1


def test_a_quick_export_is_the_songs_next_revision(clean: Studio) -> None:
    before = revisions(clean)
    clean.daw.send("/access_action", "Main/QuickExport")
    hands.press(clean, "Quick", "Export")
    bounce = judged_on_time(clean, before)
    assert Path(bounce.path).is_relative_to(clean.daw.session)
    wait_for(lambda: not clean.display.windows("Quick"), 10.0, "Ardour's export window to close")
    assert analyses(clean, bounce) == 1


def test_our_bounce_is_the_songs_next_revision(clean: Studio) -> None:
    before, files = revisions(clean), {path.name for path in clean.bridge.folder.glob("*.wav")}
    clean.daw.run_script("Fresh Ears: bounce for mastering")
    clean.wait_for_window(30.0)
    text = clean.text("bounced")
    assert "Save the session" in text
    assert "fresh ears are due tomorrow at" in text
    clean.dismiss("No")
    bounce = judged_on_time(clean, before)
    new = {path.name for path in clean.bridge.folder.glob("*.wav")} - files
    assert new == {Path(bounce.path).name}
    assert re.fullmatch(rf"Song – bounce {bounce.revision}\.wav", new.pop())
    info = soundfile.info(bounce.path)
    assert (info.subtype, info.samplerate) == ("FLOAT", 48_000)
    assert SECONDS <= info.duration + 1e-6 < SECONDS + 1.0  # the full tail; what is silent after it is trimmed
    assert analyses(clean, bounce) == 1


def caught(studio: Studio, bounce: Bounce) -> dict[str, str]:
    """Return what is kept with a bounce of the moment it was made: which check, and what it says."""
    store = Store.open(studio.bridge.store_path, read_only=True)
    try:
        stored = store.results.analysis(bounce.id)
        found = () if stored is None else stored.head.findings
        return {finding.check: finding.message for finding in found if finding.check in HAZARD_CHECKS}
    finally:
        store.close()


def test_a_bounce_with_a_soloed_and_a_muted_track_says_so_before_and_after(clean: Studio) -> None:
    before = revisions(clean)
    clean.daw.lua(PRESS.format(at=0, knob="solo", value=1))
    muted = clean.daw.lua(PRESS.format(at=1, knob="mute", value=1))
    try:
        clean.whats_up(f"Muted: {muted}.", "muted")
        clean.dismiss("Cancel")
        clean.daw.run_script("Fresh Ears: bounce for mastering")
        clean.wait_for_window()
        assert "A track is soloed: the bounce would hold that alone." in " ".join(clean.text("soloed").split())
        clean.dismiss("Yes")
        clean.wait_for_window(30.0)
        assert "Save the session" in clean.text("bounced-solo")
        clean.dismiss("No")
        bounce = clean.bridge.wait_for(BounceJudged, timeout_s=60.0).bounce
    finally:
        clean.daw.lua(PRESS.format(at=0, knob="solo", value=0))
        clean.daw.lua(PRESS.format(at=1, knob="mute", value=0))
    assert revisions(clean) == before + 1
    found = caught(clean, bounce)
    assert set(found) == {"bounced_solo", "bounced_muted_tracks"}
    assert found["bounced_muted_tracks"].endswith(f": {muted}.")


def test_a_bounce_without_the_bridge_is_found_when_the_bridge_is_back(clean: Studio) -> None:
    before = revisions(clean)
    clean.bridge.kill()
    try:
        clean.daw.run_script("Fresh Ears: bounce for mastering")
        clean.wait_for_window(30.0)
        assert "not running" in clean.text("bounced-alone")
        clean.dismiss("No")
    finally:
        clean.bridge.start()
    bounce = clean.bridge.wait_for(BounceJudged, timeout_s=60.0).bounce
    assert (bounce.song, bounce.revision) == ("Song", before + 1)
    path = Path(bounce.path)
    assert path.parent == clean.daw.session / "export"
    assert re.fullmatch(r"Song – bounce \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.wav", path.name)


def test_the_verdict_and_the_questions_of_the_mode_stand_in_whats_up(clean: Studio) -> None:
    text = clean.whats_up("Last bounce", "whats-up")
    for words in ("bounce", "Mode: mixing", "What does this song still need"):
        assert words in text
    clean.press("What is the element", across=0.8)  # the field in its row
    clean.type("the bridge")
    clean.dismiss("OK")
    wait_for(lambda: replies(clean) == {"element": "the bridge"}, 5.0, "the answer in the store")
    clean.whats_up("the bridge", "whats-up-answered")
    clean.dismiss("OK")
    assert replies(clean) == {"element": "the bridge"}


def replies(studio: Studio) -> dict[str, str]:
    """Return the answers to the questions of the song's mode."""
    store = Store.open(studio.bridge.store_path, read_only=True)
    try:
        (song,) = [song for song in store.bounces.songs() if song.name == "Song"]
        return {reply.question: reply.text for reply in store.song_state.replies(song.id)}
    finally:
        store.close()


def residual_db(wet: Path, dry: Path, gain_db: float) -> float:
    """Return what is left of the wet print when the dry one, turned by a gain, is taken away, relative to the wet."""
    a, b = (soundfile.read(path)[0] for path in (wet, dry))
    frames = min(len(a), len(b))
    rest = ((a[:frames] - 10 ** (gain_db / 20) * b[:frames]) ** 2).mean()
    return 10.0 * math.log10(max(rest, 1e-30) / (a[:frames] ** 2).mean())


def test_dual_print_makes_two_files_that_differ_by_the_master_chain(clean: Studio) -> None:
    clean.daw.lua(
        'local p = ARDOUR.LuaAPI.new_plugin (Session, "urn:ardour:a-eq", ARDOUR.PluginType.LV2, "") '
        "Session:master_out ():add_processor_by_index (p, 0, nil, true) "
        "return ARDOUR.LuaAPI.set_processor_param (p, 16, -6.0)"  # its master gain
    )
    clean.daw.run_script("Fresh Ears: dual print")
    clean.wait_for_window(40.0)
    assert "without it" in clean.text("dual-print")
    clean.dismiss("Close")
    dry = max(clean.bridge.folder.glob("*(dry).wav"), key=lambda path: path.stat().st_mtime)
    wet = dry.with_name(dry.name.replace(" (dry)", ""))
    assert residual_db(wet, dry, -6.0) < -60.0  # the chain, a gain of -6 dB, is all that differs
    assert residual_db(wet, dry, 0.0) > -1.0
    assert clean.master_states() == [True]
    assert not list(clean.home.config.glob("freshears/dual_print*"))


def test_a_dual_print_without_its_preset_switches_nothing_off(clean: Studio) -> None:
    clean.add_to_master(METER)
    preset = clean.home.config / "export" / "Fresh Ears 32-bit float with tail.preset"
    text = preset.read_text()
    preset.unlink()
    try:
        clean.daw.run_script("Fresh Ears: dual print")
        clean.wait_for_window(20.0)
        assert "install ardour" in clean.text("no-dual-print")
        clean.dismiss("Close")
    finally:
        preset.write_text(text)
    assert clean.master_states() == [True]


def test_a_dry_print_that_cannot_be_written_switches_the_master_on_again(clean: Studio) -> None:
    clean.add_to_master(METER)
    before = set(clean.bridge.folder.glob("*.wav"))
    clean.daw.run_script("Fresh Ears: dual print")
    wait_for(lambda: set(clean.bridge.folder.glob("*.wav")) - before, 20.0, "the first print to begin", step_s=0.01)
    with hands.read_only(clean.bridge.folder):  # the first print has its file, the second gets none
        clean.wait_for_window(40.0)
        text = clean.text("no-dry-print")
        assert "(dry)" in text
        assert "could not write" in text
        assert clean.master_states() == [True]
    clean.dismiss("Close")
    assert not [path for path in set(clean.bridge.folder.glob("*.wav")) - before if "(dry)" in path.name]
    assert not list(clean.home.config.glob("freshears/dual_print*"))


def test_a_limiter_on_a_mix_bus_is_named_within_three_seconds_and_a_dual_print_takes_it_off(clean: Studio) -> None:
    clean.daw.lua(WIRE.format(bus=MIX_BUS))
    try:
        wait_for(lambda: clean.ardour_status()["watched"] == [MIX_BUS, "the master bus"], 15.0, "the bus to be watched")
        for uri in (LIMITER, OTHER_LIMITER):  # one in the place of an accepted one would be accepted, too
            assert clean.daw.lua(ADD.format(uri=uri, bus=MIX_BUS)) == "0"
        wait_for(lambda: "loudness" in clean.noticed_kinds() + clean.warning_kinds(), 3.0, "the limiter on the bus")
        (said,) = clean.status()["noticed"] + clean.status()["warnings"]
        assert f"on {MIX_BUS}" in said["seen"]
        assert said["why"].startswith(f"Everything passes through {MIX_BUS}.")
        clean.wait_until_said()
        clean.whats_up(MIX_BUS, "bus-warning")
        clean.dismiss("Cancel")
        before = set(clean.bridge.folder.glob("*.wav"))
        clean.daw.run_script("Fresh Ears: dual print")
        clean.wait_for_window(60.0)
        assert "without it" in clean.text("bus-dual-print")
        clean.dismiss("Close")
        dry, wet = sorted(set(clean.bridge.folder.glob("*.wav")) - before)
        assert "(dry)" in dry.name
        assert residual_db(wet, dry, 0.0) > -120.0  # the limiters' delay alone is more than rounding
        assert clean.daw.lua(STATES.format(bus=MIX_BUS)) == "true true"
    finally:
        clean.daw.lua(UNWIRE.format(bus=MIX_BUS))
