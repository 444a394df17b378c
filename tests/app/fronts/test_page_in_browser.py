"""The whole of it: a real bridge on the demo's song, used in a real browser from the bounce to the finished master."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from bridge.demo import DemoSong
from bridge.model.events import BounceJudged, MasterMade, Started
from tests.app.bridge_process import BridgeProcess
from tests.web.browser.visits import until
from tests.web.entering import key_of, let_in, link

pytestmark = pytest.mark.real_browser


@pytest.fixture
def house(tmp_path: Path, demo_song: DemoSong) -> Iterator[tuple[BridgeProcess, str]]:
    """A bridge with two bounces of the demo's song, the second 10 ms later in its file, louder, and clipped."""
    song = demo_song
    bridge = BridgeProcess(tmp_path / "home", tmp_path / "Bounces", extra="[page]\nport = 0\n").start()
    url = next(event for event in bridge.seen if isinstance(event, Started)).page_url
    assert url is not None
    first = song.mix[: 20 * song.rate_hz]
    for name, mix in (("v1", first), ("v2", (3.0 * first).clip(-1.0, 0.99999))):
        path = tmp_path / "Bounces" / f".{name}.part"
        late = 441 if name == "v2" else 0
        with soundfile.SoundFile(path, "w", song.rate_hz, 2, subtype="PCM_24", format="WAV") as file:
            file.write(0.0 * first[:late])
            file.write(mix)
        path.rename(tmp_path / "Bounces" / f"Second Wind {name}.wav")
        bridge.wait_for(BounceJudged)
    yield bridge, url.rstrip("/")
    bridge.stop()


def test_a_song_from_the_bounce_to_the_master(
    house: tuple[BridgeProcess, str],
    chromium: Any,
    tmp_path: Path,
) -> None:
    bridge, url = house
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    let_in(context, link(int(url.rsplit(":", 1)[1]), key_of(tmp_path / "home")))
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    # a fault is clicked and heard
    page.goto(f"{url}/bounces/2")
    page.wait_for_selector("[data-wave] > div")
    assert "fault" in page.inner_text("#verdict")
    page.locator("[data-time] button").first.click()
    until(page, "document.querySelector('[data-player]').deck?.playing")
    # the mode is set; its questions appear, are answered, and are there after a reload
    page.goto(f"{url}/songs/1")
    page.select_option("[name=mode]", "mastering")
    page.click("text=Set")
    page.wait_for_selector("text=What must not be lost?")
    page.fill("[name='words.keep']", "the break")
    page.click("text=Keep the answers")
    page.wait_for_selector("#questions-card [data-form-words]:has-text('Kept.')")
    page.reload()
    assert page.input_value("[name='words.keep']") == "the break"
    # the sheet names a reference, which is listened to by itself
    shutil.copy(tmp_path / "Bounces" / "Second Wind v2.wav", tmp_path / "reference.wav")
    page.goto(f"{url}/bounces/1")
    page.wait_for_selector(".curve canvas")
    page.evaluate("window.stays = 1")
    page.fill("[name='words.references']", f"{tmp_path / 'reference.wav'}\na song by somebody")
    page.check("[name='words.complete']")
    page.click("text=Keep the sheet")
    page.wait_for_selector("#spectrum-card .area.references", timeout=60_000)
    page.reload()  # from now on it can be heard beside the song
    page.wait_for_selector(".curve canvas")
    assert page.locator("[data-choices] button").all_inner_texts()[1] == "B reference"
    page.evaluate("window.stays = 1")
    # a master with options is asked for, and seen to finish
    assert page.locator("[data-form=master] [name=anyway]").count() == 0  # only faults are forced
    page.click("summary:has-text('Options')")
    page.fill("[data-form=master] [name=strength_percent]", "50")
    page.check("[data-form=master] [name=follow_references]")
    page.click("text=Make a master")
    page.wait_for_selector("#make-master [data-form-words]:has-text('rests for another 24 hours: master it now?')")
    page.click("text=Yes, make it now")
    page.wait_for_selector("#masters a", timeout=120_000)
    assert page.evaluate("window.stays") == 1
    made = bridge.wait_for(MasterMade).result
    assert made.settings  # what was asked for is in it
    assert made.notes[0] == "Made anyway: The mix rests for another 24 hours."
    # the master's page: its own curves, and what it did to the mix, found out while one looks
    page.click("#masters a")
    page.wait_for_selector(".curve canvas")
    page.wait_for_selector("#beside .area.spread", timeout=60_000)
    assert page.locator("section[aria-labelledby=tone] .line").count() == 2
    # two bounces, aligned
    page.goto(f"{url}/songs/1/compare?a=1&b=2")
    page.wait_for_selector("#beside .area.spread", timeout=60_000)
    assert "441 frames (10.00 ms) later" in page.inner_text("#beside")
    until(page, "Math.abs(document.querySelector('[data-player]').listening.tracks[1].shift_s - 0.01) < 1e-4")
    # a second master is cancelled
    page.goto(f"{url}/bounces/1")
    page.select_option("[data-form=master] [name=target]", "vinyl")
    page.click("text=Make a master")
    page.locator("#master-job [data-act=cancel]").click()
    page.wait_for_selector("#master-job:has-text('Cancelled')", timeout=60_000)
    assert page.locator("#masters a").count() == 1
    assert said == []
    assert all(address.startswith((url, "data:", "blob:")) for address in asked)
    context.close()
