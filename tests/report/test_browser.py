"""The pages in a real browser: seen, heard, used from the keyboard, without a request leaving the machine."""

import base64
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyloudnorm
import pytest
import soundfile

from bridge.demo import compose
from bridge.jobs.analyse import examine, run_analysis
from bridge.jobs.compare import run_compare
from bridge.jobs.drawn import drawn_of
from bridge.jobs.master import run_master
from bridge.model import Finding, Handoff, MasterRequest, Readiness, Reason
from bridge.pathtext import to_path
from bridge.report.contract import Beside, Happened, Place, Reply, Warned
from bridge.report.server import PageServer
from tests.report.records import an_analysis
from tests.report.shelf import Shelf

pytestmark = pytest.mark.real_browser

EVIL = '"><script>window.pwned=1</script><img src=x onerror=window.pwned=2>\u202e'
RATE_HZ = 44100


@pytest.fixture(scope="module")
def shelf(demo_files: Path) -> Shelf:
    """The demo's song with a fault, its master, a second revision, and a song with an evil name."""
    path = demo_files / "Second Wind v1.wav"
    analysis, measures = examine(path)
    fault = Finding(
        kind="fault",
        check="clipping",
        message="The waveform is cut flat in 2 places.",
        remedy="Turn it down.",
        at_s=(12.5, 25.0),
        count=2,
    )
    analysis = msgspec.structs.replace(analysis, findings=(*analysis.findings, fault))
    request = MasterRequest(input_path=str(path), target="spotify", output_folder=str(demo_files), song="Second Wind")
    result = run_master(request)
    shelf = Shelf()
    song = shelf.add_song()
    bounce = shelf.add_bounce(song, analysis)
    other = demo_files / "Second Wind v2.wav"
    parts = compose().parts
    balance = {"Drums": 0.6, "Bass": 0.9, "Chords": 0.5, "Lead": 1.3}
    soundfile.write(other, sum(gain * parts[name] for name, gain in balance.items()), RATE_HZ, subtype="PCM_24")
    shelf.add_bounce(song, msgspec.structs.replace(run_analysis(other), findings=()))
    shelf.add_master(bounce, result)
    shelf.besides[("bounce", 1), ("bounce", 2)] = Beside(difference=run_compare(path, other))
    shelf.besides[("bounce", 1), ("master", 1)] = Beside(difference=run_compare(path, to_path(result.output)))
    for sound, drawn in ((("bounce", 1), drawn_of(analysis, measures)), (("master", 1), result.drawn)):
        assert drawn is not None
        shelf.zooms[sound] = drawn.zooms
    shelf.add_bounce(shelf.add_song(EVIL), an_analysis(file=f"/x/{EVIL}.wav", findings=(fault,)))
    return shelf


@pytest.fixture(scope="module")
def server(shelf: Shelf, serve: Callable[[Shelf], PageServer]) -> PageServer:
    return serve(shelf)


@pytest.fixture(autouse=True)
def _as_before(shelf: Shelf) -> Iterator[None]:
    """Whatever a test puts on the shelf, the next one does not find."""
    bounces, masters = dict(shelf.bounces), dict(shelf.masters)
    yield
    shelf.bounces, shelf.masters = bounces, masters
    shelf.sheet, shelf.readiness, shelf.checklist, shelf.quiet = None, None, (), False
    shelf.standing.clear()
    shelf.jobs.clear()


