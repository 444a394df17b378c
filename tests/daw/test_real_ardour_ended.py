"""A real Ardour that is killed in the middle, quits, and is started again."""

import time

import pytest

from tests.daw.rig import wait_for
from tests.daw.studio import LIMITER, METER, Studio

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]


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


def test_ardour_quits_in_good_order_while_it_is_watched(studio: Studio) -> None:
    studio.save()
    studio.daw.send("/access_action", "Common/Quit")
    wait_for(lambda: studio.daw.process.poll() is not None, 20.0, "Ardour to end")
    assert studio.daw.process.returncode == 0
    wait_for(lambda: not studio.ardour_status().get("connected"), 5.0, "the bridge to see that it is gone")
    assert studio.warning_kinds() == []
    studio.daw.stop()
    studio.open(studio.daw.session)
    wait_for(lambda: studio.ardour_status().get("connected"), 5.0, "Ardour to be known again")


def test_part_of_the_sound_is_remembered_by_a_restarted_ardour(clean: Studio) -> None:
    clean.add_to_master(LIMITER)
    time.sleep(5.0)
    assert clean.warning_kinds() == []
    assert clean.windows() == []
