"""The promises about Ardour, each kept by a real Ardour on a virtual screen. One program, one session, in order."""

import contextlib
import math
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

from bridge.app.news import BounceJudged, BounceLanded, MasterMade
from bridge.daw.ardour_wire import encode
from tests.daw.rig import missing_programs, wait_for
from tests.daw.studio import LIMITER, METER, Studio, write_stems

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]
SECONDS = 60.0


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    if missing := missing_programs():
        pytest.fail(f"not installed: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("studio")
    studio = Studio(folder)
    try:
        studio.bridge.start()
        studio.open(studio.home.new_session("Song"))
        studio.import_stems(write_stems(folder / "stems", SECONDS))
        studio.save()
        yield studio
    finally:
        studio.close()


@pytest.fixture
def clean(studio: Studio) -> Iterator[Studio]:
    """The studio with an empty master bus, stopped, no window open."""
    studio.daw.send("/transport_stop")
    studio.clear_master()
    wait_for(lambda: not studio.warning_kinds(), 8.0, "no warning")
    while studio.windows():
        studio.dismiss("Cancel")
    return studio


def test_the_session_is_known_over_all_three_channels(studio: Studio) -> None:
    known = wait_for(
        lambda: (s := studio.ardour_status()) and len(s["channels"]) == 3 and s["project_name"] and s, 8.0, "Ardour"
    )
    assert isinstance(known, dict)
    assert known["project_path"] == str(studio.daw.session)
    assert known["missing"] == []


def test_a_meter_on_the_master_says_nothing(clean: Studio) -> None:
    clean.add_to_master(METER)
    time.sleep(4.0)
    assert clean.warning_kinds() == []
    assert clean.windows() == []


def test_a_limiter_is_named_within_three_seconds_and_never_while_it_rolls(clean: Studio) -> None:
    clean.daw.send("/transport_play")
    wait_for(lambda: clean.daw.lua("return Session:transport_rolling ()") == "true", 5.0, "the transport to roll")
    clean.add_to_master(LIMITER)
    time.sleep(5.0)
    assert clean.windows() == []  # it waits for the stop
    clean.daw.send("/transport_stop")
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 3.0, "the warning in status")
    assert [warning["kind"] for warning in clean.printed_status()["warnings"]] == ["loudness"]
    clean.wait_for_window()
    text = clean.text("warning")
    assert "Limiter" in text
    assert "mixing" in text


def test_part_of_the_sound_silences_it_for_good(studio: Studio) -> None:
    if not studio.windows():
        pytest.fail("the warning of the test before is not there")
    studio.press("It is part of the sound")
    studio.dismiss("OK")
    wait_for(lambda: studio.warning_kinds() == [], 3.0, "the warning to go")
    studio.bridge.kill()
    studio.bridge.start()
    wait_for(lambda: studio.ardour_status().get("connected"), 5.0, "Ardour to be known again")
    time.sleep(4.0)
    assert studio.warning_kinds() == []
    assert studio.windows() == []


def test_another_limiter_is_named_and_bypassing_it_clears_the_warning(clean: Studio) -> None:
    clean.add_stranger()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "the warning")
    clean.daw.lua("Session:master_out ():nth_plugin (0):deactivate ()")
    wait_for(lambda: clean.warning_kinds() == [], 3.0, "the warning to go")


def test_a_killed_bridge_does_not_say_it_again(clean: Studio) -> None:
    clean.add_stranger()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "the warning")
    key = clean.status()["warnings"][0]["id"]
    wait_for(lambda: key in clean.shown(), 25.0, "its window, now or in the test before")
    with contextlib.suppress(TimeoutError):  # said a moment ago, the window is being drawn
        wait_for(clean.windows, 4.0, "the window")
        clean.dismiss("Cancel")
    clean.bridge.kill()
    clean.bridge.start()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 8.0, "the same warning")
    time.sleep(5.0)
    assert clean.windows() == []


