"""What a person does on a page in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.model import Handoff, Job, Readiness, Reason
from bridge.songs.actions import Action, PageReply
from bridge.songs.comparisons import ReferencesState
from bridge.web.records import BusEffectRecord, Happened, ListeningPlace, PageQuestion, StandingWarning
from bridge.web.server import PageServer
from tests.web.browser.visits import EVIL, Visit, until
from tests.web.shelf import Shelf

pytestmark = pytest.mark.real_browser


def test_a_master_is_started_and_seen_to_finish_without_reload(
    visit: Callable[..., Visit], shelf: Shelf, server: PageServer
) -> None:
    shelf.readiness = Readiness(verdict="fix-first", headline="Fix in the mix first.", reasons=())
    page = visit().ready("/bounces/1")
    page.evaluate("window.stays = 1")
    shelf.reply = PageReply(ok=True, message="The master is on its way.", job_id=5)
    page.select_option("[name=target]", "cd")
    page.check("[name=anyway]")
    page.click("text=Make a master")
    page.wait_for_selector("text=The master is on its way.")
    assert (shelf.asked[-1].kind, shelf.asked[-1].target, shelf.asked[-1].anyway) == ("master", "cd", True)

    shelf.jobs[1] = Job(
        id=5, kind="master", bounce_id=1, path="/x", params="", state="running", attempts=1, error="", created_at=0
    )
    server.publish(Happened(kind="progress", bounce_id=1, job_id=5, stage="Limiting", fraction=0.1))
    page.wait_for_selector("[data-job='5']")
    server.publish(Happened(kind="progress", bounce_id=1, job_id=5, stage="Limiting", fraction=0.42))
    page.wait_for_selector("text=Limiting, 42 %")
    assert page.evaluate("document.querySelector('[data-job-progress]').value") == pytest.approx(0.42)
    page.click("[data-act=cancel]")
    until(page, "document.getElementById('state').textContent === 'The master is on its way.'")
    assert (shelf.asked[-1].kind, shelf.asked[-1].job_id) == ("cancel", 5)
    shelf.jobs.clear()
    number = shelf.add_master(shelf.bounces[1][0], shelf.masters[1][1])
    server.publish(Happened(kind="changed", bounce_id=1, song_id=1, job_id=5, message="A master for cd is done."))
    page.wait_for_selector(f"#masters a[href='/masters/{number}']")
    assert page.locator("[data-job='5']").count() == 0
    assert page.evaluate("window.stays") == 1
    del shelf.masters[number]


def test_a_warning_is_answered_where_it_stands(visit: Callable[..., Visit], shelf: Shelf, server: PageServer) -> None:
    answers = (("part-of-the-sound", "Part of the sound"), ("not-now", "Not now"))
    shelf.standing.append(
        StandingWarning(id="w1", song_id=None, title=f"A limiter {EVIL}", message=EVIL, answers=answers)
    )
    page = visit().open("/")
    page.click("text=Part of the sound")
    until(page, "document.getElementById('state').textContent !== ''")
    asked = shelf.asked[-1]
    assert (asked.kind, asked.warning_id, asked.answer) == ("answer", "w1", "part-of-the-sound")
    shelf.standing.clear()
    server.publish(Happened(kind="changed"))
    page.wait_for_selector(".warning", state="detached")
    assert page.evaluate("window.pwned") is None


def test_a_sheet_is_written_places_are_ticked_and_a_mode_is_set(visit: Callable[..., Visit], shelf: Shelf) -> None:
    shelf.reply = PageReply(ok=True, message="Kept.")
    shelf.sheet = Handoff(must_survive=("the fragile break", "<b>voice</b>"), written_at=1.79e9)
    shelf.checklist = (ListeningPlace(place="car", heard_at=1.79e9, note="boomy"), ListeningPlace(place="phone"))
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


def test_a_master_is_asked_for_with_options(visit: Callable[..., Visit], shelf: Shelf) -> None:
    shelf.readiness = Readiness(verdict="fix-first", headline="Fix in the mix first.", reasons=())
    shelf.references = ReferencesState(files=("/music/x.wav",))
    page = visit().ready("/bounces/1")
    page.click("summary:has-text('Options')")
    form = "[data-form=master] "
    page.select_option(form + "[name=intent]", "strange")
    page.select_option(form + "[name=preset]", "punch")
    page.fill(form + "[name=strength_percent]", "40")
    page.check(form + "[name=codec_safe]")
    page.check(form + "[name=follow_references]")
    assert page.is_hidden(form + "[name=why]")
    page.check(form + "[name=anyway]")
    page.fill(form + "[name=why]", "the label waits")
    page.click("text=Make a master")
    page.wait_for_selector("#make-master [data-form-words]:has-text('Done.')")
    asked = shelf.asked[-1]
    assert (asked.kind, asked.bounce_id, asked.target, asked.intent) == ("master", 1, "spotify", "strange")
    assert (asked.preset, asked.strength_percent, asked.codec_safe) == ("punch", 40.0, True)
    assert (asked.follow_references, asked.anyway, asked.why) == (True, True, "the label waits")
    page.reload()  # nothing but a target: everything else is decided as before
    page.click("text=Make a master")
    page.wait_for_selector("#make-master [data-form-words]:has-text('Done.')")
    assert shelf.asked[-1] == Action(kind="master", bounce_id=1, target="spotify")


def test_the_questions_of_a_mode_are_answered_and_the_answers_kept(
    visit: Callable[..., Visit], shelf: Shelf, server: PageServer
) -> None:
    shelf.questions = (
        PageQuestion(key="needs", text="What does this song still need?", answer="a bridge"),
        PageQuestion(key="b", text=EVIL),
    )
    page = visit().open("/songs/1")
    assert page.input_value("[name='words.needs']") == "a bridge"
    page.fill("[name='words.needs']", "a quieter second verse")
    # What somebody writes is not replaced under their hands, whatever happens meanwhile.
    shelf.questions = (
        PageQuestion(key="needs", text="What does this song still need?", answer="something else"),
        shelf.questions[1],
    )
    with page.expect_response(lambda answer: answer.url.endswith("/songs/1")) as fetched:
        server.publish(Happened(kind="changed", song_id=1, message="Something else happened."))
    assert "something else" in fetched.value.text()
    until(page, "document.getElementById('state').textContent === 'Something else happened.'")
    assert page.input_value("[name='words.needs']") == "a quieter second verse"
    shelf.questions = (
        PageQuestion(key="needs", text="What does this song still need?", answer="a quieter second verse"),
    )
    page.click("text=Keep the answers")
    until(page, "document.querySelectorAll('[data-form=reply] textarea').length === 1")
    assert (shelf.asked[-1].kind, shelf.asked[-1].song_id) == ("reply", 1)
    assert shelf.asked[-1].words == {"needs": "a quieter second verse", "b": ""}
    assert page.input_value("[name='words.needs']") == "a quieter second verse"
    assert page.evaluate("window.pwned") is None


def test_references_are_listened_to_and_lie_behind_the_spectrum(
    visit: Callable[..., Visit], shelf: Shelf, server: PageServer, demo_files: Path
) -> None:
    files = (str(demo_files / "Second Wind v2.wav"),)
    shelf.references = ReferencesState(files=files)
    shelf.asked.clear()
    one = visit()
    with one.page.expect_response("**/api/actions"):
        page = one.ready("/bounces/1")
    assert [(asked.kind, asked.bounce_id) for asked in shelf.asked] == [("references", 1)]
    shelf.references = ReferencesState(files=files, comparison=shelf.compared, ids=(1,))
    server.publish(Happened(kind="changed", bounce_id=1))
    page.wait_for_selector("#spectrum-card .area.references")
    words = page.inner_text("#spectrum-card")
    assert "Second Wind v2.wav" in words
    assert "such music varies by itself" in words
    # The mix is inside or near its own references: the band is where the curve is, not somewhere else.
    box = page.locator("#spectrum-card .area.references").bounding_box()
    curve = page.locator("#spectrum-card .line.first").first.bounding_box()
    assert box["y"] < curve["y"] + curve["height"]
    assert box["y"] + box["height"] > curve["y"]
    shelf.quiet = True  # while mixing, references are out of sight
    assert page.goto(page.url).ok
    assert page.locator(".area.references").count() == 0
    assert "out of sight while you mix" in page.inner_text("#spectrum-card")


def test_what_the_bus_adds_is_told_and_can_be_heard(visit: Callable[..., Visit], shelf: Shelf) -> None:
    shelf.bus_adds = BusEffectRecord(
        sentence="Of +4.0 LU over the dry bus, 3.0 come from the bus, 1.0 from plain gain.",
        wet=shelf.bounces[2][0],
        dry=shelf.bounces[1][0],
        rows=(("Loudness", 4.0, "LU"), ("Loudness range", None, "LU")),
    )
    page = visit().ready("/bounces/2")
    words = page.inner_text("#bus-card")
    assert "Of +4.0 LU over the dry bus" in words
    assert "+4.0" in words
    assert "Loudness range" not in words
    page.click("text=Hear without the bus (A) and with it (B)")
    page.wait_for_selector("[data-choices] button")
    assert page.locator("[data-choices] button").all_inner_texts() == ["A Bounce 1", "B Bounce 2"]


def test_script_in_notes_and_plug_in_names_stays_words(
    visit: Callable[..., Visit], shelf: Shelf, server: PageServer
) -> None:
    shelf.sheet = Handoff(must_survive=(EVIL,), references=(EVIL,), worries=(EVIL,), written_at=1.79e9)
    shelf.checklist = (ListeningPlace(place="car", heard_at=1.79e9, note=EVIL),)
    shelf.master_bus = (f"{EVIL} (loudness)",)
    shelf.readiness = Readiness(
        verdict="fix-first", headline=EVIL, reasons=(Reason(kind="bus", text=EVIL, remedy=EVIL, blocks=True),)
    )
    shelf.standing.append(StandingWarning(id=EVIL, song_id=1, title=EVIL, message=EVIL, answers=((EVIL, EVIL),)))
    one = visit()
    for path in ("/", "/songs/1", "/bounces/1", "/bounces/3"):
        page = one.open(path)
        page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None, path
        kept = one.context.request.get(f"{server.url.rstrip('/')}{path}?export").text()
        assert "<script>window" not in kept
        assert "<img" not in kept
    assert page.inner_text("#bus-card").count("<script>") == 1
