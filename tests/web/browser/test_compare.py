"""Two versions beside each other in a real browser: asked for by the page, shown when known, heard in step."""

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bridge.songs.actions import PageReply
from bridge.web.records import Happened
from bridge.web.server import PageServer
from tests.web.browser.visits import Visit, tracks_of, until
from tests.web.filled import FilledStore

pytestmark = pytest.mark.real_browser


def key(filled: FilledStore) -> str:
    """Return the name of the work of comparing the first two bounces."""
    a, b = (filled.store.bounces.by_id(number).sha256 for number in (1, 2))
    return f"compare:{a}:{b}"


def test_what_changed_is_said_and_drawn(visit: Callable[..., Visit]) -> None:
    page = visit(viewport={"width": 1280, "height": 900}).ready("/songs/1/compare?a=1&b=2")
    words = page.inner_text("#beside")
    assert "Both begin together." in words
    assert "More between" in words or "Less between" in words
    assert page.locator("#beside .area.spread").count() == 1
    assert "third octaves" in page.get_attribute("#beside svg[role=img] >> nth=0", "aria-label")
    assert page.locator("#loudness-card .line").count() == 2


def test_mix_and_master_are_drawn_over_each_other(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    assert page.locator("section[aria-labelledby=over-time] .line").count() == 2 + 10 + 1  # curves, sections, reduction
    assert page.locator("section[aria-labelledby=tone] .line").count() == 2
    assert "LU between sections the limiter keeps" in page.inner_text("section[aria-labelledby=over-time]")
    assert "louder in B" in page.inner_text("#beside")


def test_a_page_asks_for_what_it_has_not_got_and_shows_it_without_reload(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    first, second = (filled.store.bounces.by_id(number) for number in (1, 2))
    known = filled.store.display.comparison(first.sha256, second.sha256)
    assert known is not None
    filled.forget("comparisons")
    filled.reply = PageReply(ok=True, message="", job_id=7)
    one = visit()
    with one.page.expect_response("**/api/actions"):
        page = one.ready("/songs/1/compare?a=1&b=2")
    page.evaluate("window.stays = 1")
    assert [(asked.kind, asked.bounce_id, asked.other_id) for asked in filled.asked] == [("compare", 1, 2)]
    job = filled.add_job("compare", second, key(filled), "running")
    progress = Happened(kind="progress", bounce_id=2, job_id=job.id, stage="Aligning", fraction=0.5)
    server.publish(progress)
    page.wait_for_selector(f"[data-job='{job.id}']")
    server.publish(progress)
    page.wait_for_selector("text=Aligning, 50 %")
    page.keyboard.press("Space")
    until(page, "document.querySelector('[data-player]').deck?.playing")
    # Found out: B begins 10 ms later in its file. The player takes it while it plays.
    later = replace(known, shift_s=0.01, shift_frames=441.0, level_change_db=2.0, level_from="common")
    filled.compare(first.sha256, second.sha256, later)
    filled.store.jobs.end(job.id, "done")
    server.publish(Happened(kind="changed", bounce_id=2, job_id=job.id))
    page.wait_for_selector("#beside .area.spread")
    assert "B begins 10.0 ms later in its file" in page.inner_text("#beside")
    until(page, "document.querySelector('[data-player]').listening.tracks[1].shift_s === 0.01")
    until(page, "document.querySelector('[data-player]').deck.playing")  # it goes on by itself
    assert [track.get("shift_s") for track in tracks_of(page)] == [0.0, 0.01]
    page.select_option("[data-levels]", label="matched by what stayed the same")
    gains = page.evaluate("document.querySelector('[data-player]').listening.gains")
    assert gains[0] - gains[1] == pytest.approx(2.0)
    assert max(gains) == 0.0
    assert page.evaluate("window.stays") == 1
    assert len(filled.asked) == 1  # asked once


def test_a_comparison_that_failed_says_why_and_can_be_asked_for_again(
    visit: Callable[..., Visit], filled: FilledStore
) -> None:
    filled.forget("comparisons")
    filled.add_job("compare", filled.store.bounces.by_id(2), key(filled), "failed", "v1.wav: cannot be read")
    page = visit().ready("/songs/1/compare?a=1&b=2")
    assert "v1.wav: cannot be read" in page.inner_text("#beside")
    assert filled.asked == []  # it does not ask by itself again and again
    page.click("text=Compare again")
    until(page, "document.getElementById('state').textContent === 'Done.'")
    assert (filled.asked[-1].kind, filled.asked[-1].other_id) == ("compare", 2)


def test_a_comparison_is_kept_as_a_page_and_as_numbers(visit: Callable[..., Visit], server: PageServer) -> None:
    one = visit()
    page = one.open("/songs/1/compare?a=1&b=2")
    page.goto("about:blank")
    kept = one.context.request.get(f"{server.url}songs/1/compare?a=1&b=2&json")
    data = json.loads(kept.body())
    assert data["beside"]["difference"]["bands"][0]["centre_hz"] > 0
    assert data["a"]["bounce"]["revision"] == 1
    assert "attachment" in kept.headers["content-disposition"]
