"""The bounce report: complete, self-contained, harmless whatever it is made of."""

import base64
import hashlib
import re

import msgspec
import pytest

from bridge.model import BroadcastWave, Finding, Measurement, Tags
from bridge.policy.findings.verdict import in_order
from bridge.report.html import render_bounce_report
from tests.report.records import SHA256, a_fault, an_analysis
from tests.web.html_reading import read

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'`${7*7}{{7*7}}\u202e\udcff\n</style>"


@pytest.mark.slow
def test_the_verdict_comes_first_and_findings_have_their_times() -> None:
    note = Finding(kind="note", check="headroom", message="Plenty of room.")
    listen = Finding(kind="listen", check="stereo_balance", message="The left side is louder.")
    page = read(
        render_bounce_report(an_analysis(findings=in_order((note, listen, a_fault()))), song="Second Wind", number="3")
    )
    text = page.text
    order = [
        "Second Wind bounce 3",
        "1 fault to mend",
        "Over time",
        "cut flat",
        "left side",
        "Plenty",
        "Integrated loudness",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "0:10.2" in text
    assert "1:01.2" in text
    assert "1 thing to listen to" in text


@pytest.mark.parametrize(
    ("kinds", "headline"),
    [
        ((), "No faults found."),
        (("note",), "No faults found."),
        (("listen", "listen", "note"), "No faults. 2 things to listen to."),
        (("fault", "fault", "listen"), "2 faults to mend before mastering."),
    ],
)
def test_verdicts_are_words_and_never_a_score(kinds: tuple[str, ...], headline: str) -> None:
    findings = tuple(a_fault(kind=kind) for kind in kinds)
    assert headline in read(render_bounce_report(an_analysis(findings=findings), song="S")).text


def test_it_needs_nothing_from_anywhere() -> None:
    html = render_bounce_report(an_analysis(findings=(a_fault(),)), song="Second Wind", number="1")
    page = read(html)
    for tag in ("script", "iframe", "form", "object", "embed", "base", "img"):
        assert not page.named(tag)
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
    css = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert css
    assert "url(" not in css[1]
    assert "@import" not in css[1]
    policy = next(m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert len(html.encode()) < 200_000


def test_hostile_words_stay_words() -> None:
    finding = a_fault(message=HOSTILE, remedy=HOSTILE, check=HOSTILE)
    measurement = Measurement(unavailable={"integrated_lufs": HOSTILE})
    analysis = an_analysis(file=f"/x/{HOSTILE}.wav", findings=(finding,), measurement=measurement)
    html = render_bounce_report(analysis, song=HOSTILE, title=HOSTILE, notes=[(HOSTILE, HOSTILE)])
    page = read(html)
    assert not page.named("script")
    assert not page.named("img")
    assert len(page.named("style")) == 1
    assert "{{7*7}}" in page.text  # not evaluated
    assert "\u202e" not in html
    html.encode("utf-8")  # no lone surrogates are left


def test_a_report_without_curves_says_so() -> None:
    text = read(render_bounce_report(an_analysis(with_curves=False), song="S")).text
    assert "curves were not kept" in text


def test_silence_and_short_files_give_reasons_instead_of_numbers() -> None:
    measurement = Measurement(unavailable={"integrated_lufs": "silence", "true_peak_dbtp": "silence"})
    text = read(render_bounce_report(an_analysis(duration_s=0.02, measurement=measurement), song="S")).text
    assert "Integrated loudness silence" in text
    assert "nan" not in text.lower().split()
    assert "inf" not in text.lower().split()


@pytest.mark.slow
def test_loudness_range_waits_for_a_minute_of_sound() -> None:
    assert "7.3 LU" in read(render_bounce_report(an_analysis(duration_s=61), song="S")).text
    assert "7.3 LU" not in read(render_bounce_report(an_analysis(duration_s=59), song="S")).text


@pytest.mark.parametrize("channels", [1, 2, 6, 32])
def test_any_number_of_channels_is_drawn(channels: int) -> None:
    page = read(render_bounce_report(an_analysis(channels=channels), song="S"))
    lanes = [a for a in page.named("path") if a.get("class") == "rms"]
    assert len(lanes) == (2 if channels == 2 else 1)
    assert all("nan" not in a["d"] for a in lanes)


@pytest.mark.slow
def test_many_findings_stay_a_page_that_can_be_mailed() -> None:
    times = tuple(i * 0.01 for i in range(20000))
    html = render_bounce_report(an_analysis(findings=(a_fault(at_s=times, count=20000),)), song="S")
    assert len(html.encode()) < 1_500_000
    assert read(html).text.count("0:10.2") >= 1


def test_charts_speak_to_those_who_do_not_see_them() -> None:
    page = read(render_bounce_report(an_analysis(findings=(a_fault(),)), song="S"))
    charts = [a for a in page.named("svg") if a.get("role") == "img"]
    assert len(charts) == 4
    assert "loudest near 100 Hz" in charts[2]["aria-label"]
    assert "lowest 0.00" in charts[3]["aria-label"]
    assert "1 finding is marked" in charts[0]["aria-label"]
    assert "integrated −18.4 LUFS" in charts[1]["aria-label"]


def test_the_page_carries_the_mark_of_its_bounce() -> None:
    page = read(render_bounce_report(an_analysis(), song="S"))
    assert {"name": "freshears-of", "content": SHA256} in page.named("meta")


def test_a_silent_or_single_channel_has_no_stereo_and_no_spectrum_to_draw() -> None:
    analysis = an_analysis(channels=1)
    assert analysis.curves is not None
    assert analysis.curves.spectrum is not None
    silent = msgspec.structs.replace(analysis.curves.spectrum, level_db=(None,) * 5, side_db=())
    analysis = msgspec.structs.replace(analysis, curves=msgspec.structs.replace(analysis.curves, spectrum=silent))
    assert "Spectrum and stereo" not in read(render_bounce_report(analysis, song="S")).text


@pytest.mark.slow
def test_while_mixing_loudness_is_one_click_away_and_clipping_never() -> None:
    analysis = an_analysis(findings=(a_fault(),))
    page = read(render_bounce_report(analysis, song="S", hides_loudness=True))
    openly = page.open_text
    for words in ("Integrated loudness", "Loudest 3 s", "−18.4", "Peak to loudness", "Short-term loudness"):
        assert words in page.text
        assert words not in openly
    for words in ("True peak", "cut flat", "Sample peak", "Loudness is out of sight while this song is being mixed"):
        assert words in openly
    assert not any("open" in attributes for name, attributes in page.elements if name == "details")
    assert not page.named("script")
    shown = read(render_bounce_report(analysis, song="S"))
    assert "Integrated loudness" in shown.open_text
    assert "out of sight" not in shown.text


def test_loudness_that_stands_in_tags_is_folded_away_too() -> None:
    tags = Tags(
        texts={"title": "Tide", "replaygain_track_gain": "-7.2 dB"},
        broadcast=BroadcastWave(version=2, originator="DAW", integrated_lufs=-14.25),
    )
    analysis = msgspec.structs.replace(an_analysis(), tags=tags)
    page = read(render_bounce_report(analysis, song="S", hides_loudness=True))
    assert "−14.2" in page.text
    assert "-7.2 dB" in page.text
    openly = page.open_text
    assert "Tide" in openly
    assert "-7.2 dB" not in openly
    assert "−14.2" not in openly