class Visit:
    """A page in the browser with everything it said and asked for."""

    def __init__(self, browser: Any, server: PageServer, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.server = server

    def open(self, path: str) -> Any:
        self.page.goto(self.server.url.rstrip("/") + path)
        return self.page

    def ready(self, path: str) -> Any:
        """Open a page with a player and wait for its pictures."""
        page = self.open(path)
        page.wait_for_selector(".curve canvas")
        return page


@pytest.fixture
def visit(chromium: Any, server: PageServer) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def start(**options: Any) -> Visit:
        visits.append(Visit(chromium, server, **options))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()
        assert one.said == []  # no error, no refused script or style, on any page of any test
        assert all(url.startswith((server.url, "data:", "blob:")) for url in one.requests)


PAGES = ("/", "/songs/1", "/songs/2", "/bounces/1", "/bounces/3", "/masters/1", "/songs/1/compare?a=1&b=2")


@pytest.mark.parametrize("width", [360, 2560])
def test_pages_fit_small_and_large_windows(visit: Callable[..., Visit], width: int) -> None:
    one = visit(viewport={"width": width, "height": 800})
    for path in PAGES:
        page = one.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_violation(visit: Callable[..., Visit], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    one = visit(viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True)
    for path in PAGES:
        page = one.ready(path) if "bounces/1" in path or "master" in path or "compare" in path else one.open(path)
        found = Axe().run(page).response["violations"]
        bad = [
            (v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert bad == [], path


def test_a_page_weighs_less_than_300_kilobytes_before_sound(visit: Callable[..., Visit]) -> None:
    one = visit()
    sizes: list[int] = []
    one.page.on(
        "requestfinished",
        lambda request: sizes.append(request.sizes()["responseBodySize"]) if "events" not in request.url else None,
    )
    for path in ("/bounces/1", "/masters/1"):
        sizes.clear()
        one.ready(path)
        one.page.wait_for_timeout(100)
        assert 10_000 < sum(sizes) < 300_000, path


def until(page: Any, condition: str) -> None:
    """Wait for a condition; the page's policy forbids the browser's own way, which evaluates a text in the page."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {condition}")


def deck(page: Any, script: str) -> Any:
    return page.evaluate(f"(() => {{ const deck = document.querySelector('[data-player]').deck; return {script}; }})()")


def test_a_fault_is_clicked_and_heard_from_there(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/bounces/1")
    page.click("[data-time='0:25.0'] button")
    until(page, "document.querySelector('[data-player]').deck?.playing")
    assert 24.4 <= deck(page, "deck.position") <= 25.5
    until(page, "document.querySelector('[data-player]').deck.position > 25.0")
    assert page.inner_text("[data-play-words]") == "Pause"


def test_the_player_obeys_the_keyboard(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("[data-position]") == "0:05.0"
    page.keyboard.press("2")
    assert page.inner_text("[data-choices] [aria-pressed=true]") == "B Master"
    page.keyboard.press("Space")
    until(page, "document.querySelector('[data-player]').deck?.playing")
    assert deck(page, "deck.chosen") == 1
    page.keyboard.press("l")
    loop = deck(page, "deck.loop")
    assert loop["end"] - loop["start"] == pytest.approx(4.0)
    page.keyboard.press("Space")
    until(page, "!document.querySelector('[data-player]').deck.playing")
    page.keyboard.press("Home")
    assert page.inner_text("[data-position]") == "0:00.0"


RENDER = """
async ({ tracks, seconds, switches, chosen, from, loop, matched }) => {
  const player = await import("/static/player.js");
  const rate = tracks[0].rate_hz;
  const context = new OfflineAudioContext(2, seconds * rate, rate);
  const deck = new player.Deck(tracks, context);
  deck.loop = loop ?? null;
  if (matched) deck.setLevels(player.matchedGains(tracks));
  deck.choose(chosen);
  switches.forEach((at, i) => context.suspend(at).then(() => {
    deck.choose((chosen + i + 1) % tracks.length);
    context.resume();
  }));
  for (let at = 4; at < seconds; at += 4) {  // time for the pump, as real playing has it
    if (!switches.includes(at)) context.suspend(at).then(async () => {
      await new Promise((done) => setTimeout(done, 350));
      context.resume();
    });
  }
  await deck.play(from ?? 0);
  await new Promise((done) => setTimeout(done, 300));
  const sound = await context.startRendering();
  deck.halt();
  const both = new Float32Array(2 * sound.length);
  both.set(sound.getChannelData(0));
  both.set(sound.getChannelData(1), sound.length);
  const bytes = new Uint8Array(both.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return { audio: btoa(text), start: deck.anchor.at * rate };
}
"""


def render(page: Any, tracks: list[dict[str, Any]], seconds: int, **options: Any) -> tuple[np.ndarray, int]:
    """Return what the player's own audio graph puts out, and the frame at which it begins."""
    values = {"tracks": tracks, "seconds": seconds, "switches": [], "chosen": 0, "matched": True} | options
    answer = page.evaluate(RENDER, values)
    sound = np.frombuffer(base64.b64decode(answer["audio"]), "<f4").reshape(2, -1).T.astype(float)
    return sound, round(answer["start"])


def tracks_of(page: Any) -> list[dict[str, Any]]:
    return list(page.evaluate("JSON.parse(document.querySelector('[data-player]').dataset.tracks)"))


def test_twenty_switches_move_nothing_and_keep_the_level(visit: Callable[..., Visit], shelf: Shelf) -> None:
    page = visit().ready("/songs/1/compare?a=1&b=2")
    tracks = tracks_of(page)
    switches = [round(0.5 + i * 0.55, 2) for i in range(20)]
    sound, start = render(page, tracks, 12, switches=switches, **{"from": 8.0})
    gains = [10 ** ((min(t["integrated_lufs"] for t in tracks) - t["integrated_lufs"]) / 20) for t in tracks]
    files = [soundfile.read(shelf.audio_path(t["kind"], t["id"]))[0][8 * RATE_HZ :] for t in tracks]
    edges = [0.05, *switches, 11.5]
    for i, (begin, end) in enumerate(itertools.pairwise(edges)):
        first, last = round((begin + 0.03) * RATE_HZ), round((end - 0.01) * RATE_HZ)
        heard = sound[first:last]
        expected = gains[i % 2] * files[i % 2][first - start : last - start]
        # The very samples of the other version at the very same place: not one frame was lost or repeated.
        np.testing.assert_allclose(heard, expected, atol=3e-6)
        other = gains[1 - i % 2] * files[1 - i % 2][first - start : last - start]
        assert np.max(np.abs(heard - other)) > 1e-3  # and it is that version, not the other
    # No click: at a switch nothing jumps further than the music itself does.
    steps = np.max(np.abs(np.diff(sound, axis=0)), axis=1)
    music = max(np.max(np.abs(np.diff(g * f, axis=0))) for g, f in zip(gains, files, strict=True))
    assert np.max(steps) <= 1.05 * music


def test_matched_levels_are_equal_within_two_tenths(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    tracks = tracks_of(page)
    meter = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan")
    levels = [meter.integrated_loudness(render(page, tracks, 37, chosen=chosen)[0]) for chosen in (0, 1)]
    assert levels[0] == pytest.approx(levels[1], abs=0.2)
    assert levels[0] == pytest.approx(min(track["integrated_lufs"] for track in tracks), abs=0.2)


def test_a_loop_repeats_without_a_seam(visit: Callable[..., Visit], shelf: Shelf) -> None:
    page = visit().ready("/masters/1")
    tracks = tracks_of(page)[:1]
    sound, start = render(page, tracks, 6, loop={"start": 11.0, "end": 12.5}, **{"from": 11.5})
    file = soundfile.read(shelf.audio_path("bounce", 1))[0]
    expected = np.concatenate(
        [file[int(11.5 * RATE_HZ) : int(12.5 * RATE_HZ)], *[file[11 * RATE_HZ : int(12.5 * RATE_HZ)]] * 3]
    )
    first = start + 300
    np.testing.assert_allclose(sound[first : 5 * RATE_HZ], expected[300 : 5 * RATE_HZ - start], atol=3e-6)


SINES = """
async () => {
  const player = await import("/static/player.js");
  const rates = [44100, 48000, 96000];
  const results = [];
  for (const rate of rates) {
    const track = { kind: "bounce", id: 0, rate_hz: rate, channels: 1, frames: 10 * rate };
    const sine = async (_, start, frames) =>
      Float32Array.from({ length: frames }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * (start + i)) / rate));
    const context = new OfflineAudioContext(1, 9 * 44100, 44100);
    const deck = new player.Deck([track], context, sine);
    await deck.play(0);
    await new Promise((done) => setTimeout(done, 300));
    context.suspend(3).then(async () => { await new Promise((d) => setTimeout(d, 400)); context.resume(); });
    context.suspend(6).then(async () => { await new Promise((d) => setTimeout(d, 400)); context.resume(); });
    const data = (await context.startRendering()).getChannelData(0);
    deck.halt();
    const start = Math.round(deck.anchor.at * 44100);
    let worst = 0;
    for (let i = start + 1000; i < 8.9 * 44100; i += 1) {
      worst = Math.max(worst, Math.abs(data[i] - 0.5 * Math.sin((2 * Math.PI * 440 * (i - start)) / 44100)));
    }
    results.push(worst);
  }
  return results;
}
"""


def test_pieces_meet_without_a_seam_at_any_rate(visit: Callable[..., Visit]) -> None:
    errors = visit().open("/").evaluate(SINES)
    assert errors[0] < 1e-5
    # Chromium interpolates linearly between rates: its error is that of interpolation, without a step at the seams.
    assert max(errors[1:]) < 2e-3


def test_a_blind_test_of_ten_trials_ends_in_statistics(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    page.click("text=Can you hear the difference?")
    page.click("[data-abx-start]")
    assert page.is_hidden("[data-choices]")  # nobody peeks
    for trial in range(10):
        assert page.inner_text("[data-abx-words]") == f"Trial {trial + 1} of 10."
        page.click("[data-abx-hear=a]")
        page.click("[data-abx-hear=x]")
        page.click("[data-abx-answer=a]")
    words = page.inner_text("[data-abx-words]")
    assert " of 10 right. Guessing does as well in" in words
    assert page.is_visible("[data-choices]")
    odds = page.evaluate(
        "import('/static/abx.js').then(({ guessing }) => [0, 5, 8, 10].map((right) => guessing(right, 10)))"
    )
    assert odds == pytest.approx([1.0, 638 / 1024, 56 / 1024, 1 / 1024])
    balance = page.evaluate(
        "import('/static/abx.js').then(({ Abx }) => { const t = new Abx(4000); "
        "while (!t.done) t.answer(0); return t.right / 4000; })"
    )
    assert 0.45 < balance < 0.55


def test_services_turn_down_and_up_as_they_say(visit: Callable[..., Visit]) -> None:
    page = visit().open("/")
    gains = page.evaluate("""import("/static/player.js").then(({ serviceGains, matchedGains }) => {
      const tracks = [{ integrated_lufs: -20, true_peak_dbtp: -4 }, { integrated_lufs: -9, true_peak_dbtp: -1 }];
      const silent = [{ integrated_lufs: null, true_peak_dbtp: null }, tracks[0]];
      return [serviceGains(tracks, { level_lufs: -14, turns_up: true, peak_dbtp: -1 }),
              serviceGains(tracks, { level_lufs: -14, turns_up: false }),
              matchedGains(tracks), matchedGains(silent),
              serviceGains(silent, { level_lufs: -14, turns_up: true, peak_dbtp: -1 }),
              serviceGains(tracks, { level_lufs: -14, turns_up: true, peak_dbtp: null })];
    })""")
    assert gains == [[3, -5], [0, -5], [0, -11], [0, 0], [0, 3], [6, -5]]


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
    from bridge.model import Job

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


def test_while_mixing_loudness_is_out_of_sight_until_asked_for(visit: Callable[..., Visit], shelf: Shelf) -> None:
    shelf.quiet = True
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


def test_a_bounce_that_lands_appears_by_itself(visit: Callable[..., Visit], shelf: Shelf, server: PageServer) -> None:
    page = visit().open("/songs/1")
    assert page.locator("tbody tr").count() == 2
    page.check("input[name=a][value='2']")
    number = shelf.add_bounce(shelf.shelved[0], None).id
    server.tell(Happened(kind="changed", song_id=1, bounce_id=number, message="Revision 3 has landed."))
    page.wait_for_selector(f"a[href='/bounces/{number}']")
    assert page.is_checked("input[name=a][value='2']")  # what was chosen stays chosen
    page.click(f"a[href='/bounces/{number}']")
    page.wait_for_selector("#waiting")
    shelf.bounces[number] = (shelf.bounces[number][0], shelf.bounces[2][1])
    server.tell(Happened(kind="changed", song_id=1, bounce_id=number))
    page.wait_for_selector(".curve canvas")
    assert "No faults found." in page.inner_text("#verdict")
    del shelf.bounces[number]


def test_paper_and_kept_files_need_no_bridge(chromium: Any, server: PageServer, tmp_path: Path) -> None:
    context = chromium.new_context(accept_downloads=True)
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
