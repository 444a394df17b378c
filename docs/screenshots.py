"""Make the pictures of the documentation: `python docs/screenshots.py` runs the demo and photographs its report.

Needs Chromium (Debian's `chromium`).
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def photograph(page: Path, picture: Path, width_px: int, height_px: int) -> None:
    """Photograph a page on disk with headless Chromium."""
    browser = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("Chromium is not installed")
    with TemporaryDirectory() as profile:
        size = f"--window-size={width_px},{height_px}"
        command = [browser, *FLAGS, f"--user-data-dir={profile}", size, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    """Run the demo and photograph the report of its bounce."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "bridge", "demo", "--out", name], cwd=ROOT, check=True, timeout=200)
        (report,) = (folder / "Bounces" / "Fresh Ears").glob("*bounce*.html")
        IMAGES.mkdir(exist_ok=True)
        photograph(report, IMAGES / "report.png", 1100, 1000)


if __name__ == "__main__":
    main()
