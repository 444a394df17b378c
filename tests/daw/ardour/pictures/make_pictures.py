"""`python -m tests.daw.ardour.pictures.make_pictures`: the pictures in docs/ardour.md, taken from a real Ardour."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bridge.model.events import BounceJudged
from tests.daw.ardour.rig import missing_programs
from tests.daw.ardour.studio import LIMITER, Studio, write_stems
from tests.waiting import for_a_while, wait_for

IMAGES = Path(__file__).parents[4] / "docs" / "images"
PART = "1360x640+0+0"  # Ardour's window as it opens


def take(studio: Studio, name: str) -> None:
    """Save what is on the screen, small enough for a repository."""
    studio.display.xdotool("windowmove", "--sync", studio.wait_for_window(), "330", "190")
    for_a_while(0.5)  # it is drawn anew where it is now
    full = studio.display.picture(studio.pictures / f"{name}.png")
    target = IMAGES / f"{name}.png"
    subprocess.run(
        [
            "convert",
            str(full),
            "-crop",
            PART,
            "+repage",
            "-resize",
            "70%",
            "+dither",
            "-colors",
            "24",
            "-strip",
            str(target),
        ],
        check=True,
    )
    print(f"{target.name}: {target.stat().st_size // 1024} kB")


def main() -> int:
    """Act once through the scenes of the page."""
    if missing := missing_programs():
        print(f"not installed: {', '.join(missing)}")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="freshears-") as name:
        folder = Path(name)
        studio = Studio(folder)
        try:
            studio.bridge.start()
            studio.open(studio.home.new_session("Night Drive"))
            studio.import_stems(write_stems(folder / "stems", 20.0))
            studio.save()
            scenes(studio)
        finally:
            studio.close()
    return 0


def scenes(studio: Studio) -> None:
    """Take the pictures in the order a person would meet the windows."""
    studio.add_to_master(LIMITER)
    studio.wait_for_window(30.0)
    for_a_while(0.5)
    take(studio, "ardour-warning")
    studio.press("It is part of the sound")
    studio.dismiss("OK")
    studio.daw.run_script("Fresh Ears: bounce for mastering")
    studio.wait_for_window(60.0)
    take(studio, "ardour-bounced")
    studio.dismiss("No")
    studio.bridge.wait_for(BounceJudged, timeout_s=120.0)
    for_a_while(3.0)
    studio.daw.run_script("Fresh Ears: what's up")
    studio.wait_for_window()
    for_a_while(0.5)
    take(studio, "ardour-whats-up")
    studio.dismiss("OK")
    studio.daw.run_script("Fresh Ears: master this")
    studio.wait_for_window()
    for_a_while(0.5)
    take(studio, "ardour-master-this")
    studio.dismiss("Cancel")
    wait_for(lambda: not studio.windows(), 5.0, "the window to close")


if __name__ == "__main__":
    sys.exit(main())
