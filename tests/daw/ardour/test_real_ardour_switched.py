"""Other sessions opened inside a real Ardour, recording, OSC switched off and on."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.model.events import BounceJudged
from tests.daw.ardour import hands
from tests.daw.ardour.studio import LIMITER, RATE_HZ, Studio
from tests.waiting import for_a_while, wait_for

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]
RIGHT_AGAIN_S = 5.0
CLICK_S = 3.25
OURS = (
    'local s = "" for l in Session:locations ():list ():iter () do if l:name ():sub (-12) == "(Fresh Ears)" '
    'then s = s .. l:start ():samples () .. " " .. l:name () .. ";" end end return s'
)


def knows(studio: Studio, folder: Path) -> bool:
    """Tell whether the bridge hears this session on all its channels and misses nothing."""
    known = studio.ardour_status()
    return (known.get("project_path"), len(known.get("channels", ())), known.get("missing")) == (str(folder), 3, [])


def test_a_switched_session_is_known_within_five_seconds_and_takes_its_warning_along(clean: Studio) -> None:
    clean.add_stranger()
    clean.wait_until_said()
    second = clean.home.new_session("Second")
    with hands.counted_windows(clean) as windows:
        hands.switch_session(clean, second)
        wait_for(lambda: knows(clean, second) and not clean.warning_kinds(), RIGHT_AGAIN_S, "the second session")
    assert windows == set()


def test_nothing_is_shown_while_it_records_and_it_appears_after_stop(studio: Studio) -> None:
    hands.record(studio)
    studio.add_to_master(LIMITER)
    wait_for(lambda: studio.noticed_kinds() == ["loudness"], 3.0, "the warning in status")
    for_a_while(5.0)  # longer than it takes to settle and to open a window
    assert studio.daw.lua("return Session:actively_recording ()") == "true"
    assert studio.warning_kinds() == []
    assert studio.windows() == []
    studio.daw.send("/transport_stop")
    studio.wait_for_window()
    assert "Limiter" in studio.text("warning-recorded")
    assert studio.daw.lua('return Session:route_by_name ("take"):to_track ():playlist ():n_regions ()') == "1"
    studio.dismiss("Cancel")


def test_osc_switched_off_and_on_again_is_noticed_and_said_nothing_twice(studio: Studio) -> None:
    hands.open_control_surfaces(studio)
    with hands.counted_windows(studio) as windows:
        hands.tick_osc(studio)
        wait_for(lambda: "osc" not in studio.ardour_status()["channels"], RIGHT_AGAIN_S, "OSC to be missed")
        (missing,) = studio.ardour_status()["missing"]
        assert "tick Open Sound Control (OSC)" in missing
        assert studio.warning_kinds() == ["loudness"]  # the hook is heard still
        hands.tick_osc(studio)
        wait_for(lambda: knows(studio, studio.daw.session), RIGHT_AGAIN_S, "OSC to be heard")
        for_a_while(3.0)
        assert studio.warning_kinds() == ["loudness"]
    assert windows == set()
    hands.close_preferences(studio)


def clicking_stem(folder: Path) -> Path:
    """Write a soft tone with one broken sample."""
    time_s = np.arange(8 * RATE_HZ) / RATE_HZ
    tone = 0.2 * np.sin(2 * np.pi * 220.0 * time_s) * np.clip((7.5 - time_s) / 0.3, 0.0, 1.0)
    tone[round(CLICK_S * RATE_HZ)] += 0.5
    path = folder / "broken.wav"
    soundfile.write(path, np.stack([tone, tone], 1), RATE_HZ, subtype="PCM_24")
    return path


def test_a_real_fault_becomes_a_marker_where_it_is_and_goes_again(clean: Studio) -> None:
    clean.import_stems([clicking_stem(clean.folder)])
    clean.daw.run_script("Fresh Ears: bounce for mastering")
    clean.wait_for_window(30.0)
    clean.dismiss("No")
    judged = clean.bridge.wait_for(BounceJudged, lambda event: event.bounce.song == "Second", timeout_s=30.0)
    assert judged.verdict == "fault"
    clean.save()
    for_a_while(1.5)  # the panel is made anew once a second
    clean.daw.run_script("Fresh Ears: faults to markers")
    wait_for(lambda: clean.daw.lua(OURS), 5.0, "a marker")
    samples, name = clean.daw.lua(OURS).rstrip(";").split(" ", 1)
    assert name == "click (Fresh Ears)"
    assert abs(int(samples) - CLICK_S * RATE_HZ) <= 0.002 * RATE_HZ
    clean.daw.run_script("Fresh Ears: faults to markers")
    wait_for(lambda: clean.daw.lua(OURS) == "", 5.0, "the marker to go")


def test_a_session_with_little_but_a_bounce_of_ours_is_mastering(clean: Studio) -> None:
    bounce = next(clean.bridge.folder.glob("Second – bounce 1.wav"))
    desk = clean.home.new_session("Desk")
    hands.switch_session(clean, desk)
    clean.import_stems([bounce])
    wait_for(lambda: knows(clean, desk), RIGHT_AGAIN_S, "the third session")
    clean.whats_up("Mode: mastering", "mastering-desk")
    clean.dismiss("Cancel")


def test_back_in_the_first_session_its_warning_stands_and_is_not_said_again(studio: Studio) -> None:
    song = studio.home.sessions / "Song"
    with hands.counted_windows(studio) as windows:
        hands.switch_session(studio, song)
        wait_for(lambda: knows(studio, song), RIGHT_AGAIN_S, "the first session")
        wait_for(lambda: studio.warning_kinds() == ["loudness"], RIGHT_AGAIN_S, "its warning")
        for_a_while(4.0)
    assert windows == set()
    assert studio.status()["running"]
