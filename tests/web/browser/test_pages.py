"""The pages in a real browser: they fit, weigh little, are accessible, and live."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.model import Handoff, ReferenceComparison
from bridge.web.records import Happened
from bridge.web.server import PageServer
from tests.waiting import wait_for
from tests.web.browser.conftest import LIMITER
from tests.web.browser.visits import Visit, until
from tests.web.entering import KEY, let_in, link
from tests.web.filled import FilledStore, a_warning

pytestmark = pytest.mark.real_browser

PAGES = ("/", "/songs/1", "/songs/2", "/bounces/1", "/bounces/3", "/masters/1", "/songs/1/compare?a=1&b=2")


@pytest.fixture
def full(filled: FilledStore, other_mix: Path, compared: ReferenceComparison) -> None:
    """Put whatever a page can show into the store."""
    dry, wet = (filled.store.bounces.by_id(number) for number in (1, 2))
    filled.store.song_state.add_reply(1, "mastering", "keep", "a bridge", filled.at)
    filled.write_sheet(dry, Handoff(must_survive=("the break",), worries=("the phone",), written_at=filled.at))
    filled.name_references(dry, [other_mix])
    filled.hear_references(dry, compared)
    filled.songs.tick(dry, "car", "boomy")
    filled.store.song_state.add_override(dry.id, "It has not rested.", "the label waits", filled.at)
    filled.set_bus(dry, LIMITER)
    filled.songs.set_prints(wet, dry)
    filled.warn(a_warning(song_id=1))


@pytest.mark.parametrize("width", [360, 2560])
@pytest.mark.usefixtures("full")
def test_pages_fit_small_and_large_windows(visit: Callable[..., Visit], width: int) -> None:
    one = visit(viewport={"width": width, "height": 800})
    for path in PAGES:
        page = one.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("full")
def test_no_serious_accessibility_violation(visit: Callable[..., Visit], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    one = visit(viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True)
    for path in PAGES:
        page = one.ready(path) if "bounces/1" in path or "master" in path or "compare" in path else one.open(path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        found = Axe().run(page).response["violations"]
        bad = [
            (v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert bad == [], path


@pytest.mark.parametrize("path", ["/bounces/1", "/masters/1", "/songs/1/compare?a=1&b=2"])
def test_a_page_weighs_less_than_300_kilobytes_before_sound(visit: Callable[..., Visit], path: str) -> None:
    one = visit()
    done: list[Any] = []
    one.page.on("requestfinished", lambda request: done.append(request) if "events" not in request.url else None)
    one.ready(path)
    one.page.evaluate(
        "document.querySelector('[data-player]').listening.seek(1)"
    )  # whatever it wants has been asked for
    # Over the wire, headers left out; nothing was in the browser's cache.
    weight = sum(request.sizes()["responseBodySize"] for request in done)
    assert {"live.js", "wavesurfer.js", "uplot.js", "page.css", "curves"} <= {
        request.url.split("/")[-1] for request in done
    }
    assert 30_000 < weight < 200_000


def test_while_mixing_loudness_is_out_of_sight_until_asked_for(
    visit: Callable[..., Visit], filled: FilledStore
) -> None:
    filled.songs.say_mode(1, "mixing")
    one = visit()
    page = one.open("/bounces/1")
    page.wait_for_selector("[data-wave] > div")
    numbers = page.inner_text("section[aria-labelledby=numbers]")
    assert "LUFS" not in numbers
    assert "True peak" in numbers
    assert "cut flat" in page.inner_text(".findings")  # clipping never hides
    assert page.locator(".curve").count() == 0
    page.click("text=/^Show loudness$/")
    assert "LUFS" in page.inner_text("section[aria-labelledby=numbers]")
    assert "LUFS" not in one.open("/songs/1").inner_text("#bounce-list")
    page = one.open("/songs/1/compare?a=1&b=2")
    page.wait_for_selector("[data-wave] > div")
    assert page.locator(".curve").count() == 0
    assert page.is_hidden("text=Loudest 3 s")


def test_a_job_elsewhere_does_not_make_a_page_fetch_itself_over_and_over(
    visit: Callable[..., Visit], server: PageServer
) -> None:
    one = visit()
    page = one.open("/songs/1")
    for step in range(30):
        server.publish(Happened(kind="progress", bounce_id=1, job_id=77, stage="Measuring", fraction=step / 30))
        page.wait_for_timeout(20)
    server.publish(Happened(kind="changed", song_id=2, message="Another song."))
    server.publish(Happened(kind="changed", song_id=1, message="This song."))
    until(page, "document.getElementById('state').textContent === 'This song.'")
    assert sum(url.endswith("/songs/1") for url in one.requests) <= 3  # opened, looked once, and what has changed


def test_a_bounce_that_lands_appears_by_itself(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    page = visit().open("/songs/1")
    assert page.locator("tbody tr").count() == 2
    page.check("input[name=a][value='2']")
    bounce = filled.add_bounce()
    number = bounce.id
    server.publish(Happened(kind="changed", song_id=1, bounce_id=number, message="Bounce 3 has landed."))
    page.wait_for_selector(f"a[href='/bounces/{number}']")
    assert page.is_checked("input[name=a][value='2']")  # what was chosen stays chosen
    page.click(f"a[href='/bounces/{number}']")
    page.wait_for_selector("#waiting")
    analysis = filled.store.results.whole_analysis(2)
    assert analysis is not None
    filled.examine(bounce, analysis)
    server.publish(Happened(kind="changed", song_id=1, bounce_id=number))
    page.wait_for_selector(".curve canvas")
    assert "No faults found." in page.inner_text("#verdict")


def test_a_page_nobody_looks_at_lets_go_of_its_connection(visit: Callable[..., Visit], server: PageServer) -> None:
    page = visit().open("/songs/1")
    hide = "Object.defineProperty(document, 'visibilityState', {{ value: '{}', configurable: true }});"
    tell = "document.dispatchEvent(new Event('visibilitychange'))"
    until(page, "document.visibilityState === 'visible'")
    before = listeners(server, 1)
    page.evaluate(hide.format("hidden") + tell)
    assert listeners(server, before - 1) == before - 1
    with page.expect_response(lambda answer: answer.url.endswith("/songs/1")):  # it missed something, and catches up
        server.publish(Happened(kind="changed", song_id=1))
        page.evaluate(hide.format("visible") + tell)
    assert listeners(server, before) == before


def test_a_page_outlives_the_bridge_and_knows_the_next_one(chromium: Any, filled: FilledStore) -> None:
    first = PageServer(filled.reader(), filled.ask, 0, KEY)
    first.start()
    port = first.port
    context = chromium.new_context()
    let_in(context, link(port))
    try:
        page = context.new_page()
        page.goto(f"{first.url}songs/1")
        page.evaluate("window.stays = 1")
        assert listeners(first, 1) == 1
        first.stop()
        until(page, "document.getElementById('state').textContent.startsWith('The bridge is not running')")
        assert page.evaluate("window.stays") == 1  # what is there can still be read
        second = PageServer(filled.reader(), filled.ask, port, KEY)
        try:
            with page.expect_navigation():  # another start, another token: the page is loaded anew by itself
                second.start()
            assert page.evaluate("window.stays") is None
            page.select_option("[name=mode]", "mastering")
            page.click("text=Set")
            page.wait_for_selector("[data-form-words]:has-text('Done.')")
        finally:
            second.stop()
    finally:
        context.close()
        first.stop()


def listeners(server: PageServer, wanted: int) -> int:
    """Return how many pages listen, once it is as many as wanted, or after two seconds."""
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: server.listeners == wanted, 2.0, "pages that listen", step_s=0.01)
    return server.listeners


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_as_one_file_with_its_numbers(
    chromium: Any, server: PageServer, tmp_path: Path, path: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    let_in(context, link(server.port))
    mark = "&" if "?" in path else "?"
    kept = tmp_path / "kept.html"
    kept.write_bytes(context.request.get(f"{server.url.rstrip('/')}{path}{mark}export").body())
    numbers = context.request.get(f"{server.url.rstrip('/')}{path}{mark}json")
    assert json.loads(numbers.body())
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(kept.as_uri())
    assert page.locator("h1").count() == 1
    assert page.locator("main a[href^='/']").count() == 0  # nothing leads to a bridge that may not run
    assert all(url.startswith(("file:", "data:")) for url in asked)
    context.close()


def test_paper_and_kept_files_need_no_bridge(chromium: Any, server: PageServer, tmp_path: Path) -> None:
    context = chromium.new_context(accept_downloads=True)
    let_in(context, link(server.port))
    page = context.new_page()
    page.goto(server.url + "masters/1")
    with page.expect_download() as download:
        page.click("text=Save this page as one file")
    kept = tmp_path / "kept.html"
    download.value.save_as(kept)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(kept.as_uri())
    assert "What was done, and why" in page.inner_text("main")
    assert said == []
    assert page.pdf(format="A4")[:5] == b"%PDF-"
    context.close()
