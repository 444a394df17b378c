"""What a person does on a page in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bridge.model import BusItem, Handoff, ListeningTick, ReferenceComparison
from bridge.policy.bus.dual_print import effect_rows
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from bridge.songs.actions import Action, PageReply
from bridge.songs.mending import Mending
from bridge.web.records import Happened
from bridge.web.server import PageServer
from tests.waiting import wait_for
from tests.web.browser.visits import EVIL, Visit, until
from tests.web.filled import FilledStore, a_warning

pytestmark = pytest.mark.real_browser


def test_a_master_is_started_and_seen_to_finish_without_reload(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    bounce = filled.store.bounces.by_id(1)  # it has a fault: something stands in the way
    page = visit().ready("/bounces/1")
    page.evaluate("window.stays = 1")
    filled.reply = PageReply(ok=True, message="The master is on its way.", job_id=5)
    page.select_option("[name=target]", "cd")
    page.check("[name=anyway]")
    page.click("text=Make a master")
    page.wait_for_selector("text=The master is on its way.")
    assert (filled.asked[-1].kind, filled.asked[-1].target, filled.asked[-1].anyway) == ("master", "cd", True)

    job = filled.add_job("master", bounce, "master:1:cd", "running")
    server.publish(Happened(kind="progress", bounce_id=1, job_id=job.id, stage="Limiting", fraction=0.1))
    page.wait_for_selector(f"[data-job='{job.id}']")
    server.publish(Happened(kind="progress", bounce_id=1, job_id=job.id, stage="Limiting", fraction=0.42))
    page.wait_for_selector("text=Limiting, 42 %")
    assert page.evaluate("document.querySelector('[data-job-progress]').value") == pytest.approx(0.42)
    page.click("[data-act=cancel]")
    until(page, "document.getElementById('state').textContent === 'The master is on its way.'")
    assert (filled.asked[-1].kind, filled.asked[-1].job_id) == ("cancel", job.id)
    filled.store.jobs.end(job.id, "done")
    result = filled.store.results.master_result(1)
    assert result is not None
    number = filled.add_master(bounce, replace(result, output="/music/another.wav", target="cd"))
    server.publish(Happened(kind="changed", bounce_id=1, song_id=1, job_id=job.id, message="A master for cd is done."))
    page.wait_for_selector(f"#masters a[href='/masters/{number}']")
    assert page.locator(f"[data-job='{job.id}']").count() == 0
    assert page.evaluate("window.stays") == 1


def test_a_warning_is_answered_where_it_stands(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    filled.warn(a_warning(seen=f"A limiter {EVIL}", why=EVIL))
    page = visit().open("/")
    page.click(f"text={ANSWER_LABELS['part-of-the-sound']}")
    until(page, "document.getElementById('state').textContent !== ''")
    asked = filled.asked[-1]
    assert (asked.kind, asked.warning_id, asked.answer) == ("answer", "w1", "part-of-the-sound")
    filled.warn()
    server.publish(Happened(kind="changed"))
    page.wait_for_selector(".warning", state="detached")
    assert page.evaluate("window.pwned") is None


def test_a_sheet_is_written_places_are_ticked_and_a_mode_is_set(
    visit: Callable[..., Visit], filled: FilledStore
) -> None:
    filled.reply = PageReply(ok=True, message="Kept.")
    bounce = filled.store.bounces.by_id(2)  # without a fault
    words = ("the fragile break", "<b>voice</b>")
    filled.write_sheet(bounce, Handoff(must_survive=words, complete=True, written_at=filled.at - 21 * 3600))
    filled.store.song_state.add_tick(bounce.id, ListeningTick(place="car", heard_at=filled.at, note="boomy"))
    page = visit().ready("/bounces/2")
    assert "Ready when rested: 3 hours to go." in page.inner_text("#readiness")
    assert page.input_value("[name='words.survive']") == "the fragile break\n<b>voice</b>"
    page.select_option("[data-form=sheet] [name=intent]", "intimate")
    page.fill("[name='words.worries']", "kick on small speakers")
    page.check("[name='words.complete']")
    page.click("text=Keep the sheet")
    page.wait_for_selector("text=Kept.")
    asked = filled.asked[-1]
    assert (asked.kind, asked.bounce_id, asked.intent) == ("sheet", 2, "intimate")
    assert asked.words["worries"] == "kick on small speakers"
    assert asked.words["complete"] == "yes"
    assert asked.words["survive"].splitlines() == ["the fragile break", "<b>voice</b>"]
    assert page.is_checked("[data-place=car]")
    page.uncheck("[data-place=car]")
    wait_for(lambda: (filled.asked[-1].kind, filled.asked[-1].place) == ("untick", "car"), 15.0, "it is taken back")
    page.check("[data-place=phone]")
    wait_for(lambda: (filled.asked[-1].kind, filled.asked[-1].place) == ("tick", "phone"), 15.0, "it is ticked")
    until(page, "document.getElementById('state').textContent === 'Kept.'")
    page.goto(page.url.replace("bounces/2", "songs/1"))
    page.select_option("[name=mode]", "mastering")
    page.click("text=Set")
    page.wait_for_selector("text=Kept.")
    assert (filled.asked[-1].kind, filled.asked[-1].song_id, filled.asked[-1].mode) == ("mode", 1, "mastering")


def test_a_master_is_asked_for_with_options(visit: Callable[..., Visit], filled: FilledStore, other_mix: Path) -> None:
    filled.name_references(filled.store.bounces.by_id(1), [other_mix])
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
    asked = filled.asked[-1]
    assert (asked.kind, asked.bounce_id, asked.target, asked.intent) == ("master", 1, "spotify", "strange")
    assert (asked.preset, asked.strength_percent, asked.codec_safe) == ("punch", 40.0, True)
    assert (asked.follow_references, asked.anyway, asked.why) == (True, True, "the label waits")
    page.reload()  # nothing but a target: everything else is decided as before
    page.click("text=Make a master")
    page.wait_for_selector("#make-master [data-form-words]:has-text('Done.')")
    assert filled.asked[-1] == Action(kind="master", bounce_id=1, target="spotify")


def test_the_questions_of_a_mode_are_answered_and_the_answers_kept(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    def say(**answers: str) -> None:
        for key, text in answers.items():
            filled.store.song_state.add_reply(1, "mixing", key, text, filled.at)

    filled.songs.say_mode(1, "mixing")
    say(needs="a bridge", feeling=EVIL)
    page = visit().open("/songs/1")
    assert page.input_value("[name='words.needs']") == "a bridge"
    page.fill("[name='words.needs']", "a quieter second verse")
    # What somebody writes is not replaced under their hands, whatever happens meanwhile.
    say(needs="something else")
    with page.expect_response(lambda answer: answer.url.endswith("/songs/1")) as fetched:
        server.publish(Happened(kind="changed", song_id=1, message="Something else happened."))
    assert "something else" in fetched.value.text()
    until(page, "document.getElementById('state').textContent === 'Something else happened.'")
    assert page.input_value("[name='words.needs']") == "a quieter second verse"
    say(needs="a quieter second verse", element="the hook")
    page.click("text=Keep the answers")
    until(page, "document.querySelector(\"[name='words.element']\").value === 'the hook'")
    assert (filled.asked[-1].kind, filled.asked[-1].song_id) == ("reply", 1)
    shown = EVIL.replace("\u202e", "\ufffd")  # a page shows no letter that turns the others round
    assert filled.asked[-1].words == {"needs": "a quieter second verse", "element": "", "feeling": shown}
    assert page.input_value("[name='words.needs']") == "a quieter second verse"
    assert page.evaluate("window.pwned") is None


def test_references_are_listened_to_and_lie_behind_the_spectrum(
    visit: Callable[..., Visit],
    filled: FilledStore,
    server: PageServer,
    other_mix: Path,
    compared: ReferenceComparison,
) -> None:
    bounce = filled.store.bounces.by_id(1)
    filled.name_references(bounce, [other_mix])
    one = visit()
    with one.page.expect_response("**/api/actions"):
        page = one.ready("/bounces/1")
    assert [(asked.kind, asked.bounce_id) for asked in filled.asked] == [("references", 1)]
    filled.hear_references(bounce, compared)
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
    filled.songs.say_mode(1, "mixing")  # while mixing, references are out of sight
    assert page.goto(page.url).ok
    assert page.locator(".area.references").count() == 0
    assert "out of sight while you mix" in page.inner_text("#spectrum-card")


def test_what_the_bus_adds_is_told_and_can_be_heard(visit: Callable[..., Visit], filled: FilledStore) -> None:
    dry, wet = (filled.store.bounces.by_id(number) for number in (1, 2))
    filled.songs.set_prints(wet, dry)
    effect = filled.songs.bus_effect(wet)
    assert effect is not None
    page = visit().ready("/bounces/2")
    words = page.inner_text("#bus-card")
    assert effect.sentence in words
    shown = page.locator("#bus-card dt").all_inner_texts()
    assert shown == [label for label, value, _ in effect_rows(effect) if value is not None]
    assert shown
    page.click("text=Hear without the bus (A) and with it (B)")
    page.wait_for_selector("[data-choices] button")
    assert page.locator("[data-choices] button").all_inner_texts() == ["A Bounce 1", "B Bounce 2"]


def test_script_in_notes_and_plug_in_names_stays_words(
    visit: Callable[..., Visit], filled: FilledStore, server: PageServer
) -> None:
    sheet = Handoff(must_survive=(EVIL,), references=(EVIL,), worries=(EVIL,), written_at=filled.at)
    for number in (1, 3):
        bounce = filled.store.bounces.by_id(number)
        filled.write_sheet(bounce, sheet)
        filled.store.song_state.add_tick(bounce.id, ListeningTick(place="car", heard_at=filled.at, note=EVIL))
        filled.store.song_state.add_override(bounce.id, EVIL, EVIL, filled.at)
        filled.set_bus(bounce, BusItem(EVIL, "loudness"))
    filled.warn(a_warning(EVIL, 1, EVIL, EVIL))
    one = visit()
    for path in ("/", "/songs/1", "/bounces/1", "/bounces/3"):
        page = one.open(path)
        page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None, path
        kept = one.context.request.get(f"{server.url.rstrip('/')}{path}?export").text()
        assert "<script>window" not in kept
        assert "<img" not in kept
    assert page.inner_text("#bus-card").count("<script>") == 1


def test_a_song_is_put_right_and_a_mend_undone(visit: Callable[..., Visit], filled: FilledStore) -> None:
    other = filled.add_bounce("Tide")
    Mending(filled.store).rename(filled.songs.song("Second Wind"), "Second Winds")
    page = visit().open("/songs/1")
    page.click("summary:has-text('named or counted wrongly')")
    forms = {
        "rename": {"song_id": 1, "name": "Third Wind"},
        "merge": {"song_id": 1, "to_song_id": other.song_id},
        "move": {"bounce_id": 1, "to_song_id": other.song_id},
        "split": {"bounce_id": 1, "name": "Breeze"},
        "version": {"bounce_id": 1, "version": "instrumental"},
        "forget": {"bounce_id": 1},
    }
    for kind, fields in forms.items():
        form = page.locator(f"form[data-form={kind}]")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.count() and field.evaluate("(one) => one.tagName") == "SELECT":
                field.select_option(str(value))
            elif field.count():
                field.fill(str(value))
        count = len(filled.asked)
        form.locator("button[type=submit]").click()
        until(page, f"document.querySelector('form[data-form={kind}] + p').textContent === 'Done.'")
        asked = filled.asked[count]
        assert (asked.kind, {name: getattr(asked, name) for name in fields}) == (kind, fields)
    page.click("#mend button:has-text('Undo')")
    until(page, "document.getElementById('state').textContent === 'Done.'")
    assert filled.asked[-1] == Action(kind="undo", mend_id=1)
