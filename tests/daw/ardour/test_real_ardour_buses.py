"""A bus between the tracks and the master of a real Ardour: watched, named, and taken off by a dual print."""

import pytest

from tests.daw.ardour.studio import LIMITER, OTHER_LIMITER, Studio
from tests.daw.ardour.test_real_ardour_bounces import residual_db
from tests.waiting import wait_for

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
Session:remove_route (Session:route_by_name ("{bus}"))
for track in Session:get_tracks ():iter () do
  for port = 0, track:output ():n_ports ():n_audio () - 1 do
    local out = track:output ():audio (port)
    if not out:connected () then out:connect (Session:master_out ():input ():audio (port % 2):name ()) end
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
        clean.wait_for_window(25.0)
        assert MIX_BUS in clean.text("bus-warning")
        clean.dismiss("Cancel")
        bounces = clean.folder / "Bounces"
        before = set(bounces.glob("*.wav"))
        clean.daw.run_script("Fresh Ears: dual print")
        clean.wait_for_window(60.0)
        assert "without it" in clean.text("bus-dual-print")
        clean.dismiss("Close")
        dry, wet = sorted(set(bounces.glob("*.wav")) - before)
        assert "(dry)" in dry.name
        assert residual_db(wet, dry, 0.0) > -120.0  # the limiters' delay alone is more than rounding
        assert clean.daw.lua(STATES.format(bus=MIX_BUS)) == "true true"
    finally:
        clean.daw.lua(UNWIRE.format(bus=MIX_BUS))
