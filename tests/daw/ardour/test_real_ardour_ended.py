"""A real Ardour that is killed in the middle, quits, and is started again."""

import time
from collections.abc import Iterator

import pytest

from bridge.daw.ardour.install import plan_uninstall
from bridge.daw.install import apply
from bridge.daw.scripts_folder import scripts_folder
from tests.daw.ardour import hands
from tests.daw.ardour.studio import LIMITER, METER, Studio
from tests.waiting import for_a_while, wait_for

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
    hands.quit_ardour(studio)
    wait_for(lambda: not studio.ardour_status().get("connected"), 5.0, "the bridge to see that it is gone")
    assert studio.warning_kinds() == []


@pytest.fixture
def without_scripts(studio: Studio) -> Iterator[Studio]:
    """Ardour started without our scripts, which are installed again afterwards while the bridge runs."""
    apply(plan_uninstall(studio.home.config, scripts_folder("ardour")), daw_runs=False)
    studio.open(studio.daw.session)
    try:
        yield studio
    finally:
        studio.clear_master()
        hands.quit_ardour(studio)
        studio.home.install()
        studio.open(studio.daw.session)
        wait_for(lambda: "hook" in studio.ardour_status().get("channels", ()), 5.0, "the scripts to be heard again")


def test_without_the_scripts_osc_alone_tells_of_the_master_bus(without_scripts: Studio) -> None:
    studio = without_scripts

    def is_known() -> bool:
        known = studio.ardour_status()
        return (known.get("channels"), known.get("project_path")) == (["osc", "exports"], str(studio.daw.session))

    wait_for(is_known, 5.0, "the session, without scripts")
    (missing,) = studio.ardour_status()["missing"]
    assert "freshears install ardour" in missing
    studio.clear_master()
    studio.add_stranger()
    wait_for(lambda: studio.noticed_kinds() == ["loudness"], 3.0, "the limiter to be noticed")
    wait_for(lambda: studio.warning_kinds() == ["loudness"], 5.0, "the warning")
    studio.daw.lua("for i = 0, 1 do Session:master_out ():nth_plugin (i):deactivate () end")
    wait_for(lambda: studio.warning_kinds() == [], 3.0, "the warning to go")


def test_part_of_the_sound_is_remembered_by_a_restarted_ardour(clean: Studio) -> None:
    clean.add_to_master(LIMITER)
    for_a_while(5.0)
    assert clean.warning_kinds() == []
    assert clean.windows() == []
