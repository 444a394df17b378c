"""The player in a real browser: what its own audio graph puts out, sample for sample."""

import itertools
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pyloudnorm
import pytest
import soundfile

from bridge.model import Display, ReferenceComparison, Series
from tests.web.browser.visits import RATE_HZ, Visit, deck, render, tracks_of, until
from tests.web.filled import FilledStore

pytestmark = pytest.mark.real_browser

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


def test_twenty_switches_move_nothing_and_keep_the_level(visit: Callable[..., Visit], filled: FilledStore) -> None:
    page = visit().ready("/songs/1/compare?a=1&b=2")
    tracks = tracks_of(page)
    switches = [round(0.5 + i * 0.55, 2) for i in range(20)]
    sound, start = render(page, tracks, 12, switches=switches, **{"from": 8.0})
    gains = [10 ** ((min(t["integrated_lufs"] for t in tracks) - t["integrated_lufs"]) / 20) for t in tracks]
    files = [soundfile.read(filled.store.bounces.by_id(t["id"]).path)[0][8 * RATE_HZ :] for t in tracks]
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


def test_a_loop_repeats_without_a_seam(visit: Callable[..., Visit], filled: FilledStore) -> None:
    page = visit().ready("/masters/1")
    tracks = tracks_of(page)[:1]
    sound, start = render(page, tracks, 6, loop={"start": 11.0, "end": 12.5}, **{"from": 11.5})
    file = soundfile.read(filled.store.bounces.by_id(1).path)[0]
    expected = np.concatenate(
        [file[int(11.5 * RATE_HZ) : int(12.5 * RATE_HZ)], *[file[11 * RATE_HZ : int(12.5 * RATE_HZ)]] * 3]
    )
    first = start + 300
    np.testing.assert_allclose(sound[first : 5 * RATE_HZ], expected[300 : 5 * RATE_HZ - start], atol=3e-6)


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


def levels_db(sound: np.ndarray, bands_hz: tuple[tuple[int, int], ...]) -> list[float]:
    """Return the level of the left channel in bands."""
    power = np.abs(np.fft.rfft(sound[:, 0])) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return [10 * np.log10(power[(hz >= low) & (hz < high)].sum()) for low, high in bands_hz]


