"""*Master this* in a real Ardour: the master, and the session it leaves as it was."""

import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bridge.model.events import MasterMade
from tests.daw.ardour.studio import Studio
from tests.waiting import wait_for

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]


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


def session_tree(studio: Studio, but_for: str = "") -> str:
    """Return the saved session, tags and values in order, but for what is not the person's music.

    Left out: what every save counts up, what is selected, the settings of the last range export, which Ardour itself
    keeps in the session, and whatever carries the name `but_for`.
    """
    studio.save()
    text = (studio.daw.session / "Song.ardour").read_text()
    root = ElementTree.fromstring(re.sub(r'(id-counter|name-counter|event-counter|modified-with)="[^"]*"', "", text))
    for parent in list(root.iter()):
        for child in list(parent):
            names = (child.get("name", ""), child.get("other", ""))
            named = bool(but_for) and any(text.startswith(but_for) for text in names)
            if named or child.tag in {"Selection", "RangeExportProfile", "ExportRevision"}:
                parent.remove(child)
    lines = ElementTree.tostring(root, "unicode").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def test_master_this_meets_its_target_and_leaves_the_session_as_it_is(
    clean: Studio, program: Callable[[str], str]
) -> None:
    program("ffmpeg")
    before = session_tree(clean)
    clean.daw.run_script("Fresh Ears: master this")
    clean.wait_for_window()
    clean.text("master-this")
    clean.dismiss("OK")
    clean.wait_for_window(40.0)  # it has no sheet: asked once, and one answer makes it
    assert "has no hand-off sheet yet" in clean.text("master-asked")
    clean.press("Yes, make it now")
    clean.dismiss("OK")
    made = clean.bridge.wait_for(MasterMade, timeout_s=60.0)
    integrated_lufs, true_peak_dbtp = loudness(made.result.output)
    assert made.result.target == "spotify"
    assert abs(integrated_lufs - (-14.0)) <= 0.2
    assert true_peak_dbtp <= -0.9  # ffmpeg prints one decimal
    assert session_tree(clean) == before
    clean.wait_for_window(20.0)
    assert "master" in clean.text("master-made")
    stays_as_it_was_but_for_the_reference(clean, Path(made.result.output).stem)


def stays_as_it_was_but_for_the_reference(studio: Studio, master: str) -> None:
    """Import the master from the window that says it is there: a muted track appears, nothing else changes."""
    before = session_tree(studio, master)
    if "Import it as" in studio.text("master-import"):  # a question beside it has the keyboard
        studio.press("Import it as")
    else:
        studio.press_key("space")  # what has it is framed by dots, and cannot be read
    studio.dismiss("OK")
    muted = f'local t = Session:route_by_name ("{master}") return t:isnil () and "none" or tostring (t:muted ())'
    wait_for(lambda: studio.daw.lua(muted) == "true", 10.0, "the muted track")
    place = (
        f'for r in Session:route_by_name ("{master}"):to_track ():playlist ():region_list ():iter () do '
        "return r:position ():samples () end"
    )
    assert studio.daw.lua(place) == "0"
    assert session_tree(studio, master) == before


def logged(studio: Studio) -> dict[str, str]:
    """Return the newest event of each kind in the store, as JSON."""
    with closing(sqlite3.connect(f"file:{studio.bridge.store_path}?mode=ro", uri=True)) as connection:
        return dict(connection.execute("SELECT kind, data FROM events ORDER BY id").fetchall())


def test_a_hand_off_sheet_reaches_the_bridge(clean: Studio) -> None:
    clean.daw.run_script("Fresh Ears: hand-off sheet")
    clean.wait_for_window()
    assert "What must survive" in clean.text("hand-off")
    clean.press("It is complete,")
    clean.dismiss("OK")
    wait_for(lambda: "handoff" in logged(clean), 5.0, "the sheet in the store")