def test_another_controller_is_not_disturbed(clean: Studio) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as controller:
        controller.settimeout(3.0)
        controller.sendto(encode("/set_surface", (2, 1, 0, 0, 0, 0, 0)), ("127.0.0.1", clean.daw.port))
        time.sleep(2.0)  # our polling goes on meanwhile
        controller.sendto(encode("/set_surface", ()), ("127.0.0.1", clean.daw.port))
        answer = b""
        while not answer.startswith(b"/set_surface"):
            answer = controller.recv(4096)
    assert encode("/set_surface", (2, 1, 0))[-12:-4] in answer  # its banks of two strips are as it set them
    clean.add_stranger()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "ours is not disturbed either")


def test_an_export_of_ardours_own_is_a_revision_of_the_song(clean: Studio) -> None:
    clean.daw.send("/access_action", "Main/QuickExport")
    wait_for(lambda: clean.display.windows("Quick"), 10.0, "Ardour's export window")
    window = clean.display.windows("Quick")[0]
    time.sleep(0.5)
    clean.display.press(window, "Export", clean.pictures)
    landed = clean.bridge.wait_for(BounceLanded, timeout_s=30.0)
    assert landed.bounce.song == "Song"
    assert Path(landed.bounce.path).is_relative_to(clean.daw.session)
    judged = clean.bridge.wait_for(BounceJudged, timeout_s=60.0)
    assert judged.bounce.id == landed.bounce.id
    # Ardour asks for support after the first export of its own; until that is answered it takes no action from outside.
    wait_for(lambda: clean.display.windows("Support Ardour"), 10.0, "Ardour's request for support")
    support = clean.display.windows("Support Ardour")[0]
    clean.display.press(support, "Never ever ask", clean.pictures)
    clean.display.press(support, "OK", clean.pictures)
    wait_for(lambda: not clean.display.windows("Support Ardour"), 5.0, "it to close")


def test_our_bounce_is_examined_once_within_ten_seconds_as_the_next_revision(clean: Studio) -> None:
    before = {path.name for path in clean.bridge.folder.glob("*.wav")}
    clean.daw.run_script("Fresh Ears: bounce for mastering")
    clean.wait_for_window(30.0)
    done_at = time.monotonic()
    text = clean.text("bounced")
    assert "Save the session" in text
    clean.dismiss("No")
    judged = clean.bridge.wait_for(BounceJudged, timeout_s=15.0)
    assert time.monotonic() - done_at < 10.0
    new = {path.name for path in clean.bridge.folder.glob("*.wav")} - before
    assert new == {Path(judged.bounce.path).name}
    assert re.fullmatch(r"Song – mix \d+\.wav", new.pop())
    assert judged.bounce.song == "Song"
    info = soundfile.info(judged.bounce.path)
    assert (info.subtype, info.samplerate) == ("FLOAT", 48_000)
    assert SECONDS <= info.duration + 1e-6 < SECONDS + 1.0  # the full tail; what is silent after it is trimmed
    songs = [song for song in clean.status()["songs"] if song["name"] == "Song"]
    assert [song["revisions"] for song in songs] == [judged.bounce.revision]


def test_the_verdict_stands_in_whats_up(clean: Studio) -> None:
    time.sleep(1.5)
    clean.daw.run_script("Fresh Ears: what's up")
    clean.wait_for_window()
    text = clean.text("whats-up")
    assert "Last bounce" in text
    assert "revision" in text
    clean.dismiss("OK")


