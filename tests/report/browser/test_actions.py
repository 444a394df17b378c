"""What a person does on a page in a real browser."""

from collections.abc import Callable

import pytest

from bridge.model import Handoff, Job, Readiness, Reason
from bridge.report.contract import Happened, Place, Reply, Warned
from bridge.report.server import PageServer
from tests.report.browser.visits import EVIL, Visit, until
from tests.report.shelf import Shelf

pytestmark = pytest.mark.real_browser


def test_a_master_is_started_and_seen_to_finish_without_reload(
    visit: Callable[..., Visit], shelf: Shelf, server: PageServer
) -> None:
    shelf.readiness = Readiness(verdict="fix-first", headline="Fix in the mix first.", reasons=())
    page = visit().ready("/bounces/1")
    page.evaluate("window.stays = 1")
    shelf.reply = Reply(ok=True, message="The master is on its way.", job_id=5)
    page.select_option("[name=target]", "cd")
    page.check("[name=anyway]")
    page.click("text=Make a master")
    page.wait_for_selector("text=The master is on its way.")
    assert (shelf.asked[-1].kind, shelf.asked[-1].target, shelf.asked[-1].anyway) == ("master", "cd", True)

    shelf.jobs[1] = Job(
        id=5, kind="master", bounce_id=1, path="/x", params="", state="running", attempts=1, error="", created_at=0
    )
    server.tell(Happened(kind="progress", bounce_id=1, job_id=5, stage="Limiting", fraction=0.1))
    page.wait_for_selector("[data-job='5']")
    server.tell(Happened(kind="progress", bounce_id=1, job_id=5, stage="Limiting", fraction=0.42))
    page.wait_for_selector("text=Limiting, 42 %")
    assert page.evaluate("document.querySelector('[data-job-progress]').value") == pytest.approx(0.42)
    page.click("[data-act=cancel]")
    until(page, "document.getElementById('state').textContent === 'The master is on its way.'")
    assert (shelf.asked[-1].kind, shelf.asked[-1].job_id) == ("cancel", 5)
    shelf.jobs.clear()
    number = shelf.add_master(shelf.bounces[1][0], shelf.masters[1][1])
    server.tell(Happened(kind="changed", bounce_id=1, song_id=1, job_id=5, message="A master for cd is done."))
    page.wait_for_selector(f"#masters a[href='/masters/{number}']")
    assert page.locator("[data-job='5']").count() == 0
    assert page.evaluate("window.stays") == 1
    del shelf.masters[number]


def test_a_warning_is_answered_where_it_stands(visit: Callable[..., Visit], shelf: Shelf, server: PageServer) -> None:
    answers = (("part-of-the-sound", "Part of the sound"), ("not-now", "Not now"))
    shelf.standing.append(Warned(id="w1", song_id=None, title=f"A limiter {EVIL}", message=EVIL, answers=answers))
    page = visit().open("/")
    page.click("text=Part of the sound")
    until(page, "document.getElementById('state').textContent !== ''")
    asked = shelf.asked[-1]
    assert (asked.kind, asked.warning_id, asked.answer) == ("answer", "w1", "part-of-the-sound")
    shelf.standing.clear()
    server.tell(Happened(kind="changed"))
    page.wait_for_selector(".warning", state="detached")
    assert page.evaluate("window.pwned") is None


def test_a_sheet_is_written_places_are_ticked_and_a_mode_is_set(visit: Callable[..., Visit], shelf: Shelf) -> None:
    shelf.reply = Reply(ok=True, message="Kept.")
    shelf.sheet = Handoff(must_survive=("the fragile break", "<b>voice</b>"), written_at=1.79e9)
    shelf.checklist = (Place(place="car", heard_at=1.79e9, note="boomy"), Place(place="phone"))
    shelf.readiness = Readiness(
        verdict="ready-when-rested",
        headline="Ready when rested: 3 hours to go.",
        reasons=(Reason(kind="rest", text="It has rested 21 hours.", remedy="Sleep on it.", blocks=True),),
    )
    page = visit().ready("/bounces/1")
    assert "Ready when rested: 3 hours to go." in page.inner_text("#readiness")
    assert page.input_value("[name='words.survive']") == "the fragile break\n<b>voice</b>"
    page.select_option("[data-form=sheet] [name=intent]", "intimate")
    page.fill("[name='words.worries']", "kick on small speakers")
    page.check("[name='words.complete']")
    page.click("text=Keep the sheet")
    page.wait_for_selector("text=Kept.")
    asked = shelf.asked[-1]
    assert (asked.kind, asked.bounce_id, asked.intent) == ("sheet", 1, "intimate")
    assert asked.words["worries"] == "kick on small speakers"
    assert asked.words["complete"] == "yes"
    assert asked.words["survive"].splitlines() == ["the fragile break", "<b>voice</b>"]
    assert page.is_disabled("[data-place=car]")
    page.check("[data-place=phone]")
    until(page, "document.getElementById('state').textContent === 'Kept.'")
    assert (shelf.asked[-1].kind, shelf.asked[-1].place) == ("tick", "phone")
    page.goto(page.url.replace("bounces", "songs"))
    page.select_option("[name=mode]", "mastering")
    page.click("text=Set")
    page.wait_for_selector("text=Kept.")
    assert (shelf.asked[-1].kind, shelf.asked[-1].song_id, shelf.asked[-1].mode) == ("mode", 1, "mastering")
