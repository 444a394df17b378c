"""Takes the pictures of docs/page.md: ``python tools/page_pictures.py`` (needs Chromium and playwright).

It runs a real bridge on the demo's song in a temporary folder, has it examined and mastered, and photographs the pages.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import soundfile
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "images"
PORT = 9177
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SETTINGS = """
[watch]
folders = ["{folder}"]
settle_s = 0.5
[osc]
port = 0
[page]
port = {port}
"""


def main() -> None:
    """Start a bridge, use its pages, take pictures."""
    sys.path.insert(0, str(ROOT))
    from bridge.demo import compose

    with tempfile.TemporaryDirectory() as name:
        home, folder = Path(name) / "home", Path(name) / "Bounces"
        home.mkdir()
        folder.mkdir()
        (home / "config.toml").write_text(SETTINGS.format(folder=folder, port=PORT), encoding="utf-8")
        environment = dict(os.environ, FRESHEARS_HOME=str(home), PYTHONPATH=str(ROOT))
        bridge = subprocess.Popen(
            [sys.executable, "-m", "bridge", "run", "--json"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            browser = _known_browser(environment)
            _wait(browser, "/", "Songs")
            song = compose()
            drums = 1.35  # the second revision: drums up, lead down, and a bounce that clips
            louder = sum(gain * song.parts[part] for part, gain in (("Drums", drums), ("Bass", 1), ("Chords", 1)))
            second = 2.6 * (louder + 0.8 * song.parts["Lead"])
            late = np.concatenate([np.zeros((441, 2)), second.clip(-1.0, 0.99999)])
            for revision, mix in ((1, song.mix), (2, late)):
                path = folder / f".v{revision}.wav"
                soundfile.write(path, mix, song.rate_hz, subtype="PCM_24")
                path.rename(folder / f"{song.title} v{revision}.wav")
                _wait(browser, f"/bounces/{revision}", "Numbers")
            reference = Path(name) / "A song that feels right.wav"
            parts = song.parts
            liked = parts["Drums"] + 0.8 * parts["Bass"] + 0.9 * parts["Chords"] + parts["Lead"]
            soundfile.write(reference, liked, song.rate_hz, subtype="PCM_24")
            _photograph(_link(environment), reference)
        finally:
            bridge.terminate()
            bridge.wait(20)


def _link(environment: dict[str, str]) -> str:
    """Return a link that opens the page once, when the bridge is up."""
    for _ in range(300):
        asked = [sys.executable, "-m", "bridge", "open", "--json"]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return str(json.loads(done.stdout)["url"])
        time.sleep(0.2)
    raise SystemExit("the bridge never came up")


def _known_browser(environment: dict[str, str]) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    browser.open(_link(environment), timeout=5).close()
    return browser


def _wait(browser: urllib.request.OpenerDirector, path: str, words: str) -> None:
    for _ in range(600):
        try:
            with browser.open(f"http://127.0.0.1:{PORT}{path}", timeout=5) as answer:
                if re.search(words, answer.read().decode()):
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{path} never showed {words}")


def _photograph(link: str, reference: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(link)
        page.goto(f"http://127.0.0.1:{PORT}/songs/1")
        page.select_option("[name=mode]", "mastering")
        page.click("text=Set")
        page.wait_for_selector("text=What must not be lost?")
        for bounce in (2, 1):
            page.goto(f"http://127.0.0.1:{PORT}/bounces/{bounce}")
            page.fill("[name='words.references']", str(reference))
            page.click("text=Keep the sheet")
            page.wait_for_selector("#spectrum-card .area.references", timeout=120_000)
        page.check("[name=anyway]")
        page.click("text=Make a master")
        page.wait_for_selector("#masters a", timeout=120_000)
        for path in ("/masters/1", "/songs/1/compare?a=1&b=2"):
            page.goto(f"http://127.0.0.1:{PORT}{path}")
            page.wait_for_selector("#beside .area.spread", timeout=120_000)
        page.set_viewport_size({"width": 1280, "height": 1240})
        _take(page, "/masters/1", "page-master", dark=True)
        _take(page, "/bounces/2", "page-bounce")
        page.set_viewport_size({"width": 1280, "height": 860})
        _take(page, "/songs/1", "page-song")
        page.set_viewport_size({"width": 1280, "height": 1120})
        _take(page, "/songs/1/compare?a=1&b=2", "page-compare")
        page.set_viewport_size({"width": 360, "height": 780})
        _take(page, "/bounces/2", "page-phone")
        browser.close()


def _take(page: Page, path: str, name: str, *, dark: bool = False) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(f"http://127.0.0.1:{PORT}{path}")
    page.wait_for_timeout(1200)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