def test_a_small_speaker_is_mono_and_has_no_bass(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    tracks = tracks_of(page)[:1]
    bands = ((60, 150), (1000, 4000), (14000, 18000))
    mono, start = render(page, tracks, 4, preview="mono", **{"from": 12.0})
    stereo, _ = render(page, tracks, 4, **{"from": 12.0})
    after = slice(start + 4000, None)
    np.testing.assert_allclose(mono[after, 0], stereo[after].mean(axis=1), atol=1e-6)
    for key, least_bass_db in (("phone", 40.0), ("radio", 6.0)):
        heard, _ = render(page, tracks, 4, preview=key, **{"from": 12.0})
        np.testing.assert_array_equal(heard[:, 0], heard[:, 1])
        bass, middle, top = np.subtract(levels_db(mono[after], bands), levels_db(heard[after], bands))
        assert bass > least_bass_db, key
        assert abs(middle) < 0.7, key
        assert top > 3.0, key


def test_noise_lies_where_it_says_under_the_song_and_stops_with_it(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    tracks = tracks_of(page)[:1]
    clean, start = render(page, tracks, 8, **{"from": 12.0})
    noisy, _ = render(page, tracks, 8, preview="noise", **{"from": 12.0})
    noise = (noisy - clean)[start + 4000 :]
    assert np.max(np.abs(noisy[: start - 10])) == 0.0  # not before the song
    meter = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan")
    distance_lu = tracks[0]["integrated_lufs"] - meter.integrated_loudness(noise)
    assert distance_lu == pytest.approx(12.0, abs=0.5)
    low, mid, high = levels_db(noise, ((100, 200), (1000, 2000), (8000, 16000)))
    assert low == pytest.approx(mid, abs=1.5)  # pink: every octave the same
    assert high == pytest.approx(mid, abs=1.5)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.05


def test_rough_previews_are_chosen_on_the_page(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/bounces/1")
    words = page.locator("[data-preview] option").all_inner_texts()
    assert words[0] == "as it is"
    assert all("rough" in word or word in {"as it is", "in mono"} for word in words)
    page.select_option("[data-preview]", "phone")
    assert deck(page, "deck.previews.chosen") == "phone"
    assert "rough" in page.inner_text("[data-player-words]")
    assert deck(page, "[...deck.previews.ways].filter(([, way]) => way.gain.value > 0.5).length") <= 1


@pytest.mark.parametrize("shift", [441, -1000])
def test_what_begins_later_in_its_file_is_heard_in_step(
    visit: Callable[..., Visit], filled: FilledStore, shift: int
) -> None:
    page = visit().open("/")
    first = soundfile.read(filled.store.bounces.by_id(1).path, dtype="float32")[0]
    track = {"kind": "bounce", "id": 1, "rate_hz": RATE_HZ, "channels": 2, "frames": len(first)}
    track |= {"integrated_lufs": -20.0, "true_peak_dbtp": -6.0}
    # The same file said to begin later: what is heard at 3 s is what lies there at 3 s and the shift.
    moved = dict(track, shift_s=shift / RATE_HZ)
    at = 0 if shift < 0 else 3
    sound, start = render(page, [track, moved], 6, chosen=1, matched=False, **{"from": float(at)})
    begin = at * RATE_HZ + shift
    expected = np.zeros((5 * RATE_HZ, 2))
    silence = max(0, -begin)
    expected[silence:] = first[max(0, begin) :][: len(expected) - silence]
    heard = sound[start + 300 : start + 5 * RATE_HZ]
    np.testing.assert_allclose(heard, expected[300 : len(heard) + 300], atol=3e-6)


def test_looking_closer_shows_more_and_fetches_what_it_needs(visit: Callable[..., Visit]) -> None:
    one = visit()
    page = one.ready("/bounces/1")
    width = "document.querySelector('[data-wave] > div').shadowRoot.querySelector('.wrapper').scrollWidth"
    whole = page.evaluate(width)
    page.evaluate("document.querySelector('[data-player]').listening.seek(20)")
    page.keyboard.press("+")
    until(page, f"{width} > {1.9 * whole}")
    page.click("[data-closer]")
    until(page, f"{width} > {2.9 * whole}")
    assert any("/zoom/0" in url for url in one.requests)
    assert "times closer" in page.inner_text("[data-player-words]")
    shown = page.evaluate(
        "(() => { const { min, max } = document.querySelector('[data-player]').listening.curve.plot"
        ".scales.x; return [min, max]; })()"
    )
    assert shown[1] - shown[0] < 15
    assert shown[0] < 20 < shown[1]
    page.keyboard.press("0")
    until(page, f"{width} <= {whole}")


def test_both_versions_are_drawn_as_loud_as_they_are_heard(visit: Callable[..., Visit]) -> None:
    page = visit().ready("/masters/1")
    highest = "document.querySelector('[data-player]').listening.curve.plot.data.slice(1).map((l) => Math.max(...l))"
    mix, master = page.evaluate(highest)
    assert mix == pytest.approx(master, abs=0.5)
    page.select_option("[data-levels]", label="as they are")
    mix, master = page.evaluate(highest)
    assert master - mix == pytest.approx(6.9, abs=0.5)
    assert page.evaluate("document.querySelector('[data-player]').listening.wave.lanes().length") == 2


def test_sections_lie_over_the_loudness_and_closer_is_finer(visit: Callable[..., Visit], filled: FilledStore) -> None:
    analysis = filled.store.results.whole_analysis(1)
    assert analysis is not None
    assert analysis.curves is not None
    fine = analysis.curves.short_term_lufs
    coarse = Series(start_s=fine.start_s, step_s=8 * fine.step_s, values=fine.values[::8])
    curves = msgspec.structs.replace(analysis.curves, short_term_lufs=coarse)
    filled.draw(analysis.sha256, Display(curves=curves))
    page = visit().ready("/bounces/1")
    data = "document.querySelector('[data-player]').listening.curve.plot.data"
    times, loudness, sections = page.evaluate(data)
    assert len(times) == len(loudness) == len(coarse.values)
    levels = {round(level, 3) for level in sections if level is not None}
    assert levels == {round(s.level_lufs, 3) for s in analysis.measurement.sections if s.level_lufs is not None}
    page.keyboard.press("+")
    until(page, f"{data}[0].length === {len(fine.values)}")
    assert page.evaluate(data)[1] == pytest.approx(list(fine.values), abs=1e-6)


def test_a_region_on_the_waveform_is_clicked_and_heard(visit: Callable[..., Visit]) -> None:
    page = visit(viewport={"width": 1280, "height": 900}).ready("/bounces/1")
    marks = page.locator("[part~=marker]")  # in a shadow tree: Playwright looks into it
    marks.nth(1).wait_for(state="attached")
    assert marks.count() == 2
    page.locator("[part~=region-content]").nth(1).click()
    until(page, "document.querySelector('[data-player]').deck?.playing")
    assert 24.4 <= deck(page, "deck.position") <= 25.5


def test_a_section_is_looped(visit: Callable[..., Visit], filled: FilledStore) -> None:
    page = visit().ready("/masters/1")
    analysis = filled.store.results.analysis(1)
    assert analysis is not None
    section = analysis.head.measurement.sections[1]
    page.evaluate(f"document.querySelector('[data-player]').listening.seek({section.start_s + 1})")
    page.keyboard.press("s")
    loop = "document.querySelector('[data-player]').listening.loop"
    assert page.evaluate(loop) == pytest.approx({"start": section.start_s, "end": section.end_s})
    page.evaluate("document.querySelector('[data-player]').listening.seek(1)")
    page.click("[data-loop-section]")
    assert page.evaluate(loop)["start"] == pytest.approx(analysis.head.measurement.sections[0].start_s)
    page.locator("[part~=region]").wait_for(state="attached")  # one loop is drawn, where it is: two would be refused
    page.keyboard.press("l")
    assert page.evaluate(loop) is None
    page.locator("[part~=region]").wait_for(state="detached")


def test_previews_work_at_any_rate(visit: Callable[..., Visit]) -> None:
    peaks = (
        visit()
        .open("/")
        .evaluate("""async () => {
      const { Previews, PREVIEWS } = await import("/static/previews.js");
      const peaks = [];
      for (const rate of [8000, 192000]) {
        for (const { key } of PREVIEWS) {
          const context = new OfflineAudioContext(2, rate, rate);
          const output = new GainNode(context, { gain: 1 });
          const previews = new Previews(context, output);
          previews.choose(key);
          const tone = new OscillatorNode(context, { frequency: 1000 });
          tone.connect(output);
          tone.start();
          const sound = (await context.startRendering()).getChannelData(1);
          peaks.push(sound.slice(rate / 2).reduce((top, value) => Math.max(top, Math.abs(value)), 0));
        }
      }
      return peaks;
    }""")
    )
    assert min(peaks) > 0.8  # and no warning on the console: the visit would have heard it


def test_references_are_heard_as_loud_as_the_song(
    visit: Callable[..., Visit], filled: FilledStore, other_mix: Path, compared: ReferenceComparison
) -> None:
    bounce = filled.store.bounces.by_id(1)
    filled.name_references(bounce, [other_mix])
    filled.hear_references(bounce, compared)
    page = visit().ready("/masters/1")
    assert page.locator("[data-choices] button").all_inner_texts() == ["A Mix", "B Master", "C Second Wind v2"]
    page.keyboard.press("3")
    page.keyboard.press("Space")
    until(page, "document.querySelector('[data-player]').deck?.playing")
    assert deck(page, "deck.chosen") == 2
    page.keyboard.press("Space")
    tracks = tracks_of(page)
    meter = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan")
    levels = [meter.integrated_loudness(render(page, tracks, 37, chosen=chosen)[0]) for chosen in (0, 2)]
    assert levels[0] == pytest.approx(levels[1], abs=0.2)
    assert page.evaluate("document.querySelector('[data-player]').listening.wave.lanes().length") == 2
    filled.songs.say_mode(1, "mixing")  # while mixing there is nothing to compare oneself with
    page.goto(page.url.replace("masters", "bounces"))
    page.wait_for_selector("[data-wave] > div")
    assert len(tracks_of(page)) == 1


def test_a_bounce_has_its_references_beside_it(
    visit: Callable[..., Visit], filled: FilledStore, other_mix: Path, compared: ReferenceComparison
) -> None:
    bounce = filled.store.bounces.by_id(1)
    quiet = msgspec.structs.replace(compared.references[0], integrated_lufs=-40.0)  # the mix is turned down to it
    filled.name_references(bounce, [other_mix])
    filled.hear_references(bounce, msgspec.structs.replace(compared, references=(quiet,)))
    page = visit().ready("/bounces/1")
    assert page.locator("[data-choices] button").count() == 2
    assert page.locator("[data-levels] option").first.inner_text() == "matched by loudness"
    analysis = filled.store.results.analysis(1)
    assert analysis is not None
    highest = page.evaluate("Math.max(...document.querySelector('[data-player]').listening.curve.plot.data[1])")
    assert highest == pytest.approx(
        analysis.head.measurement.max_short_term_lufs, abs=0.02
    )  # drawn as it is in its file
    duration_s = page.evaluate("""import('/static/player.js').then(({ durationOf }) => durationOf([
      { kind: 'bounce', frames: 100, rate_hz: 10 }, { kind: 'reference', frames: 900, rate_hz: 10 }]))""")
    assert duration_s == 10  # the page ends with the song