def loudness(path: str) -> tuple[float, float]:
    """Return integrated loudness and true peak, by ffmpeg."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = re.findall(r"^\s+(I|Peak):\s+(-?[\d.]+)", done.stderr, re.MULTILINE)
    values = {key: float(value) for key, value in found}
    return values["I"], values["Peak"]


def session_text(studio: Studio) -> str:
    """Return the saved session without what every save counts up."""
    studio.save()
    text = (studio.daw.session / "Song.ardour").read_text()
    return re.sub(r'(id-counter|name-counter|event-counter|modified-with)="[^"]*"', "", text)


def test_master_this_meets_its_target_and_leaves_the_session_as_it_is(
    clean: Studio, program: Callable[[str], str]
) -> None:
    program("ffmpeg")
    before = session_text(clean)
    clean.daw.run_script("Fresh Ears: master this")
    clean.wait_for_window()
    clean.text("master-this")
    clean.dismiss("OK")
    made = clean.bridge.wait_for(MasterMade, timeout_s=60.0)
    integrated_lufs, true_peak_dbtp = loudness(made.result.output)
    assert made.result.target == "spotify"
    assert abs(integrated_lufs - (-14.0)) <= 0.2
    assert true_peak_dbtp <= -0.9  # ffmpeg prints one decimal
    assert session_text(clean) == before
    clean.wait_for_window(20.0)
    assert "master" in clean.text("master-made")
    clean.dismiss("Cancel")


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


def test_a_dual_print_that_cannot_write_switches_the_master_on_again(clean: Studio) -> None:
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


def test_a_kill_in_the_middle_of_a_dual_print_is_repaired_on_the_next_start(clean: Studio) -> None:
    clean.add_to_master(METER)
    clean.save()
    note = clean.home.config / "freshears" / "dual_print.txt"
    clean.daw.run_script("Fresh Ears: dual print")
    wait_for(note.exists, 40.0, "the dry print to begin")
    clean.daw.kill()
    gone_at = time.monotonic()
    wait_for(lambda: not clean.ardour_status().get("connected"), 5.0, "the bridge to see that Ardour is gone")
    assert time.monotonic() - gone_at < 5.0
    # The worst case: the session on the disk has the processor switched off.
    session = clean.daw.session / "Song.ardour"
    text = session.read_text()
    off = text.replace('name="EBU R128 Meter" active="1"', 'name="EBU R128 Meter" active="0"')
    assert off != text
    session.write_text(off)
    clean.open(clean.daw.session)
    clean.wait_for_window(15.0)
    assert "dual print" in clean.text("repair")
    clean.press("Yes")
    wait_for(lambda: not note.exists(), 5.0, "the note to go")
    assert clean.master_states() == [True]
    while clean.windows():
        clean.dismiss("Cancel")


def test_part_of_the_sound_is_remembered_by_a_restarted_ardour(clean: Studio) -> None:
    clean.add_to_master(LIMITER)
    time.sleep(5.0)
    assert clean.warning_kinds() == []
    assert clean.windows() == []


def logged(studio: Studio) -> dict[str, str]:
    """Return the newest event of each kind in the store, as JSON."""
    with sqlite3.connect(f"file:{studio.bridge.store_path}?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT kind, data FROM events ORDER BY id").fetchall())


def test_a_hand_off_sheet_reaches_the_bridge(clean: Studio) -> None:
    clean.daw.run_script("Fresh Ears: hand-off sheet")
    clean.wait_for_window()
    assert "What must survive" in clean.text("hand-off")
    clean.press("It is complete,")
    clean.dismiss("OK")
    wait_for(lambda: "handoff" in logged(clean), 5.0, "the sheet in the store")


def test_markers_come_and_go(clean: Studio) -> None:
    markers = (
        'local n = 0 for l in Session:locations ():list ():iter () do if l:name ():sub (1, 11) == "Fresh Ears:" '
        "then n = n + 1 end end return n"
    )
    # A click in the third part: a fault with a time.
    clean.daw.run_script("Fresh Ears: faults to markers")
    wait_for(lambda: clean.windows() or clean.daw.lua(markers) != "0", 5.0, "markers or a word")
    if clean.windows():
        assert "no faults" in clean.text("no-faults")
        clean.dismiss("Close")
    else:
        clean.daw.run_script("Fresh Ears: faults to markers")
        wait_for(lambda: clean.daw.lua(markers) == "0", 5.0, "the markers to go")


def test_nothing_was_said_twice(studio: Studio) -> None:
    shown = studio.shown()
    assert len(shown) == len(set(shown))
    assert studio.status()["running"]
